//! What can be booked: duty, within the bookable hours, less what is taken.

use super::{Rules, Slot};
use crate::domain::rota::{Land, Shift, Stretch, Stretches, Zone, window_parts};
use schemas::{PersonId, ServiceId, UnixMillis};
use std::collections::BTreeMap;

const DAY_SECONDS: i64 = 86_400;

/// The bookable hours of one service.
#[derive(Clone, Copy, Debug)]
pub struct Hours<'a> {
    pub service: ServiceId,
    pub rules: &'a Rules,
    pub zone: &'a Zone,
    /// Whose public holidays count.
    pub land: Option<Land>,
}

/// What somebody has to do already, in all services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    pub taken: Vec<Taken>,
    /// A running consult of an exclusive duty, a protected rest.
    pub blocked: Stretches,
}

pub type Calendars = BTreeMap<PersonId, Calendar>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub service: ServiceId,
    pub talk: Stretch,
    /// With the buffers that were asked for when it was booked.
    pub busy: Stretch,
}

/// Every slot that can be booked at `now`, by time, then person. `shifts` are the service's (absences are taken out of
/// them already); they have to reach from now to the horizon.
pub fn free(hours: &Hours, shifts: &[Shift], calendars: &Calendars, now: UnixMillis) -> Vec<Slot> {
    let pieces = pieces(hours, now);
    let mut result = Vec::new();
    for (person, duty) in duties(hours.rules, shifts) {
        let none = Calendar::default();
        let calendar = calendars.get(&person).unwrap_or(&none);
        let days = Days::of(hours, calendar);
        let slots = pieces.iter().map(|piece| slot(hours.rules, person, *piece));
        result.extend(slots.filter(|slot| covers(&duty, slot.talk()) && fits(calendar, slot) && days.have_room(slot)));
    }
    result.sort_unstable();
    result.dedup();
    result
}

/// The one slot, if it can be booked at `now`.
pub fn is_free(
    hours: &Hours,
    shifts: &[Shift],
    calendars: &Calendars,
    now: UnixMillis,
    person: PersonId,
    from: UnixMillis,
) -> Option<Slot> {
    free(hours, shifts, calendars, now).into_iter().find(|slot| slot.person == person && slot.from == from)
}

/// When each who can be booked is on duty.
fn duties(rules: &Rules, shifts: &[Shift]) -> BTreeMap<PersonId, Stretches> {
    let mut parts: BTreeMap<PersonId, Vec<Stretch>> = BTreeMap::new();
    for shift in shifts.iter().filter(|shift| rules.levels.contains(&shift.level)) {
        parts.entry(shift.person).or_default().push(shift.stretch());
    }
    parts.into_iter().map(|(person, parts)| (person, parts.into_iter().collect())).collect()
}

/// The pieces of the windows whose talk begins within lead and horizon. They are counted in elapsed time from the begin of
/// their window, so a clock change makes a window shorter or longer and no piece.
fn pieces(hours: &Hours, now: UnixMillis) -> Vec<Stretch> {
    let Hours { rules, zone, land, .. } = *hours;
    let first = now.plus_seconds(i64::from(rules.lead_minutes) * 60);
    let last = now.plus_seconds(i64::from(rules.horizon_days) * DAY_SECONDS);
    let mut pieces = Vec::new();
    for (begin, end) in window_parts(zone, land, &rules.hours, (now, last)) {
        let ends = |from: &UnixMillis| from.plus_seconds(rules.piece_seconds());
        let begins = std::iter::successors(Some(begin), |from| Some(ends(from))).take_while(|from| ends(from) <= end);
        pieces.extend(begins.map(|from| (from, ends(&from))));
    }
    pieces.retain(|(from, _)| (first..=last).contains(&from.plus_seconds(rules.before_seconds())));
    pieces
}

fn slot(rules: &Rules, person: PersonId, busy: Stretch) -> Slot {
    let from = busy.0.plus_seconds(rules.before_seconds());
    Slot { from, person, until: from.plus_seconds(rules.slot_seconds()), busy }
}

fn covers(duty: &Stretches, talk: Stretch) -> bool {
    duty.outside(talk).next().is_none()
}

/// No talk lies in the other's buffer. Buffers may: the pause between two talks is the longer of the two.
fn fits(calendar: &Calendar, slot: &Slot) -> bool {
    let apart = |a: Stretch, b: Stretch| a.1 <= b.0 || b.1 <= a.0;
    let is_clear = |taken: &Taken| apart(slot.talk(), taken.busy) && apart(slot.busy, taken.talk);
    calendar.taken.iter().all(is_clear) && calendar.blocked.within(slot.busy).next().is_none()
}

/// How many appointments of the service each day has already.
struct Days<'a> {
    hours: &'a Hours<'a>,
    taken: BTreeMap<jiff::civil::Date, u32>,
}

impl<'a> Days<'a> {
    fn of(hours: &'a Hours<'a>, calendar: &Calendar) -> Self {
        let mut taken = BTreeMap::new();
        for of in calendar.taken.iter().filter(|of| of.service == hours.service) {
            *taken.entry(hours.zone.wall(of.talk.0).date()).or_default() += 1;
        }
        Self { hours, taken }
    }

    fn have_room(&self, slot: &Slot) -> bool {
        let day = self.hours.zone.wall(slot.from).date();
        self.taken.get(&day).is_none_or(|taken| *taken < self.hours.rules.per_day)
    }
}
