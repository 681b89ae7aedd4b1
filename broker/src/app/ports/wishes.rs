//! Rows of wishes, and of what a rota is planned by.

use uuid::Uuid;

/// Primary key `service_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanningRulesRow {
    pub service_id: Uuid,
    /// Grows with each write.
    pub rev: i64,
    /// JSON of `schemas::wishes::PlanningRules`.
    pub body: String,
    pub author: Uuid,
    pub updated_at: i64,
}

/// Primary key (`service_id`, `person_id`, `day`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WishRow {
    pub service_id: Uuid,
    pub person_id: Uuid,
    /// `2026-12-24`: two of them compare as text.
    pub day: String,
    /// `schemas::wishes::WishKind` by its serde name.
    pub kind: String,
    pub author: Uuid,
    pub written_at: i64,
}

/// All wishes of one person for one service within some days, in place of those that are stored there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WishWrite {
    pub service_id: Uuid,
    pub person_id: Uuid,
    /// First day, and the first one after the last.
    pub from: String,
    pub until: String,
    pub rows: Vec<WishRow>,
    /// Older ones of this person are forgotten.
    pub kept_from: String,
}
