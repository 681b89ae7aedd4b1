//! From one duty to the next: notes, open consults, notices.

use crate::{
    ConsultId, HandOverNoteId, PrivateText, ServiceId, UnixMillis,
    consult::{ConsultState, Urgency},
    directory::{Duty, PersonRef},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/services/{id}/hand-over`, and `GET /api/me/hand-overs` for every service at which the caller is, was or soon
/// will be on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandOverView {
    pub service_id: ServiceId,
    pub service: String,
    pub zone: String,
    pub on_duty: Vec<Duty>,
    /// The next stretches within twelve hours.
    pub next: Vec<Duty>,
    /// The newest first.
    pub notes: Vec<HandOverNote>,
    /// What is not finished.
    pub open: Vec<OpenConsult>,
    /// The caller may write a note.
    pub may_write: bool,
}

/// `PUT /api/hand-over-notes/{id}`; the client makes the id. Kept for 30 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutHandOverNote {
    pub service_id: ServiceId,
    /// Nothing that names a patient: the page says so, and nobody can check it.
    pub text: PrivateText,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandOverNote {
    pub id: HandOverNoteId,
    pub author: PersonRef,
    pub at: UnixMillis,
    pub text: PrivateText,
}

/// Without anything about the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenConsult {
    pub id: ConsultId,
    pub label: String,
    pub urgency: Urgency,
    pub state: ConsultState,
    pub hospital: String,
    pub specialist: Option<PersonRef>,
    pub created_at: UnixMillis,
}
