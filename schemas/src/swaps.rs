//! Duties that change hands: `GET /api/swaps`, `PUT /api/swaps/{id}` and what people say to them.

use crate::{
    PersonId, PrivateText, ServiceId, SwapId, UnixMillis,
    directory::{Duty, DutyKind, DutyLevel, PersonRef},
    rota::RotaConflict,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A stretch of somebody's duty, in the swap's service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyPart {
    pub level: DutyLevel,
    pub from: UnixMillis,
    pub until: UnixMillis,
}

/// `PUT /api/swaps/{id}`: somebody wants to give a duty, or a part of it, away. The client makes the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskSwap {
    pub service_id: ServiceId,
    pub part: DutyPart,
    /// Whose duty it is; absent: the caller's. Somebody else's is for coordinators.
    #[serde(default)]
    pub giver: Option<PersonId>,
    pub ask: SwapAsk,
    /// A duty of the one person who is asked, that the giver takes for it.
    #[serde(default)]
    pub in_return: Option<DutyPart>,
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SwapAsk {
    /// These; the first yes wins.
    People { people: Vec<PersonId> },
    /// Everybody who is qualified, has a contract and is free then.
    Pool,
    /// Nobody: this person has the duty at once, and is told. For coordinators.
    Straight { person: PersonId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwapState {
    Asked,
    /// Somebody said yes; a coordinator has to approve.
    Accepted,
    InForce,
    Declined,
    Withdrawn,
    Refused,
    /// The duty began before anybody said yes.
    Expired,
    /// Was in force, and was taken back.
    Undone,
}

/// What somebody says to a swap: `POST /api/swaps/{id}/steps`. A repeat is harmless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SwapStep {
    /// The first yes wins.
    Accept,
    Decline,
    Withdraw,
    Approve,
    Refuse {
        reason: PrivateText,
    },
    Undo,
}

/// What the caller can do with a swap now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwapStepName {
    Accept,
    Decline,
    Withdraw,
    Approve,
    Refuse,
    Undo,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Swap {
    pub id: SwapId,
    pub service_id: ServiceId,
    pub service: String,
    /// The service's zone.
    pub zone: String,
    pub giver: PersonRef,
    pub part: DutyPart,
    pub kind: DutyKind,
    pub in_return: Option<DutyPart>,
    pub is_pool: bool,
    /// Who was asked, and did not say no.
    pub asked: Vec<PersonRef>,
    pub declined: Vec<PersonRef>,
    pub state: SwapState,
    pub taker: Option<PersonRef>,
    /// Who asked: the giver, or a coordinator.
    pub author: PersonRef,
    pub decided_by: Option<PersonRef>,
    pub reason: PrivateText,
    pub created_at: UnixMillis,
    /// An open one ends here by itself.
    pub expires_at: UnixMillis,
    pub steps: Vec<SwapStepName>,
    /// What would be wrong by it, for whoever takes it (`person`), and in return for the giver. Of open ones only. A missing
    /// rest warns, everything else stands in the way.
    pub consequences: Vec<RotaConflict>,
    /// The giver is on that duty, and the taker on the one in return. Of open ones only; `true` else.
    pub still_on_duty: bool,
    /// A yes has to be approved.
    pub needs_approval: bool,
}

/// `GET /api/services/{id}/swap-candidates`: which duty is to be given away.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CandidateQuery {
    pub level: DutyLevel,
    pub from: UnixMillis,
    pub until: UnixMillis,
    /// Whose duty it is; absent: the caller's.
    pub giver: Option<PersonId>,
}

/// Somebody who works for the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SwapCandidate {
    pub person: PersonRef,
    /// Nothing stands in the way.
    pub can_take: bool,
    /// What would be wrong by it.
    pub consequences: Vec<RotaConflict>,
    /// Duties of that person in the service in the next eight weeks: what could be had in return.
    pub duties: Vec<Duty>,
}

/// What a service wants of its rota. `PUT /api/services/{id}/rota/settings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RotaSettings {
    /// A coordinator has to approve what specialists agree upon.
    pub swaps_need_approval: bool,
    /// How many minutes before a duty begins its person is told; 0: not at all. At most 240.
    pub notice_minutes: u16,
}

impl Default for RotaSettings {
    fn default() -> Self {
        Self { swaps_need_approval: false, notice_minutes: 15 }
    }
}
