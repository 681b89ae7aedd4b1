//! Rows of appointments.

use uuid::Uuid;

/// Primary key `service_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingRulesRow {
    pub service_id: Uuid,
    /// JSON of `Option<domain::slots::Rules>`.
    pub body: String,
    pub author: Option<Uuid>,
    pub written_at: i64,
}

/// The slot that a consult holds. Primary key `consult_id`; nobody has two that begin together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingRow {
    pub consult_id: Uuid,
    pub person_id: Uuid,
    pub service_id: Uuid,
    pub starts_at: i64,
    pub ends_at: i64,
    /// With the buffers.
    pub busy_from: i64,
    pub busy_until: i64,
}

/// What is booked, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookingsRead {
    pub bookings: Vec<BookingRow>,
    /// `(person, revision)` of everybody who was ever booked; others stand at 0.
    pub schedules: Vec<(Uuid, i64)>,
}

/// What the write of a consult does to the slot that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookingWrite {
    Free,
    /// Instead of any before. Fails when the person's schedule is not at `schedule_rev` any more: what was found free then
    /// may be taken now.
    Hold {
        row: BookingRow,
        schedule_rev: i64,
    },
}
