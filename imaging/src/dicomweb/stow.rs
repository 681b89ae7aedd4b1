//! The answer of STOW-RS, PS3.18 § 10.5.3.

use super::{attribute, put};
use crate::refusal::Refusal;
use serde_json::{Map, Value};

/// What became of one part of the request.
pub enum Outcome {
    /// Stored, now or before.
    Stored {
        sop_class_uid: String,
        sop_instance_uid: String,
        /// Absolute URL of the instance.
        retrieve_url: String,
    },
    /// An object whose identity could be read was not stored.
    Failed { sop_class_uid: String, sop_instance_uid: String, failure: Failure },
    /// A part that could not even be read.
    Unreadable { failure: Failure },
}

/// Why a part was not stored.
pub struct Failure {
    /// Failure Reason (0008,1197), Table I.2-2.
    pub reason: u16,
    /// A sentence without patient data.
    pub comment: String,
    /// Sending it again later may succeed: our trouble, not the object's.
    pub retryable: bool,
}

impl From<&Refusal> for Failure {
    fn from(refusal: &Refusal) -> Self {
        let comment = format!("{}: {refusal}", refusal.code());
        Self { reason: refusal.failure_reason(), comment, retryable: refusal.retryable() }
    }
}

/// The answer: HTTP status and DICOM JSON. `study_url` is the Retrieve URL of the study, where all went into one.
///
/// 200: all stored; 202: some; 409: none (PS3.18 Table 10.5.3-1); 503: none, and it is our fault.
pub fn response(study_url: Option<&str>, outcomes: &[Outcome]) -> (u16, Value) {
    let mut body = Map::new();
    if let Some(url) = study_url {
        put(&mut body, "00081190", "UR", url);
    }
    let (mut stored, mut failed, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    let mut ours = true;
    for outcome in outcomes {
        match outcome {
            Outcome::Stored { sop_class_uid, sop_instance_uid, retrieve_url } => {
                let mut item = identity(sop_class_uid, sop_instance_uid);
                put(&mut item, "00081190", "UR", retrieve_url.as_str());
                stored.push(item);
            }
            Outcome::Failed { sop_class_uid, sop_instance_uid, failure } => {
                let mut item = identity(sop_class_uid, sop_instance_uid);
                explain(&mut item, failure);
                failed.push(item);
                ours &= failure.retryable;
            }
            Outcome::Unreadable { failure } => {
                let mut item = Map::new();
                explain(&mut item, failure);
                unreadable.push(item);
                ours &= failure.retryable;
            }
        }
    }
    let complete = failed.is_empty() && unreadable.is_empty();
    let status = match (stored.is_empty(), complete) {
        (false, true) => 200,
        (false, false) => 202,
        (true, false) if ours => 503,
        (true, _) => 409,
    };
    // Referenced, Failed and Other Failures Sequence.
    for (key, items) in [("00081199", stored), ("00081198", failed), ("0008119A", unreadable)] {
        if !items.is_empty() {
            body.insert(key.into(), attribute("SQ", items.into_iter().map(Value::Object).collect()));
        }
    }
    (status, Value::Object(body))
}

fn identity(sop_class_uid: &str, sop_instance_uid: &str) -> Map<String, Value> {
    let mut item = Map::new();
    put(&mut item, "00081150", "UI", sop_class_uid);
    put(&mut item, "00081155", "UI", sop_instance_uid);
    item
}

/// Failure Reason, and the sentence as Error Comment (0000,0902): not asked for by the standard, given by dcm4chee
/// too, and read by our own page. LO takes 64 characters; DICOM JSON has no such bound and the page shows it whole.
fn explain(item: &mut Map<String, Value>, failure: &Failure) {
    put(item, "00081197", "US", failure.reason);
    put(item, "00000902", "LO", failure.comment.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Outcome {
        Outcome::Stored {
            sop_class_uid: "1.2".into(),
            sop_instance_uid: "1.3".into(),
            retrieve_url: "http://a/studies/1/series/2/instances/1.3".into(),
        }
    }

    fn refused() -> Outcome {
        Outcome::Unreadable { failure: (&Refusal::TooDeep { limit: 64 }).into() }
    }

    #[test]
    fn the_status_tells_all_some_or_none() {
        assert_eq!(response(None, &[stored()]).0, 200);
        assert_eq!(response(None, &[stored(), refused()]).0, 202);
        assert_eq!(response(None, &[refused()]).0, 409);
        assert_eq!(response(None, &[Outcome::Unreadable { failure: (&Refusal::WorkerUnavailable).into() }]).0, 503);
    }

    #[test]
    fn each_part_is_accounted_for() {
        let (_, body) = response(Some("http://a/studies/1"), &[stored(), refused()]);
        assert_eq!(body["00081190"]["Value"][0], "http://a/studies/1");
        assert_eq!(body["00081199"]["Value"][0]["00081155"]["Value"][0], "1.3");
        assert_eq!(body["0008119A"]["Value"][0]["00081197"]["Value"][0], 0xA700);
        assert!(body.get("00081198").is_none());
    }
}
