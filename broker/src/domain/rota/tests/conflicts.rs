use super::*;
use schemas::ServiceId;
use std::collections::BTreeMap;

const DAY_ONE: &str = "2026-01-05T00:00:00Z";

fn service(n: u128) -> ServiceId {
    ServiceId(Uuid::from_u128(n))
}

fn hours(from: i64, until: i64) -> Stretch {
    (utc(DAY_ONE).plus_seconds(from * HOUR), utc(DAY_ONE).plus_seconds(until * HOUR))
}

fn shift(n: u128, kind: DutyKind, from: i64, until: i64) -> Shift {
    let (from, until) = hours(from, until);
    Shift { level: DutyLevel::Primary, kind, person: person(n), from, until, is_override: false }
}

fn plan(n: u128, shifts: Vec<Shift>) -> Planned {
    Planned { service: service(n), needs: vec![(DutyLevel::Primary, hours(0, 48))], written: shifts.clone(), shifts }
}

const FIT: Fitness = Fitness { is_qualified: true, has_contract: true, licensed_until: None };

fn found(
    plans: &[Planned],
    called_out: &[(u128, Stretch)],
    fitness: &dyn Fn(ServiceId, PersonId) -> Fitness,
) -> Vec<(ConflictKind, Option<u128>, i64, i64)> {
    let mut calls: BTreeMap<PersonId, Stretches> = BTreeMap::new();
    for (n, stretch) in called_out {
        let known = calls.entry(person(*n)).or_default();
        *known = known.or(&[*stretch].into_iter().collect());
    }
    let hour = |at: UnixMillis| at.seconds_since(utc(DAY_ONE)) / HOUR;
    let found = conflicts(plans, &calls, fitness, hours(0, 48));
    found.iter().map(|c| (c.kind, c.person.map(|p| p.0.as_u128()), hour(c.from), hour(c.until))).collect()
}

#[test]
fn the_first_uncovered_minute_and_who_is_away_are_named() {
    let mut one = plan(1, vec![shift(1, DutyKind::OnCall, 0, 20), shift(2, DutyKind::OnCall, 24, 48)]);
    one.written[0].until = hours(0, 24).1;
    assert_eq!(
        found(&[one], &[], &|_, _| FIT),
        [(ConflictKind::Gap, None, 20, 24), (ConflictKind::Absent, Some(1), 20, 24)]
    );
}

#[test]
fn nobody_can_be_on_two_duties_at_once() {
    let plans = [
        plan(1, vec![shift(1, DutyKind::OnCall, 0, 48)]),
        plan(2, vec![shift(2, DutyKind::OnCall, 0, 20), shift(1, DutyKind::OnCall, 20, 48)]),
    ];
    let with = ConflictKind::DoubleBooked { with: service(1), level: DutyLevel::Primary };
    assert_eq!(found(&plans, &[], &|_, _| FIT), [(with, Some(1), 20, 48)]);
}

#[test]
fn who_may_not_is_named_and_from_when() {
    let plans = [plan(1, vec![shift(1, DutyKind::OnCall, 0, 24), shift(2, DutyKind::OnCall, 24, 48)])];
    let fitness = |_, who| Fitness {
        is_qualified: who == person(2),
        has_contract: who == person(1),
        licensed_until: (who == person(1)).then_some(hours(12, 12).0),
    };
    assert_eq!(
        found(&plans, &[], &fitness),
        [
            (ConflictKind::Unqualified, Some(1), 0, 24),
            (ConflictKind::LicenceEnded, Some(1), 12, 24),
            (ConflictKind::NoContract, Some(2), 24, 48),
        ]
    );
}

#[test]
fn eleven_hours_lie_between_a_call_out_and_work_in_the_house() {
    // On call until 07:00, called out at 03:00 for an hour, and in the house from 08:00 on: seven hours are missing.
    let shifts =
        vec![shift(1, DutyKind::OnCall, 0, 7), shift(1, DutyKind::OnSite, 8, 16), shift(2, DutyKind::OnCall, 7, 48)];
    let rest_after = |missing, after| ConflictKind::Rest { missing: missing * HOUR, after };
    let rest = |missing| rest_after(missing, None);
    let plans = [plan(1, shifts)];
    assert_eq!(found(&plans, &[(1, hours(3, 4))], &|_, _| FIT), [(rest(7), Some(1), 8, 16)]);
    assert_eq!(found(&plans, &[], &|_, _| FIT), [], "on call one rests");
    let twice = [plan(
        1,
        vec![
            shift(1, DutyKind::OnSite, 0, 8),
            shift(1, DutyKind::Exclusive, 18, 26),
            shift(2, DutyKind::OnCall, 0, 48),
        ],
    )];
    let duty = Some((plans[0].service, DutyLevel::Primary));
    assert_eq!(found(&twice, &[], &|_, _| FIT), [(rest_after(1, duty), Some(1), 18, 26)]);
    assert_eq!(
        found(&twice[..], &[(1, hours(7, 9))], &|_, _| FIT),
        [(rest(2), Some(1), 18, 26)],
        "the end of the work counts"
    );
}
