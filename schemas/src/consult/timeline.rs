//! The history as people read it.

use super::{AlarmKind, CaseField, ClockStamp, Consent, DeclineReason, Part, RingOutcome, Urgency};
use crate::{
    StudyId, UnixMillis,
    directory::PersonRef,
    guest::GuestPart,
    slots::{AppointmentEnd, AppointmentSide},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One line of a consult's history. Holds no patient data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    pub seq: i64,
    pub at: UnixMillis,
    /// Who did it; absent for the machine.
    pub actor: Option<PersonRef>,
    pub what: TimelineWhat,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TimelineWhat {
    /// `notified`: who is on duty and sees it coming.
    Prealerted {
        eta: Option<UnixMillis>,
        notified: Vec<PersonRef>,
    },
    Requested {
        urgency: Urgency,
    },
    UrgencyChanged {
        urgency: Urgency,
    },
    SlotAwaited,
    SlotBooked {
        person: PersonRef,
        start: UnixMillis,
    },
    SlotConfirmed {
        side: AppointmentSide,
    },
    SlotEnded {
        person: PersonRef,
        start: UnixMillis,
        why: AppointmentEnd,
    },
    RoomOpened,
    AppointmentBegun,
    RingsInstead,
    Stamped {
        stamp: ClockStamp,
        at: UnixMillis,
    },
    TakenOver,
    Offered {
        to: PersonRef,
        is_hand_over: bool,
    },
    OfferEnded {
        to: PersonRef,
        accepted: bool,
    },
    ParticipantAdded {
        person: PersonRef,
        part: Part,
    },
    ParticipantRemoved {
        person: PersonRef,
    },
    AskedForMore,
    Replied,
    Queued {
        behind: Vec<PersonRef>,
    },
    StudyDetached {
        study_id: StudyId,
    },
    RollCalled {
        present: u32,
    },
    ConsentRecorded {
        consent: Consent,
    },
    GuestInvited {
        part: GuestPart,
    },
    GuestWaits,
    GuestAdmitted,
    GuestRemoved,
    EncryptionLifted,
    /// The room's people began a new group of keys: the one before was lost, or given up.
    GroupReplaced,
    /// A member (the actor; absent for guests and for the server) has refused something of the group.
    GroupFault {
        /// Of `END_TO_END.md`, section Codes.
        code: String,
        /// Who had sent it, with an account.
        about: Option<PersonRef>,
        /// A guest had sent it.
        is_about_guest: bool,
    },
    /// All others refused what this one did to the group, more than once.
    GroupBarred {
        /// Absent for a guest.
        person: Option<PersonRef>,
    },
    Amended {
        version: u32,
    },
    ReportTakenOver,
    FedBack,
    GlassBroken {
        person: PersonRef,
    },
    FieldsCompleted {
        missing: Vec<CaseField>,
    },
    Matched {
        round: u32,
        eligible: u32,
    },
    RingStarted {
        person: PersonRef,
        round: u32,
        step: u32,
    },
    RingDelivered {
        person: PersonRef,
    },
    RingSeen {
        person: PersonRef,
    },
    RingEnded {
        person: PersonRef,
        outcome: RingOutcome,
        /// For the requesting house and the coordinator.
        declined_because: Option<DeclineReason>,
    },
    Promised {
        until: UnixMillis,
    },
    PromiseBroken,
    Alarm {
        kind: AlarmKind,
    },
    Accepted,
    StudyAttached {
        study_id: StudyId,
    },
    Joined,
    Left,
    SessionEnded,
    Answered,
    Acknowledged,
    Closed,
    Cancelled,
}
