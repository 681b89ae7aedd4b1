//! Data protection: who read what, broken glass, exports by two people.

use crate::{ConsultId, ExportId, NoticeId, PrivateText, StudyId, UnixMillis, directory::PersonRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/consults/{id}/access-log`: one row for each person, session and study in 15 minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessEntry {
    /// Absent for service accounts.
    pub person: Option<PersonRef>,
    /// Tells sessions apart; not the secret token.
    pub session: String,
    pub study_id: StudyId,
    pub at: UnixMillis,
}

/// `POST /api/break-glass`: a physician outside the team opens a consult in an emergency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BreakGlass {
    /// The short name (`TK-7F3A`) or the whole id.
    pub consult: String,
    /// At least ten characters; read by the data-protection role.
    pub reason: PrivateText,
}

/// The answer: may be read until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GlassBroken {
    pub consult_id: ConsultId,
    pub until: UnixMillis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    GlassBroken,
    ExportRequested,
    ExportDownloaded,
}

/// `GET /api/privacy/notices`, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    pub id: NoticeId,
    pub kind: NoticeKind,
    pub at: UnixMillis,
    pub person: PersonRef,
    pub consult_id: ConsultId,
    /// `TK-7F3A`.
    pub label: String,
    pub reason: PrivateText,
    /// `POST /api/privacy/notices/{id}/seen`.
    pub seen_by: Option<PersonRef>,
    pub seen_at: Option<UnixMillis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// A second person has to approve it.
    Requested,
    /// May be downloaded by who asked for it, for 24 hours.
    Approved,
    Refused,
    Downloaded,
    Expired,
}

/// `POST /api/consults/{id}/exports`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RequestExport {
    pub reason: PrivateText,
}

/// `GET /api/privacy/exports`. The file (`GET /api/privacy/exports/{id}/file`) is one JSON document: the log with its
/// chain, every version of the report, the access log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Export {
    pub id: ExportId,
    pub consult_id: ConsultId,
    pub label: String,
    pub state: ExportState,
    pub reason: PrivateText,
    pub requested_by: PersonRef,
    pub requested_at: UnixMillis,
    pub decided_by: Option<PersonRef>,
    pub decided_at: Option<UnixMillis>,
}

/// `POST /api/privacy/exports/{id}/decision`: never by who asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecideExport {
    pub approve: bool,
}

/// `GET /api/privacy/retention`: what waits for its purge, and what cannot be purged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retention {
    /// Days from the take-over of the report (or the cancelling) to the purge.
    pub after_days: u32,
    pub due: u32,
    pub purged: u32,
    /// Ended, and nobody has said that the report lies in the hospital's record.
    pub not_taken_over: Vec<ConsultId>,
}
