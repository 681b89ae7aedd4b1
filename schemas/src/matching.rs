//! Why this specialist, and why not the others.

use crate::{
    ConsultId, HospitalId, PersonId, ServiceId, UnixMillis,
    consult::Urgency,
    directory::{DutyLevel, HospitalRef, PersonRef},
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
    /// Filter: a licence of their own covers the service and the house, where the person or the service has to have one.
    Licensed,
    /// Filter: contract with the requesting hospital.
    Contract,
    /// Filter: not in a protected rest time.
    Rested,
    /// Filter: not in an exclusive duty's consult at the moment.
    NotExclusiveBusy,
    /// Filter: did not decline this consult.
    NotDeclined,
    /// Filter, for people of a neighbouring network alone: both networks' settings allow it.
    Overflow,
    /// Score: the service's own people before those of a neighbouring network.
    OutOfArea,
    /// Score: first duty before second duty.
    DutyLevel,
    /// Score: consults that the person has open now.
    Load,
    /// Score: a shared language with the patient, where one is asked for.
    Language,
    /// Score: how long the person took to answer for this service.
    AnswerTime,
    /// Score: call-outs of the last seven days, as many as they would be in a full post.
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
    /// Rest lasts until then. Where the rule is passed all the same, the rest after a call-out was set aside: nobody else
    /// is there.
    RestUntil { until: UnixMillis },
    /// Qualification or licence ends then.
    ValidUntil { until: UnixMillis },
    /// Median of the answers of the last 90 days.
    Seconds { n: u32 },
    /// `n` call-outs of somebody with that percentage of a full post.
    PartTime { n: u32, percent: u8 },
    /// Why nobody of the neighbouring network may be asked; absent where they may.
    Overflow { refusal: Option<OverflowRefusal> },
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
    /// Version of the service's weights; 0: those that every service begins with.
    pub weights_version: i64,
    /// People looked at.
    pub considered: u32,
    /// The best 50, eligible ones first.
    pub candidates: Vec<Candidate>,
    /// How many people each filter ruled out (a person counts at the first filter that failed).
    pub failed: Vec<FailedCount>,
    /// The neighbouring service whose people were looked at too.
    pub partner: Option<ServiceId>,
    /// The rest after a call-out was set aside, because nobody else was there.
    pub rest_set_aside: bool,
}

/// What each rule is worth. Points are added; penalties are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Weights {
    /// First duty, beside second duty.
    pub primary: i32,
    /// Backup duty, beside second duty.
    pub backup: i32,
    /// Each consult that is open now, five at most.
    pub open_consult: i32,
    /// A shared language, where one is asked for.
    pub language: i32,
    /// Each ten seconds of the median time to answer, 18 at most.
    pub ten_seconds: i32,
    /// Each call-out of seven days in a full post, 20 at most.
    pub call_out: i32,
}

impl Default for Weights {
    /// Each outweighs the sum of all below it, at their caps.
    fn default() -> Self {
        Self { primary: 1000, backup: -1000, open_consult: -100, language: 50, ten_seconds: 0, call_out: -2 }
    }
}

/// `GET /api/services/{id}/weights`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceWeights {
    pub version: i64,
    pub weights: Weights,
    /// Rules whose smallest step no longer outweighs everything below them, in the order of importance.
    pub mixed: Vec<Rule>,
    /// The newest first.
    pub history: Vec<WeightsVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeightsVersion {
    pub version: i64,
    pub weights: Weights,
    pub author: PersonRef,
    pub written_at: UnixMillis,
    pub note: String,
}

/// `PUT /api/services/{id}/weights`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutWeights {
    /// The version that was changed.
    pub version: i64,
    pub weights: Weights,
    /// Why.
    pub note: String,
}

/// `POST /api/services/{id}/weights/preview`: the last decisions by other weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeightsPreview {
    pub mixed: Vec<Rule>,
    /// The newest first, at most 20; those that an older version took without keeping what it looked at are left out.
    pub decisions: Vec<PreviewedDecision>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewedDecision {
    pub decided_at: UnixMillis,
    /// Who was first; nobody where nobody was eligible.
    pub was: Option<PersonRef>,
    /// Who would have been.
    pub would_be: Option<PersonRef>,
    /// The order of the eligible people would have been another one.
    pub is_changed: bool,
}

/// `POST /api/services/{id}/match`: the ranking as it would be now. Nothing is written, nobody is rung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhatIf {
    /// As if this house asked; absent: the first one that has a contract.
    #[serde(default)]
    pub hospital_id: Option<HospitalId>,
    pub urgency: Urgency,
    /// As if these were ill.
    #[serde(default)]
    pub without: Vec<PersonId>,
    /// ISO 639-1 code of the language that is asked for.
    #[serde(default)]
    pub language: Option<String>,
    /// As if it were this consult: with those who declined it.
    #[serde(default)]
    pub consult_id: Option<ConsultId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhatIfAnswer {
    /// Houses that may ask.
    pub hospitals: Vec<HospitalRef>,
    pub hospital_id: Option<HospitalId>,
    pub explanation: MatchExplanation,
    /// Who would be rung, step by step.
    pub steps: Vec<WhatIfStep>,
    /// Who would be waited for, because they are busy in an exclusive duty.
    pub busy: Vec<PersonRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhatIfStep {
    pub people: Vec<PersonRef>,
    pub ring_seconds: u32,
}

/// `POST /api/consults/{id}/match/replay`: one entry for each decision of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MatchReplay {
    pub decided_at: UnixMillis,
    pub round: u32,
    pub outcome: ReplayOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReplayOutcome {
    /// Computed again from what was kept, the decision is the same.
    Equal,
    /// The same as far as it was kept: the best 50. The others were counted.
    EqualAmongBest,
    /// An older version took it and kept no input; points and order are right in themselves.
    InputNotKept,
    /// The first difference.
    Differs { at: String, recorded: String, computed: String },
}

/// When people of the other network are asked; any of them suffices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OverflowWhen {
    /// Nobody of the own network may be asked.
    pub nobody: bool,
    /// Everybody who may is busy in an exclusive duty.
    pub all_busy: bool,
    /// The ladder was gone through this often.
    pub after_rounds: Option<u32>,
}

/// The asking side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverflowTo {
    /// Of another network, of the same specialty.
    pub service_id: ServiceId,
    pub when: OverflowWhen,
}

/// The side that helps out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverflowFrom {
    pub service_id: ServiceId,
    pub urgencies: Vec<Urgency>,
    /// Consults of that service within an hour.
    pub max_per_hour: u32,
    /// Only people without an open consult are asked.
    pub only_when_free: bool,
}

/// Why nobody of the neighbouring network may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverflowRefusal {
    /// The other side does not take this service's consults, or no longer.
    NotAgreed,
    /// Not of this urgency.
    Urgency,
    /// As many as agreed within an hour were taken.
    HourIsFull,
    /// The person has an open consult.
    Busy,
}
