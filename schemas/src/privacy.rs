//! Data protection: who read what, broken glass, exports by two people.

use crate::{
    ConsultId, ExportId, NoticeId, PrivateText, StudyId, UnixMillis,
    directory::{PersonRef, Role},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessKind {
    /// Who the patient is, the question, the report: the consult's own page.
    Case,
    /// The report as a file.
    Report,
    /// Objects of a study.
    Images,
    /// A study in the answer of a search (QIDO-RS), with the patient's name.
    Search,
}

/// `GET /api/consults/{id}/access-log`: one row for each person, session and thing that was read in 15 minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessEntry {
    /// Absent for service accounts.
    pub person: Option<PersonRef>,
    /// Tells sessions apart; not the secret token.
    pub session: String,
    pub kind: AccessKind,
    /// For `images` and `search`.
    pub study_id: Option<StudyId>,
    pub at: UnixMillis,
}

/// `GET /api/privacy/consults/{name}`: consults of that short name whose access log or export the caller may ask for,
/// newest first. Short names are not unique, and a consult keeps its own after its content was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedConsult {
    pub id: ConsultId,
    /// `TK-7F3A`.
    pub label: String,
    pub created_at: UnixMillis,
    /// Of the house that asks.
    pub hospital: String,
    /// Its content was deleted; the access log is still there.
    pub is_purged: bool,
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
    /// An administrator made a link that signs somebody else in.
    LinkIssued,
    /// The same, and the password was forgotten: whoever opens the link sets a new one.
    PasswordForgotten,
    /// An administrator made an account, or changed what one may reach; see [`RightsChange`].
    RightsChanged,
}

/// What an account may do or reach that it could not before, and the other way round.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RightsChange {
    pub roles_given: Vec<Role>,
    pub roles_taken: Vec<Role>,
    /// Names.
    pub networks_given: Vec<String>,
    pub networks_taken: Vec<String>,
    /// Name of the house that it belongs to now, where that changed.
    pub hospital: Option<String>,
    /// It may sign in again, or may not any more, where that changed.
    pub active: Option<bool>,
}

/// Which notices: those that are older than the last one of the list so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    pub before: Option<NoticeId>,
}

/// `GET /api/privacy/notices`. On the first page broken glass that nobody has looked at comes first, however old.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoticePage {
    pub notices: Vec<Notice>,
    /// There are older ones: ask with the last one's id.
    pub has_more: bool,
}

/// Something that the data-protection role has to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    pub id: NoticeId,
    pub kind: NoticeKind,
    pub at: UnixMillis,
    /// Who did it.
    pub person: PersonRef,
    /// Absent for what administrators do.
    pub consult_id: Option<ConsultId>,
    /// `TK-7F3A`; empty without a consult.
    pub label: String,
    /// Empty once the consult's content was deleted.
    pub reason: PrivateText,
    /// Whose account it was done to.
    pub about: Option<PersonRef>,
    pub change: Option<RightsChange>,
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

/// `POST /api/consults/{id}/exports`. The client makes the id, so that asking again after a lost answer asks once. As
/// long as somebody's export of a consult is open they cannot ask for another one (`conflict`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RequestExport {
    pub id: ExportId,
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
    /// Never ended, and older than `after_days`: forgotten pre-alerts, reports that nobody acknowledged.
    pub still_open: Vec<ConsultId>,
    /// Studies that belong to no consult and did not change for `after_days`: due.
    pub unattached_studies: u32,
}
