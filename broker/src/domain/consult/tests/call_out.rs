//! Minutes of those who are called out.

use super::*;
use crate::domain::consult::call_out;

const MINUTE: i64 = 60;

#[test]
fn from_the_accept_until_the_report_is_signed() {
    let mut world = World::in_session();
    let began = world.get().accepted_at.unwrap();
    let open = call_out(world.get(), person(1), world.now.plus_seconds(5 * MINUTE)).unwrap();
    assert_eq!((open.accepted_at, open.ended_at), (began, None));
    assert!(open.rung_at.unwrap() <= began);
    assert_eq!(open.in_room, 5 * MINUTE * 1000, "is still inside");
    world.now = world.now.plus_seconds(20 * MINUTE);
    let signed_at = world.now;
    world.do_all(&[sign()]);
    let done = call_out(world.get(), person(1), world.now.plus_seconds(600 * MINUTE)).unwrap();
    assert_eq!(done.ended_at, Some(signed_at));
}

#[test]
fn nobody_else_was_called_out() {
    let world = World::in_session();
    for other in [REQUESTER, person(2), person(77)] {
        assert_eq!(call_out(world.get(), other, world.now), None);
    }
}

#[test]
fn a_hand_over_ends_the_one_and_begins_the_other() {
    let mut world = World::in_session();
    world.now = world.now.plus_seconds(10 * MINUTE);
    world.do_all(&[Command::HandOver { person: person(1), to: person(5) }]);
    world.now = world.now.plus_seconds(MINUTE);
    world.do_all(&[left(person(1)), Command::AcceptOffer { person: person(5) }]);
    let handed_over = world.now;
    let former = call_out(world.get(), person(1), world.now.plus_seconds(60 * MINUTE)).unwrap();
    assert_eq!(former.ended_at, Some(handed_over));
    let next = call_out(world.get(), person(5), world.now.plus_seconds(60 * MINUTE)).unwrap();
    assert_eq!((next.rung_at, next.accepted_at, next.ended_at), (None, handed_over, None));
}
