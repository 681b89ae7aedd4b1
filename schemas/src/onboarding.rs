//! What is to be done before a house can begin.

use crate::{
    ConsultId, HospitalId, PersonId, ServiceId, UnixMillis,
    directory::{HospitalRef, PersonRef},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// In the order in which each needs those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnboardingStep {
    /// Somebody works for the house: a contract.
    Contract,
    /// The house has people who may ask.
    People,
    /// Switchboard and people can be reached by telephone.
    Phones,
    /// Images of the house have arrived.
    TestStudy,
    /// Picture, sound and the way to the media server work at a place of work of the house.
    TestCall,
    /// A consult that is marked as a test has rung somebody, who answered.
    TestEscalation,
}

impl OnboardingStep {
    pub const ALL: [Self; 6] =
        [Self::Contract, Self::People, Self::Phones, Self::TestStudy, Self::TestCall, Self::TestEscalation];
}

/// `GET /api/onboarding/{hospital}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Onboarding {
    pub hospital: HospitalRef,
    pub steps: Vec<OnboardingState>,
    /// Whom a test may ring: specialists of the caller's networks.
    pub ringable: Vec<RingableService>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RingableService {
    pub id: ServiceId,
    pub name: String,
    pub people: Vec<PersonRef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnboardingState {
    pub step: OnboardingStep,
    /// Somebody has said so.
    pub done: Option<OnboardingDone>,
    /// What the program itself sees of it: `true` it is there, `false` it is not, absent: it cannot tell.
    pub seen: Option<bool>,
    /// How many of what it sees: contracts, people, telephone numbers, studies.
    pub count: u32,
    pub note: String,
    /// The test, and whether it was answered.
    pub test: Option<OnboardingTest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnboardingDone {
    pub by: PersonRef,
    pub at: UnixMillis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OnboardingTest {
    pub consult_id: ConsultId,
    pub label: String,
    /// Who was to be rung.
    pub person: Option<PersonRef>,
    pub started_at: UnixMillis,
    pub answered_at: Option<UnixMillis>,
}

/// `PUT /api/onboarding/{hospital}/{step}`: it is done, by the caller, now; or it is not done any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutOnboarding {
    pub is_done: bool,
    /// One line; whatever the next one should know.
    #[serde(default)]
    pub note: String,
}

/// `POST /api/onboarding/{hospital}/test-escalation`: rings this person and nobody else. No report counts it. The client
/// makes the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BeginTest {
    pub id: ConsultId,
    pub service_id: ServiceId,
    pub person: PersonId,
}

/// Which step of which house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnboardingPath {
    pub id: HospitalId,
    pub step: OnboardingStep,
}
