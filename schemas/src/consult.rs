//! The consult: request, state, actions, answer.

use crate::{
    ConsultId, HospitalId, PersonId, PrivateText, RingId, ServiceId, StudyId, UnixMillis,
    directory::{HospitalRef, PersonRef, Service},
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
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignedAnswer {
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
    CompleteFields {
        fields: CaseFields,
    },
    Accept,
    /// Rung specialist: holds the ladder for five minutes.
    AcceptInFive,
    /// Rung specialist: the next one is rung at once.
    PassOn,
    /// Rung specialist: not rung again for this consult.
    Decline {
        reason: DeclineReason,
        #[serde(default)]
        note: PrivateText,
    },
    /// Rung specialist's device: the ring reached it or was looked at.
    RingReceipt {
        ring_id: RingId,
        receipt: Receipt,
    },
    /// Referrer or coordinator.
    Cancel {
        reason: PrivateText,
    },
    /// Study in the caller's house; joins it to the consult.
    AttachStudy {
        study_id: StudyId,
    },
    /// Specialist: the talk is over, the answer follows.
    EndSession,
    /// Specialist: signs the answer.
    SubmitAnswer {
        answer: Answer,
    },
    /// Referrer: read and understood.
    Acknowledge,
    /// Referrer or coordinator.
    Close,
}

/// The name of an action, without its content: what the caller may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionName {
    CompleteFields,
    Accept,
    AcceptInFive,
    PassOn,
    Decline,
    RingReceipt,
    Cancel,
    AttachStudy,
    Join,
    EndSession,
    SubmitAnswer,
    Acknowledge,
    Close,
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
    /// Absent for coordinators and until it is signed.
    pub answer: Option<SignedAnswer>,
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
    Requested { urgency: Urgency },
    FieldsCompleted { missing: Vec<CaseField> },
    Matched { round: u32, eligible: u32 },
    RingStarted { person: PersonRef, round: u32, step: u32 },
    RingDelivered { person: PersonRef },
    RingSeen { person: PersonRef },
    RingEnded { person: PersonRef, outcome: RingOutcome },
    Promised { until: UnixMillis },
    PromiseBroken,
    Alarm { kind: AlarmKind },
    Accepted,
    StudyAttached { study_id: StudyId },
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
