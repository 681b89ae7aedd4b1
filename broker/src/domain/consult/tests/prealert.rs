use super::*;
use crate::domain::consult::{PREALERT_GRACE_SECONDS, PREALERT_WITHOUT_ETA_SECONDS};
use schemas::consult::{AlarmKind, ClockStamp};

fn request_now(urgency: Urgency, fields: CaseFields) -> Command {
    Command::RequestNow { person: REQUESTER, urgency, fields, matched: matched(plan(1, &[&[1], &[2]])) }
}

fn change(urgency: Urgency, steps: &[&[u128]]) -> Command {
    Command::ChangeUrgency { person: REQUESTER, urgency, matched: Some(matched(plan(2, steps))) }
}

fn eta(minutes: i64) -> Command {
    let fields = CaseFields { eta: Some(START.plus_seconds(minutes * 60)), ..CaseFields::default() };
    Command::CompleteFields { person: REQUESTER, fields }
}

#[test]
fn a_prealert_rings_nobody_and_the_first_in_line_see_it_coming() {
    let world = World::prealert();
    assert_eq!((world.state(), world.rung(), world.log.len()), (ConsultState::Prealert, vec![], 1));
    assert_eq!(world.get().facts(world.now).notified, [person(1), person(2)].into());
}

#[test]
fn the_same_prealert_again_is_no_error_and_a_request_under_its_id_is_a_conflict() {
    let mut world = World::prealert();
    let mut again = request(plan(1, &[]));
    assert_eq!(world.run(&again), Err(Refusal::Conflict));
    if let Command::Request { prealert, .. } = &mut again {
        *prealert = true;
    }
    assert_eq!(world.run(&again), Ok(vec![]));
}

#[test]
fn a_prealert_becomes_the_request_once() {
    let mut world = World::prealert();
    let fields = CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() };
    let now = request_now(Urgency::Urgent, fields);
    world.run(&now).unwrap();
    assert_eq!((world.state(), world.rung(), world.get().urgency), (ConsultState::Ringing, vec![1], Urgency::Urgent));
    assert!(world.get().facts(world.now).notified.is_empty(), "who is not rung has nothing to do with it any more");
    assert_eq!(world.run(&now), Ok(vec![]));
    let other = request_now(Urgency::Emergency, CaseFields::default());
    assert_eq!(world.run(&other), Err(Refusal::WrongState { state: ConsultState::Ringing }));
}

#[test]
fn only_an_emergency_becomes_a_request_without_a_question() {
    let mut world = World::prealert();
    assert!(world.run(&request_now(Urgency::Urgent, CaseFields::default())).is_err());
    assert!(world.run(&request_now(Urgency::Emergency, CaseFields::default())).is_ok());
}

#[test]
fn a_request_was_never_a_prealert() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    let now = request_now(Urgency::Emergency, CaseFields::default());
    assert_eq!(world.run(&now), Err(Refusal::WrongState { state: ConsultState::Ringing }));
}

#[test]
fn a_prealert_that_nobody_turns_into_a_request_alarms_once_and_the_alarm_stands() {
    let mut world = World::prealert();
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(PREALERT_WITHOUT_ETA_SECONDS)));
    world.run(&eta(30)).unwrap();
    world.tick(None);
    assert_eq!(world.now, START.plus_seconds(30 * 60 + PREALERT_GRACE_SECONDS));
    assert_eq!(
        (world.state(), world.get().alarm, next_deadline(world.get())),
        (ConsultState::Prealert, Some(AlarmKind::PrealertOverdue), None)
    );
    world.run(&eta(120)).unwrap();
    assert_eq!(world.get().alarm, None, "the ambulance is late: counted anew");
    world.run(&request_now(Urgency::Emergency, CaseFields::default())).unwrap();
    assert_eq!(world.get().alarm, None);
}

#[test]
fn a_prealert_can_be_cancelled_without_a_reason() {
    let mut world = World::prealert();
    world.run(&Command::Cancel { person: REQUESTER, reason: PrivateText::default() }).unwrap();
    assert_eq!((world.state(), world.get().ended_at), (ConsultState::Cancelled, Some(START)));
    assert!(world.run(&request_now(Urgency::Emergency, CaseFields::default())).is_err());
}

#[test]
fn a_changed_urgency_begins_the_ladder_anew_with_all_its_rounds() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.tick(None);
    let old_ring = world.get().active_rings().next().unwrap().ring_id;
    world.run(&change(Urgency::Urgent, &[&[2], &[3]])).unwrap();
    assert_eq!((world.rung(), world.get().round, world.get().urgency), (vec![2], 2, Urgency::Urgent));
    assert_ne!(world.get().active_rings().next().unwrap().ring_id, old_ring);
    for expected in [[3], [2], [3]] {
        world.tick(Some(plan(2, &[&[2], &[3]])));
        assert_eq!((world.state(), world.rung()), (ConsultState::Ringing, expected.to_vec()), "two rounds of its own");
    }
    world.tick(None);
    assert_eq!(world.state(), ConsultState::Unanswered);
    assert_eq!(world.run(&change(Urgency::Urgent, &[])), Ok(vec![]), "the same urgency is no change");
}

#[test]
fn a_changed_urgency_takes_the_ladder_from_whoever_holds_it() {
    for hold in [Command::AcceptInFive { person: person(1) }, Command::TakeOver { person: person(90) }] {
        let mut world = World::ringing(plan(1, &[&[1], &[2]]));
        world.do_all(&[hold, change(Urgency::Elective, &[&[3]])]);
        assert_eq!((world.rung(), world.get().promise, world.get().taken_over), (vec![3], None, None));
        assert!(world.run(&accept(1)).is_ok(), "whoever was rung may still accept");
    }
}

#[test]
fn a_changed_urgency_of_an_unanswered_consult_rings_everybody() {
    let mut world = World::ringing(plan(1, &[]));
    world.run(&change(Urgency::Urgent, &[&[1], &[2]])).unwrap();
    assert_eq!((world.state(), world.rung()), (ConsultState::Unanswered, vec![1, 2]));
    world.run(&Command::ChangeUrgency { person: REQUESTER, urgency: Urgency::Emergency, matched: None }).unwrap();
    assert_eq!(world.rung(), [1, 2], "without a new ranking the old one");
}

#[test]
fn before_and_after_the_ladder_only_the_urgency_changes() {
    for mut world in [World::prealert(), World::accepted()] {
        let (state, rounds) = (world.state(), world.get().round);
        assert_eq!(world.run(&change(Urgency::Urgent, &[&[9]])).unwrap().len(), 1);
        assert_eq!((world.state(), world.get().round, world.get().urgency), (state, rounds, Urgency::Urgent));
    }
    assert!(World::in_session().run(&change(Urgency::Urgent, &[])).is_err());
}

#[test]
fn the_last_stamp_counts_and_neither_the_future_nor_another_year_is_taken() {
    let mut world = World::prealert();
    let stamp = |at| Command::Stamp { person: REQUESTER, stamp: ClockStamp::Door, at };
    world.do_all(&[stamp(START.plus_seconds(-60)), stamp(START.plus_seconds(240))]);
    assert_eq!((world.get().clock.door, world.get().clock.imaging), (Some(START.plus_seconds(240)), None));
    assert_eq!(world.run(&stamp(START.plus_seconds(240))), Ok(vec![]));
    for wrong in [START.plus_seconds(301), START.plus_seconds(-8 * 86_400)] {
        assert!(matches!(world.run(&stamp(wrong)), Err(Refusal::InvalidField { field: "at", .. })));
    }
    let mut closed = World::reported();
    closed.run(&close()).unwrap();
    assert!(closed.run(&stamp(START)).is_err());
}
