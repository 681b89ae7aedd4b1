//! What a report says of a past time, against the same oracle: by the rota that was in force at each minute.

use super::oracle::{Chance, Clock, paint};
use super::*;
use crate::domain::reports::{Published, coverage, in_force};

#[test]
fn a_report_of_the_past_says_what_the_clock_on_the_wall_said_under_each_rota() {
    let places = [date(2026, 3, 25), date(2026, 10, 21), date(2026, 12, 23)];
    let clocks = places.map(|day| (day, Clock::new(&berlin(), berlin().begin(day.at(0, 0, 0, 0)), 9 * 24 * 60)));
    for seed in 0..1_000u64 {
        let (day, clock) = &clocks[usize::try_from(seed % 3).unwrap()];
        let mut chance = Chance(seed);
        let minutes = clock.walls.len();
        let at = |n: usize| clock.begin.plus_seconds(n as i64 * 60);
        let absences: Vec<Absence> = (0..chance.below(3))
            .map(|_| {
                let (from, until) = chance.stretch(*day);
                Absence { person: chance.person(), kind: AbsenceKind::Sick, zone: berlin(), from, until }
            })
            .collect();
        // The first one has been there for ever, whatever stands beside it; of some nobody knows since when.
        let mut begins: Vec<usize> = (0..chance.below(4)).map(|_| chance.below(minutes as u64) as usize).collect();
        begins.sort_unstable();
        begins.insert(0, 0);
        let rotas: Vec<Rota> = begins.iter().map(|_| chance.rota(&berlin(), *day)).collect();
        let history: Vec<Published> = begins
            .iter()
            .zip(&rotas)
            .enumerate()
            .map(|(n, (begin, rota))| Published { at: (n > 0).then(|| at(*begin)), rota: rota.clone() })
            .collect();
        let here = 1 + chance.below(9);
        let counts = |person: PersonId| person.0.as_u128() <= u128::from(here);
        let mask: u64 = (1..=here).map(|n| 1 << n).sum();

        let mut expected = vec![0u64; minutes];
        for (n, rota) in rotas.iter().enumerate() {
            let painted = paint(clock, rota, &absences, DutyLevel::Primary);
            let end = begins.get(n + 1).copied().unwrap_or(minutes);
            for minute in begins[n]..end {
                expected[minute] = painted[minute] & mask;
            }
        }
        let span = (clock.begin, at(minutes));
        let found = coverage(&in_force(&history, &away(&absences), span), counts, span);
        let empty = expected.iter().filter(|on| **on == 0).count() as i64;
        assert_eq!(found.uncovered_minutes(), empty, "seed {seed}");
        assert_eq!(found.covered, (minutes as i64 - empty) * 60_000, "seed {seed}");
        for n in 1..=9u128 {
            let own = expected.iter().filter(|on| **on & 1 << n != 0).count() as i64 * 60_000;
            assert_eq!(found.people.get(&person(n)).copied().unwrap_or(0), own, "seed {seed}, person {n}");
        }
    }
}

#[test]
fn a_rota_of_unknown_time_counts_from_where_the_one_before_it_does() {
    let alone = |n: u128| rota(vec![layer(&[n], "2026-01-01T00:00:00", Turn::Weeks(1))]);
    let at = |text: &str| Some(utc(text));
    let history = [
        Published { at: None, rota: alone(1) },
        Published { at: at("2026-02-02T00:00:00Z"), rota: alone(2) },
        Published { at: None, rota: alone(3) },
        Published { at: at("2026-02-04T00:00:00Z"), rota: alone(4) },
    ];
    let span = (utc("2026-02-01T00:00:00Z"), utc("2026-02-05T00:00:00Z"));
    assert_eq!(
        text(&in_force(&history, &Away::new(), span)),
        ["1 02-01T00:00 02-02T00:00", "3 02-02T00:00 02-04T00:00", "4 02-04T00:00 02-05T00:00"]
    );
    assert_eq!(in_force(&[], &Away::new(), span), []);
    let later = coverage(&[], |_| true, (utc("2026-02-01T00:00:00Z"), utc("2026-02-01T00:00:30Z")));
    assert_eq!(later.uncovered_minutes(), 1, "a gap of seconds is one");
}
