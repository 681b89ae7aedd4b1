//! Every minute of some days, painted: on duty, bookable, busy. No arithmetic of sets.

use super::*;
use crate::domain::rota::Window;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len() as u64) as usize]
    }
}

const MINUTES: usize = 5 * 24 * 60;

struct Case {
    zone: Zone,
    rules: Rules,
    now: UnixMillis,
    shifts: Vec<Shift>,
    calendars: Calendars,
}

impl Case {
    /// Around a clock change, or any day.
    fn random(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let zone: Zone =
            dice.of(&["Europe/Berlin", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe"]).parse().unwrap();
        let day = dice.of(&[
            "2026-10-23",
            "2026-03-27",
            "2026-06-09",
            "2026-11-24",
            "2026-10-30",
            "2026-03-06",
            "2026-10-02",
            "2026-04-03",
        ]);
        let now = at(&zone, &format!("{day}T00:00:00")).plus_seconds(dice.roll(24 * 60) as i64 * MINUTE);
        let minute = |n: u64| now.plus_seconds(n as i64 * MINUTE);
        let window = |dice: &mut Dice| {
            let days = (1..=7).filter(|_| dice.roll(4) > 0).collect::<Vec<_>>();
            let clock = |dice: &mut Dice| time(dice.roll(24) as i8, dice.of(&[0, 15, 30]), 0, 0);
            Window::on(if days.is_empty() { vec![7] } else { days }, clock(dice), clock(dice))
        };
        let rules = Rules {
            // One window: those that overlap have a test of their own.
            hours: vec![window(&mut dice)],
            levels: if dice.roll(2) == 0 { vec![DutyLevel::Primary] } else { DutyLevel::ALL.to_vec() },
            slot_minutes: dice.of(&[5, 20, 30, 45]),
            before_minutes: dice.of(&[0, 0, 5]),
            after_minutes: dice.of(&[0, 10, 15]),
            lead_minutes: dice.of(&[0, 60, 300]),
            horizon_days: dice.of(&[1, 2, 3]) as u32,
            per_day: dice.of(&[1, 2, 50]),
        };
        let shifts = (0..6).map(|_| {
            let from = dice.roll(MINUTES as u64);
            let level = dice.of(&DutyLevel::ALL);
            let until = minute(from + 30 + dice.roll(2000));
            Shift { level, ..on(u128::from(dice.roll(3)), minute(from), until) }
        });
        let shifts = shifts.collect();
        let mut calendars = Calendars::new();
        for who in 0..3 {
            let taken = (0..dice.roll(4)).map(|_| {
                let (from, long) = (dice.roll(MINUTES as u64), dice.of(&[20, 45]));
                let (before, after) = (dice.of(&[0, 5, 10]), dice.of(&[0, 5, 30]));
                let talk = (minute(from), minute(from + long));
                let busy = (talk.0.plus_seconds(-before * MINUTE), talk.1.plus_seconds(after * MINUTE));
                Taken { service: dice.of(&[SERVICE, OTHER]), talk, busy }
            });
            let taken = taken.collect();
            let blocked = dice.roll(300);
            let blocked = [(minute(blocked), minute(blocked + dice.roll(120)))].into_iter().collect();
            calendars.insert(person(who), Calendar { taken, blocked });
        }
        Self { zone, rules, now, shifts, calendars }
    }

    fn found(&self) -> Vec<Slot> {
        let hours = Hours { service: SERVICE, rules: &self.rules, zone: &self.zone, land: None };
        free(&hours, &self.shifts, &self.calendars, self.now)
    }

    /// Minute by minute, from two days before now.
    fn expected(&self) -> Vec<(UnixMillis, PersonId)> {
        let begin = self.now.plus_seconds(-2 * DAY);
        let total = MINUTES + 2 * 24 * 60;
        let minute = |n: usize| begin.plus_seconds(n as i64 * MINUTE);
        let walls: Vec<_> = (0..total).map(|n| self.zone.wall(minute(n))).collect();
        let rules = &self.rules;
        let window = &rules.hours[0];
        // The begin of the window that each minute lies in: painted from the first showing of its begin to the last showing
        // of its end.
        let mut inside: Vec<Option<usize>> = vec![None; total];
        let days: BTreeSet<_> = walls.iter().map(|wall| wall.date()).collect();
        for day in days {
            if !window.days.contains(&(day.weekday().to_monday_one_offset() as u8)) {
                continue;
            }
            let opens = day.to_datetime(window.from);
            let last = if window.until <= window.from { day.tomorrow().unwrap() } else { day };
            let closes = last.to_datetime(window.until);
            let Some(first) = walls.iter().position(|wall| *wall >= opens) else { continue };
            // A wall time that is shown twice ends at its second showing.
            let second = walls.iter().rposition(|wall| *wall == closes);
            let end = second.or_else(|| walls.iter().position(|wall| *wall > closes)).unwrap_or(total);
            if walls[0] > opens || opens >= closes {
                continue;
            }
            inside[first..end.max(first)].fill(Some(first));
        }
        let piece = (rules.before_minutes + rules.slot_minutes + rules.after_minutes) as usize;
        let (before, long) = (rules.before_minutes as usize, rules.slot_minutes as usize);
        let within = |n: usize, stretch: (UnixMillis, UnixMillis)| stretch.0 <= minute(n) && minute(n) < stretch.1;
        let mut result = Vec::new();
        for (who, n) in (0..3).flat_map(|who| (0..total).map(move |n| (person(who), n))) {
            let from = n + before;
            let begins = inside[n].is_some_and(|opened| (n - opened) % piece == 0);
            let late_enough = minute(from) >= self.now.plus_seconds(i64::from(rules.lead_minutes) * MINUTE);
            let soon_enough = minute(from) <= self.now.plus_seconds(i64::from(rules.horizon_days) * DAY);
            if !begins || !late_enough || !soon_enough || n + piece > total {
                continue;
            }
            let bookable = (n..n + piece).all(|m| inside[m] == inside[n]);
            let duty = |m: usize| {
                self.shifts.iter().any(|s| s.person == who && rules.levels.contains(&s.level) && within(m, s.stretch()))
            };
            let calendar = &self.calendars[&who];
            let talks = from..from + long;
            let clear = calendar.taken.iter().all(|taken| {
                !talks.clone().any(|m| within(m, taken.busy)) && !(n..n + piece).any(|m| within(m, taken.talk))
            });
            let blocked = (n..n + piece).any(|m| calendar.blocked.contains(minute(m)));
            let day = walls[from].date();
            let of_day = |taken: &&Taken| taken.service == SERVICE && self.zone.wall(taken.talk.0).date() == day;
            let full = calendar.taken.iter().filter(of_day).count() >= rules.per_day as usize;
            if bookable && talks.clone().all(duty) && clear && !blocked && !full {
                result.push((minute(from), who));
            }
        }
        result.sort();
        result
    }
}

#[test]
fn free_slots_are_those_that_the_minutes_leave() {
    let seeds = if std::env::var("TELEKONSIL_LONG").is_ok_and(|value| value == "1") { 5_000 } else { 150 };
    let mut found = 0;
    for seed in 0..seeds {
        let case = Case::random(seed);
        let slots: Vec<_> = case.found().iter().map(|slot| (slot.from, slot.person)).collect();
        assert_eq!(slots, case.expected(), "seed {seed}: {:?} {}", case.rules, case.zone.wall(case.now));
        found += slots.len();
    }
    assert!(found > seeds as usize, "the cases have slots: {found}");
}

#[test]
fn windows_that_overlap_offer_each_time_once() {
    let zone = berlin();
    let daily = |from, until| Window::on(vec![1, 2, 3, 4, 5, 6, 7], time(from, 0, 0, 0), time(until, 0, 0, 0));
    let rules = Rules { hours: vec![daily(8, 10), daily(9, 11)], after_minutes: 0, horizon_days: 1, ..rules() };
    let now = at(&zone, "2026-11-24T01:00:00");
    let hours = Hours { service: SERVICE, rules: &rules, zone: &zone, land: None };
    let slots = free(&hours, &[on(1, now, now.plus_seconds(2 * DAY))], &Calendars::new(), now);
    assert_eq!(slots.len(), 6);
}
