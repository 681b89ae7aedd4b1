//! The consult: request, state, actions, answer.

mod action;
mod answer;
mod course;
mod ring;
mod timeline;
mod view;

pub use action::*;
pub use answer::*;
pub use course::*;
pub use ring::*;
pub use timeline::*;
pub use view::*;

use crate::mls::Attestation;
use crate::{ConsultId, PrivateText, ServiceId, UnixMillis, slots::WantedAppointment};
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
    /// ISO 639-1 code of the language that the patient needs; absent where German does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
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
    /// Elective only: by appointment, and nobody is rung. A slot that is not free any more is refused with `slot_taken`,
    /// and nothing is made.
    #[serde(default)]
    pub appointment: Option<WantedAppointment>,
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
    /// `ws://…/api/rooms/{consult}/ws` on the node that owns the room, or `…/rooms/check/ws`.
    pub url: String,
    pub expires_at: UnixMillis,
    /// Relays for a network from which the node's media port cannot be reached; none unless the installation has them.
    pub ice_servers: Vec<IceServer>,
    /// For the device that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Attestation>,
}

/// A TURN server (RFC 8656), as `RTCPeerConnection` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IceServer {
    /// `turn:…` or `turns:…` (RFC 7065).
    pub urls: Vec<String>,
    /// `<expiry in Unix seconds>:<random>`: says nothing about the person.
    pub username: String,
    /// Good until the expiry.
    pub credential: PrivateText,
}
