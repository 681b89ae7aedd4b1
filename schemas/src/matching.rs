//! Why this specialist, and why not the others.

use crate::{
    UnixMillis,
    directory::{DutyLevel, PersonRef},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Filters come first (a failed one makes a person ineligible), then scores (points are added up exactly).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Filter: on duty for this service now, by the rota.
    OnDuty,
    /// Filter: qualified for the service.
    Qualified,
    /// Filter: contract with the requesting hospital.
    Contract,
    /// Filter: not in a protected rest time.
    Rested,
    /// Filter: not in an exclusive duty's consult at the moment.
    NotExclusiveBusy,
    /// Filter: did not decline this consult.
    NotDeclined,
    /// Score: first duty before second duty.
    DutyLevel,
    /// Score: consults that the person has open now.
    Load,
    /// Score: a shared language with the patient, where one is asked for.
    Language,
    /// Score: call-outs of the last seven days.
    Fairness,
}

/// What the rule saw; the browser turns it into a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RuleFact {
    /// Nothing more to say than passed or failed.
    Plain,
    /// On duty until then.
    DutyUntil { level: DutyLevel, until: UnixMillis },
    /// Rest lasts until then.
    RestUntil { until: UnixMillis },
    /// A number that was counted.
    Count { n: u32 },
    /// ISO 639-1 codes.
    Languages { codes: Vec<String> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleResult {
    pub rule: Rule,
    pub passed: bool,
    /// Added to the score; 0 for filters.
    pub points: i32,
    pub fact: RuleFact,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    pub person: PersonRef,
    /// 1 is the best; absent for people whom a filter ruled out.
    pub rank: Option<u32>,
    /// Exact sum of all points.
    pub score: i32,
    pub rules: Vec<RuleResult>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailedCount {
    pub rule: Rule,
    pub people: u32,
}

/// `GET /api/consults/{id}/match`: one entry for each time that people were matched for this consult.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MatchExplanation {
    pub decided_at: UnixMillis,
    /// The ladder's round that this decision was for, from 1.
    pub round: u32,
    /// Revisions of the inputs, so that the decision can be computed again.
    pub rota_revision: i64,
    pub directory_revision: i64,
    /// People looked at.
    pub considered: u32,
    /// The best 50, eligible ones first.
    pub candidates: Vec<Candidate>,
    /// How many people each filter ruled out (a person counts at the first filter that failed).
    pub failed: Vec<FailedCount>,
}
