//! Who is on duty: layers of rotations, then temporary schedules, then overrides, less who is away, to one final schedule.
//!
//! Everything is written in wall time and an IANA zone, never with an offset. A stretch begins at the first and ends
//! at the last occurrence of an ambiguous wall time, so the autumn change gives an overlap and never a gap
//! (target/goalert PR 1252). Whoever is away is on no duty: what lies below shows, and where nothing does there is a gap
//! that everybody sees.

mod absence;
mod changes;
mod check;
mod conflicts;
mod fairness;
mod holidays;
mod merge;
mod schedule;
mod stretches;
mod turns;
mod zone;

#[cfg(test)]
mod tests;

pub use absence::{Absence, AbsenceKind, Away, away};
pub use changes::{Change, HandOver, changes, hand_overs, last_difference};
pub use check::{MAX_CYCLE, MAX_LAYERS, MAX_OVERRIDES, MAX_PEOPLE, MAX_WINDOWS, RotaFault, check};
pub use conflicts::{Conflict, ConflictKind, Fitness, Planned, REST_SECONDS, conflicts};
pub use fairness::{Burden, Share, burdens, part_of, shares};
pub use holidays::{Land, holiday};
pub use merge::merged;
pub use schedule::{HORIZON_DAYS, gaps, shifts, who_is_on};
pub use stretches::{Stretch, Stretches};
pub use turns::window_parts;
pub use zone::{UnknownZone, Zone};

use jiff::civil::{Date, DateTime, Time};
use schemas::{
    PersonId, UnixMillis,
    directory::{DutyKind, DutyLevel},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The rota of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rota {
    pub zone: Zone,
    /// Whose public holidays count; none without.
    #[serde(default)]
    pub land: Option<Land>,
    /// A later layer covers an earlier one of the same level where both have somebody.
    pub layers: Vec<Layer>,
    /// A later one covers an earlier one, and all layers, also where it has nobody.
    #[serde(default)]
    pub temporaries: Vec<Temporary>,
    /// A later override covers an earlier one, and everything else.
    #[serde(default)]
    pub overrides: Vec<Override>,
}

impl Rota {
    /// Everybody who is written down, some more than once.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        let layers = self.layers.iter().flat_map(|layer| layer.people.iter().copied());
        let fixed = self.temporaries.iter().flat_map(|temporary| temporary.shifts.iter().map(|shift| shift.person));
        layers.chain(fixed).chain(self.overrides.iter().map(|o| o.person))
    }

    /// How far a duty may reach beyond what is looked at, in seconds: the longest turn, at least [`HORIZON_DAYS`] and at
    /// most a year.
    pub fn reach_seconds(&self) -> i64 {
        let longest = self.layers.iter().map(|layer| layer.turn.longest_hours()).max().unwrap_or(0);
        (longest.min(366 * 24) * 3600).max(HORIZON_DAYS * 86_400)
    }

    /// Takes out overrides and temporary schedules that ended before `t`.
    pub fn forget_before(&mut self, t: UnixMillis) {
        let Self { zone, overrides, temporaries, .. } = self;
        overrides.retain(|o| zone.end(o.until) >= t);
        temporaries.retain(|temporary| zone.end(temporary.until) >= t);
    }
}

/// People who take turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub level: DutyLevel,
    #[serde(default)]
    pub kind: DutyKind,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", content = "n", rename_all = "snake_case")]
pub enum Turn {
    Hours(u32),
    Days(u32),
    Weeks(u32),
    /// Turns of these lengths in hours, over and over, such as 96 and 72: Monday to Thursday, Friday to Sunday.
    Cycle(Vec<u32>),
}

impl Turn {
    fn longest_hours(&self) -> i64 {
        let n = match self {
            Self::Hours(n) => i64::from(*n),
            Self::Days(n) => i64::from(*n) * 24,
            Self::Weeks(n) => i64::from(*n) * 168,
            Self::Cycle(lengths) => lengths.iter().copied().max().map_or(0, i64::from),
        };
        n.max(1)
    }
}

/// A stretch of each of these days, such as nights from 17:00 to 08:00 of the next day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Days on which the stretch begins; 1 is Monday, 7 is Sunday (ISO 8601).
    pub days: Vec<u8>,
    pub from: Time,
    /// Not later than `from`: the stretch ends on the next day.
    pub until: Time,
    #[serde(default)]
    pub on_holidays: OnHolidays,
    /// Only in some weeks; absent for each.
    #[serde(default)]
    pub weeks: Option<Weeks>,
}

/// What a public holiday is to a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnHolidays {
    /// A day like others.
    #[default]
    AsWeekday,
    /// The stretch does not begin on one.
    Not,
    /// It begins on each, whatever the day of the week.
    Also,
}

/// Each `every`th week, counted from the one that `from` lies in. 0 counts as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weeks {
    pub every: u8,
    pub from: Date,
}

/// For a while the layers of a level count for nothing, and these shifts are all there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Temporary {
    pub level: DutyLevel,
    /// Wall time.
    pub from: DateTime,
    pub until: DateTime,
    /// What lies outside counts for nothing.
    pub shifts: Vec<FixedShift>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixedShift {
    pub person: PersonId,
    /// Wall time.
    pub from: DateTime,
    pub until: DateTime,
}

/// This person instead of everybody else of that level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Override {
    pub level: DutyLevel,
    pub person: PersonId,
    /// Wall time.
    pub from: DateTime,
    pub until: DateTime,
    /// The swap that it came by: taking that back takes this away.
    #[serde(default)]
    pub swap: Option<Uuid>,
}

/// One stretch of the final schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub level: DutyLevel,
    #[serde(default)]
    pub kind: DutyKind,
    pub person: PersonId,
    pub from: UnixMillis,
    pub until: UnixMillis,
    pub is_override: bool,
}

impl Shift {
    pub fn covers(&self, t: UnixMillis) -> bool {
        self.from <= t && t < self.until
    }

    pub fn stretch(&self) -> Stretch {
        (self.from, self.until)
    }
}

/// A stretch without anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub from: UnixMillis,
    pub until: UnixMillis,
}
