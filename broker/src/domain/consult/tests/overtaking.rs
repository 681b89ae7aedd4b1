//! A coordinator steps in, and consults that wait for busy people.

use super::*;
use crate::domain::consult::{ASSIGNED_RING_SECONDS, PROMISE_GRACE_SECONDS, RETRY_SECONDS, TAKE_OVER_SECONDS};
use schemas::consult::{AlarmKind, RingOutcome};

const COORDINATOR: PersonId = person(90);

fn take_over() -> Command {
    Command::TakeOver { person: COORDINATOR }
}

fn assign(to: u128) -> Command {
    Command::Assign { person: COORDINATOR, to: person(to) }
}

fn freed(steps: &[&[u128]]) -> Command {
    Command::Freed { matched: matched(plan(1, steps)) }
}

/// Requested while these people are busy and nobody else is there.
pub(super) fn queued(people: &[u128]) -> World {
    let mut world = World::empty();
    let mut command = request(plan(1, &[]));
    if let Command::Request { matched, .. } = &mut command {
        *matched = all_busy(people);
    }
    world.run(&command).unwrap();
    world
}

#[test]
fn a_coordinator_who_takes_over_stops_the_ladder_for_five_minutes() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&take_over()).unwrap();
    assert!(world.rung().is_empty());
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(TAKE_OVER_SECONDS)));
    world.now = START.plus_seconds(60);
    assert_eq!(world.run(&take_over()), Ok(vec![]), "a repeat gains no time");
    world.tick(None);
    assert_eq!((world.now, world.rung()), (START.plus_seconds(TAKE_OVER_SECONDS), vec![2]), "the ladder goes on");
    assert_eq!(world.get().taken_over, None);
}

#[test]
fn a_take_over_drops_a_promise_and_whoever_was_rung_may_still_accept() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.do_all(&[Command::AcceptInFive { person: person(1) }, take_over()]);
    assert_eq!(world.get().promise, None);
    assert_eq!(world.get().rings[0].outcome, RingOutcome::Withdrawn);
    assert_eq!(world.run(&accept(2)), Err(Refusal::NotRung));
    world.run(&accept(1)).unwrap();
    assert_eq!((world.state(), world.get().taken_over), (ConsultState::Accepted, None));
}

#[test]
fn another_coordinator_may_take_over_from_the_first_one() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    world.do_all(&[take_over(), Command::TakeOver { person: person(91) }]);
    assert_eq!(world.get().taken_over.map(|held| held.person), Some(person(91)));
    assert!(World::accepted().run(&take_over()).is_err());
    assert!(World::prealert().run(&take_over()).is_err());
}

#[test]
fn after_the_last_step_the_end_of_a_take_over_begins_the_next_round_or_gives_up() {
    let mut world = World::ringing(plan(2, &[&[1]]));
    world.run(&take_over()).unwrap();
    world.tick(Some(plan(2, &[&[3]])));
    assert_eq!((world.rung(), world.get().round), (vec![3], 2));
    world.run(&take_over()).unwrap();
    world.tick(None);
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::LadderExhausted)));
}

#[test]
fn an_assigned_specialist_is_rung_at_once_and_alone_and_the_ladder_follows() {
    let mut world = World::ringing(plan(1, &[&[1, 2], &[3]]));
    world.run(&assign(7)).unwrap();
    assert_eq!(world.rung(), [7]);
    assert_eq!(world.log.last().unwrap().actor, Some(COORDINATOR), "the log says who picked them");
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(ASSIGNED_RING_SECONDS)));
    assert_eq!(world.run(&assign(7)), Ok(vec![]), "a repeat rings no second time");
    world.tick(None);
    assert_eq!(world.rung(), [3]);
    world.run(&accept(7)).unwrap();
}

#[test]
fn assigning_ends_a_promise_and_a_take_over_and_may_pick_who_is_rung_already() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.do_all(&[Command::AcceptInFive { person: person(1) }, assign(1)]);
    assert_eq!((world.rung(), world.get().promise), (vec![1], None));
    world.do_all(&[take_over(), assign(1)]);
    assert_eq!((world.rung(), world.get().taken_over), (vec![1], None), "the same person again, as another ring");
    world.do_all(&[pass(1)]);
    assert_eq!(world.rung(), [2]);
}

#[test]
fn nobody_is_assigned_who_declined_or_asked() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&decline(1)).unwrap();
    for to in [1, 100] {
        assert!(matches!(world.run(&assign(to)), Err(Refusal::InvalidField { field: "to", .. })));
    }
    assert!(World::prealert().run(&assign(1)).is_err());
    assert!(World::reported().run(&assign(2)).is_err());
}

#[test]
fn an_unanswered_consult_rings_an_assigned_one_and_then_tries_again_at_its_time() {
    let mut world = World::ringing(plan(1, &[]));
    world.run(&assign(4)).unwrap();
    world.tick(None);
    assert_eq!((world.rung(), world.state()), (vec![], ConsultState::Unanswered));
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(RETRY_SECONDS)));
}

#[test]
fn a_pass_that_names_its_ring_cannot_hit_the_next_one() {
    let mut world = World::ringing(plan(2, &[&[1], &[1]]));
    let first = world.get().rings[0].ring_id;
    let named = Command::PassOn { person: person(1), ring_id: Some(first) };
    world.run(&named).unwrap();
    assert_eq!(world.rung(), [1], "the next step");
    assert_eq!(world.run(&named), Ok(vec![]), "the repeat is no answer to it");
    let named_decline = |ring_id| Command::Decline {
        person: person(1),
        ring_id: Some(ring_id),
        reason: DeclineReason::Other,
        note: PrivateText::default(),
    };
    assert_eq!(world.run(&named_decline(first)), Err(Refusal::NotRung));
    let second = world.get().rings[1].ring_id;
    assert_eq!(world.run(&Command::PassOn { person: person(2), ring_id: Some(second) }), Err(Refusal::NotRung));
    world.run(&named_decline(second)).unwrap();
    assert_eq!(world.run(&named_decline(second)), Ok(vec![]));
}

#[test]
fn a_promise_is_taken_back_by_the_ring_that_it_answered() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    let ring_id = Some(world.get().rings[0].ring_id);
    world.do_all(&[Command::AcceptInFive { person: person(1) }, Command::PassOn { person: person(1), ring_id }]);
    assert_eq!((world.rung(), world.get().promise), (vec![2], None));
}

#[test]
fn a_consult_waits_for_busy_people_with_an_alarm_and_tries_again() {
    let mut world = queued(&[1, 2]);
    let queue = world.get().queue.clone().unwrap();
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::Queued)));
    assert_eq!((queue.since, queue.behind), (START, vec![person(1), person(2)]));
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(RETRY_SECONDS)));

    world.now = START.plus_seconds(RETRY_SECONDS);
    assert!(wants_rematch(world.get(), world.now));
    let again = world.run(&Command::Tick { rematch: Some(all_busy(&[1, 2])) }).unwrap();
    assert!(matches!(again[..], [Event::Unanswered { .. }]), "waiting does not fill the log: {again:?}");
    world.now = world.now.plus_seconds(RETRY_SECONDS);
    world.run(&Command::Tick { rematch: Some(all_busy(&[2])) }).unwrap();
    let queue = world.get().queue.clone().unwrap();
    assert_eq!((queue.since, queue.behind), (START, vec![person(2)]), "it waits since then, for whoever is left");
}

#[test]
fn whoever_is_freed_is_rung_at_once() {
    let mut world = queued(&[1, 2]);
    assert_eq!(world.run(&freed(&[])), Ok(vec![]), "freed, and not eligible after all");
    world.run(&freed(&[&[2]])).unwrap();
    assert_eq!((world.rung(), world.get().queue.is_none()), (vec![2], true));
    assert_eq!(world.run(&freed(&[&[1]])), Ok(vec![]), "it is rung already");
    assert!(world.log.iter().all(|recorded| recorded.seq == 1 || recorded.actor.is_none()));
    world.run(&accept(2)).unwrap();
    assert_eq!(world.get().alarm, None);
}

#[test]
fn a_busy_one_may_accept_on_purpose_and_others_may_not() {
    let mut world = queued(&[1]);
    assert_eq!(world.run(&accept(2)), Err(Refusal::NotRung));
    world.run(&accept(1)).unwrap();
    assert_eq!((world.state(), world.get().queue.is_none()), (ConsultState::Accepted, true));
}

#[test]
fn a_queue_of_people_who_left_is_nobody_on_duty() {
    let mut world = queued(&[1]);
    world.tick(Some(plan(1, &[])));
    assert_eq!((world.get().alarm, world.get().queue.is_none()), (Some(AlarmKind::NobodyOnDuty), true));
    world.now = world.now.plus_seconds(RETRY_SECONDS);
    world.run(&Command::Tick { rematch: Some(all_busy(&[1])) }).unwrap();
    assert_eq!((world.get().alarm, world.get().queue.is_some()), (Some(AlarmKind::Queued), true));
}

#[test]
fn while_a_coordinator_sees_to_it_nobody_leaves_the_queue() {
    let mut world = queued(&[1]);
    world.run(&take_over()).unwrap();
    assert_eq!(world.run(&freed(&[&[1]])), Ok(vec![]));
    world.tick(Some(plan(1, &[&[1]])));
    assert_eq!(world.rung(), [1]);
}

#[test]
fn somebody_eligible_is_rung_however_many_are_busy() {
    let mut world = World::empty();
    let mut command = request(plan(1, &[&[3]]));
    if let Command::Request { matched, .. } = &mut command {
        matched.busy = vec![person(1)];
    }
    world.run(&command).unwrap();
    assert_eq!((world.rung(), world.get().queue.is_none()), (vec![3], true));
}

#[test]
fn a_promise_still_ends_by_its_own_time() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
    world.tick(None);
    assert_eq!(world.now, START.plus_seconds(300 + PROMISE_GRACE_SECONDS));
    assert_eq!(world.rung(), [2]);
}
