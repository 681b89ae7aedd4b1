//! Rows of drafts, absences, swaps, calendars, and what people are told of their duties.

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
    /// The calendar that it came from.
    pub feed_id: Option<Uuid>,
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapRow {
    pub id: Uuid,
    pub service_id: Uuid,
    /// Grows with each write; a write names the one that it makes, and fails unless the one before is stored.
    pub rev: i64,
    pub is_open: bool,
    pub expires_at: i64,
    pub until_at: i64,
    /// JSON of `domain::swaps::Swap`.
    pub body: String,
}

/// Primary key `service_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotaSettingsRow {
    pub service_id: Uuid,
    pub swaps_need_approval: bool,
    pub notice_minutes: i64,
}

impl RotaSettingsRow {
    pub fn settings(&self) -> schemas::swaps::RotaSettings {
        let notice_minutes = u16::try_from(self.notice_minutes).unwrap_or(0);
        schemas::swaps::RotaSettings { swaps_need_approval: self.swaps_need_approval, notice_minutes }
    }
}

/// A secret address of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRow {
    pub id: Uuid,
    pub token_hash: Vec<u8>,
    pub author: Uuid,
    /// Absent: the author's own duties.
    pub service_id: Option<Uuid>,
    pub label: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

/// A calendar that absences come from. No `Debug`: the address may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedRow {
    pub id: Uuid,
    pub author: Uuid,
    pub person_id: Option<Uuid>,
    pub network_id: Option<Uuid>,
    /// `schemas::rota::AbsenceKind` by its serde name.
    pub kind: String,
    pub label: String,
    /// Absent: a file that was read once.
    pub url: Option<String>,
    pub zone: String,
    /// When it is to be read next.
    pub due_at: Option<i64>,
    pub read_at: Option<i64>,
    /// Absent when the last reading went well.
    pub failed_at: Option<i64>,
    /// `schemas::feeds::FeedFault` by its serde name.
    pub fault: Option<String>,
    /// Names that nobody bears (JSON text in the table).
    pub unknown: Vec<String>,
}

/// What a reading of a feed came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedRead {
    pub id: Uuid,
    pub at: i64,
    pub due_at: Option<i64>,
    /// Absent: it was read.
    pub fault: Option<String>,
    /// Kept as they were where there is a fault.
    pub unknown: Vec<String>,
}

/// No `Debug`: free text.
#[derive(Clone, PartialEq, Eq)]
pub struct HandOverNoteRow {
    pub id: Uuid,
    pub service_id: Uuid,
    pub author: Uuid,
    pub at: i64,
    pub body: String,
}
