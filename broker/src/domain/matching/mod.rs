//! Which specialist: filter, score, explain.
//!
//! [`rank`] is deterministic: the same input gives the same ranking and the same record, on every node and years
//! later. Points are whole numbers and add up exactly to the score. A record keeps what it looked at of the people that
//! it names, so that [`replay`] computes it again from the log alone.

mod duties;
mod explain;
mod overflow;
mod rank;
mod replay;
mod rules;
mod weights;

#[cfg(test)]
mod tests;

pub use explain::explanation;
pub use overflow::{Occasion, is_occasion, refusal};
pub use rank::{RANKED, RECORDED_CANDIDATES, rank};
pub use replay::{Difference, Replayed, replay};
pub use rules::{MAX_CALLOUTS_COUNTED, MAX_LOAD_COUNTED, MAX_TEN_SECONDS_COUNTED, REST_SECONDS};
pub use weights::{MAX_WEIGHT, check, mixed};

use schemas::{
    ConsultId, NetworkId, PersonId, ServiceId, UnixMillis,
    directory::DutyLevel,
    matching::{FailedCount, OverflowRefusal, RuleResult, Weights},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Everything that a decision depends on. Part of what is stored of it, so every field that is added later has a
/// default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchInput {
    /// Breaks ties, so that not always the same person comes first.
    pub consult_id: ConsultId,
    pub now: UnixMillis,
    /// Revisions of the rota and the directory that the facts were read from.
    pub rota_revision: i64,
    pub directory_revision: i64,
    /// Nobody is asked to answer their own question.
    pub requester: PersonId,
    /// ISO 639-1 codes that the patient speaks; empty when no language is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// 0: those that every service begins with.
    #[serde(default)]
    pub weights_version: i64,
    #[serde(default)]
    pub weights: Weights,
    /// The neighbouring service whose people are among those looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<Partner>,
    /// Rest after a call-out does not count, because nobody else is there.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rest_set_aside: bool,
    /// Who declined this consult before; see [`crate::domain::consult::Consult::declined`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub declined: BTreeSet<PersonId>,
    /// Everybody who could come into question, nobody twice: the members of the service's network, and who is on duty for
    /// the partner.
    pub people: Vec<PersonFacts>,
    /// Who is on duty now.
    pub duties: Vec<DutyFact>,
}

/// A service of a neighbouring network that helps out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    pub service_id: ServiceId,
    pub network_id: NetworkId,
    /// Why it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<OverflowRefusal>,
    /// It gives only people without an open consult.
    #[serde(default, skip_serializing_if = "is_false")]
    pub only_when_free: bool,
}

/// One person as the rules see them. The flags are for this service and this requesting hospital; what is not written is
/// false, nought or absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFacts {
    pub person_id: PersonId,
    #[serde(default, skip_serializing_if = "is_false")]
    pub qualified: bool,
    /// Qualification or licence ends, or has ended, then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<UnixMillis>,
    /// No licence is needed, or one of theirs covers it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub licensed: bool,
    /// The person's hospital has a contract with the requesting one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub contract: bool,
    /// ISO 639-1 codes that are asked for and that they speak.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// End of a protected rest time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting_until: Option<UnixMillis>,
    /// End of the rest after the last call-out before the present duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_from_call_until: Option<UnixMillis>,
    /// In a consult of an exclusive duty (OPS 8-98b).
    #[serde(default, skip_serializing_if = "is_false")]
    pub exclusive_busy: bool,
    /// Consults that this person accepted and that still need them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open_consults: u32,
    /// Consults accepted in the last seven days.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub callouts_7d: u32,
    /// Percent of a full post.
    #[serde(default = "full", skip_serializing_if = "is_full")]
    pub part_time: u8,
    /// Median seconds from the ring to the answer, of the last 90 days; absent without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers_in: Option<u32>,
    /// On duty for [`MatchInput::partner`].
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_partner: bool,
}

/// A stretch of duty that covers `now`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyFact {
    pub person_id: PersonId,
    pub level: DutyLevel,
    pub until: UnixMillis,
}

/// The decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchResult {
    /// The best first; at most [`RANKED`].
    pub eligible: Vec<Eligible>,
    /// Who of the service's own people fails no filter but [`schemas::matching::Rule::NotExclusiveBusy`], first duty
    /// first; at most [`RANKED`].
    #[serde(default)]
    pub busy: Vec<PersonId>,
    pub record: MatchRecord,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eligible {
    pub person: PersonId,
    pub duty: DutyLevel,
}

/// What is stored of a decision: enough to explain it and to compute it again. Ids only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchRecord {
    pub rota_revision: i64,
    pub directory_revision: i64,
    /// People looked at.
    pub considered: u32,
    /// People whom no filter ruled out.
    pub eligible: u32,
    /// The best 50, eligible ones first.
    pub candidates: Vec<CandidateRecord>,
    /// A person counts at the first filter that failed.
    pub failed: Vec<FailedCount>,
    /// What was looked at of those 50; absent in what release 0.4 and older wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Box<MatchInput>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateRecord {
    pub person: PersonId,
    /// From 1; absent for people whom a filter ruled out.
    pub rank: Option<u32>,
    /// Exact sum of all points.
    pub score: i32,
    pub rules: Vec<RuleResult>,
}

impl PersonFacts {
    /// Somebody of whom nothing speaks for them and nothing against them.
    pub const fn new(person_id: PersonId) -> Self {
        Self {
            person_id,
            qualified: false,
            valid_until: None,
            licensed: false,
            contract: false,
            languages: vec![],
            resting_until: None,
            rests_from_call_until: None,
            exclusive_busy: false,
            open_consults: 0,
            callouts_7d: 0,
            part_time: full(),
            answers_in: None,
            is_partner: false,
        }
    }
}

impl MatchRecord {
    /// The service of another network that this decision rings.
    pub fn overflow(&self) -> Option<Partner> {
        let input = self.input.as_ref()?;
        let is_asked = |one: &CandidateRecord| {
            one.rank.is_some() && input.people.iter().any(|person| person.is_partner && person.person_id == one.person)
        };
        input.partner.filter(|_| self.candidates.iter().any(is_asked))
    }
}

const fn full() -> u8 {
    100
}

// Serde wants references.
#[expect(clippy::trivially_copy_pass_by_ref)]
const fn is_full(percent: &u8) -> bool {
    *percent == full()
}

#[expect(clippy::trivially_copy_pass_by_ref)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}
