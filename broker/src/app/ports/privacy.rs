//! Rows of data protection: who read what, notices, exports, the purge.

use uuid::Uuid;

/// Primary key `(person_id, session, kind, subject, window_start)`.
#[derive(Clone, Debug)]
pub struct AccessRow {
    pub person_id: Uuid,
    /// Hex of the first bytes of the session's token hash, or the id of a service token.
    pub session: String,
    /// `schemas::privacy::AccessKind` by its serde name.
    pub kind: String,
    /// The study or the consult that was read, as the kind says.
    pub subject: Uuid,
    /// `at` rounded down to 15 minutes.
    pub window_start: i64,
    pub at: i64,
}

/// Something that the data-protection role has to see (table `notices`). No `Debug`: the reason is free text.
#[derive(Clone)]
pub struct NoticeRow {
    pub id: Uuid,
    /// `schemas::privacy::NoticeKind` by its serde name.
    pub kind: String,
    pub at: i64,
    /// Who did it.
    pub person_id: Uuid,
    /// Absent for what administrators do.
    pub consult_id: Option<Uuid>,
    /// The consult's; empty without one.
    pub label: String,
    /// Goes with the consult's content.
    pub reason: String,
    /// Whose account it was done to.
    pub about: Option<Uuid>,
    /// JSON of `schemas::privacy::RightsChange`.
    pub change: Option<String>,
    pub seen_by: Option<Uuid>,
    pub seen_at: Option<i64>,
}

/// An export that two people answer for (table `exports`). No `Debug`: the reason is free text.
#[derive(Clone)]
pub struct ExportRow {
    pub id: Uuid,
    pub consult_id: Uuid,
    pub label: String,
    /// `schemas::privacy::ExportState` by its serde name.
    pub state: String,
    /// Goes with the consult's content.
    pub reason: String,
    pub requested_by: Uuid,
    pub requested_at: i64,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<i64>,
}

/// What became of [`Repository::ask_export`](super::Repository::ask_export).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedExport {
    New,
    /// There is one of that id, be it another one; nothing was written.
    Known,
    /// The same person has an open one of the same consult; nothing was written.
    StillOpen,
    /// The consult was purged meanwhile; nothing was written.
    Purged,
}

/// What a purge left to be done outside of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgedConsult {
    /// Each study whose key is gone, with the addresses of its sealed objects, which nobody can read any more: deleting
    /// them gives their space back.
    pub studies: Vec<(Uuid, Vec<String>)>,
}

/// What waits for its purge. See [`Repository::retention`](super::Repository::retention).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RetentionRow {
    /// May be purged now.
    pub due: i64,
    /// Taken over or cancelled; its time has not come.
    pub waiting: i64,
    pub purged: i64,
    /// Ended, not cancelled, and nobody has said that the report lies in the hospital's record. Oldest first.
    pub not_taken_over: Vec<Uuid>,
    /// Never ended, not taken over, and old. Oldest first.
    pub still_open: Vec<Uuid>,
    /// Studies that no consult needs, and that are old: may be purged now.
    pub unattached: i64,
}
