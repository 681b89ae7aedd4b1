//! When a house was covered.

use crate::domain::rota::{Shift, Stretch, Stretches};
use schemas::{PersonId, directory::DutyLevel};
use std::collections::BTreeMap;

/// First duty for one house over a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Milliseconds.
    pub covered: i64,
    pub uncovered: i64,
    /// Milliseconds that each was on first duty; two may be at once.
    pub people: BTreeMap<PersonId, i64>,
}

impl Coverage {
    /// Rounded up: a gap of seconds is one.
    pub const fn uncovered_minutes(&self) -> i64 {
        (self.uncovered + 59_999) / 60_000
    }
}

/// Of those on first duty only who `counts` for the house.
pub fn coverage(shifts: &[Shift], counts: impl Fn(PersonId) -> bool, span: Stretch) -> Coverage {
    let mut parts: BTreeMap<PersonId, Vec<Stretch>> = BTreeMap::new();
    for shift in shifts.iter().filter(|shift| shift.level == DutyLevel::Primary && counts(shift.person)) {
        parts.entry(shift.person).or_default().push((shift.from.max(span.0), shift.until.min(span.1)));
    }
    let people: BTreeMap<PersonId, Stretches> =
        parts.into_iter().map(|(person, parts)| (person, parts.into_iter().collect())).collect();
    let all: Stretches = people.values().flat_map(Stretches::iter).collect();
    Coverage {
        covered: all.length(),
        uncovered: all.outside(span).map(|(from, until)| until.0 - from.0).sum(),
        people: people.into_iter().map(|(person, on)| (person, on.length())).filter(|(_, on)| *on > 0).collect(),
    }
}
