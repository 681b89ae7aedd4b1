//! The consult: request, state, actions, answer.

use crate::{
    ConsultId, GuestId, HospitalId, PersonId, PrivateText, RingId, ServiceId, StudyId, UnixMillis,
    directory::{HospitalRef, PersonRef, Service},
    guest::{Guest, GuestPart},
    report::{CloseOut, KeyImage, Ledger, Nihss, Outcome, ReportTemplate},
};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// A human picks it; no code ever does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    Emergency,
    Urgent,
    Elective,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsultState {
    Prealert,
    Ringing,
    /// The ladder is exhausted or nobody is on duty; the coordinator is alarmed; an accept still counts.
    Unanswered,
    Booked,
    Accepted,
    InSession,
    Reporting,
    Reported,
    Acknowledged,
    Closed,
    Cancelled,
}

impl ConsultState {
    /// `false` once the consult has reached its end.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Cancelled)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Female,
    Male,
    Diverse,
    Unknown,
}

/// § 1(4) Telekonsilien-Vereinbarung: one of the two must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Justification {
    Interdisciplinary,
    SpeciallyComplex,
}

/// § 3(2) Telekonsilien-Vereinbarung. Every field may be missing in an emergency; [`CaseFields::missing`] lists them.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct CaseFields {
    pub family_name: Option<String>,
    pub given_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    pub sex: Option<Sex>,
    /// Krankenversichertennummer: a letter and nine digits.
    pub insurance_number: Option<String>,
    /// Hospital's own patient ID, DICOM (0010,0020).
    pub patient_id: Option<String>,
    pub diagnosis: Option<String>,
    pub medication: Option<String>,
    pub question: Option<String>,
    pub justification: Option<Justification>,
    /// Where the requester can be reached.
    pub callback_phone: Option<String>,
    /// When an answer is needed at the latest.
    pub deadline: Option<UnixMillis>,
    /// Expected arrival of the patient, where the patient is still on the way.
    pub eta: Option<UnixMillis>,
    pub last_seen_well: Option<UnixMillis>,
}

impl fmt::Debug for CaseFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseFields(…)")
    }
}

/// A field that § 3(2) asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseField {
    FamilyName,
    GivenName,
    BirthDate,
    Sex,
    InsuranceNumber,
    Diagnosis,
    Medication,
    Question,
    Justification,
    CallbackPhone,
    Deadline,
}

impl CaseFields {
    /// The medical question without who the patient is: what a specialist sees who is rung and has not accepted.
    #[must_use]
    pub fn without_identity(&self) -> Self {
        Self {
            family_name: None,
            given_name: None,
            birth_date: None,
            insurance_number: None,
            patient_id: None,
            ..self.clone()
        }
    }

    /// What § 3(2) asks for and is not there yet, in the order of the form.
    pub fn missing(&self) -> Vec<CaseField> {
        let blank = |text: &Option<String>| text.as_deref().is_none_or(|t| t.trim().is_empty());
        [
            (blank(&self.family_name), CaseField::FamilyName),
            (blank(&self.given_name), CaseField::GivenName),
            (blank(&self.birth_date), CaseField::BirthDate),
            (self.sex.is_none(), CaseField::Sex),
            (blank(&self.insurance_number), CaseField::InsuranceNumber),
            (blank(&self.diagnosis), CaseField::Diagnosis),
            (blank(&self.medication), CaseField::Medication),
            (blank(&self.question), CaseField::Question),
            (self.justification.is_none(), CaseField::Justification),
            (blank(&self.callback_phone), CaseField::CallbackPhone),
            (self.deadline.is_none(), CaseField::Deadline),
        ]
        .into_iter()
        .filter_map(|(missing, field)| missing.then_some(field))
        .collect()
    }
}

/// `POST /api/consults`. The client makes the id (UUIDv7): sending the same request again is answered with the same
/// consult, so a lost response costs nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewConsult {
    pub id: ConsultId,
    pub service_id: ServiceId,
    pub urgency: Urgency,
    #[serde(default)]
    pub fields: CaseFields,
    /// `true`: the patient is announced (`fields.eta` says for when) and nobody is rung yet; whoever is on duty sees it
    /// coming. [`Action::RequestNow`] turns it into the request.
    #[serde(default)]
    pub prealert: bool,
}

/// What the decision is, in one word; the words are in [`Answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    TreatHere,
    Transfer,
    MoreDiagnostics,
    NoAction,
    Other,
}

/// The specialist's structured written answer (§ 4 Telekonsilien-Vereinbarung).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    pub findings: PrivateText,
    pub assessment: PrivateText,
    pub recommendation: PrivateText,
    pub decision: Decision,
    /// What limited the consult: picture quality, missing series, missing laboratory values.
    #[serde(default)]
    pub limitations: PrivateText,
    #[serde(default)]
    pub template: ReportTemplate,
    /// Stroke template only.
    #[serde(default)]
    pub nihss: Option<Nihss>,
    /// At most twelve.
    #[serde(default)]
    pub key_images: Vec<KeyImage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignedAnswer {
    /// From 1; an amendment is the next one.
    pub version: u32,
    /// Why the version before was not enough; empty in the first.
    pub reason: PrivateText,
    pub answer: Answer,
    pub author: PersonRef,
    pub signed_at: UnixMillis,
}

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

/// Instants that count in an emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockStamp {
    /// Patient in the house.
    Door,
    /// First image taken.
    Imaging,
    /// The decision was made and read back.
    Decision,
}

/// The running clock. Medical: shown to those who may read the case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ClockTimes {
    pub last_seen_well: Option<UnixMillis>,
    pub eta: Option<UnixMillis>,
    pub door: Option<UnixMillis>,
    pub imaging: Option<UnixMillis>,
    pub decision: Option<UnixMillis>,
}

/// What somebody is in a consult beside requester and specialist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Reads the case, the images and the report.
    SecondSpecialist,
    /// Talks and hears; reads neither case nor images.
    Interpreter,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    pub person: PersonRef,
    pub part: Part,
    pub since: UnixMillis,
}

/// The consult is offered to somebody who has not agreed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    pub to: PersonRef,
    pub by: PersonRef,
    pub at: UnixMillis,
    /// `true`: the specialist hands it over; `false`: a coordinator assigns it.
    pub is_hand_over: bool,
}

/// One question of the specialist or one reply of the requesting house.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Exchange {
    pub at: UnixMillis,
    pub person: PersonRef,
    /// `true` for the specialist's question.
    pub is_question: bool,
    pub text: PrivateText,
}

/// Somebody who was in the room when the roll was called, account or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Present {
    pub name: PrivateText,
    /// "Pflege", "Angehörige", …
    #[serde(default)]
    pub role: PrivateText,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCall {
    pub at: UnixMillis,
    pub by: PersonRef,
    pub present: Vec<Present>,
}

/// What the patient said to the consultation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    Given,
    /// By the legal representative.
    GivenByRepresentative,
    /// The patient cannot be asked; presumed in the emergency.
    Presumed,
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordedConsent {
    pub consent: Consent,
    pub at: UnixMillis,
    pub by: PersonRef,
}

/// Why nobody is rung although somebody is on duty: their duty is exclusive and they are busy. They see who waits and
/// may accept on purpose; the ladder begins as soon as one of them is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    pub since: UnixMillis,
    pub behind: Vec<PersonRef>,
}

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
}

/// Why the coordinator is alarmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    NobodyOnDuty,
    LadderExhausted,
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
}

/// What everybody around a consult sees in lists. Holds no patient data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsultSummary {
    pub id: ConsultId,
    /// Short name for the telephone: `TK-7F3A`.
    pub label: String,
    /// Number of events so far.
    pub seq: i64,
    pub state: ConsultState,
    pub urgency: Urgency,
    pub hospital: HospitalRef,
    pub service: Service,
    pub requester: PersonRef,
    pub specialist: Option<PersonRef>,
    pub created_at: UnixMillis,
    /// Since when `state` holds.
    pub state_since: UnixMillis,
    pub eta: Option<UnixMillis>,
    pub deadline: Option<UnixMillis>,
    /// People who are being rung now.
    pub ringing: Vec<PersonRef>,
    /// Somebody promised to come by then.
    pub promised_until: Option<UnixMillis>,
    pub promised_by: Option<PersonRef>,
    /// When the machine acts next.
    pub next_deadline: Option<UnixMillis>,
    pub alarm: Option<AlarmKind>,
    pub missing: Vec<CaseField>,
    pub studies: u32,
    /// People who are in the room now.
    pub in_room: Vec<PersonRef>,
    pub participants: Vec<Participant>,
    pub offer: Option<Offer>,
    pub queue: Option<Queue>,
    /// The coordinator who stopped the ladder and sees to it.
    pub taken_over_by: Option<PersonRef>,
    /// A question of the specialist stands open.
    pub asked_for_more: bool,
    /// Guests who wait to be let in.
    pub waiting_guests: u32,
    /// The requesting house has the report in its own record.
    pub report_taken_over: bool,
}

/// `GET /api/consults/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsultDetail {
    pub summary: ConsultSummary,
    /// Absent for coordinators: they need no patient data. Who is rung sees them without name, birth date and numbers
    /// until the accept.
    pub fields: Option<CaseFields>,
    pub rings: Vec<Ring>,
    pub studies: Vec<StudyStatus>,
    /// Studies that were detached: for the requesting house, which may undo it.
    pub detached: Vec<StudyStatus>,
    /// The current version of the report. Absent for coordinators and until it is signed.
    pub answer: Option<SignedAnswer>,
    /// Every version, the first one first; empty where `answer` is absent.
    pub versions: Vec<SignedAnswer>,
    /// Absent where `fields` are.
    pub clock: Option<ClockTimes>,
    /// Empty for those who may not read who the patient is.
    pub exchanges: Vec<Exchange>,
    /// The last one.
    pub roll_call: Option<RollCall>,
    pub consent: Option<RecordedConsent>,
    pub guests: Vec<Guest>,
    /// From the first minute in the room on; for requester, specialist and coordinator.
    pub ledger: Option<Ledger>,
    pub close_out: Option<CloseOut>,
    pub outcomes: Vec<Outcome>,
    pub timeline: Vec<TimelineEntry>,
    /// What the caller may do now.
    pub actions: Vec<ActionName>,
}

/// How far a study is: `received` of `declared` objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StudyStatus {
    pub id: StudyId,
    /// DICOM (0020,000D).
    pub study_instance_uid: String,
    pub modalities: Vec<String>,
    pub description: Option<PrivateText>,
    /// `YYYYMMDD`, DICOM (0008,0020).
    pub study_date: Option<String>,
    /// Objects announced by the sender; absent when nobody announced a number.
    pub declared: Option<u32>,
    pub received: u32,
}

/// `POST /api/consults/{id}/studies`: announces an upload and attaches the study. Repeating it is harmless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeclareStudy {
    pub study_instance_uid: String,
    pub instances: u32,
}

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

/// Query of `GET /api/consults`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConsultQuery {
    /// Only open ones (default) or all.
    #[serde(default)]
    pub all: bool,
}

/// `POST /api/consults/{id}/ticket`: the way into the room.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoomTicket {
    /// JWT, valid for 60 seconds, once. Sent as the first message on the socket, never in a URL.
    pub ticket: PrivateText,
    /// `ws://…/api/rooms/{consult}/ws` on the node that owns the room.
    pub url: String,
    pub expires_at: UnixMillis,
}

/// Who a consult belongs to; used by rooms and imaging to check access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultTeam {
    pub requester_hospital: HospitalId,
    pub members: Vec<PersonId>,
}
