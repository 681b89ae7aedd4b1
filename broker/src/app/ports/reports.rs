//! What reports and the onboarding of houses read and write.

use uuid::Uuid;

/// Which consults a report counts: of these networks, asked for within `from <= t < until`. Tests are never counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFilter {
    pub networks: Vec<Uuid>,
    pub from: i64,
    pub until: i64,
}

/// What the consults of a service are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportBy {
    Urgency,
    /// The house that asks.
    Hospital,
}

/// Consults of one service and one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    pub service_id: Uuid,
    /// With [`ReportBy::Urgency`].
    pub urgency: Option<String>,
    /// With [`ReportBy::Hospital`].
    pub hospital_id: Option<Uuid>,
    pub asked: i64,
    pub accepted: i64,
    /// Of `asked`: somebody declined; it went beyond the first step; the whole ladder was silent; it was cancelled. One
    /// consult may be all of these.
    pub declined: i64,
    pub escalated: i64,
    pub unanswered: i64,
    pub cancelled: i64,
    /// From the request to the first accept, in milliseconds, by nearest rank: of `n` times the smallest that at least
    /// `p` percent do not exceed, the `⌈p·n/100⌉`th. Always a time that really was.
    pub median_ms: Option<i64>,
    pub p95_ms: Option<i64>,
}

/// How often somebody was called for a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOutRow {
    pub service_id: Uuid,
    pub person_id: Uuid,
    pub count: i64,
}

/// Row of table `onboarding` (primary key `(hospital_id, step)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnboardingRow {
    pub hospital_id: Uuid,
    /// `schemas::onboarding::OnboardingStep` by its serde name.
    pub step: String,
    /// Both absent while it is not done: a test that was begun.
    pub done_by: Option<Uuid>,
    pub done_at: Option<i64>,
    pub note: String,
    /// The test consult.
    pub consult_id: Option<Uuid>,
}
