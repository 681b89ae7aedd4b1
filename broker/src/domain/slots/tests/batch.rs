//! Batches.

use super::*;
use crate::domain::slots::place::{left, terms};

const NOW: UnixMillis = UnixMillis(1_795_500_000_000);

fn consult(n: u128) -> ConsultId {
    ConsultId(Uuid::from_u128(n))
}

/// Waits for so many days, until so many hours from now, for one of these people.
fn waits(n: u128, days: i64, hours: i64, may: &[u128]) -> Waiting {
    Waiting {
        consult: consult(n),
        since: NOW.plus_seconds(-days * DAY),
        deadline: Some(NOW.plus_seconds(hours * HOUR)),
        may: may.iter().map(|n| person(*n)).collect(),
        known: BTreeSet::new(),
    }
}

fn slot(who: u128, hours: i64) -> Slot {
    let (from, until) = (NOW.plus_seconds(hours * HOUR), NOW.plus_seconds(hours * HOUR + 1800));
    Slot { from, person: person(who), until, busy: (from, until) }
}

fn cost(waiting: &[Waiting], slots: &[Slot], load: &BTreeMap<PersonId, u32>, placed: &Placed) -> i64 {
    let of = |consult| waiting.iter().find(|of| of.consult == consult).unwrap();
    let placements = placed.placements.iter().map(|placement| {
        assert_eq!(terms(of(placement.consult), &placement.slot, load, NOW), Some(placement.terms));
        assert!(slots.contains(&placement.slot));
        placement.terms.sum()
    });
    let lefts = placed.left.iter().map(|it| match it {
        Left::NoSlot(consult) | Left::Outbid(consult) => left(of(*consult), NOW),
    });
    placements.chain(lefts).sum()
}

/// Of every way to share the slots out the cheapest.
fn brute(waiting: &[Waiting], slots: &[Slot], load: &BTreeMap<PersonId, u32>, used: u64) -> i64 {
    let Some((first, rest)) = waiting.split_first() else { return 0 };
    let none = left(first, NOW) + brute(rest, slots, load, used);
    let with =
        slots.iter().enumerate().filter(|(n, _)| used & (1 << n) == 0).filter_map(|(n, slot)| {
            Some(terms(first, slot, load, NOW)?.sum() + brute(rest, slots, load, used | 1 << n))
        });
    with.fold(none, i64::min)
}

#[test]
fn no_other_way_to_share_out_costs_less() {
    let mut seed = 7u64;
    let mut dice = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    for round in 0..120 {
        let count = 1 + dice(5);
        let waiting: Vec<Waiting> = (0..count)
            .map(|n| {
                let may: Vec<u128> = (0..3).filter(|_| dice(3) > 0).collect();
                let known = (0..3).filter(|_| dice(4) == 0).map(person).collect();
                Waiting { known, ..waits(u128::from(n), dice(20) as i64, dice(90) as i64, &may) }
            })
            .collect();
        let slots: Vec<Slot> = (0..dice(6)).map(|_| slot(u128::from(dice(3)), dice(80) as i64)).collect();
        let load = (0..3).map(|n| (person(n), dice(4) as u32)).collect();
        let placed = place(&waiting, &slots, &load, NOW);
        assert_eq!(placed.placements.len() + placed.left.len(), waiting.len());
        assert_eq!(cost(&waiting, &slots, &load, &placed), brute(&waiting, &slots, &load, 0), "round {round}");
    }
}

#[test]
fn whoever_waits_longer_comes_first_and_a_deadline_is_kept() {
    let slots = [slot(1, 10), slot(1, 40)];
    let none = BTreeMap::new();
    let by = |placed: &Placed| placed.placements.iter().map(|of| (of.consult, of.slot)).collect::<Vec<_>>();
    let placed = place(&[waits(1, 0, 200, &[1]), waits(2, 10, 200, &[1])], &slots, &none, NOW);
    assert_eq!(by(&placed), [(consult(1), slots[1]), (consult(2), slots[0])]);
    // The other one could not take the later slot.
    let placed = place(&[waits(1, 0, 20, &[1]), waits(2, 10, 200, &[1])], &slots, &none, NOW);
    assert_eq!(by(&placed), [(consult(1), slots[0]), (consult(2), slots[1])]);
    let placed = place(&[waits(1, 0, 5, &[1]), waits(2, 0, 200, &[2])], &slots, &none, NOW);
    assert_eq!((placed.placements, placed.left), (vec![], vec![Left::NoSlot(consult(1)), Left::NoSlot(consult(2))]));
    let placed = place(&[waits(1, 0, 20, &[1]), waits(2, 1, 20, &[1])], &slots, &none, NOW);
    assert_eq!((by(&placed), placed.left), (vec![(consult(2), slots[0])], vec![Left::Outbid(consult(1))]));
}

#[test]
fn load_and_continuity_choose_between_people() {
    let slots = [slot(1, 40), slot(2, 41)];
    let of = |known: &[u128], load: &[(u128, u32)]| {
        let waiting = Waiting { known: known.iter().map(|n| person(*n)).collect(), ..waits(1, 0, 500, &[1, 2]) };
        let load = load.iter().map(|(n, count)| (person(*n), *count)).collect();
        place(&[waiting], &slots, &load, NOW).placements[0].slot.person
    };
    assert_eq!(of(&[], &[]), person(1), "the earlier one");
    assert_eq!(of(&[], &[(1, 1)]), person(2), "who has less to do");
    assert_eq!(of(&[2], &[(2, 3)]), person(2), "who knows it");
    assert_eq!(of(&[2], &[(2, 5)]), person(1), "but not at any price");
}

#[test]
fn a_thinned_list_can_be_booked_as_a_whole() {
    let zone = berlin();
    let rules = Rules { per_day: 2, ..rules() };
    let hours = Hours { service: SERVICE, rules: &rules, zone: &zone, land: None };
    let now = at(&zone, "2026-11-24T08:00:00");
    let shifts = [on(1, now, now.plus_seconds(9 * DAY))];
    let all = free(&hours, &shifts, &Calendars::new(), now);
    let calendar = Calendar {
        taken: vec![Taken { service: SERVICE, talk: all[0].talk(), busy: all[0].busy }],
        ..Calendar::default()
    };
    let mut calendars: Calendars = [(person(1), calendar)].into_iter().collect();
    let thin = at_most_a_day(&hours, &free(&hours, &shifts, &calendars, now), &calendars);
    assert_eq!(shown(&zone, &thin)[..3], ["2026-11-24T14:40:00 1", "2026-11-26T14:00:00 1", "2026-11-26T14:40:00 1"]);
    for slot in &thin {
        assert_eq!(is_free(&hours, &shifts, &calendars, now, slot.person, slot.from), Some(*slot));
        let taken = Taken { service: SERVICE, talk: slot.talk(), busy: slot.busy };
        calendars.get_mut(&slot.person).unwrap().taken.push(taken);
    }
}

/// Three hundred consults and a thousand slots: what a state-wide network has in a bad quarter. The bound is for a busy
/// machine; the note of the issue has the figure.
#[test]
fn three_hundred_consults_and_a_thousand_slots_are_placed_at_once() {
    let waiting: Vec<Waiting> = (0..300)
        .map(|n| waits(n, (n % 17) as i64, 100 + (n * 37 % 900) as i64, &[n % 10, (n * 3 + 1) % 10, (n * 7 + 2) % 10]))
        .collect();
    let slots: Vec<Slot> = (0..1000).map(|n| slot(n % 10, 5 + (n / 10) as i64 * 7)).collect();
    let load = (0..10).map(|n| (person(n), (n % 4) as u32)).collect();
    let placed = place(&waiting, &slots, &load, NOW);
    assert_eq!(placed.placements.len() + placed.left.len(), 300);
    let taken: BTreeSet<_> = placed.placements.iter().map(|of| of.slot).collect();
    assert_eq!(taken.len(), placed.placements.len(), "no slot twice");
    assert!(placed.placements.len() > 290);
}
