//! Steps that ring beside each other, alarms on the way, and people who are busy.

use super::*;
use crate::domain::consult::rehearse;
use schemas::consult::{AlarmKind, RingOutcome};

/// People, seconds, beside after, alarm.
type Rungs<'a> = &'a [(&'a [u128], u32, Option<u32>, bool)];

fn ladder(rounds: u32, steps: Rungs) -> Plan {
    let step = |(people, ring_seconds, beside_after, alarm): &(&[u128], u32, Option<u32>, bool)| PlannedStep {
        people: people.iter().map(|n| person(*n)).collect(),
        ring_seconds: *ring_seconds,
        beside_after: *beside_after,
        alarm: *alarm,
        busy: vec![],
    };
    Plan { rounds, steps: steps.iter().map(step).collect() }
}

fn due(world: &World) -> i64 {
    next_deadline(world.get()).unwrap().seconds_since(START)
}

#[test]
fn a_step_begins_beside_the_one_before_and_both_ring() {
    let mut world =
        World::ringing(ladder(1, &[(&[1], 30, None, false), (&[2], 30, Some(10), false), (&[3], 20, None, false)]));
    assert_eq!((world.rung(), due(&world)), (vec![1], 10));
    world.tick(None);
    assert_eq!((world.rung(), due(&world)), (vec![1, 2], 30));
    world.tick(None);
    assert_eq!((world.rung(), due(&world)), (vec![2], 40), "the third waits until nobody rings");
    world.tick(None);
    assert_eq!((world.rung(), due(&world)), (vec![3], 60));
    world.tick(None);
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::LadderExhausted)));
}

#[test]
fn a_late_tick_begins_what_is_due_once_and_in_order() {
    let mut world =
        World::ringing(ladder(1, &[(&[1], 30, None, false), (&[2], 30, Some(10), false), (&[3], 30, Some(0), false)]));
    world.now = START.plus_seconds(25);
    world.tick(None);
    assert_eq!((world.rung(), due(&world)), (vec![1, 2, 3], 30), "the third begins with the second");
    assert!(world.run(&Command::Tick { rematch: None }).unwrap().is_empty(), "again: nothing");
}

#[test]
fn a_step_whose_people_all_ring_or_declined_is_passed_over() {
    let mut world = World::ringing(ladder(
        1,
        &[(&[1, 2], 30, None, false), (&[1], 30, Some(10), false), (&[2, 3], 30, Some(5), false)],
    ));
    assert_eq!(due(&world), 15, "the second would ring nobody");
    world.run(&decline(2)).unwrap();
    world.tick(None);
    assert_eq!((world.rung(), world.get().step), (vec![1, 3], 3));
    assert_eq!(world.get().rings.len(), 3);
}

#[test]
fn whoever_passes_leaves_the_others_ringing_and_the_last_one_hurries_the_ladder() {
    let mut world =
        World::ringing(ladder(1, &[(&[1], 60, None, false), (&[2], 60, Some(10), false), (&[3], 60, None, false)]));
    world.tick(None);
    world.run(&pass(1)).unwrap();
    assert_eq!(world.rung(), [2]);
    world.run(&pass(2)).unwrap();
    assert_eq!(world.rung(), [3]);
    assert_eq!(due(&world), 70);
    world.run(&accept(2)).unwrap();
    assert_eq!((world.state(), world.rung()), (ConsultState::Accepted, vec![]), "whoever was rung may still accept");
}

#[test]
fn the_coordinator_is_alarmed_on_the_way_once_each_round_and_it_rings_on() {
    let mut world = World::ringing(ladder(
        2,
        &[(&[1], 20, None, false), (&[], 5, Some(10), true), (&[2], 20, Some(5), true), (&[3], 20, None, false)],
    ));
    world.tick(None);
    assert_eq!((world.rung(), world.get().alarm, due(&world)), (vec![1], Some(AlarmKind::NoAnswerYet), 15));
    world.tick(None);
    assert_eq!((world.rung(), due(&world)), (vec![1, 2], 20));
    while world.state() == ConsultState::Ringing {
        world.tick(None);
    }
    let alarms =
        |kind| world.log.iter().filter(|r| matches!(r.event, Event::AlarmRaised { kind: k, .. } if k == kind)).count();
    assert_eq!((alarms(AlarmKind::NoAnswerYet), alarms(AlarmKind::LadderExhausted)), (4, 1));
    assert_eq!(world.now.seconds_since(START), 2 * (15 + 20 + 20));
}

#[test]
fn a_coordinators_pick_rings_alone() {
    let mut world = World::ringing(ladder(1, &[(&[1], 30, None, false), (&[2], 30, Some(10), false)]));
    world.run(&Command::Assign { person: person(6), to: person(3) }).unwrap();
    assert_eq!((world.rung(), due(&world)), (vec![3], 60), "nothing begins beside it");
    world.tick(None);
    assert_eq!(world.rung(), [2]);
}

#[test]
fn a_promise_holds_what_would_begin_beside() {
    let mut world = World::ringing(ladder(1, &[(&[1], 30, None, false), (&[2], 30, Some(10), false)]));
    world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
    assert!(due(&world) > 300 && world.rung().is_empty());
    world.tick(None);
    assert_eq!(world.rung(), [2]);
}

#[test]
fn nobody_on_duty_alarms_at_once_also_where_a_step_would_alarm() {
    let world = World::ringing(ladder(2, &[(&[], 5, None, true)]));
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::NobodyOnDuty)));
}

#[test]
fn the_ring_of_somebody_busy_says_so() {
    let mut plan = plan(1, &[&[1, 2]]);
    plan.steps[0].busy = vec![person(2)];
    let world = World::ringing(plan);
    let busy: Vec<_> = world.get().rings.iter().map(|ring| (ring.person, ring.busy)).collect();
    assert_eq!(busy, [(person(1), false), (person(2), true)]);
}

#[test]
fn a_rehearsal_is_what_then_happens() {
    let plan = ladder(2, &[(&[1], 20, None, false), (&[2, 3], 30, Some(10), true), (&[4], 15, None, false)]);
    let course = rehearse(&matched(plan.clone()), Urgency::Emergency, START);
    let mut world = World::ringing(plan);
    while world.state() == ConsultState::Ringing {
        world.tick(None);
    }
    assert_eq!(course.alarm_at, world.now);
    let told: Vec<_> = course
        .rungs
        .iter()
        .flat_map(|rung| rung.people.iter().map(|(person, _)| (rung.round, rung.step, *person, rung.at, rung.until)))
        .collect();
    let rung: Vec<_> = world.get().rings.iter().map(|r| (r.round, r.step, r.person, r.started_at, r.until)).collect();
    assert_eq!(told, rung);
    assert!(world.get().rings.iter().all(|ring| ring.outcome == RingOutcome::TimedOut));
    assert_eq!(
        course.rungs.iter().map(|rung| rung.alarm).collect::<Vec<_>>(),
        [false, true, false, false, true, false]
    );
    let nobody = rehearse(&matched(Plan::default()), Urgency::Elective, START);
    assert_eq!((nobody.rungs.len(), nobody.alarm_at), (0, START));
}
