//! Which specialist: filter, score, explain.
//!
//! [`rank`] is deterministic: the same input gives the same ranking and the same record, on every node and years
//! later. Points are whole numbers and add up exactly to the score.

mod rank;

#[cfg(test)]
mod tests;

pub use rank::{MAX_CALLOUTS_COUNTED, MAX_LOAD_COUNTED, RECORDED_CANDIDATES, rank};

use schemas::{
    ConsultId, PersonId, UnixMillis,
    directory::DutyLevel,
    matching::{FailedCount, RuleResult},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Everything that a decision depends on.
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
    #[serde(default)]
    pub languages: Vec<String>,
    /// Who declined this consult before; see [`crate::domain::consult::Consult::declined`].
    pub declined: BTreeSet<PersonId>,
    /// Everybody who could come into question: the members of the service's network.
    pub people: Vec<PersonFacts>,
    /// Who is on duty for the service now.
    pub duties: Vec<DutyFact>,
}

/// One person as the rules see them. The flags are for this service and this requesting hospital.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFacts {
    pub person_id: PersonId,
    pub qualified: bool,
    /// The person's hospital has a contract with the requesting one.
    pub contract: bool,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    /// End of a protected rest time.
    pub resting_until: Option<UnixMillis>,
    /// In a consult of an exclusive duty (OPS 8-98b).
    pub exclusive_busy: bool,
    /// Consults that this person accepted and that still need them.
    pub open_consults: u32,
    /// Consults accepted in the last seven days.
    pub callouts_7d: u32,
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
    /// The best first.
    pub eligible: Vec<Eligible>,
    /// Who fails no filter but [`schemas::matching::Rule::NotExclusiveBusy`], first duty first.
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
