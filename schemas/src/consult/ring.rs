//! Rings and alarms.

use super::DeclineReason;
use crate::{RingId, UnixMillis, directory::PersonRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    Delivered,
    Seen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RingOutcome {
    /// Still ringing.
    Ringing,
    Accepted,
    InFive,
    PassedOn,
    Declined,
    TimedOut,
    /// Somebody else accepted, or the consult ended.
    Withdrawn,
}

/// One ringing of one person. Channel status goes `sent → delivered → seen → answered`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ring {
    pub ring_id: RingId,
    pub person: PersonRef,
    /// Rung round of the ladder and step within it, both from 1.
    pub round: u32,
    pub step: u32,
    pub started_at: UnixMillis,
    pub until: UnixMillis,
    pub delivered_at: Option<UnixMillis>,
    pub seen_at: Option<UnixMillis>,
    pub outcome: RingOutcome,
    pub ended_at: Option<UnixMillis>,
    /// For the requesting house and the coordinator.
    pub declined_because: Option<DeclineReason>,
    /// Had another consult on their hands when it began.
    #[serde(default)]
    pub busy: bool,
}

/// Why the coordinator is alarmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    NobodyOnDuty,
    LadderExhausted,
    /// Nobody has accepted yet, and the service's policy wants the coordinator to know; it rings on.
    NoAnswerYet,
    /// Accepted, but nobody entered the room.
    NotStarted,
    /// The talk is over and the answer is late.
    AnswerLate,
    /// The answer is there and the requester has not read it.
    NotAcknowledged,
    /// The announced patient must have come, and nobody has turned the pre-alert into a request.
    PrealertOverdue,
    /// Everybody on duty is busy in an exclusive duty; the consult waits for the first who is free.
    Queued,
    /// The consult would close itself, and fields of § 3(2) are missing.
    FieldsMissing,
    /// An elective consult waits for a slot, and its deadline is near.
    NoAppointment,
    /// The specialist has not said yes to the appointment in time.
    NotConfirmed,
    /// The specialist of the appointment is not on duty then any more; somebody else was asked, or nobody is there.
    AppointmentMoved,
}

impl AlarmKind {
    /// Every kind: what is counted by it begins at nought.
    pub const ALL: [Self; 12] = [
        Self::NobodyOnDuty,
        Self::LadderExhausted,
        Self::NoAnswerYet,
        Self::NotStarted,
        Self::AnswerLate,
        Self::NotAcknowledged,
        Self::PrealertOverdue,
        Self::Queued,
        Self::FieldsMissing,
        Self::NoAppointment,
        Self::NotConfirmed,
        Self::AppointmentMoved,
    ];
}
