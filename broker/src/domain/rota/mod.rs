//! Who is on duty: layers of rotations, then overrides, to one final schedule.
//!
//! Everything is written in wall time and an IANA zone, never with an offset. A stretch begins at the first and ends
//! at the last occurrence of an ambiguous wall time, so the autumn change gives an overlap and never a gap
//! (target/goalert PR 1252).

mod schedule;
mod zone;

#[cfg(test)]
mod tests;

pub use schedule::{HORIZON_DAYS, gaps, shifts, who_is_on};
pub use zone::{UnknownZone, Zone};

use jiff::civil::{DateTime, Time, Weekday};
use schemas::{PersonId, UnixMillis, directory::DutyLevel};
use serde::{Deserialize, Serialize};

/// The rota of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rota {
    pub zone: Zone,
    /// A later layer covers an earlier one of the same level where both have somebody.
    pub layers: Vec<Layer>,
    /// A later override covers an earlier one, and all layers.
    #[serde(default)]
    pub overrides: Vec<Override>,
}

/// People who take turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub level: DutyLevel,
    /// In the order of their turns; may hold somebody twice. Nobody: the layer is empty.
    pub people: Vec<PersonId>,
    /// First hand-over, wall time: `2026-01-05T08:00:00`.
    pub start: DateTime,
    /// The layer ends here; absent for ever.
    #[serde(default)]
    pub end: Option<DateTime>,
    pub turn: Turn,
    /// The layer counts only within these; empty for all the time.
    #[serde(default)]
    pub windows: Vec<Window>,
}

/// How long a turn is, in wall time: the hand-over stays at the same hour over clock changes. A number of 0 counts
/// as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", content = "n", rename_all = "snake_case")]
pub enum Turn {
    Hours(u32),
    Days(u32),
    Weeks(u32),
}

/// A stretch of each of these days, such as nights from 17:00 to 08:00 of the next day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Days on which the stretch begins; 1 is Monday, 7 is Sunday (ISO 8601).
    pub days: Vec<u8>,
    pub from: Time,
    /// Not later than `from`: the stretch ends on the next day.
    pub until: Time,
}

impl Window {
    fn begins_on(&self, weekday: Weekday) -> bool {
        self.days.iter().any(|day| i64::from(*day) == i64::from(weekday.to_monday_one_offset()))
    }
}

/// This person instead of everybody else of that level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Override {
    pub level: DutyLevel,
    pub person: PersonId,
    /// Wall time.
    pub from: DateTime,
    pub until: DateTime,
}

/// One stretch of the final schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub level: DutyLevel,
    pub person: PersonId,
    pub from: UnixMillis,
    pub until: UnixMillis,
    pub is_override: bool,
}

impl Shift {
    pub fn covers(&self, t: UnixMillis) -> bool {
        self.from <= t && t < self.until
    }
}

/// A stretch without anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub from: UnixMillis,
    pub until: UnixMillis,
}
