//! A batch: which of the consults that wait gets which slot, so that all together cost least.
//!
//! A minimum-cost assignment (Hungarian method, Munkres 1957), exact for the costs below. What it cannot express: two slots
//! of one person whose buffers overlap, and a number for each day. Whoever calls thins the slots out before
//! ([`at_most_a_day`]).

use super::{Calendars, Hours, Slot, free::Taken};
use pathfinding::{kuhn_munkres::kuhn_munkres_min, matrix::Matrix};
use schemas::{ConsultId, PersonId, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;

/// Points for each hour until the slot, of somebody who has just begun to wait, in tenths. More prefers early slots to
/// even load and to continuity.
const HOUR_POINTS: i64 = 10;
/// Tenths more for each day waited: whoever waits longest comes first.
const WAITED_POINTS: i64 = 2;
const MAX_WAITED_DAYS: i64 = 30;
/// A slot that ends closer than this to the deadline cannot be moved any more.
const SLACK_HOURS: i64 = 24;
/// Points for each hour that is missing of it.
const SLACK_POINTS: i64 = 20;
/// Points for each appointment that the person has already: half a day later with somebody else is as good.
const LOAD_POINTS: i64 = 120;
/// Points for somebody else than who knows the consult: two days later with the same person is as good.
const STRANGER_POINTS: i64 = 480;
/// Not to be placed costs more than any placing of all others, so as many as possible are placed.
const LEFT_POINTS: i64 = 1_000_000_000;
/// No slot for this consult. More than leaving everybody.
const NEVER: i64 = 1_000_000_000_000;

/// A consult that waits for a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub consult: ConsultId,
    pub since: UnixMillis,
    pub deadline: Option<UnixMillis>,
    /// Whom it may be booked with.
    pub may: BTreeSet<PersonId>,
    /// Who knows it already.
    pub known: BTreeSet<PersonId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// In the order of the consults that were given.
    pub placements: Vec<Placement>,
    pub left: Vec<Left>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub consult: ConsultId,
    pub slot: Slot,
    pub terms: Terms,
}

/// What a placement costs, in points: less is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Hours until the slot; each counts more the longer the consult has waited.
    pub wait: i64,
    /// The slot is close to the deadline.
    pub slack: i64,
    /// What the person has to do already.
    pub load: i64,
    /// Somebody else knows the consult.
    pub stranger: i64,
}

impl Terms {
    pub const fn sum(&self) -> i64 {
        self.wait + self.slack + self.load + self.stranger
    }
}

/// Nothing was left for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// No free slot before its deadline with anybody whom it may be booked with.
    NoSlot(ConsultId),
    /// Others needed them more.
    Outbid(ConsultId),
}

/// Shares the slots out. `load` counts what each has to do already.
pub fn place(waiting: &[Waiting], slots: &[Slot], load: &BTreeMap<PersonId, u32>, now: UnixMillis) -> Placed {
    let mut placed = Placed { placements: vec![], left: vec![] };
    if waiting.is_empty() {
        return placed;
    }
    let cost = |row: usize, column: usize| match slots.get(column) {
        Some(slot) => terms(&waiting[row], slot, load, now).map_or(NEVER, |terms| terms.sum()),
        None => left(&waiting[row], now),
    };
    // Behind the slots one column for each consult that gets none.
    let columns = slots.len() + waiting.len();
    let cells = (0..waiting.len()).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let costs = cells.map(|(row, column)| cost(row, column)).collect();
    let Ok(matrix) = Matrix::from_vec(waiting.len(), columns, costs) else { return placed };
    let (_, columns) = kuhn_munkres_min(&matrix);
    for (of, column) in waiting.iter().zip(columns) {
        let found = slots.get(column).and_then(|slot| Some((slot, terms(of, slot, load, now)?)));
        match found {
            Some((slot, terms)) => placed.placements.push(Placement { consult: of.consult, slot: *slot, terms }),
            None if slots.iter().any(|slot| terms(of, slot, load, now).is_some()) => {
                placed.left.push(Left::Outbid(of.consult));
            }
            None => placed.left.push(Left::NoSlot(of.consult)),
        }
    }
    placed
}

/// `None`: not with this person, or too late.
pub(super) fn terms(of: &Waiting, slot: &Slot, load: &BTreeMap<PersonId, u32>, now: UnixMillis) -> Option<Terms> {
    if !of.may.contains(&slot.person) || of.deadline.is_some_and(|deadline| slot.until > deadline) {
        return None;
    }
    let hours = slot.from.seconds_since(now).max(0) / HOUR_SECONDS;
    let waited = (now.seconds_since(of.since).max(0) / DAY_SECONDS).min(MAX_WAITED_DAYS);
    let slack = of.deadline.map_or(SLACK_HOURS, |deadline| deadline.seconds_since(slot.until) / HOUR_SECONDS);
    let load = load.get(&slot.person).copied().unwrap_or(0);
    let is_stranger = !of.known.is_empty() && !of.known.contains(&slot.person);
    Some(Terms {
        wait: hours * (HOUR_POINTS + WAITED_POINTS * waited),
        slack: (SLACK_HOURS - slack).max(0) * SLACK_POINTS,
        load: i64::from(load) * LOAD_POINTS,
        stranger: if is_stranger { STRANGER_POINTS } else { 0 },
    })
}

/// Where not all can be placed, whoever has waited longest and whose deadline is closest comes first.
pub(super) fn left(of: &Waiting, now: UnixMillis) -> i64 {
    const MOST_HOURS: i64 = 10_000;
    let waited = (now.seconds_since(of.since).max(0) / HOUR_SECONDS).min(MOST_HOURS);
    let ahead = of.deadline.map_or(MOST_HOURS, |deadline| deadline.seconds_since(now).max(0) / HOUR_SECONDS);
    LEFT_POINTS + waited + (MOST_HOURS - ahead).max(0)
}

/// Of each person and day as many slots as the day has room for, the earliest, and none whose buffers reach into a talk
/// that stays: any choice of what is left can be booked together.
pub fn at_most_a_day(hours: &Hours, slots: &[Slot], calendars: &Calendars) -> Vec<Slot> {
    let day = |at: UnixMillis| hours.zone.wall(at).date();
    let mut counts: BTreeMap<(PersonId, jiff::civil::Date), u32> = BTreeMap::new();
    for (person, calendar) in calendars {
        for taken in calendar.taken.iter().filter(|taken: &&Taken| taken.service == hours.service) {
            *counts.entry((*person, day(taken.talk.0))).or_default() += 1;
        }
    }
    let mut last: BTreeMap<PersonId, Slot> = BTreeMap::new();
    let mut kept = Vec::new();
    for slot in slots {
        let count = counts.entry((slot.person, day(slot.from))).or_default();
        let is_clear = last.get(&slot.person).is_none_or(|last| last.busy.1 <= slot.from && last.until <= slot.busy.0);
        if *count < hours.rules.per_day && is_clear {
            *count += 1;
            last.insert(slot.person, *slot);
            kept.push(*slot);
        }
    }
    kept
}
