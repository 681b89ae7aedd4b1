//! Rows of drafts, absences, and what people are told of their duties.

use uuid::Uuid;

/// Primary key `service_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    pub service_id: Uuid,
    /// Revision of the rota that it was begun upon.
    pub based_on: i64,
    /// Grows with each write.
    pub rev: i64,
    /// JSON of `domain::rota::Rota`.
    pub body: String,
    pub author: Uuid,
    pub updated_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceRow {
    pub id: Uuid,
    pub person_id: Uuid,
    /// `schemas::rota::AbsenceKind` by its serde name.
    pub kind: String,
    /// IANA zone.
    pub zone: String,
    /// Wall time without an offset.
    pub from: String,
    pub until: String,
    pub author: Uuid,
    pub written_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyNoteRow {
    pub id: Uuid,
    pub person_id: Uuid,
    pub service_id: Uuid,
    pub at: i64,
    pub author: Option<Uuid>,
    /// JSON of what has changed.
    pub body: String,
    pub seen_at: Option<i64>,
}
