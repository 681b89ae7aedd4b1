//! Who has borne how much.

use super::{Land, Shift, Stretch, Stretches, Window, Zone, holiday, turns::windows};
use jiff::{Span, civil::time};
use schemas::{PersonId, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Duty of one person over a period, in seconds, and how often they were called. An hour of a holiday night counts in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burden {
    pub duty: i64,
    /// 22:00 to 06:00.
    pub nights: i64,
    /// Saturday and Sunday.
    pub weekends: i64,
    pub holidays: i64,
    pub call_outs: u32,
}

impl Burden {
    /// What is shared out: an hour at night, on a weekend or on a holiday weighs more by half each, a call-out as much as
    /// two hours.
    pub fn weight(&self) -> i64 {
        self.duty + (self.nights + self.weekends + self.holidays) / 2 + i64::from(self.call_outs) * 7200
    }
}

/// The burden of everybody on the schedule, clipped to `span`. `call_outs`: how often each was called.
pub fn burdens(
    zone: &Zone,
    land: Option<Land>,
    shifts: &[Shift],
    call_outs: &BTreeMap<PersonId, u32>,
    span: Stretch,
) -> BTreeMap<PersonId, Burden> {
    let hours = |days: Vec<u8>, from: i8, until: i8| {
        let window = Window::on(days, time(from, 0, 0, 0), time(until, 0, 0, 0));
        windows(zone, None, &[window], span)
    };
    let (nights, weekends) = (hours((1..=7).collect(), 22, 6), hours(vec![6, 7], 0, 0));
    let holidays = holiday_stretches(zone, land, span);
    let mut duty: BTreeMap<PersonId, Vec<Stretch>> = call_outs.keys().map(|person| (*person, vec![])).collect();
    for shift in shifts {
        duty.entry(shift.person).or_default().push((shift.from.max(span.0), shift.until.min(span.1)));
    }
    let burden = |person: &PersonId, parts: Vec<Stretch>| {
        let on: Stretches = parts.into_iter().collect();
        let seconds = |of: &Stretches| on.and(of).length() / 1000;
        Burden {
            duty: on.length() / 1000,
            nights: seconds(&nights),
            weekends: seconds(&weekends),
            holidays: seconds(&holidays),
            call_outs: call_outs.get(person).copied().unwrap_or(0),
        }
    };
    duty.into_iter().map(|(person, parts)| (person, burden(&person, parts))).collect()
}

fn holiday_stretches(zone: &Zone, land: Option<Land>, (from, until): Stretch) -> Stretches {
    let Some(land) = land else { return Stretches::default() };
    let Ok(first) = zone.wall(from).date().checked_sub(Span::new().days(1)) else { return Stretches::default() };
    let midnight = |day: jiff::civil::Date| day.at(0, 0, 0, 0);
    let days = first.series(Span::new().days(1)).take_while(|day| zone.begin(midnight(*day)) < until);
    days.filter(|day| holiday(land, *day).is_some())
        .map(|day| (zone.begin(midnight(day)), zone.end(midnight(day.tomorrow().unwrap_or(day)))))
        .collect()
}

/// What somebody has borne beside what would be theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub person: PersonId,
    pub burden: Burden,
    /// [`Burden::weight`] that would be even, by part-time and time in the team.
    pub even: i64,
}

/// Everybody of the team and their even part of the whole. `part`: of a full post in thousandths; 0 for nobody's share.
pub fn shares(burdens: &BTreeMap<PersonId, Burden>, part: &dyn Fn(PersonId) -> u32) -> Vec<Share> {
    let whole: i64 = burdens.values().map(Burden::weight).sum();
    let parts: i64 = burdens.keys().map(|person| i64::from(part(*person))).sum();
    let share = |(person, burden): (&PersonId, &Burden)| {
        let even = i128::from(whole) * i128::from(part(*person)) / i128::from(parts.max(1));
        Share { person: *person, burden: *burden, even: i64::try_from(even).unwrap_or(i64::MAX) }
    };
    burdens.iter().map(share).collect()
}

/// How much of a period somebody was in the team, in thousandths of a full post: newcomers owe what they were there for.
pub fn part_of(post: u32, joined: UnixMillis, (from, until): Stretch) -> u32 {
    let whole = until.0.saturating_sub(from.0).max(1);
    let there = until.0.saturating_sub(joined.0.max(from.0)).clamp(0, whole);
    u32::try_from(i128::from(post) * i128::from(there) / i128::from(whole)).unwrap_or(0)
}
