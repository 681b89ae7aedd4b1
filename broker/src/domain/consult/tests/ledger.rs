//! Minutes, and what they suggest.

use super::*;
use crate::domain::consult::{Ledger, ledger};
use schemas::{consult::Part, report::EbmCode};

fn minutes(n: i64) -> i64 {
    n * 60
}

fn suggested(ledger: &Ledger) -> Vec<(EbmCode, u32)> {
    ledger.suggestions.iter().map(|line| (line.code, line.times)).collect()
}

#[test]
fn the_talk_is_when_both_sides_are_in_the_room() {
    let mut world = World::accepted();
    let at = |minute: i64| START.plus_seconds(minutes(minute));
    let plan: [(i64, Command); 8] = [
        (0, joined(REQUESTER)),
        (2, joined(person(1))),
        (5, joined(person(50))), // a colleague of the requester
        (6, left(REQUESTER)),
        (8, left(person(50))),
        (9, joined(REQUESTER)),
        (12, left(person(1))),
        (13, left(REQUESTER)),
    ];
    for (minute, command) in plan {
        world.now = at(minute);
        world.run(&command).unwrap();
    }
    let ledger = ledger(world.get(), at(60));
    assert_eq!((ledger.talk_minutes, ledger.specialist_minutes, ledger.stays.len()), (9, 10, 4));
}

#[test]
fn who_is_still_inside_counts_until_now_or_until_the_end() {
    let mut world = World::in_session();
    let later = START.plus_seconds(minutes(7) + 59);
    assert_eq!(ledger(world.get(), later).specialist_minutes, 7, "whole minutes");
    world.now = START.plus_seconds(minutes(12));
    world.do_all(&[sign(), close()]);
    assert_eq!(ledger(world.get(), START.plus_seconds(minutes(600))).specialist_minutes, 12);
}

#[test]
fn interpreters_and_second_specialists_make_no_talk() {
    let mut world = World::accepted();
    let (who, part) = (person(5), Part::Interpreter);
    world.do_all(&[Command::AddParticipant { person: person(1), who, part }, joined(who), joined(person(1))]);
    world.now = START.plus_seconds(minutes(20));
    let ledger = ledger(world.get(), world.now);
    assert_eq!((ledger.talk_minutes, ledger.specialist_minutes), (0, 20));
}

#[test]
fn the_minutes_of_both_specialists_count_after_a_hand_over_and_no_minute_twice() {
    let mut world = World::in_session();
    let second = Command::AddParticipant { person: person(1), who: person(5), part: Part::SecondSpecialist };
    world.do_all(&[second, joined(person(5))]);
    world.now = START.plus_seconds(minutes(6));
    world.do_all(&[Command::HandOver { person: person(1), to: person(5) }, Command::AcceptOffer { person: person(5) }]);
    world.now = START.plus_seconds(minutes(10));
    assert_eq!(ledger(world.get(), world.now).specialist_minutes, 10);
}

#[test]
fn suggestions_follow_the_minutes_and_the_signature() {
    use EbmCode::{Ebm01670, Ebm01671, Ebm01672};
    let expected: [(i64, &[(EbmCode, u32)]); 6] = [
        (9, &[]),
        (10, &[(Ebm01671, 1)]),
        (14, &[(Ebm01671, 1)]),
        (15, &[(Ebm01671, 1), (Ebm01672, 1)]),
        (25, &[(Ebm01671, 1), (Ebm01672, 3)]),
        (120, &[(Ebm01671, 1), (Ebm01672, 3)]),
    ];
    let world = World::in_session();
    for (minute, lines) in expected {
        assert_eq!(suggested(&ledger(world.get(), START.plus_seconds(minutes(minute)))), lines, "{minute} min");
    }
    assert_eq!(suggested(&ledger(World::reported().get(), START)), [(Ebm01670, 1)]);
    assert_eq!(suggested(&ledger(World::accepted().get(), START)), []);
}
