//! What happened. Events are stored for years: they and their fields are only ever added, each field with a serde
//! default.

mod kind;
mod record;

pub use record::{Recorded, record};

use super::{BookedBy, Occupant};
use crate::domain::{escalation::Plan, matching::MatchRecord, rota::Stretch};
use schemas::{
    GuestId, HospitalId, NetworkId, PersonId, PrivateText, RingId, ServiceId, StudyId, UnixMillis,
    consult::{AlarmKind, Answer, CaseFields, ClockStamp, Consent, DeclineReason, Part, Present, RingOutcome, Urgency},
    guest::GuestPart,
    report::{CloseOut, Outcome},
    slots::{AppointmentEnd, AppointmentSide},
};
use serde::{Deserialize, Serialize, de::Error as _};

/// Version written with new events. Raise it when the meaning of a stored event changes, and teach
/// [`Event::from_body`] or `Consult::apply` the old one: the states that an old log leads to are stored, were decided
/// upon, and are held against the log by the audit.
///
/// 1: releases 0.1 and 0.2. 2: an amendment reopens what was closed; the end of a talk and another specialist clear the
/// alarm of a late answer; a guest who leaves the door is invited, no more waiting.
pub const EVENT_VERSION: u32 = 2;

/// One fact about a consult. Bodies hold patient data or free text (fields, notes, reasons, questions, names, the
/// report) and all go with the purge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// First event of a consult that began as a request.
    Requested {
        service_id: ServiceId,
        network_id: NetworkId,
        /// The house that asks.
        hospital_id: HospitalId,
        requester: PersonId,
        urgency: Urgency,
        #[serde(default)]
        fields: CaseFields,
        /// A test of the escalation: rings this person and nobody else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        test: Option<PersonId>,
    },
    /// First event of a consult whose patient is still on the way: `fields.eta`. Nobody is rung.
    Prealerted {
        service_id: ServiceId,
        network_id: NetworkId,
        hospital_id: HospitalId,
        requester: PersonId,
        urgency: Urgency,
        #[serde(default)]
        fields: CaseFields,
        /// Who was first in line then, and sees it coming.
        #[serde(default)]
        notified: Vec<PersonId>,
    },
    /// The pre-alert became the request. Only the fields that changed are present.
    RequestMade {
        urgency: Urgency,
        #[serde(default)]
        fields: CaseFields,
    },
    /// Only the fields that changed are present.
    FieldsCompleted {
        fields: CaseFields,
    },
    /// While nobody has accepted the ladder begins anew after this.
    UrgencyChanged {
        urgency: Urgency,
    },
    /// It goes by appointment, and waits for a slot.
    SlotAwaited,
    /// It goes by appointment: this slot is held. `busy` is with the buffers.
    SlotBooked {
        person: PersonId,
        from: UnixMillis,
        until: UnixMillis,
        busy: Stretch,
        by: BookedBy,
        confirm_by: UnixMillis,
        /// Who has said yes by picking it.
        specialist: bool,
        requester: bool,
    },
    SlotConfirmed {
        side: AppointmentSide,
        person: PersonId,
    },
    /// The slot is free again.
    SlotEnded {
        person: PersonId,
        from: UnixMillis,
        why: AppointmentEnd,
    },
    /// The confirmed appointment is near: its specialist has the consult from now on.
    RoomOpened,
    /// The appointment's time has come.
    AppointmentBegun,
    /// No more by appointment: the ladder begins.
    RingsInstead,
    /// `at` is when it happened, as somebody of the team says.
    Stamped {
        stamp: ClockStamp,
        at: UnixMillis,
    },
    /// People were ranked for this round and a ladder was planned.
    Matched {
        round: u32,
        record: MatchRecord,
        plan: Plan,
    },
    /// A round began without a new ranking, because none was at hand.
    RoundRepeated {
        round: u32,
        plan: Plan,
    },
    RingStarted {
        ring_id: RingId,
        person: PersonId,
        round: u32,
        step: u32,
        until: UnixMillis,
        /// A coordinator picked this person; the ladder did not.
        #[serde(default, skip_serializing_if = "is_false")]
        assigned: bool,
        /// Has another consult on their hands.
        #[serde(default, skip_serializing_if = "is_false")]
        busy: bool,
    },
    /// The ring reached a device.
    RingDelivered {
        ring_id: RingId,
        person: PersonId,
    },
    /// The ring was looked at.
    RingSeen {
        ring_id: RingId,
        person: PersonId,
    },
    RingEnded {
        ring_id: RingId,
        person: PersonId,
        outcome: RingOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<DeclineReason>,
        #[serde(default, skip_serializing_if = "PrivateText::is_blank")]
        note: PrivateText,
    },
    /// "In five minutes": the ladder waits.
    Promised {
        person: PersonId,
        until: UnixMillis,
    },
    /// The promise ran out or was taken back; the ladder goes on.
    PromiseBroken {
        person: PersonId,
    },
    /// A coordinator stopped the ladder until then.
    TakenOver {
        person: PersonId,
        until: UnixMillis,
    },
    /// The ladder goes on by itself.
    TakeOverEnded,
    /// Everybody eligible is busy in an exclusive duty. The consult waits for these people.
    Queued {
        behind: Vec<PersonId>,
    },
    /// Everybody was rung, or there was nobody to ring; the machine tries again then.
    Unanswered {
        retry_at: UnixMillis,
    },
    AlarmRaised {
        kind: AlarmKind,
        /// Of the ladder, where the alarm is one: it is done with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<u32>,
    },
    Accepted {
        person: PersonId,
    },
    /// Until then `to` may take the consult from its specialist.
    Offered {
        to: PersonId,
        by: PersonId,
        until: UnixMillis,
        is_hand_over: bool,
    },
    /// Accepted, declined, taken back, run out, or the consult moved on.
    OfferEnded {
        to: PersonId,
        accepted: bool,
    },
    /// Follows an accepted offer.
    SpecialistChanged {
        person: PersonId,
    },
    ParticipantAdded {
        person: PersonId,
        part: Part,
    },
    ParticipantRemoved {
        person: PersonId,
    },
    AskedForMore {
        person: PersonId,
        text: PrivateText,
    },
    Replied {
        person: PersonId,
        text: PrivateText,
    },
    StudyAttached {
        study_id: StudyId,
    },
    StudyDetached {
        study_id: StudyId,
        #[serde(default)]
        reason: PrivateText,
    },
    Joined {
        person: PersonId,
    },
    Left {
        person: PersonId,
    },
    RollCalled {
        person: PersonId,
        present: Vec<Present>,
    },
    ConsentRecorded {
        person: PersonId,
        consent: Consent,
    },
    GuestInvited {
        guest_id: GuestId,
        name: PrivateText,
        part: GuestPart,
        person: PersonId,
    },
    GuestWaits {
        guest_id: GuestId,
    },
    GuestAdmitted {
        guest_id: GuestId,
        person: PersonId,
    },
    GuestRemoved {
        guest_id: GuestId,
        person: PersonId,
    },
    GuestJoined {
        guest_id: GuestId,
    },
    GuestLeft {
        guest_id: GuestId,
    },
    /// From now on the room is open to those who cannot encrypt.
    EncryptionLifted {
        person: PersonId,
    },
    /// The group of keys in the room was lost or given up, and another one began.
    GroupReplaced {
        generation: u64,
    },
    /// Something of the group was refused: by a member, or by the server where `by` is absent. `about` had sent it.
    GroupFault {
        #[serde(default)]
        by: Option<Occupant>,
        #[serde(default)]
        about: Option<Occupant>,
        code: String,
    },
    /// All others refused what this one did to the group, more than once.
    GroupBarred {
        who: Occupant,
    },
    SessionEnded,
    /// The first version of the report was signed.
    Answered {
        person: PersonId,
        answer: Answer,
    },
    /// A further version was signed; `version` counts from 2.
    Amended {
        person: PersonId,
        version: u32,
        reason: PrivateText,
        answer: Answer,
    },
    Acknowledged {
        person: PersonId,
    },
    /// The current version lies in the hospital's own record.
    ReportTakenOver {
        person: PersonId,
    },
    Closed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        close_out: Option<CloseOut>,
        #[serde(default, skip_serializing_if = "PrivateText::is_blank")]
        missing_because: PrivateText,
    },
    OutcomeFedBack {
        person: PersonId,
        outcome: Outcome,
    },
    GlassBroken {
        person: PersonId,
        until: UnixMillis,
        reason: PrivateText,
    },
    Cancelled {
        #[serde(default)]
        reason: PrivateText,
    },
}

impl Event {
    /// The alarm, by whatever raised it but a step of the ladder.
    pub(super) const fn alarm(kind: AlarmKind) -> Self {
        Self::AlarmRaised { kind, step: None }
    }

    /// Reads a stored body as the current shape of the event. `version` is the one stored beside it; every version
    /// up to [`EVENT_VERSION`] is understood.
    ///
    /// # Errors
    /// The log is damaged, or a newer release wrote it: guessing at what it meant would be worse than stopping.
    pub fn from_body(version: u32, body: &str) -> Result<Self, serde_json::Error> {
        if version > EVENT_VERSION {
            return Err(serde_json::Error::custom("written by a newer release"));
        }
        // All bodies have one shape so far: fields that were added later have defaults.
        serde_json::from_str(body)
    }

    /// The event as the text that is stored and committed to.
    pub fn to_body(&self) -> String {
        serde_json::to_string(self).expect("events are plain data: no maps, no serializers of their own that fail")
    }
}

/// Serde wants a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
