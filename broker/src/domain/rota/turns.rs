//! When a layer's people take turns, and within which windows.

use super::{Land, Layer, OnHolidays, Stretches, Turn, Weeks, Window, Zone, holiday, stretches::Stretch};
use jiff::{
    Span,
    civil::{Date, DateTime, Time, Weekday},
};
use schemas::PersonId;

/// The turns of a layer that touch the stretch, cut to its windows and to the stretch. Neighbours overlap where a
/// hand-over lies in the repeated hour.
pub(super) fn turns(
    zone: &Zone,
    land: Option<Land>,
    layer: &Layer,
    (from, until): Stretch,
) -> Vec<(PersonId, Stretch)> {
    if layer.people.is_empty() || from >= until {
        return vec![];
    }
    let windows = (!layer.windows.is_empty()).then(|| windows(zone, land, &layer.windows, (from, until)));
    let length = Length::of(&layer.turn);
    let last = layer.end.map(|end| zone.end(end));
    let mut result = Vec::new();
    let first = length.turn_before(layer.start, zone.wall(from));
    let Some(mut wall) = length.hand_over(layer.start, first) else { return vec![] };
    let (mut begin, _) = zone.begin_and_end(wall);
    for n in first.. {
        if begin >= until || layer.end.is_some_and(|end| end <= wall) {
            break;
        }
        let Some(next) = length.hand_over(layer.start, n + 1) else { break };
        let (next_begin, end) = zone.begin_and_end(next);
        // The layer ends within this turn, by the clock on the wall.
        let end = if layer.end.is_some_and(|end| end < next) { last.unwrap_or(end) } else { end };
        let turn = (begin.max(from), end.min(until));
        (wall, begin) = (next, next_begin);
        if turn.0 >= turn.1 {
            continue;
        }
        let person = layer.people[usize::try_from(n).unwrap_or(0) % layer.people.len()];
        match &windows {
            None => result.push((person, turn)),
            Some(windows) => result.extend(windows.within(turn).map(|stretch| (person, stretch))),
        }
    }
    result
}

/// Lengths of turns in hours of wall time, one after the other, over and over.
struct Length {
    hours: Vec<i64>,
    /// Of all.
    sum: i64,
}

/// Longest turn in hours: a century. Longer ones would overflow and mean "always the first person" anyway.
const MOST_HOURS: i64 = 876_000;

impl Length {
    fn of(turn: &Turn) -> Self {
        let cap = |n: u32, unit: i64| (i64::from(n.max(1)) * unit).min(MOST_HOURS);
        let hours = match turn {
            Turn::Hours(n) => vec![cap(*n, 1)],
            Turn::Days(n) => vec![cap(*n, 24)],
            Turn::Weeks(n) => vec![cap(*n, 168)],
            Turn::Cycle(lengths) if lengths.is_empty() => vec![24],
            Turn::Cycle(lengths) => lengths.iter().map(|n| cap(*n, 1)).collect(),
        };
        let sum = hours.iter().sum();
        Self { hours, sum }
    }

    /// Number of a turn that begins safely before `wall`: one round and two days earlier, against clock changes and
    /// overlaps.
    fn turn_before(&self, start: DateTime, wall: DateTime) -> i64 {
        let days = i64::from(start.date().until(wall.date()).map_or(0, |span| span.get_days()));
        (((days - 2) * 24).div_euclid(self.sum) - 1).max(0) * self.hours.len() as i64
    }

    /// Wall time at which turn `n` begins; `None` at the end of the calendar.
    fn hand_over(&self, start: DateTime, n: i64) -> Option<DateTime> {
        let count = self.hours.len() as i64;
        let whole = self.sum.checked_mul(n / count)?;
        let part: i64 = self.hours.iter().take(usize::try_from(n % count).ok()?).sum();
        let hours = whole.checked_add(part)?;
        let span = Span::new().try_days(hours / 24).ok()?.try_hours(hours % 24).ok()?;
        start.checked_add(span).ok()
    }
}

/// The windows that touch the stretch.
pub(super) fn windows(zone: &Zone, land: Option<Land>, windows: &[Window], span: Stretch) -> Stretches {
    window_parts(zone, land, windows, span).into_iter().collect()
}

/// The same one by one, with their true begin: those of one day may overlap, and some may end before the stretch.
pub fn window_parts(zone: &Zone, land: Option<Land>, windows: &[Window], (from, until): Stretch) -> Vec<Stretch> {
    // From the day before yesterday: a window may reach over midnight and over a clock change.
    let Ok(first) = zone.wall(from).date().checked_sub(Span::new().days(2)) else { return vec![] };
    let days = first.series(Span::new().days(1)).take_while(|day| zone.begin(day.at(0, 0, 0, 0)) < until);
    let has_rule = windows.iter().any(|window| window.on_holidays != OnHolidays::AsWeekday);
    let mut result = Vec::new();
    for day in days {
        let is_holiday = has_rule && land.is_some_and(|land| holiday(land, day).is_some());
        for window in windows.iter().filter(|window| window.begins_on(day, is_holiday)) {
            let last_day = if window.until <= window.from { day.tomorrow().unwrap_or(day) } else { day };
            result.push((zone.begin(day.to_datetime(window.from)), zone.end(last_day.to_datetime(window.until))));
        }
    }
    result
}

impl Window {
    /// On these days of each week.
    pub fn on(days: Vec<u8>, from: Time, until: Time) -> Self {
        Self { days, from, until, on_holidays: OnHolidays::AsWeekday, weeks: None }
    }

    fn begins_on(&self, day: Date, is_holiday: bool) -> bool {
        let weekday = self.days.iter().any(|n| i64::from(*n) == i64::from(day.weekday().to_monday_one_offset()));
        let is_day = match self.on_holidays {
            OnHolidays::AsWeekday => weekday,
            OnHolidays::Not => weekday && !is_holiday,
            OnHolidays::Also => weekday || is_holiday,
        };
        is_day && self.weeks.is_none_or(|weeks| weeks.has(day))
    }
}

impl Weeks {
    fn has(self, day: Date) -> bool {
        let monday = |day: Date| {
            let since = i64::from(day.weekday().since(Weekday::Monday));
            day.saturating_sub(Span::new().days(since))
        };
        let days = monday(self.from).until(monday(day)).map_or(0, |span| span.get_days());
        (days / 7).rem_euclid(i32::from(self.every.max(1))) == 0
    }
}

/// What is written to begin and to end at these wall times.
pub(super) fn written(zone: &Zone, from: DateTime, until: DateTime) -> Stretch {
    (zone.begin(from), zone.end(until))
}
