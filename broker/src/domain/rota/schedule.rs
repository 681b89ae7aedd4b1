//! From layers and overrides to stretches of duty.

use super::{Gap, Layer, Override, Rota, Shift, Turn, Window, Zone};
use jiff::{
    Span,
    civil::{DateTime, Weekday},
};
use schemas::{PersonId, UnixMillis, directory::DutyLevel};

/// How far [`who_is_on`] looks to both sides. More costs time in every match; less would show a longer duty's end too
/// early.
pub const HORIZON_DAYS: i64 = 14;
const DAY_SECONDS: i64 = 86_400;

/// A half-open stretch of time.
type Stretch = (UnixMillis, UnixMillis);

/// Who is on duty between `from` and `until`, clipped to that, in the order of level, begin, person. At an autumn
/// hand-over within the repeated hour two people overlap.
pub fn shifts(rota: &Rota, from: UnixMillis, until: UnixMillis) -> Vec<Shift> {
    [DutyLevel::Primary, DutyLevel::Secondary]
        .into_iter()
        .flat_map(|level| level_shifts(rota, level, from, until))
        .collect()
}

/// Who is on duty at `t`. Begin and end are true within [`HORIZON_DAYS`].
pub fn who_is_on(rota: &Rota, t: UnixMillis) -> Vec<Shift> {
    let span = HORIZON_DAYS * DAY_SECONDS;
    let mut on = shifts(rota, t.plus_seconds(-span), t.plus_seconds(span));
    on.retain(|shift| shift.covers(t));
    on
}

/// Stretches between `from` and `until` in which nobody is on duty at this level.
pub fn gaps(rota: &Rota, level: DutyLevel, from: UnixMillis, until: UnixMillis) -> Vec<Gap> {
    if from >= until {
        return vec![];
    }
    let covered: Vec<Stretch> =
        level_shifts(rota, level, from, until).iter().map(|shift| (shift.from, shift.until)).collect();
    subtract(&[(from, until)], &covered).into_iter().map(|(from, until)| Gap { from, until }).collect()
}

fn level_shifts(rota: &Rota, level: DutyLevel, from: UnixMillis, until: UnixMillis) -> Vec<Shift> {
    let mut covered: Vec<Stretch> = Vec::new();
    let mut result = Vec::new();
    for (stretches, is_override) in sources(rota, level, from, until) {
        for (person, stretch) in &stretches {
            let free = subtract(&[*stretch], &covered);
            result.extend(free.into_iter().map(|(from, until)| Shift {
                level,
                person: *person,
                from,
                until,
                is_override,
            }));
        }
        // Only after the whole source: stretches of one layer may overlap each other at a clock change.
        covered.extend(stretches.iter().map(|(_, stretch)| *stretch));
    }
    merge(result)
}

/// Overrides and layers of one level, the strongest first, clipped.
fn sources(
    rota: &Rota,
    level: DutyLevel,
    from: UnixMillis,
    until: UnixMillis,
) -> impl Iterator<Item = (Vec<(PersonId, Stretch)>, bool)> {
    let overrides = rota.overrides.iter().rev().filter(move |o| o.level == level).map(move |o| {
        (
            clip(override_stretch(&rota.zone, o), from, until).map(|stretch| (o.person, stretch)).into_iter().collect(),
            true,
        )
    });
    let layers = rota.layers.iter().rev().filter(move |layer| layer.level == level).map(move |layer| {
        let stretches = layer_stretches(&rota.zone, layer, from, until);
        (stretches.into_iter().filter_map(|(p, s)| clip(s, from, until).map(|s| (p, s))).collect(), false)
    });
    overrides.chain(layers)
}

fn override_stretch(zone: &Zone, o: &Override) -> Stretch {
    (zone.begin(o.from), zone.end(o.until))
}

/// The turns of a layer that touch the interval, cut to its windows.
fn layer_stretches(zone: &Zone, layer: &Layer, from: UnixMillis, until: UnixMillis) -> Vec<(PersonId, Stretch)> {
    if layer.people.is_empty() || from >= until {
        return vec![];
    }
    let windows = (!layer.windows.is_empty()).then(|| window_stretches(zone, &layer.windows, from, until));
    let mut result = Vec::new();
    for n in turn_before(layer, zone.wall(from)).. {
        let (Some(begin), Some(end)) = (hand_over(layer, n), hand_over(layer, n + 1)) else { break };
        let end = layer.end.map_or(end, |last| last.min(end));
        if begin >= end || zone.begin(begin) >= until {
            break;
        }
        let turn = (zone.begin(begin), zone.end(end));
        let person = layer.people[usize::try_from(n).unwrap_or(0) % layer.people.len()];
        match &windows {
            None => result.push((person, turn)),
            Some(windows) => {
                result.extend(windows.iter().filter_map(|w| clip(*w, turn.0, turn.1)).map(|stretch| (person, stretch)));
            }
        }
    }
    result
}

/// Number of a turn that begins safely before `wall`: two turns and two days earlier, against clock changes and
/// overlaps.
fn turn_before(layer: &Layer, wall: DateTime) -> i64 {
    let (_, hours_per_turn) = turn_length(layer.turn);
    let days = i64::from(layer.start.date().until(wall.date()).map_or(0, |span| span.get_days()));
    ((days - 2) * 24 / hours_per_turn - 2).max(0)
}

/// Wall time at which turn `n` begins; `None` at the end of the calendar.
fn hand_over(layer: &Layer, n: i64) -> Option<DateTime> {
    let (turn, _) = turn_length(layer.turn);
    layer.start.checked_add(turn.checked_mul(n).ok()?).ok()
}

/// A turn as a span of wall time, and in hours.
fn turn_length(turn: Turn) -> (Span, i64) {
    // Capped at a century: longer ones would overflow the span and mean "always the first person" anyway.
    let cap = |n: u32, most: u32| i64::from(n.clamp(1, most));
    match turn {
        Turn::Hours(n) => {
            let n = cap(n, 876_000);
            (Span::new().hours(n), n)
        }
        Turn::Days(n) => {
            let n = cap(n, 36_500);
            (Span::new().days(n), n * 24)
        }
        Turn::Weeks(n) => {
            let n = cap(n, 5_200);
            (Span::new().days(n * 7), n * 168)
        }
    }
}

/// The windows that touch the interval.
fn window_stretches(zone: &Zone, windows: &[Window], from: UnixMillis, until: UnixMillis) -> Vec<Stretch> {
    // From the day before yesterday: a window may reach over midnight and over a clock change.
    let Ok(first) = zone.wall(from).date().checked_sub(Span::new().days(2)) else { return vec![] };
    let days = first.series(Span::new().days(1)).take_while(|day| zone.begin(day.at(0, 0, 0, 0)) < until);
    let mut result = Vec::new();
    for day in days {
        let weekday: Weekday = day.weekday();
        for window in windows.iter().filter(|window| window.begins_on(weekday)) {
            let last_day = if window.until <= window.from { day.tomorrow().unwrap_or(day) } else { day };
            result.push((zone.begin(day.to_datetime(window.from)), zone.end(last_day.to_datetime(window.until))));
        }
    }
    result
}

fn clip((from, until): Stretch, low: UnixMillis, high: UnixMillis) -> Option<Stretch> {
    let (from, until) = (from.max(low), until.min(high));
    (from < until).then_some((from, until))
}

/// What of `whole` is not covered.
fn subtract(whole: &[Stretch], covered: &[Stretch]) -> Vec<Stretch> {
    let mut rest = whole.to_vec();
    for (low, high) in covered {
        rest = rest
            .into_iter()
            .flat_map(|(from, until)| {
                let before = (from, until.min(*low));
                let after = (from.max(*high), until);
                [before, after]
            })
            .filter(|(from, until)| from < until)
            .collect();
    }
    rest
}

/// Joins stretches of the same person that touch or overlap, and sorts.
fn merge(mut shifts: Vec<Shift>) -> Vec<Shift> {
    shifts.sort_by_key(|s| (s.person, s.is_override, s.from, s.until));
    let mut merged: Vec<Shift> = Vec::with_capacity(shifts.len());
    for shift in shifts {
        match merged.last_mut() {
            Some(last)
                if (last.person, last.is_override) == (shift.person, shift.is_override) && shift.from <= last.until =>
            {
                last.until = last.until.max(shift.until);
            }
            _ => merged.push(shift),
        }
    }
    merged.sort_by_key(|s| (s.from, s.until, s.person));
    merged
}
