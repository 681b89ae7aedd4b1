//! What somebody wants.

use super::{BookedBy, GroupNote, Occupant};
use crate::domain::{escalation::Matched, slots::Slot};
use schemas::{
    ConsultId, GuestId, HospitalId, NetworkId, PersonId, PrivateText, RingId, ServiceId, StudyId, UnixMillis,
    consult::{Answer, CaseFields, ClockStamp, Consent, DeclineReason, Part, Present, Receipt, Urgency},
    guest::GuestPart,
    report::{CloseOut, Outcome},
};

/// A wish. Whether the person may have it at all is the access table's question; whether it makes sense now is
/// answered by [`super::decide`].
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The first command of a consult. `matched` ranks the people on duty now: they are rung, or (`prealert`) those
    /// of the first step are notified.
    Request {
        id: ConsultId,
        service_id: ServiceId,
        network_id: NetworkId,
        hospital_id: HospitalId,
        requester: PersonId,
        urgency: Urgency,
        fields: CaseFields,
        prealert: bool,
        /// A test of the escalation, of whom.
        test: Option<PersonId>,
        matched: Matched,
        /// Instead of ringing anybody.
        appointment: Option<WantedSlot>,
    },
    /// Turns a pre-alert into the request.
    RequestNow {
        person: PersonId,
        urgency: Urgency,
        fields: CaseFields,
        matched: Matched,
    },
    /// Present fields replace the stored ones, absent ones stay.
    CompleteFields {
        person: PersonId,
        fields: CaseFields,
    },
    /// `matched` is a ranking by the policy of the new urgency; used while nobody has accepted.
    ChangeUrgency {
        person: PersonId,
        urgency: Urgency,
        matched: Option<Matched>,
    },
    /// Holds a slot that was found free. `by` is the house that asks, or the desk.
    BookSlot {
        person: PersonId,
        slot: Slot,
        by: BookedBy,
    },
    AwaitSlot {
        person: PersonId,
    },
    ConfirmSlot {
        person: PersonId,
        from: UnixMillis,
    },
    DeclineSlot {
        person: PersonId,
        from: UnixMillis,
    },
    /// By the specialist of the appointment.
    ProposeSlot {
        person: PersonId,
        slot: Slot,
    },
    RingNow {
        person: PersonId,
        matched: Matched,
    },
    /// The machine's: `person` is not on duty at the appointment of `from` any more. `to` is, and free.
    DutyChanged {
        person: PersonId,
        from: UnixMillis,
        to: Option<Slot>,
    },
    /// `at` is when it happened, as the person says.
    Stamp {
        person: PersonId,
        stamp: ClockStamp,
        at: UnixMillis,
    },
    Accept {
        person: PersonId,
    },
    AcceptInFive {
        person: PersonId,
    },
    /// `ring_id`, where given, must be the ring that is answered.
    PassOn {
        person: PersonId,
        ring_id: Option<RingId>,
    },
    Decline {
        person: PersonId,
        ring_id: Option<RingId>,
        reason: DeclineReason,
        note: PrivateText,
    },
    RingReceipt {
        person: PersonId,
        ring_id: RingId,
        receipt: Receipt,
    },
    /// A coordinator sees to it; the ladder stops for a while.
    TakeOver {
        person: PersonId,
    },
    /// By a coordinator: rings `to` while nobody has accepted, offers the consult to `to` afterwards. The caller has
    /// checked that `to` could be its specialist.
    Assign {
        person: PersonId,
        to: PersonId,
    },
    /// By the specialist: offers the consult to `to`. The caller has checked that `to` could be its specialist.
    HandOver {
        person: PersonId,
        to: PersonId,
    },
    AcceptOffer {
        person: PersonId,
    },
    DeclineOffer {
        person: PersonId,
    },
    AddParticipant {
        person: PersonId,
        who: PersonId,
        part: Part,
    },
    RemoveParticipant {
        person: PersonId,
        who: PersonId,
    },
    AskForMore {
        person: PersonId,
        text: PrivateText,
    },
    Reply {
        person: PersonId,
        text: PrivateText,
    },
    /// Without a reason up to `accepted`, with one until an answer is signed.
    Cancel {
        person: PersonId,
        reason: PrivateText,
    },
    /// `person` is absent when the study attached itself. Undoes a detach when a person does it.
    AttachStudy {
        person: Option<PersonId>,
        study_id: StudyId,
    },
    DetachStudy {
        person: PersonId,
        study_id: StudyId,
        reason: PrivateText,
    },
    /// Told by the room, not wished: a seat was taken.
    Joined {
        person: PersonId,
    },
    /// Told by the room: the seat is empty, on purpose or because it was lost for too long.
    Left {
        person: PersonId,
    },
    RollCall {
        person: PersonId,
        present: Vec<Present>,
    },
    RecordConsent {
        person: PersonId,
        consent: Consent,
    },
    InviteGuest {
        person: PersonId,
        guest_id: GuestId,
        name: PrivateText,
        part: GuestPart,
    },
    /// Told by the room: the guest is at the door.
    GuestWaits {
        guest_id: GuestId,
    },
    AdmitGuest {
        person: PersonId,
        guest_id: GuestId,
    },
    RemoveGuest {
        person: PersonId,
        guest_id: GuestId,
    },
    /// Told by the room.
    GuestJoined {
        guest_id: GuestId,
    },
    /// Told by the room.
    GuestLeft {
        guest_id: GuestId,
    },
    LiftEncryption {
        person: PersonId,
    },
    /// Told by the room: what became of its group of keys.
    NoteGroup {
        note: GroupNote,
    },
    EndSession {
        person: PersonId,
    },
    /// The first version of the report, or an amendment. The caller has asked for the password again.
    SignReport {
        person: PersonId,
        answer: Answer,
        /// Number of versions that the author has seen.
        after_version: u32,
        reason: PrivateText,
    },
    Acknowledge {
        person: PersonId,
    },
    ReportTakenOver {
        person: PersonId,
    },
    Close {
        person: PersonId,
        close_out: Option<CloseOut>,
        missing_because: PrivateText,
    },
    FeedBack {
        person: PersonId,
        outcome: Outcome,
    },
    /// A physician who has nothing to do with the consult reads it in an emergency, until `until`.
    BreakGlass {
        person: PersonId,
        until: UnixMillis,
        reason: PrivateText,
    },
    /// The machine's: somebody whom the consult is queued behind may be free; `matched` is a fresh ranking.
    Freed {
        matched: Matched,
    },
    /// The machine's own turn, at or after [`super::next_deadline`]. `rematch` is a fresh ranking, given where
    /// [`super::wants_rematch`] asks for one and ignored otherwise.
    Tick {
        rematch: Option<Matched>,
    },
}

/// How a consult is to go by appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedSlot {
    Whenever,
    Slot(Slot),
}

impl Command {
    /// Who acts; absent for the machine, and for guests, who are no persons with an account.
    pub const fn actor(&self) -> Option<PersonId> {
        match self {
            Self::Request { requester: person, .. }
            | Self::RequestNow { person, .. }
            | Self::CompleteFields { person, .. }
            | Self::ChangeUrgency { person, .. }
            | Self::BookSlot { person, .. }
            | Self::AwaitSlot { person }
            | Self::ConfirmSlot { person, .. }
            | Self::DeclineSlot { person, .. }
            | Self::ProposeSlot { person, .. }
            | Self::RingNow { person, .. }
            | Self::Stamp { person, .. }
            | Self::Accept { person }
            | Self::AcceptInFive { person }
            | Self::PassOn { person, .. }
            | Self::Decline { person, .. }
            | Self::RingReceipt { person, .. }
            | Self::TakeOver { person }
            | Self::Assign { person, .. }
            | Self::HandOver { person, .. }
            | Self::AcceptOffer { person }
            | Self::DeclineOffer { person }
            | Self::AddParticipant { person, .. }
            | Self::RemoveParticipant { person, .. }
            | Self::AskForMore { person, .. }
            | Self::Reply { person, .. }
            | Self::Cancel { person, .. }
            | Self::DetachStudy { person, .. }
            | Self::Joined { person }
            | Self::Left { person }
            | Self::RollCall { person, .. }
            | Self::RecordConsent { person, .. }
            | Self::InviteGuest { person, .. }
            | Self::AdmitGuest { person, .. }
            | Self::RemoveGuest { person, .. }
            | Self::LiftEncryption { person }
            | Self::EndSession { person }
            | Self::SignReport { person, .. }
            | Self::Acknowledge { person }
            | Self::ReportTakenOver { person }
            | Self::Close { person, .. }
            | Self::FeedBack { person, .. }
            | Self::BreakGlass { person, .. } => Some(*person),
            Self::AttachStudy { person, .. } => *person,
            Self::NoteGroup { note: GroupNote::Fault { by: Some(Occupant::Person(person)), .. } } => Some(*person),
            Self::GuestWaits { .. }
            | Self::GuestJoined { .. }
            | Self::GuestLeft { .. }
            | Self::NoteGroup { .. }
            | Self::DutyChanged { .. }
            | Self::Freed { .. }
            | Self::Tick { .. } => None,
        }
    }
}
