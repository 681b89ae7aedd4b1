//! What people see of a consult.

use super::{
    ActionName, AlarmKind, CaseField, CaseFields, ClockTimes, ConsultState, Exchange, Offer, Participant, Queue,
    RecordedConsent, Ring, RollCall, SignedAnswer, TimelineEntry, Urgency,
};
use crate::{
    ConsultId, PrivateText, StudyId, UnixMillis,
    directory::{HospitalRef, PersonRef, Service},
    guest::Guest,
    mls::Encryption,
    report::{CloseOut, Ledger, Outcome},
    slots::Appointment,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Its specialists before the present one.
    pub former: Vec<PersonRef>,
    pub created_at: UnixMillis,
    /// Since when somebody is asked; absent for what never was more than a pre-alert.
    pub requested_at: Option<UnixMillis>,
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
    /// It goes by appointment instead of by ringing.
    pub appointment: Option<Appointment>,
    /// The coordinator who stopped the ladder and sees to it.
    pub taken_over_by: Option<PersonRef>,
    /// A question of the specialist stands open.
    pub asked_for_more: bool,
    /// A test of the escalation: there is no patient.
    #[serde(default)]
    pub is_test: bool,
    /// Guests who wait to be let in.
    pub waiting_guests: u32,
    /// The requesting house has the report in its own record.
    pub report_taken_over: bool,
    /// How often the requesting house has told how it went on.
    pub outcomes: u32,
    /// People of a neighbouring network are asked too.
    pub out_of_area: Option<OutOfArea>,
}

/// The neighbouring network whose people are asked, by its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutOfArea {
    pub network: String,
    pub service: String,
    pub since: UnixMillis,
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
    /// Of its room.
    pub encryption: Encryption,
    /// From the first minute in the room on; for requester, specialist and coordinator.
    pub ledger: Option<Ledger>,
    pub close_out: Option<CloseOut>,
    /// Why it was closed without some of `summary.missing`; for those who may read the case.
    pub missing_because: Option<PrivateText>,
    /// For those who may read the case.
    pub cancelled_because: Option<PrivateText>,
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
