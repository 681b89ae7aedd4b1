//! What people write in the script, and the pictures they send.

use super::Script;
use imaging::phantom::{self, Params};
use schemas::UnixMillis;
use schemas::consult::{Answer, CaseFields, Decision, Justification, Sex};

/// Slices of the study: as few as make an upload that can break off in the middle.
pub(super) const SLICES: u32 = 3;

/// What no log may hold: each a text that the script sends, and the server stores.
pub const PRIVATE: &[&str] = &[
    "Musterfrauova",
    "Eulalia",
    "1941-03-07",
    "Q987654321",
    "PAT-4711-X",
    "Hemiparese rechts",
    "Apixaban",
    "Lyse oder Thrombektomie",
    "+49 30 5550815",
    "Zürnkücher",
    "Pflegekraft Nörgelbach",
    "Wann zuletzt Antikoagulans",
    "Gestern um sieben",
    "Frühzeichen linksseitig",
    "M1-Verschluss",
    "Lyse, dann Verlegung",
    "Tippfehler im Befund",
    "geringe Artefakte",
    "nicht auskunftsfähig",
    "gute Erholung zuhause",
    "gehört zu einer Namensvetterin",
];

pub fn fields(now: UnixMillis) -> CaseFields {
    CaseFields {
        family_name: Some(PRIVATE[0].into()),
        given_name: Some(PRIVATE[1].into()),
        birth_date: Some(PRIVATE[2].into()),
        sex: Some(Sex::Female),
        insurance_number: Some(PRIVATE[3].into()),
        patient_id: Some(PRIVATE[4].into()),
        diagnosis: Some(PRIVATE[5].into()),
        medication: Some(PRIVATE[6].into()),
        question: Some(PRIVATE[7].into()),
        justification: Some(Justification::SpeciallyComplex),
        callback_phone: Some(PRIVATE[8].into()),
        // Left out, so that the close has to say why.
        deadline: None,
        eta: Some(now.plus_seconds(1200)),
        last_seen_well: None,
        language: Some("tr".to_owned()),
    }
}

pub(super) fn answer(findings: &str) -> Answer {
    Answer {
        findings: findings.into(),
        assessment: PRIVATE[14].into(),
        recommendation: PRIVATE[15].into(),
        decision: Decision::Transfer,
        limitations: PRIVATE[17].into(),
        template: Default::default(),
        nihss: None,
        key_images: vec![],
    }
}

impl Script<'_> {
    /// A study of this consult's own, of the patient whom no log may name.
    fn params(&self) -> Params {
        Params {
            seed: self.consult.0.as_u64_pair().1,
            slices: SLICES,
            size: 32,
            patient_name: format!("{}^{}", PRIVATE[0], PRIVATE[1]),
            patient_id: PRIVATE[4].into(),
            ..Params::default()
        }
    }

    pub(super) fn study_uid(&self) -> String {
        phantom::study_instance_uid(&self.params())
    }

    pub(super) fn objects(&self) -> Vec<Vec<u8>> {
        phantom::generate(&self.params()).map(|(_, object)| object).collect()
    }
}
