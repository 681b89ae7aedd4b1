//! Free slots against an oracle that looks at every minute, and batches against every permutation.

use super::*;
use crate::domain::rota::{Shift, Stretches, Window, Zone};
use jiff::civil::time;
use schemas::{ConsultId, PersonId, ServiceId, UnixMillis, directory::DutyLevel};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

mod batch;
mod oracle;

const SERVICE: ServiceId = ServiceId(Uuid::from_u128(0x5));
const OTHER: ServiceId = ServiceId(Uuid::from_u128(0x6));
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

const fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn berlin() -> Zone {
    "Europe/Berlin".parse().unwrap()
}

fn at(zone: &Zone, wall: &str) -> UnixMillis {
    zone.begin(wall.parse().unwrap())
}

/// Tuesdays and Thursdays from 14 to 16, half an hour and ten minutes after it.
fn rules() -> Rules {
    Rules {
        hours: vec![Window::on(vec![2, 4], time(14, 0, 0, 0), time(16, 0, 0, 0))],
        levels: vec![DutyLevel::Primary],
        slot_minutes: 30,
        before_minutes: 0,
        after_minutes: 10,
        lead_minutes: 60,
        horizon_days: 10,
        per_day: 3,
    }
}

fn on(who: u128, from: UnixMillis, until: UnixMillis) -> Shift {
    let level = DutyLevel::Primary;
    Shift { level, kind: Default::default(), person: person(who), from, until, is_override: false }
}

/// What the clock shows at the begin of each slot, with whom.
fn shown(zone: &Zone, slots: &[Slot]) -> Vec<String> {
    slots.iter().map(|slot| format!("{} {}", zone.wall(slot.from), slot.person.0.as_u128())).collect()
}

#[test]
fn a_slot_lies_within_hours_and_duty_after_the_lead_and_before_the_horizon() {
    let zone = berlin();
    let (rules, now) = (rules(), at(&zone, "2026-11-24T13:30:00"));
    let hours = Hours { service: SERVICE, rules: &rules, zone: &zone, land: None };
    // 1 goes off duty on Thursday at 15:00, and 2 comes.
    let change = at(&zone, "2026-11-26T15:00:00");
    let shifts = [on(1, now.plus_seconds(-DAY), change), on(2, change, now.plus_seconds(30 * DAY))];
    let slots = free(&hours, &shifts, &Calendars::new(), now);
    assert_eq!(
        shown(&zone, &slots),
        [
            // 14:00 is sooner than in an hour; 15:20 + 40 ends with the window.
            "2026-11-24T14:40:00 1",
            "2026-11-24T15:20:00 1",
            // 14:40 would have to be begun by one and ended by the other.
            "2026-11-26T14:00:00 1",
            "2026-11-26T15:20:00 2",
            "2026-12-01T14:00:00 2",
            "2026-12-01T14:40:00 2",
            "2026-12-01T15:20:00 2",
            "2026-12-03T14:00:00 2",
            "2026-12-03T14:40:00 2",
            "2026-12-03T15:20:00 2",
        ]
    );
    assert_eq!(is_free(&hours, &shifts, &Calendars::new(), now, person(1), slots[1].from), Some(slots[1]));
    assert_eq!(is_free(&hours, &shifts, &Calendars::new(), now, person(2), slots[1].from), None);
    assert_eq!(is_free(&hours, &shifts, &Calendars::new(), now, person(1), slots[1].from.plus_seconds(60)), None);
}

#[test]
fn what_is_taken_in_any_service_what_blocks_and_a_full_day_take_slots_away() {
    let zone = berlin();
    let (rules, now) = (Rules { horizon_days: 2, ..rules() }, at(&zone, "2026-11-24T10:00:00"));
    let hours = Hours { service: SERVICE, rules: &rules, zone: &zone, land: None };
    let shifts = [on(1, now, now.plus_seconds(9 * DAY))];
    let of = |calendar: Calendar| {
        let slots = free(&hours, &shifts, &[(person(1), calendar)].into_iter().collect(), now);
        let starts = slots.iter().map(|slot| zone.wall(slot.from).time().to_string());
        starts.map(|text| text[..5].to_owned()).collect::<Vec<_>>()
    };
    let taken = |service, from: &str, minutes: i64, buffer: i64| {
        let from = at(&zone, &format!("2026-11-24T{from}:00"));
        let until = from.plus_seconds(minutes * MINUTE);
        Taken {
            service,
            talk: (from, until),
            busy: (from.plus_seconds(-buffer * MINUTE), until.plus_seconds(buffer * MINUTE)),
        }
    };
    let busy = |parts: Vec<Taken>| Calendar { taken: parts, ..Calendar::default() };
    assert_eq!(of(Calendar::default()), ["14:00", "14:40", "15:20"]);
    assert_eq!(of(busy(vec![taken(OTHER, "14:10", 10, 0)])), ["14:40", "15:20"]);
    // A talk at 14:40 would lie in a buffer that begins at 15:05.
    assert_eq!(of(busy(vec![taken(OTHER, "15:20", 5, 15)])), ["14:00"]);
    // Buffers may lie over each other: 10 minutes after 15:10, 10 minutes before 15:20.
    assert_eq!(of(busy(vec![taken(OTHER, "15:20", 30, 10)])), ["14:00", "14:40"]);
    // Three a day: of this service, not of others.
    let elsewhere = |service| busy((0..3).map(|n| taken(service, &format!("{:02}:00", 18 + n), 10, 0)).collect());
    assert_eq!(of(elsewhere(SERVICE)), [""; 0]);
    assert_eq!(of(elsewhere(OTHER)), ["14:00", "14:40", "15:20"]);
    let running: Stretches = [(now, at(&zone, "2026-11-24T14:05:00"))].into_iter().collect();
    assert_eq!(of(Calendar { blocked: running, ..Calendar::default() }), ["14:40", "15:20"]);
}

#[test]
fn the_night_of_a_clock_change_has_an_hour_of_slots_more_or_less() {
    let zone = berlin();
    let window = Window::on(vec![1, 2, 3, 4, 5, 6, 7], time(0, 0, 0, 0), time(6, 0, 0, 0));
    let rules =
        Rules { hours: vec![window], after_minutes: 0, lead_minutes: 0, horizon_days: 1, per_day: 50, ..rules() };
    let hours = Hours { service: SERVICE, rules: &rules, zone: &zone, land: None };
    let count = |day: &str| {
        let now = at(&zone, &format!("{day}T00:00:00"));
        let slots = free(&hours, &[on(1, now.plus_seconds(-DAY), now.plus_seconds(2 * DAY))], &Calendars::new(), now);
        assert!(slots.windows(2).all(|two| two[0].until <= two[1].from), "none overlaps the next one");
        slots.iter().filter(|slot| zone.wall(slot.from).date().to_string() == day).count()
    };
    assert_eq!([count("2026-10-24"), count("2026-10-25"), count("2027-03-28")], [12, 14, 10]);
}

#[test]
fn rules_that_nobody_could_mean_are_refused() {
    use RulesFault as Fault;
    assert_eq!(check(&rules()), Ok(()));
    let day = |day| Rules { hours: vec![Window::on(vec![day], time(8, 0, 0, 0), time(9, 0, 0, 0))], ..rules() };
    assert_eq!(check(&day(7)), Ok(()));
    assert_eq!(check(&day(8)), Err(Fault::Hours));
    assert_eq!(check(&Rules { hours: vec![], ..rules() }), Err(Fault::Hours));
    assert_eq!(check(&Rules { levels: vec![], ..rules() }), Err(Fault::Levels));
    assert_eq!(check(&Rules { slot_minutes: 4, ..rules() }), Err(Fault::Slot));
    assert_eq!(check(&Rules { slot_minutes: u32::MAX, ..rules() }), Err(Fault::Slot));
    assert_eq!(check(&Rules { before_minutes: 470, ..rules() }), Err(Fault::Slot));
    assert_eq!(check(&Rules { lead_minutes: 100_000, ..rules() }), Err(Fault::Lead));
    assert_eq!(check(&Rules { horizon_days: 0, ..rules() }), Err(Fault::Horizon));
    assert_eq!(check(&Rules { horizon_days: 181, ..rules() }), Err(Fault::Horizon));
    assert_eq!(check(&Rules { per_day: 0, ..rules() }), Err(Fault::PerDay));
}
