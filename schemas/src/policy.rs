//! How a service asks its people: a policy for each urgency, pools, their history, and what they would do now.

use crate::{
    HospitalId, PersonId, PoolId, UnixMillis,
    consult::Urgency,
    directory::{DutyLevel, HospitalRef, PersonRef},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a service asks its people, for one urgency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// How often the steps are gone through before the coordinator is alarmed.
    pub rounds: u32,
    pub steps: Vec<Step>,
    #[serde(default)]
    #[schema(required = true)]
    pub when_busy: WhenBusy,
}

/// Everybody whom a step names is rung at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyStep)]
pub struct Step {
    pub targets: Vec<Target>,
    pub ring_seconds: u32,
    /// Begins so many seconds after the step before it, and rings beside it. Absent: begins when nobody rings any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside_after: Option<u32>,
    /// Whoever was seen in the app within so many minutes comes first: of `best` they are the best, and they are rung
    /// alone before the others of the step. Absent: all alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awake_minutes: Option<u32>,
}

/// Whom a step names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
#[schema(as = PolicyTarget)]
pub enum Target {
    /// Who is on that duty and may be rung.
    Duty(DutyLevel),
    /// The best `n` of those on duty.
    Best(u32),
    /// Everybody on duty who may be rung.
    AllEligible,
    /// That person, on duty or not, if nothing else stands against it.
    Person(PersonId),
    /// Everybody in that pool, on duty or not, if nothing else stands against it.
    Pool(PoolId),
    /// Nobody is rung by it: the coordinator is alarmed as the step begins.
    Coordinator,
}

/// What becomes of those who have another consult on their hands, where duty is not exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenBusy {
    /// They are rung in their turn; their ring says that they are busy.
    #[default]
    RingAnyway,
    /// A step in which everybody is busy waits until the next one with somebody free has rung.
    OthersFirst,
}

/// A named list of people of the service's network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyPool)]
pub struct Pool {
    pub id: PoolId,
    pub name: String,
    pub people: Vec<PersonId>,
}

/// Everything that a service's escalation consists of. A policy that is absent is the standard one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policies {
    #[serde(default = "emergency")]
    #[schema(required = true)]
    pub emergency: Policy,
    #[serde(default = "urgent")]
    #[schema(required = true)]
    pub urgent: Policy,
    #[serde(default = "elective")]
    #[schema(required = true)]
    pub elective: Policy,
    #[serde(default)]
    #[schema(required = true)]
    pub pools: Vec<Pool>,
}

impl Policy {
    /// What every new service begins with: first duty, second duty, then both at once. An emergency rings each for 20 s,
    /// as NHS Consultant Connect does, and alarms the coordinator after two minutes of the five that it may stay
    /// unanswered. Longer rings leave less of those five; shorter ones end before somebody has found the telephone.
    pub fn standard(urgency: Urgency) -> Self {
        let (rounds, ring_seconds) = match urgency {
            Urgency::Emergency => (2, 20),
            Urgency::Urgent => (2, 60),
            Urgency::Elective => (3, 900),
        };
        let targets = [Target::Duty(DutyLevel::Primary), Target::Duty(DutyLevel::Secondary), Target::AllEligible];
        let step = |target| Step { targets: vec![target], ring_seconds, beside_after: None, awake_minutes: None };
        Self { rounds, steps: targets.map(step).into(), when_busy: WhenBusy::default() }
    }
}

impl Policies {
    pub fn of(&self, urgency: Urgency) -> &Policy {
        match urgency {
            Urgency::Emergency => &self.emergency,
            Urgency::Urgent => &self.urgent,
            Urgency::Elective => &self.elective,
        }
    }
}

impl Default for Policies {
    fn default() -> Self {
        Self { emergency: emergency(), urgent: urgent(), elective: elective(), pools: vec![] }
    }
}

fn emergency() -> Policy {
    Policy::standard(Urgency::Emergency)
}

fn urgent() -> Policy {
    Policy::standard(Urgency::Urgent)
}

fn elective() -> Policy {
    Policy::standard(Urgency::Elective)
}

/// `GET /api/services/{id}/policies`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PoliciesView {
    pub current: PolicyVersion,
    /// What "reset to standard" puts in.
    pub standard: Policies,
    /// Who may be named: the specialists of the service's network.
    pub people: Vec<PersonRef>,
    /// Houses that may ask, for the dry run.
    pub hospitals: Vec<HospitalRef>,
    pub bounds: PolicyBounds,
}

/// What was written once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PolicyVersion {
    /// From 1; 0 for a service that never had any written.
    pub revision: i64,
    /// Absent, as `by`, for what came with the service.
    pub at: Option<UnixMillis>,
    pub by: Option<PersonRef>,
    pub note: String,
    pub policies: Policies,
}

/// Within what a policy may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyBounds {
    pub min_ring_seconds: u32,
    pub max_ring_seconds: u32,
    pub max_rounds: u32,
    pub max_steps: u32,
    pub max_targets: u32,
    pub min_awake_minutes: u32,
    pub max_awake_minutes: u32,
    pub max_pools: u32,
    pub max_pool_people: u32,
    /// Longest time to the coordinator's alarm, in seconds.
    pub emergency_alarm_seconds: u32,
    pub urgent_alarm_seconds: u32,
    pub elective_alarm_seconds: u32,
}

/// `PUT /api/services/{id}/policies`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutPolicies {
    /// The revision that it was made from: somebody else's change is not overwritten.
    pub revision: i64,
    pub policies: Policies,
    #[serde(default)]
    pub note: String,
}

/// `POST /api/services/{id}/policies/restore`: what was written as `of` is written again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestorePolicies {
    /// The revision that counts now.
    pub revision: i64,
    pub of: i64,
}

/// `POST /api/services/{id}/policies/dry-run`: who would be rung if that house asked now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryRun {
    pub urgency: Urgency,
    pub hospital_id: HospitalId,
    /// Tried instead of what is stored, which stays.
    #[serde(default)]
    pub policies: Option<Policies>,
}

/// What would happen, by the machine that really rings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DryRunResult {
    /// The request.
    pub at: UnixMillis,
    /// In the order of time; at most the first 500.
    pub rungs: Vec<DryRung>,
    /// When the coordinator is alarmed because nobody accepted.
    pub alarm_at: UnixMillis,
    /// Nobody could be rung.
    pub nobody: bool,
    /// Everybody who could be is in a consult of an exclusive duty: the consult waits for these.
    pub queued_behind: Vec<PersonRef>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DryRung {
    pub round: u32,
    /// Of the ladder with names: steps that nobody belongs to are not in it.
    pub step: u32,
    pub at: UnixMillis,
    /// Ring until then; equal to `at` for an alarm alone.
    pub until: UnixMillis,
    pub people: Vec<DryPerson>,
    /// The coordinator is alarmed as it begins.
    pub alarm: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DryPerson {
    pub person: PersonRef,
    /// Absent for who is named without being on duty.
    pub duty: Option<DutyLevel>,
    /// Has another consult on their hands.
    pub busy: bool,
    pub seen_at: Option<UnixMillis>,
}
