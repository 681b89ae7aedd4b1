use super::*;
use std::collections::BTreeMap;

#[test]
fn hours_nights_weekends_and_holidays_are_counted_over_the_clock_change() {
    // The week of the autumn change has 169 hours, and its Sunday night one more.
    let rota = rota(vec![layer(&[1, 2], "2026-10-19T08:00:00", Turn::Weeks(1))]);
    let span = (utc("2026-10-19T06:00:00Z"), utc("2026-11-02T07:00:00Z"));
    let all = shifts(&rota, &Away::new(), span.0, span.1);
    let calls = BTreeMap::from([(person(2), 3)]);
    let burdens = burdens(&berlin(), Some(Land::Bw), &all, &calls, span);
    let hours = |b: &Burden| [b.duty, b.nights, b.weekends, b.holidays].map(|seconds| seconds / HOUR);
    assert_eq!(hours(&burdens[&person(1)]), [169, 57, 49, 0]);
    // Allerheiligen is the Sunday of the second week.
    assert_eq!(hours(&burdens[&person(2)]), [168, 56, 48, 24]);
    assert_eq!(burdens[&person(2)].call_outs, 3);
}

#[test]
fn what_is_even_goes_by_posts_and_by_time_in_the_team() {
    let burden = |hours: i64| Burden { duty: hours * HOUR, ..Burden::default() };
    let burdens = BTreeMap::from([(person(1), burden(90)), (person(2), burden(30)), (person(3), burden(0))]);
    let part = |who: PersonId| [1000, 500, 0][usize::try_from(who.0.as_u128() - 1).unwrap()];
    let even: Vec<_> = shares(&burdens, &part).iter().map(|share| share.even / HOUR).collect();
    assert_eq!(even, [80, 40, 0]);
    let (from, until) = (utc("2026-01-01T00:00:00Z"), utc("2026-01-31T00:00:00Z"));
    assert_eq!(part_of(800, utc("2025-01-01T00:00:00Z"), (from, until)), 800);
    assert_eq!(part_of(800, utc("2026-01-16T00:00:00Z"), (from, until)), 400);
    assert_eq!(part_of(800, until, (from, until)), 0);
}
