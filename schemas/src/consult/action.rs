//! What people do with a consult.

use super::{CaseFields, ClockStamp, Consent, Part, Present, Receipt, Urgency};
use crate::{
    GuestId, PersonId, PrivateText, RingId, StudyId, UnixMillis,
    report::{CloseOut, Outcome},
    slots::SlotChoice,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    NotMyField,
    NoCapacity,
    ConflictOfInterest,
    TechnicalProblem,
    Other,
}

/// `POST /api/consults/{id}/actions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Referrer: present fields replace the stored ones, absent (`null`) ones stay.
    CompleteFields { fields: CaseFields },
    /// Referrer: turns a pre-alert into the request; the ladder begins.
    RequestNow {
        urgency: Urgency,
        #[serde(default)]
        fields: CaseFields,
    },
    /// Referrer or coordinator, up to `accepted`. While it rings the ladder begins anew by the policy of that urgency.
    ChangeUrgency { urgency: Urgency },
    /// Team: notes when something happened; the last one counts. Not in the future by more than five minutes.
    Stamp { stamp: ClockStamp, at: UnixMillis },
    /// Rung specialist.
    Accept,
    /// Rung specialist: holds the ladder for five minutes.
    AcceptInFive,
    /// Rung specialist: the next one is rung at once. `ring_id`, where given, must be the ring that is answered: a
    /// repeat after a lost response cannot hit the next one.
    PassOn {
        #[serde(default)]
        ring_id: Option<RingId>,
    },
    /// Rung specialist: not rung again for this consult.
    Decline {
        #[serde(default)]
        ring_id: Option<RingId>,
        reason: DeclineReason,
        #[serde(default)]
        note: PrivateText,
    },
    /// Rung specialist's device: the ring reached it or was looked at.
    RingReceipt { ring_id: RingId, receipt: Receipt },
    /// Coordinator, while nobody has accepted: the ladder stops for five minutes and everybody sees that this person
    /// sees to it.
    TakeOver,
    /// Coordinator. While nobody has accepted: rings that specialist, at once and alone, and the ladder follows.
    /// Afterwards: an offer that the specialist accepts or declines; the consult stays where it is until then.
    Assign { to: PersonId },
    /// Specialist, at a shift change: an offer to another specialist.
    HandOver { to: PersonId },
    /// Specialist to whom the consult is offered.
    AcceptOffer,
    /// Specialist to whom the consult is offered; whoever offered it may take it back.
    DeclineOffer,
    /// Coordinator or specialist: one more specialist, or an interpreter with an account.
    AddParticipant { person: PersonId, part: Part },
    /// Coordinator or specialist.
    RemoveParticipant { person: PersonId },
    /// Specialist: asks the requester for more (a question, a picture, a value).
    AskForMore { text: PrivateText },
    /// Requesting house: answers what was asked.
    Reply { text: PrivateText },
    /// Referrer or coordinator, elective only: holds this slot instead of ringing, of waiting for one, or of the slot that
    /// is held. The other side is asked to confirm.
    BookSlot { slot: SlotChoice },
    /// Referrer or coordinator, elective only: the slot that is held is free again, or the ringing ends; the consult waits
    /// for a slot until its deadline.
    AwaitSlot,
    /// Whoever has not said yes to the appointment at `start`: the specialist, or the requesting house.
    ConfirmSlot { start: UnixMillis },
    /// The same: no. The consult waits for another slot, and is not proposed to this specialist again.
    DeclineSlot { start: UnixMillis },
    /// Specialist of an appointment: another slot instead, which the requesting house confirms.
    ProposeSlot { slot: SlotChoice },
    /// Referrer or coordinator: the appointment is given up, and the ladder begins.
    RingNow,
    /// Referrer or coordinator.
    Cancel { reason: PrivateText },
    /// Study in the caller's house; joins it to the consult. Undoes a detach.
    AttachStudy { study_id: StudyId },
    /// Referrer: the study does not belong here (another patient's). It is not shown to anybody any more; attaching it
    /// again undoes this.
    DetachStudy {
        study_id: StudyId,
        #[serde(default)]
        reason: PrivateText,
    },
    /// Anybody of the team in the room: who is present on both sides, said aloud.
    RollCall { present: Vec<Present> },
    /// Anybody of the team: what the patient said to this consultation.
    RecordConsent { consent: Consent },
    /// Anybody of the team in the room: lets a waiting guest in.
    AdmitGuest { guest_id: GuestId },
    /// Anybody of the team: sends a guest away, waiting or admitted, and ends the link.
    RemoveGuest { guest_id: GuestId },
    /// Anybody of the team, from the request to the end: the room is opened to those who cannot encrypt, and stays so.
    LiftEncryption,
    /// Specialist: the talk is over, the report follows.
    EndSession,
    /// Referrer: read and understood.
    Acknowledge,
    /// Requesting house: the report lies in the hospital's own record (KIS). The retention begins.
    ReportTakenOver,
    /// Referrer or coordinator. Refused while fields of § 3(2) are missing, unless `missing_because` says why.
    Close {
        #[serde(default)]
        close_out: Option<CloseOut>,
        #[serde(default)]
        missing_because: PrivateText,
    },
    /// Requesting house, also after the close: how it went on, for the specialist.
    FeedBack { outcome: Outcome },
}

/// The name of an action, without its content: what the caller may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionName {
    CompleteFields,
    RequestNow,
    ChangeUrgency,
    Stamp,
    Accept,
    AcceptInFive,
    PassOn,
    Decline,
    RingReceipt,
    TakeOver,
    Assign,
    HandOver,
    AcceptOffer,
    DeclineOffer,
    AddParticipant,
    RemoveParticipant,
    AskForMore,
    Reply,
    BookSlot,
    AwaitSlot,
    ConfirmSlot,
    DeclineSlot,
    ProposeSlot,
    RingNow,
    Cancel,
    AttachStudy,
    DetachStudy,
    Join,
    RollCall,
    RecordConsent,
    /// `POST /api/consults/{id}/guests`.
    InviteGuest,
    AdmitGuest,
    RemoveGuest,
    LiftEncryption,
    EndSession,
    /// `POST /api/consults/{id}/report`, first version.
    SignReport,
    /// `POST /api/consults/{id}/report`, a further version.
    Amend,
    Acknowledge,
    ReportTakenOver,
    Close,
    FeedBack,
}
