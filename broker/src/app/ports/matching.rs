//! Rows that the matching reads of the past.

use uuid::Uuid;

/// How long somebody took from the first ring to the accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerTimeRow {
    pub person_id: Uuid,
    /// Milliseconds.
    pub took: i64,
}

/// Somebody came into a room or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StayRow {
    pub consult_id: Uuid,
    pub person_id: Uuid,
    pub came: bool,
    pub at: i64,
}

/// A consult reached people of that service, which is another network's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverflowRow {
    pub service_id: Uuid,
    pub since: i64,
}
