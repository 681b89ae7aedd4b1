//! The schedule against an oracle that knows only a clock on the wall and paints minute by minute: no arithmetic of
//! sets, no jump to the turn that is asked for, no rule of jiff for hours that come twice or never.

use super::*;
use std::collections::HashMap;

const MINUTE: i64 = 60;

/// Every minute from `begin` on: what the clock shows.
pub(super) struct Clock {
    pub(super) begin: UnixMillis,
    pub(super) walls: Vec<DateTime>,
    /// First and last minute at which it shows that.
    shown: HashMap<DateTime, (usize, usize)>,
}

impl Clock {
    pub(super) fn new(zone: &Zone, begin: UnixMillis, minutes: usize) -> Self {
        let walls: Vec<DateTime> = (0..minutes).map(|n| zone.wall(begin.plus_seconds(n as i64 * MINUTE))).collect();
        let mut shown: HashMap<DateTime, (usize, usize)> = HashMap::new();
        for (n, wall) in walls.iter().enumerate() {
            shown.entry(*wall).and_modify(|known| known.1 = n).or_insert((n, n));
        }
        Self { begin, walls, shown }
    }

    /// The minutes of a stretch: from the first time that the clock shows its begin to the last time that it shows its
    /// end. What it never shows is the first minute that it shows more.
    fn minutes(&self, from: DateTime, until: DateTime) -> std::ops::Range<usize> {
        let later = |wall: DateTime| self.walls.iter().position(|shown| *shown > wall).unwrap_or(self.walls.len());
        let is_before = |wall: DateTime| wall < self.walls[0];
        let first = match self.shown.get(&from) {
            _ if is_before(from) => 0,
            Some((first, _)) => *first,
            None => later(from),
        };
        let last = match self.shown.get(&until) {
            _ if is_before(until) => 0,
            Some((_, last)) => *last,
            None => later(until),
        };
        first..last.max(first)
    }
}

/// Who is on at each minute of one level, a bit for each of up to 64 people, and which bits came by override.
pub(super) fn paint(clock: &Clock, rota: &Rota, away: &[Absence], level: DutyLevel) -> Vec<u64> {
    let minutes = clock.walls.len();
    let mut gone: HashMap<PersonId, Vec<bool>> = HashMap::new();
    for absence in away {
        let marks = gone.entry(absence.person).or_insert_with(|| vec![false; minutes]);
        marks[clock.minutes(absence.from, absence.until)].fill(true);
    }
    let is_here = |person: PersonId, n: usize| gone.get(&person).is_none_or(|marks| !marks[n]);
    let bit = |person: PersonId| 1u64 << person.0.as_u128();
    let mut painted = vec![0u64; minutes];
    for layer in rota.layers.iter().filter(|layer| layer.level == level && !layer.people.is_empty()) {
        let mut own = vec![0u64; minutes];
        let inside = inside(clock, rota.land, layer);
        let lengths: Vec<i64> = match &layer.turn {
            Turn::Hours(n) => vec![i64::from(*n)],
            Turn::Days(n) => vec![i64::from(*n) * 24],
            Turn::Weeks(n) => vec![i64::from(*n) * 168],
            Turn::Cycle(lengths) => lengths.iter().map(|n| i64::from(*n)).collect(),
        };
        let mut begin = layer.start;
        let turns = layer.people.iter().cycle().zip(lengths.iter().cycle());
        for (person, hours) in turns {
            let mut end = begin.checked_add(Span::new().hours(*hours)).unwrap();
            let next = end;
            end = layer.end.map_or(end, |last| last.min(end));
            if begin >= end || begin > clock.walls[minutes - 1].checked_add(Span::new().hours(3)).unwrap() {
                break;
            }
            for n in clock.minutes(begin, end).filter(|n| inside[*n] && is_here(*person, *n)) {
                own[n] |= bit(*person);
            }
            begin = next;
        }
        for (under, over) in painted.iter_mut().zip(own) {
            if over != 0 {
                *under = over;
            }
        }
    }
    for temporary in rota.temporaries.iter().filter(|t| t.level == level) {
        let whole = clock.minutes(temporary.from, temporary.until);
        painted[whole.clone()].fill(0);
        for shift in &temporary.shifts {
            for n in clock.minutes(shift.from, shift.until).filter(|n| whole.contains(n) && is_here(shift.person, *n)) {
                painted[n] |= bit(shift.person);
            }
        }
    }
    for over in rota.overrides.iter().filter(|o| o.level == level) {
        for n in clock.minutes(over.from, over.until).filter(|n| is_here(over.person, *n)) {
            painted[n] = bit(over.person);
        }
    }
    painted
}

/// The minutes that the windows of a layer have.
fn inside(clock: &Clock, land: Option<Land>, layer: &Layer) -> Vec<bool> {
    let minutes = clock.walls.len();
    if layer.windows.is_empty() {
        return vec![true; minutes];
    }
    let mut inside = vec![false; minutes];
    let mut day = clock.walls[0].date().checked_sub(Span::new().days(3)).unwrap();
    while day <= clock.walls[minutes - 1].date() {
        for window in &layer.windows {
            let is_holiday = land.is_some_and(|land| holiday(land, day).is_some());
            let weekday = window.days.contains(&(day.weekday().to_monday_one_offset() as u8));
            let is_day = match window.on_holidays {
                OnHolidays::AsWeekday => weekday,
                OnHolidays::Not => weekday && !is_holiday,
                OnHolidays::Also => weekday || is_holiday,
            };
            // Back to the Monday of each, day by day.
            let is_week = window.weeks.is_none_or(|weeks| {
                let monday = |mut day: jiff::civil::Date| {
                    while day.weekday() != jiff::civil::Weekday::Monday {
                        day = day.yesterday().unwrap();
                    }
                    day
                };
                let (mut one, other) = (monday(weeks.from), monday(day));
                let step = Span::new().days(7 * i64::from(weeks.every.max(1)));
                while one < other {
                    one = one.checked_add(step).unwrap();
                }
                while one > other {
                    one = one.checked_sub(step).unwrap();
                }
                one == other
            });
            if is_day && is_week {
                let last = if window.until <= window.from { day.tomorrow().unwrap() } else { day };
                inside[clock.minutes(day.to_datetime(window.from), last.to_datetime(window.until))].fill(true);
            }
        }
        day = day.tomorrow().unwrap();
    }
    inside
}

/// The same from the schedule.
fn scheduled(clock: &Clock, shifts: &[Shift], level: DutyLevel) -> Vec<u64> {
    let mut painted = vec![0u64; clock.walls.len()];
    let minute = |at: UnixMillis| usize::try_from(at.seconds_since(clock.begin) / MINUTE).unwrap();
    for shift in shifts.iter().filter(|shift| shift.level == level) {
        for on in &mut painted[minute(shift.from)..minute(shift.until)] {
            *on |= 1 << shift.person.0.as_u128();
        }
    }
    painted
}

/// Numbers by chance from a seed (splitmix64): ten thousand rotas are drawn faster than proptest shrinks one.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(super) fn person(&mut self) -> PersonId {
        person(u128::from(self.below(9)) + 1)
    }

    fn level(&mut self) -> DutyLevel {
        DutyLevel::ALL[usize::try_from(self.below(3)).unwrap()]
    }

    fn time(&mut self) -> jiff::civil::Time {
        // Often near the hour that comes twice or never.
        let hour = if self.one_in(2) { 1 + self.below(3) } else { self.below(24) };
        let minute = if self.one_in(2) { self.below(60) } else { self.below(4) * 15 };
        jiff::civil::time(i8::try_from(hour).unwrap(), i8::try_from(minute).unwrap(), 0, 0)
    }

    fn moment(&mut self, day: jiff::civil::Date, spread: u64) -> DateTime {
        let days = i64::try_from(self.below(spread)).unwrap();
        let day = day.checked_add(Span::new().days(days)).unwrap();
        day.to_datetime(self.time())
    }

    pub(super) fn stretch(&mut self, day: jiff::civil::Date) -> (DateTime, DateTime) {
        let from = self.moment(day, 8);
        let minutes = i64::try_from(1 + self.below(3 * 24 * 60)).unwrap();
        (from, from.checked_add(Span::new().minutes(minutes)).unwrap())
    }

    fn turn(&mut self) -> Turn {
        let small = |n: u64| u32::try_from(n).unwrap();
        match self.below(4) {
            0 => Turn::Hours(small(1 + self.below(40))),
            1 => Turn::Days(small(1 + self.below(5))),
            2 => Turn::Weeks(small(1 + self.below(2))),
            _ => Turn::Cycle((0..=self.below(4)).map(|_| small(1 + self.below(100))).collect()),
        }
    }

    fn window(&mut self, day: jiff::civil::Date) -> Window {
        let days = (1..=7).filter(|_| !self.one_in(3)).collect();
        let on_holidays =
            [OnHolidays::AsWeekday, OnHolidays::Not, OnHolidays::Also][usize::try_from(self.below(3)).unwrap()];
        let every = u8::try_from(self.below(4)).unwrap();
        let weeks = self.one_in(3).then(|| Weeks { every, from: self.moment(day, 60).date() });
        Window { days, from: self.time(), until: self.time(), on_holidays, weeks }
    }

    pub(super) fn rota(&mut self, zone: &Zone, day: jiff::civil::Date) -> Rota {
        let before =
            |chance: &mut Self| day.checked_sub(Span::new().days(i64::try_from(chance.below(60)).unwrap())).unwrap();
        let layers = (0..=self.below(4)).map(|_| {
            let start = before(self);
            Layer {
                level: self.level(),
                kind: DutyKind::OnCall,
                people: (0..self.below(5)).map(|_| self.person()).collect(),
                start: start.to_datetime(self.time()),
                end: self.one_in(4).then(|| self.moment(day, 8)),
                turn: self.turn(),
                windows: (0..self.below(4)).map(|_| self.window(start)).collect(),
            }
        });
        let layers = layers.collect();
        let temporaries = (0..self.below(2)).map(|_| {
            let (from, until) = self.stretch(day);
            let shifts = (0..self.below(4)).map(|_| {
                let (from, until) = self.stretch(day);
                FixedShift { person: self.person(), from, until }
            });
            Temporary { level: DutyLevel::Primary, from, until, shifts: shifts.collect() }
        });
        let temporaries = temporaries.collect();
        let overrides = (0..self.below(4)).map(|_| {
            let (from, until) = self.stretch(day);
            Override { level: self.level(), person: self.person(), from, until, swap: None }
        });
        let overrides = overrides.collect();
        Rota { zone: zone.clone(), land: self.one_in(2).then_some(Land::Bw), layers, temporaries, overrides }
    }
}

#[test]
fn ten_thousand_rotas_say_what_the_clock_on_the_wall_says() {
    // Both changes of 2026, a leap day, Christmas and New Year, and a zone whose change is half an hour.
    let places = [
        ("Europe/Berlin", date(2026, 3, 25)),
        ("Europe/Berlin", date(2026, 10, 21)),
        ("Europe/Berlin", date(2028, 2, 25)),
        ("Europe/Berlin", date(2026, 12, 23)),
        ("Australia/Lord_Howe", date(2026, 4, 2)),
        ("Australia/Lord_Howe", date(2026, 10, 1)),
    ];
    let clocks: Vec<(Zone, jiff::civil::Date, Clock)> = places
        .into_iter()
        .map(|(zone, day)| {
            let zone: Zone = zone.parse().unwrap();
            // An absolute minute is a whole one in each zone.
            let begin = zone.begin(day.at(0, 0, 0, 0));
            let clock = Clock::new(&zone, begin, 9 * 24 * 60);
            (zone, day, clock)
        })
        .collect();
    let mut wrong = Vec::new();
    for seed in 0..10_000u64 {
        let (zone, day, clock) = &clocks[usize::try_from(seed).unwrap() % clocks.len()];
        let mut chance = Chance(seed);
        let rota = chance.rota(zone, *day);
        let absences: Vec<Absence> = (0..chance.below(3))
            .map(|_| {
                let (from, until) = chance.stretch(*day);
                Absence { person: chance.person(), kind: AbsenceKind::Sick, zone: zone.clone(), from, until }
            })
            .collect();
        let until = clock.begin.plus_seconds(clock.walls.len() as i64 * MINUTE);
        let shifts = shifts(&rota, &away(&absences), clock.begin, until);
        for level in DutyLevel::ALL {
            let (expected, found) = (paint(clock, &rota, &absences, level), scheduled(clock, &shifts, level));
            if let Some(n) = (0..expected.len()).find(|n| expected[*n] != found[*n]) {
                wrong.push((seed, level, clock.walls[n], expected[n], found[n]));
            }
            let uncovered = gaps(&rota, &away(&absences), level, clock.begin, until);
            let uncovered: i64 = uncovered.iter().map(|gap| gap.until.seconds_since(gap.from)).sum();
            let empty = expected.iter().filter(|on| **on == 0).count() as i64 * MINUTE;
            if uncovered != empty {
                wrong.push((seed, level, clock.walls[0], 0, 0));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of 30,000, the first: {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}
