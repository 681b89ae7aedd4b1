use super::*;
use crate::domain::consult::{
    ATTEMPTS_EACH_PAUSE, LONGEST_RETRY_SECONDS, PROMISE_GRACE_SECONDS, PROMISE_SECONDS, RETRY_SECONDS, ring_id,
};
use schemas::{
    consult::{AlarmKind, Receipt, RingOutcome},
    problem::ProblemCode,
};

fn outcome_of(world: &World, n: u128) -> RingOutcome {
    world.get().rings.iter().rfind(|ring| ring.person == person(n)).unwrap().outcome
}

#[test]
fn a_request_rings_the_first_step_at_once() {
    let world = World::ringing(plan(1, &[&[1], &[2]]));
    assert_eq!((world.state(), world.rung()), (ConsultState::Ringing, vec![1]));
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(30)));
}

#[test]
fn the_same_request_again_is_no_error_and_another_one_under_its_id_is_a_conflict() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    assert_eq!(world.run(&request(plan(1, &[&[1]]))), Ok(vec![]));
    let mut other = request(plan(1, &[&[1]]));
    if let Command::Request { urgency, .. } = &mut other {
        *urgency = Urgency::Urgent;
    }
    assert_eq!(world.run(&other), Err(Refusal::Conflict));
}

#[test]
fn only_an_emergency_may_ring_without_a_question() {
    let mut command = request(plan(1, &[&[1]]));
    if let Command::Request { urgency, .. } = &mut command {
        *urgency = Urgency::Elective;
    }
    assert_eq!(World::empty().run(&command).unwrap_err().code(), ProblemCode::InvalidField);
    if let Command::Request { fields, .. } = &mut command {
        fields.question = Some("Verlegung?".into());
    }
    assert!(World::empty().run(&command).is_ok());
}

#[test]
fn malformed_fields_are_refused_by_name() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    let bad = [
        CaseFields { birth_date: Some("3.4.1950".into()), ..CaseFields::default() },
        CaseFields { birth_date: Some("1950-02-30".into()), ..CaseFields::default() },
        CaseFields { insurance_number: Some("unbekannt!".into()), ..CaseFields::default() },
        CaseFields { family_name: Some("Ä".repeat(201)), ..CaseFields::default() },
        CaseFields { question: Some("a\0b".into()), ..CaseFields::default() },
    ];
    for fields in bad {
        let refusal = world.run(&Command::CompleteFields { person: REQUESTER, fields }).unwrap_err();
        assert_eq!(refusal.code(), ProblemCode::InvalidField);
    }
    let good = CaseFields {
        birth_date: Some("1950-02-28".into()),
        insurance_number: Some("PKV 4711-0815".into()),
        ..CaseFields::default()
    };
    assert_eq!(world.run(&Command::CompleteFields { person: REQUESTER, fields: good }).unwrap().len(), 1);
}

#[test]
fn completing_fields_keeps_the_others_and_a_repeat_is_no_event() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    let name = CaseFields { family_name: Some("Muster".into()), ..CaseFields::default() };
    let date = CaseFields { birth_date: Some("1950-01-01".into()), ..CaseFields::default() };
    world.run(&Command::CompleteFields { person: REQUESTER, fields: name.clone() }).unwrap();
    world.run(&Command::CompleteFields { person: REQUESTER, fields: date }).unwrap();
    assert_eq!(world.get().fields.family_name.as_deref(), Some("Muster"));
    assert_eq!(world.get().fields.birth_date.as_deref(), Some("1950-01-01"));
    assert_eq!(world.run(&Command::CompleteFields { person: REQUESTER, fields: name }), Ok(vec![]));
}

#[test]
fn nobody_eligible_alarms_the_coordinator_at_once_and_tries_again() {
    let mut world = World::ringing(plan(3, &[]));
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::NobodyOnDuty)));
    assert_eq!(next_deadline(world.get()), Some(START.plus_seconds(RETRY_SECONDS)));

    let again = world.tick(Some(plan(3, &[])));
    assert!(matches!(again[..], [Event::Unanswered { .. }]), "a night without anybody does not fill the log");

    world.tick(Some(plan(3, &[&[1], &[2]])));
    assert_eq!(world.rung(), [1, 2], "somebody came on duty: everybody at once");
    assert_eq!(world.get().alarm, Some(AlarmKind::NobodyOnDuty), "the alarm stays until somebody accepts");
    world.run(&accept(2)).unwrap();
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Accepted, None));
}

#[test]
fn a_ring_that_times_out_rings_the_next_step() {
    let mut world = World::ringing(plan(1, &[&[1], &[2, 3]]));
    world.tick(None);
    assert_eq!((outcome_of(&world, 1), world.rung()), (RingOutcome::TimedOut, vec![2, 3]));
}

#[test]
fn a_ladder_that_is_exhausted_is_unanswered_alarms_and_rings_everybody_every_two_minutes() {
    let mut world = World::ringing(plan(2, &[&[1], &[2]]));
    let again = || Some(plan(2, &[&[1], &[2]]));
    for expected in [[2], [1], [2]] {
        world.tick(again());
        assert_eq!(world.rung(), expected);
    }
    assert_eq!(world.get().round, 2);
    world.tick(again());
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::LadderExhausted)));
    let unanswered_since = world.now;
    for _ in 0..3 {
        let gave_up = world.now;
        world.tick(again());
        assert_eq!(world.now, gave_up.plus_seconds(RETRY_SECONDS));
        assert_eq!(world.rung(), [1, 2]);
        assert_eq!(world.tick(again()).iter().filter(|e| matches!(e, Event::AlarmRaised { .. })).count(), 0);
    }
    assert_eq!(world.get().state_since, unanswered_since);
    world.run(&accept(1)).unwrap();
    assert_eq!(world.state(), ConsultState::Accepted);
}

#[test]
fn a_forgotten_consult_is_rung_less_and_less_often_until_its_urgency_changes() {
    let mut world = World::ringing(plan(1, &[]));
    let pause = |world: &World| next_deadline(world.get()).unwrap().seconds_since(world.now);
    for seconds in [RETRY_SECONDS, 2 * RETRY_SECONDS, 4 * RETRY_SECONDS, LONGEST_RETRY_SECONDS, LONGEST_RETRY_SECONDS] {
        for _ in 0..ATTEMPTS_EACH_PAUSE {
            assert_eq!(pause(&world), seconds);
            world.tick(Some(plan(1, &[])));
        }
    }
    let matched = Some(matched(plan(1, &[])));
    world.run(&Command::ChangeUrgency { person: REQUESTER, urgency: Urgency::Urgent, matched }).unwrap();
    assert_eq!(pause(&world), RETRY_SECONDS);
}

#[test]
fn a_new_round_uses_the_new_ranking_and_without_one_the_old_one() {
    let mut world = World::ringing(plan(3, &[&[1]]));
    world.tick(Some(plan(3, &[&[7]])));
    assert_eq!(world.rung(), [7]);
    world.tick(None);
    assert_eq!((world.rung(), world.get().round), (vec![7], 3));
}

#[test]
fn a_ranking_that_nobody_asked_for_is_ignored() {
    let mut world = World::ringing(plan(2, &[&[1], &[2]]));
    world.now = START.plus_seconds(30);
    assert!(!wants_rematch(world.get(), world.now));
    world.run(&Command::Tick { rematch: Some(matched(plan(1, &[&[9]]))) }).unwrap();
    assert_eq!(world.rung(), [2]);
}

#[test]
fn a_tick_before_its_time_does_nothing() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    world.now = START.plus_seconds(29);
    assert_eq!(world.run(&Command::Tick { rematch: None }), Ok(vec![]));
}

#[test]
fn after_an_hour_of_downtime_the_ladder_goes_on_by_one_step_from_now() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.now = START.plus_seconds(3600);
    world.run(&Command::Tick { rematch: None }).unwrap();
    assert_eq!(world.rung(), [2]);
    assert_eq!(next_deadline(world.get()), Some(world.now.plus_seconds(30)));
}

#[test]
fn passing_on_rings_the_next_one_without_waiting() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&pass(1)).unwrap();
    assert_eq!((world.rung(), world.now), (vec![2], START));
}

#[test]
fn a_parallel_step_waits_for_the_others_when_one_passes_on() {
    let mut world = World::ringing(plan(1, &[&[1, 2], &[3]]));
    world.run(&pass(1)).unwrap();
    assert_eq!(world.rung(), [2]);
    world.run(&pass(2)).unwrap();
    assert_eq!(world.rung(), [3]);
}

#[test]
fn passing_on_at_the_end_of_a_round_makes_the_next_round_due_at_once() {
    let mut world = World::ringing(plan(2, &[&[1]]));
    world.run(&pass(1)).unwrap();
    assert!(next_deadline(world.get()).unwrap() <= world.now && wants_rematch(world.get(), world.now));
    world.tick(Some(plan(2, &[&[1]])));
    assert_eq!((world.rung(), world.get().round, world.now), (vec![1], 2, START));
}

#[test]
fn passing_on_at_the_end_of_the_last_round_alarms_at_once() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    world.run(&pass(1)).unwrap();
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::LadderExhausted)));
}

#[test]
fn whoever_declined_is_never_rung_again_and_cannot_accept() {
    let mut world = World::ringing(plan(2, &[&[1], &[1, 2]]));
    world.run(&decline(1)).unwrap();
    assert_eq!(world.rung(), [2]);
    world.tick(Some(plan(2, &[&[1], &[2]])));
    assert_eq!(world.rung(), [2]);
    assert_eq!(world.run(&accept(1)), Err(Refusal::NotRung));
    assert_eq!(world.get().declined().into_iter().collect::<Vec<_>>(), [person(1)]);
}

#[test]
fn when_everybody_has_declined_the_next_round_finds_nobody() {
    let mut world = World::ringing(plan(2, &[&[1]]));
    world.run(&decline(1)).unwrap();
    world.tick(None);
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Unanswered, Some(AlarmKind::NobodyOnDuty)));
}

#[test]
fn exactly_one_accept_wins_and_the_second_learns_who_was_first() {
    let mut world = World::ringing(plan(1, &[&[1, 2]]));
    let both_saw = world.get().clone();
    assert!(decide(Some(&both_saw), &accept(2), world.now).is_ok(), "the store's compare-and-set decides the race");
    world.run(&accept(1)).unwrap();
    assert_eq!(world.run(&accept(2)), Err(Refusal::AlreadyTaken { by: person(1) }));
    assert_eq!(world.run(&accept(1)), Ok(vec![]), "the winner's repeat is no error");
    assert_eq!((outcome_of(&world, 1), outcome_of(&world, 2)), (RingOutcome::Accepted, RingOutcome::Withdrawn));
}

#[test]
fn an_accept_after_the_ring_still_counts_and_a_stranger_is_refused() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.tick(None);
    assert_eq!(world.run(&accept(3)), Err(Refusal::NotRung));
    world.run(&accept(1)).unwrap();
    assert_eq!((world.get().specialist, outcome_of(&world, 2)), (Some(person(1)), RingOutcome::Withdrawn));
}

#[test]
fn in_five_holds_the_ladder_and_withdraws_the_other_rings() {
    let mut world = World::ringing(plan(1, &[&[1, 2], &[3]]));
    world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
    assert!(world.rung().is_empty());
    let until = START.plus_seconds(PROMISE_SECONDS);
    assert_eq!(world.get().promise.map(|promise| promise.until), Some(until));
    assert_eq!(next_deadline(world.get()), Some(until.plus_seconds(PROMISE_GRACE_SECONDS)));
    world.now = START.plus_seconds(60);
    assert_eq!(world.run(&Command::AcceptInFive { person: person(1) }), Ok(vec![]), "a repeat gains no time");
    assert_eq!(next_deadline(world.get()), Some(until.plus_seconds(PROMISE_GRACE_SECONDS)));
}

#[test]
fn during_a_promise_anybody_who_was_rung_may_still_accept() {
    let mut world = World::ringing(plan(1, &[&[1, 2]]));
    world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
    world.run(&accept(2)).unwrap();
    assert_eq!((world.get().specialist, outcome_of(&world, 1)), (Some(person(2)), RingOutcome::Withdrawn));
    assert_eq!(world.run(&accept(1)), Err(Refusal::AlreadyTaken { by: person(2) }));
}

#[test]
fn a_kept_promise_is_an_accept() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
    world.now = START.plus_seconds(200);
    world.run(&accept(1)).unwrap();
    assert_eq!((outcome_of(&world, 1), world.get().promise), (RingOutcome::Accepted, None));
}

#[test]
fn a_broken_promise_rings_the_next_step() {
    let mut world = World::ringing(plan(1, &[&[1], &[2]]));
    world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
    let events = world.tick(None);
    assert!(matches!(events[0], Event::PromiseBroken { .. }));
    assert_eq!((world.get().promise, world.rung()), (None, vec![2]));
}

#[test]
fn a_promise_can_be_taken_back_by_passing_on_or_declining() {
    for command in [pass(1), decline(1)] {
        let mut world = World::ringing(plan(1, &[&[1], &[1, 2]]));
        world.run(&Command::AcceptInFive { person: person(1) }).unwrap();
        world.run(&command).unwrap();
        let declined = matches!(command, Command::Decline { .. });
        assert_eq!(world.rung(), if declined { vec![2] } else { vec![1, 2] });
        assert_eq!(world.get().has_declined(person(1)), declined);
    }
}

#[test]
fn receipts_are_kept_once_and_only_from_the_one_who_is_rung() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    let ring_id = ring_id(CONSULT, 1, 1, person(1));
    let receipt = |n, receipt| Command::RingReceipt { person: person(n), ring_id, receipt };
    assert_eq!(world.run(&receipt(2, Receipt::Seen)), Err(Refusal::NotRung));
    assert_eq!(world.run(&receipt(1, Receipt::Delivered)).unwrap().len(), 1);
    assert_eq!(world.run(&receipt(1, Receipt::Delivered)), Ok(vec![]));
    assert_eq!(world.run(&receipt(1, Receipt::Seen)).unwrap().len(), 1);
    world.tick(None);
    assert_eq!(world.run(&receipt(1, Receipt::Seen)), Ok(vec![]), "late receipts tell nobody anything");
}

#[test]
fn the_same_ring_has_the_same_id_wherever_it_is_decided() {
    let (one, other) = (World::ringing(plan(1, &[&[1]])), World::ringing(plan(1, &[&[1]])));
    assert_eq!(one.get().rings[0].ring_id, other.get().rings[0].ring_id);
    assert_ne!(ring_id(CONSULT, 1, 1, person(1)), ring_id(CONSULT, 1, 2, person(1)));
    assert_ne!(ring_id(CONSULT, 1, 11, person(1)), ring_id(CONSULT, 11, 1, person(1)));
}
