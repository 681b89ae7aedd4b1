//! The audit: every consult's chain, purged ones included, held against its snapshot, which decides who may read what;
//! and the log of all consults, which has no gaps. And the proof that a restored installation can still open what it
//! holds.

use super::{
    App, Error, Result,
    dicomweb::{blob_error, object_key},
    log::recorded,
    ports::{EventRow, SnapshotRow, StudySearch},
    rows,
};
use crate::domain::{
    chain::{self, Broken, Entry},
    consult::Consult,
};
use futures_util::TryStreamExt;
use schemas::{ConsultId, PersonId, UnixMillis};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Consults asked for at once.
const PAGE: u32 = 500;

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audit {
    pub consults: u64,
    pub entries: u64,
    /// Consults whose content was purged; their chain holds all the same.
    pub purged: u64,
    /// Consults with a broken entry.
    pub broken: u64,
    pub first_broken: Option<BrokenEntry>,
    /// Events that were deleted, with their whole consult or without, leave a gap in the positions of the log of all
    /// consults: the first one.
    pub missing_position: Option<i64>,
}

impl Audit {
    /// Everything holds.
    pub fn is_whole(&self) -> bool {
        self.broken == 0 && self.missing_position.is_none()
    }
}

/// The first entry of a consult that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenEntry {
    pub consult: ConsultId,
    pub seq: i64,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Its link does not follow from what came before.
    Hash,
    /// An entry is missing, or out of order, before it.
    Gap,
    /// Its content is not what was committed to.
    Commitment,
    /// Its content is gone, although the consult was not purged.
    ContentMissing,
    /// The log and its snapshot do not end at the same entry: the end of the log was cut off, or added to.
    Count,
    /// The snapshot says something else than the log.
    Snapshot,
    /// Its content is gone as after a purge, and the log shows nothing that a purge follows upon: no take-over, no
    /// cancelling.
    PurgedTooSoon,
}

/// Kinds of events that a purge follows upon. They are part of the chain and stay after it.
const PURGE_FOLLOWS: [&str; 2] = ["report_taken_over", "cancelled"];

impl App {
    /// Walks every consult. Works beside a running server.
    pub async fn verify_audit(&self) -> Result<Audit> {
        let mut audit = Audit::default();
        let mut after: Option<Uuid> = None;
        loop {
            let page = self.repo.consult_ids(after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            for (id, seq) in page {
                let rows = self.repo.load(id).await?.unwrap_or_default();
                // After the log, so that what is written meanwhile shows in the snapshot at least.
                let snapshot = self.repo.snapshot(id).await?;
                audit.consults += 1;
                audit.entries += rows.len() as u64;
                audit.purged += u64::from(snapshot.as_ref().is_some_and(|row| row.purged_at.is_some()));
                let found = check(id, &rows, seq, snapshot.as_ref());
                if let Err((seq, what)) = found.and_then(|()| agrees(id, &rows, snapshot.as_ref())) {
                    audit.broken += 1;
                    audit.first_broken.get_or_insert(BrokenEntry { consult: ConsultId(id), seq, what });
                }
            }
        }
        audit.missing_position = self.repo.first_missing_position().await?;
        Ok(audit)
    }

    /// Opens one stored image with the installation's keys and holds it against its digest; `None` when there is none.
    pub async fn read_one_image(&self) -> Result<Option<Uuid>> {
        for house in self.directory().await?.hospitals.keys() {
            let search =
                StudySearch { hospital: Some(house.0), studies: vec![], tests: vec![], limit: PAGE, offset: 0 };
            for study in self.repo.search_studies(&search).await? {
                let Some(row) = self.repo.instance_page(study.id, None, 1, 0).await?.pop() else { continue };
                let key = object_key(&self.study_key(&study)?, &row.sop_instance_uid, &row.digest);
                let hash = self.blobs.stream(&key).try_fold(Sha256::new(), |mut hash, piece| {
                    hash.update(&piece);
                    std::future::ready(Ok(hash))
                });
                let digest = hash.await.map_err(blob_error)?.finalize();
                if digest.to_vec() != row.digest {
                    return Err(Error::bug("an image is not what was stored", study.id));
                }
                return Ok(Some(study.id));
            }
        }
        Ok(None)
    }
}

/// `listed` is where the log ended before it was read, `snapshot` where it ended after: a log that grows meanwhile ends
/// between the two.
fn check(
    id: Uuid,
    rows: &[EventRow],
    listed: i64,
    snapshot: Option<&SnapshotRow>,
) -> std::result::Result<(), (i64, What)> {
    let entries = rows.iter().map(|row| entry(id, row)).collect::<std::result::Result<Vec<_>, _>>()?;
    chain::verify(&entries).map_err(|broken| (broken.seq, what(broken.why)))?;
    let is_purged = snapshot.is_some_and(|row| row.purged_at.is_some());
    if let Some(gone) = rows.iter().find(|row| row.body.is_none() && !is_purged) {
        return Err((gone.seq, What::ContentMissing));
    }
    let last = rows.last().map_or(0, |row| row.seq);
    let end = snapshot.map_or(0, |row| row.seq);
    if last < listed {
        // The first entry that is not there.
        return Err((last + 1, What::Count));
    }
    if last > end {
        return Err((end + 1, What::Count));
    }
    let may_be_purged = rows.iter().any(|row| PURGE_FOLLOWS.contains(&row.kind.as_str()));
    if is_purged && !may_be_purged { Err((end, What::PurgedTooSoon)) } else { Ok(()) }
}

/// Holds the snapshot against the state that the log leads to; both belong to the last entry. A snapshot that is newer
/// than the log that was read is left for the next audit.
fn agrees(id: Uuid, rows: &[EventRow], snapshot: Option<&SnapshotRow>) -> std::result::Result<(), (i64, What)> {
    let last = rows.last().map_or(0, |row| row.seq);
    let Some(stored) = snapshot.filter(|row| row.seq == last && row.purged_at.is_none()) else { return Ok(()) };
    let same = || {
        let log = rows.iter().map(|row| recorded(row, ConsultId(id))).collect::<Result<Vec<_>>>().ok()?;
        let consult = Consult::replay(ConsultId(id), &log)?;
        let made = rows::snapshot(&consult, &log, None).ok()?;
        Some(same_columns(stored, &made) && same_state(&stored.detail, &made.detail)?)
    };
    if same() == Some(true) { Ok(()) } else { Err((last, What::Snapshot)) }
}

/// What lists, reports, the purge and the access to a purged consult look at.
fn same_columns(a: &SnapshotRow, b: &SnapshotRow) -> bool {
    let state = |row: &SnapshotRow| (row.state.clone(), row.urgency.clone(), row.is_open);
    let places = |row: &SnapshotRow| (row.service_id, row.network_id, row.hospital_id);
    let people = |row: &SnapshotRow| (row.requester, row.specialist);
    let times = |row: &SnapshotRow| (row.created_at, row.taken_over_at, row.ended_at);
    let course = |row: &SnapshotRow| (row.course.asked_at, row.course.accepted_at, row.course.is_test);
    state(a) == state(b)
        && course(a) == course(b)
        && places(a) == places(b)
        && people(a) == people(b)
        && times(a) == times(b)
}

/// The stored state, read as the program reads it. What an older version did not write yet is passed over: then the
/// program takes the field as empty, which opens nothing. `None` when this version cannot read it.
fn same_state(stored: &str, made: &str) -> Option<bool> {
    let written: Value = serde_json::from_str(stored).ok()?;
    let Ok(read) = serde_json::from_str::<Consult>(stored) else {
        // Another form: the log itself is read instead, and decides.
        return Some(true);
    };
    let (read, made): (Value, Value) = (serde_json::to_value(read).ok()?, serde_json::from_str(made).ok()?);
    let fields = made.as_object()?;
    Some(fields.iter().all(|(name, made)| {
        let told = written.get(name);
        // Snapshots once called `versions` something else: it is always compared.
        (told.is_none() && name != "versions") || read.get(name).is_some_and(|read| alike(told, read, made))
    }))
}

/// Whether what was read says what the log makes, as far as it was written (`told`, where that is known). Equal but for
/// the last digit of a fraction, which JSON may lose each time it is read (the marks on a key image).
fn alike(told: Option<&Value>, read: &Value, made: &Value) -> bool {
    match (read, made) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() <= f64::EPSILON * 4.0 * a.abs().max(b.abs())
        }
        (Value::Array(a), Value::Array(b)) => {
            let told = told.and_then(Value::as_array).filter(|told| told.len() == a.len());
            let mut pairs = a.iter().zip(b).enumerate();
            a.len() == b.len() && pairs.all(|(i, (a, b))| alike(told.map(|told| &told[i]), a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let told = told.and_then(Value::as_object);
            let same = |(name, a): (&String, &Value)| match told {
                Some(told) if !told.contains_key(name) => true,
                _ => b.get(name).is_some_and(|b| alike(told.and_then(|told| told.get(name)), a, b)),
            };
            a.len() == b.len() && a.iter().all(same)
        }
        _ => read == made,
    }
}

fn what(why: Broken) -> What {
    match why {
        Broken::Sequence => What::Gap,
        Broken::Body => What::Commitment,
        Broken::Consult | Broken::Link => What::Hash,
    }
}

/// A hash of the wrong length cannot be one.
fn entry(id: Uuid, row: &EventRow) -> std::result::Result<Entry, (i64, What)> {
    let digest = |bytes: &[u8], what| <[u8; 32]>::try_from(bytes).map_err(|_| (row.seq, what));
    Ok(Entry {
        consult_id: ConsultId(id),
        seq: row.seq,
        at: UnixMillis(row.at),
        actor: row.actor.map(PersonId),
        kind: row.kind.clone(),
        salt: row.salt.as_deref().map(|salt| digest(salt, What::Commitment)).transpose()?,
        body: row.body.clone(),
        commitment: digest(&row.commitment, What::Commitment)?,
        hash: digest(&row.hash, What::Hash)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn log(n: usize) -> Vec<EventRow> {
        log_of(&vec!["kind"; n])
    }

    fn log_of(kinds: &[&str]) -> Vec<EventRow> {
        let mut head = chain::GENESIS;
        (1..)
            .zip(kinds)
            .map(|(seq, kind)| {
                let (salt, body) = ([seq as u8; 32], format!("{{\"n\":{seq}}}"));
                let commitment = chain::commitment(&salt, &body);
                head = chain::link(&head, ConsultId(ID), seq, UnixMillis(seq * 1000), None, kind, &commitment);
                EventRow {
                    seq,
                    at: seq * 1000,
                    actor: None,
                    version: 1,
                    kind: (*kind).into(),
                    body: Some(body),
                    salt: Some(salt.to_vec()),
                    commitment: commitment.to_vec(),
                    hash: head.to_vec(),
                }
            })
            .collect()
    }

    fn snapshot(seq: i64, purged_at: Option<i64>) -> SnapshotRow {
        SnapshotRow {
            consult_id: ID,
            seq,
            state: "closed".into(),
            urgency: "urgent".into(),
            is_open: false,
            service_id: ID,
            network_id: ID,
            hospital_id: ID,
            requester: ID,
            specialist: None,
            created_at: 0,
            state_since: 0,
            next_deadline: None,
            label: "TK-0007".into(),
            taken_over_at: None,
            ended_at: None,
            purged_at,
            is_queued: false,
            course: Default::default(),
            detail: String::new(),
        }
    }

    fn found(change: impl Fn(&mut Vec<EventRow>), purged_at: Option<i64>) -> std::result::Result<(), (i64, What)> {
        let mut rows = log(4);
        change(&mut rows);
        check(ID, &rows, 4, Some(&snapshot(4, purged_at)))
    }

    fn purge(rows: &mut [EventRow]) {
        rows.iter_mut().for_each(|row| (row.body, row.salt) = (None, None));
    }

    #[test]
    fn a_whole_log_and_a_purged_one_hold() {
        assert_eq!(found(|_| (), None), Ok(()));
        assert_eq!(found(|rows| purge(rows), None), Err((1, What::ContentMissing)), "nobody purged it");
        let mut rows = log_of(&["requested", "answered", "report_taken_over"]);
        purge(&mut rows);
        assert_eq!(check(ID, &rows, 3, Some(&snapshot(3, Some(5)))), Ok(()));
    }

    #[test]
    fn a_purge_follows_upon_a_take_over_or_a_cancelling() {
        assert_eq!(found(|rows| purge(rows), Some(5)), Err((4, What::PurgedTooSoon)));
    }

    #[test]
    fn what_an_older_version_did_not_write_is_no_fault_and_what_differs_is() {
        let made = r#"{"state":"closed","versions":[],"former":["x"]}"#;
        assert_eq!(same_state("no JSON", made), None);
        assert_eq!(same_state(r#"{"form":"of another version"}"#, made), Some(true), "the log is read instead");
    }

    #[test]
    fn a_fraction_that_lost_its_last_digit_is_the_same_and_another_number_is_not() {
        let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert!(alike(None, &json("[[0.1, 2]]"), &json("[[0.10000000000000002, 2]]")));
        for other in ["[[0.1, 3]]", "[[0.2, 2]]", "[[0.1]]", "{}", "null"] {
            assert!(!alike(None, &json("[[0.1, 2]]"), &json(other)), "{other}");
        }
    }

    #[test]
    fn the_first_broken_entry_is_named_with_what_is_wrong() {
        assert_eq!(found(|rows| rows[2].body = Some("{}".into()), None), Err((3, What::Commitment)));
        assert_eq!(found(|rows| rows[1].at += 1, None), Err((2, What::Hash)));
        assert_eq!(found(|rows| drop(rows.remove(1)), None), Err((3, What::Gap)));
        assert_eq!(found(|rows| drop(rows.pop()), None), Err((4, What::Count)), "the end was cut off");
        assert_eq!(found(|rows| rows.clear(), None), Err((1, What::Count)));
        assert_eq!(found(|rows| rows[0].hash.truncate(4), None), Err((1, What::Hash)));
    }

    #[test]
    fn a_log_that_grows_while_it_is_read_is_no_fault_and_one_beyond_its_snapshot_is() {
        assert_eq!(check(ID, &log(5), 4, Some(&snapshot(6, None))), Ok(()));
        assert_eq!(check(ID, &log(5), 4, Some(&snapshot(4, None))), Err((5, What::Count)));
        assert_eq!(check(ID, &log(5), 4, None), Err((1, What::Count)));
    }
}
