//! Random command sequences: whatever happens, no consult is forgotten and exactly one accept wins.

use super::*;
use crate::domain::consult::{actions, ring_id};
use proptest::prelude::*;
use schemas::{
    StudyId,
    consult::{ActionName, DeclineReason, Receipt},
};
use std::collections::BTreeSet;

/// People 1 to 5 are specialists; 0 stands for the requester.
const PEOPLE: u128 = 6;

#[derive(Clone, Debug)]
enum Step {
    Do(ActionName, u128),
    Left(u128),
    /// The ticker at the next deadline, with a new ranking or without.
    Due(Option<Plan>),
    /// A tick at any time.
    Tick,
    Wait(i64),
}

fn who(n: u128) -> PersonId {
    if n == 0 { REQUESTER } else { person(n) }
}

fn command(action: ActionName, n: u128, consult: &Consult) -> Command {
    let person = who(n);
    match action {
        ActionName::CompleteFields => {
            let fields = CaseFields { diagnosis: Some(format!("{n}")), ..CaseFields::default() };
            Command::CompleteFields { person, fields }
        }
        ActionName::Accept => Command::Accept { person },
        ActionName::AcceptInFive => Command::AcceptInFive { person },
        ActionName::PassOn => Command::PassOn { person },
        ActionName::Decline => Command::Decline { person, reason: DeclineReason::Other, note: PrivateText::default() },
        ActionName::RingReceipt => {
            let ring_id = ring_id(consult.id, consult.round, consult.step, person);
            Command::RingReceipt { person, ring_id, receipt: Receipt::Seen }
        }
        ActionName::Cancel => Command::Cancel { person, reason: "weil".into() },
        ActionName::AttachStudy => Command::AttachStudy { person: Some(person), study_id: StudyId(Uuid::from_u128(n)) },
        ActionName::Join => Command::Joined { person },
        ActionName::EndSession => Command::EndSession { person },
        ActionName::SubmitAnswer => Command::SubmitAnswer { person, answer: answer() },
        ActionName::Acknowledge => Command::Acknowledge { person },
        ActionName::Close => Command::Close { person },
    }
}

fn plans() -> impl Strategy<Value = Plan> {
    let people = proptest::collection::btree_set(1..PEOPLE, 1..4);
    (1u32..4, proptest::collection::vec(people, 0..4)).prop_map(|(rounds, steps)| {
        let steps: Vec<Vec<u128>> = steps.into_iter().map(|step| step.into_iter().collect()).collect();
        plan(rounds, &steps.iter().map(Vec::as_slice).collect::<Vec<_>>())
    })
}

fn steps() -> impl Strategy<Value = Step> {
    use ActionName::*;
    // Endings are rare, so that most sequences get far before they end.
    let action = prop_oneof![
        8 => proptest::sample::select(vec![PassOn, AcceptInFive, RingReceipt, Decline]),
        3 => Just(Accept),
        6 => proptest::sample::select(vec![Join, CompleteFields, AttachStudy]),
        3 => proptest::sample::select(vec![EndSession, SubmitAnswer, Acknowledge]),
        1 => proptest::sample::select(vec![Cancel, Close]),
    ];
    prop_oneof![
        12 => (action, 0..PEOPLE).prop_map(|(action, n)| Step::Do(action, n)),
        2 => (0..PEOPLE).prop_map(Step::Left),
        6 => prop::option::of(plans()).prop_map(Step::Due),
        1 => Just(Step::Tick),
        2 => (1i64..2000).prop_map(Step::Wait),
    ]
}

/// What has to hold after every event.
fn check(world: &World) {
    let consult = world.get();
    if consult.state.is_open() {
        let attended = next_deadline(consult).is_some() || consult.alarm.is_some();
        assert!(attended, "forgotten in state {:?}", consult.state);
    } else {
        assert_eq!((next_deadline(consult), consult.alarm), (None, None));
    }
    let ladder = matches!(consult.state, ConsultState::Ringing | ConsultState::Unanswered);
    assert!(ladder || (world.rung().is_empty() && consult.promise.is_none()), "rings after the ladder's end");
    match consult.state {
        ConsultState::Cancelled => {}
        _ => assert_eq!(ladder, consult.specialist.is_none()),
    }

    let accepts = world.log.iter().filter(|r| matches!(r.event, Event::Accepted { .. })).count();
    assert_eq!(accepts, usize::from(consult.specialist.is_some()), "exactly one accept wins");
    let ring_ids: BTreeSet<_> = consult.rings.iter().map(|ring| ring.ring_id).collect();
    assert_eq!(ring_ids.len(), consult.rings.len());
    let declined = consult.declined();
    assert!(consult.active_rings().all(|ring| !declined.contains(&ring.person)), "rung after declining");
    assert!(world.log.iter().zip(1..).all(|(recorded, seq)| recorded.seq == seq));
}

/// Every button that is shown works.
fn check_buttons(world: &World) {
    for n in 0..PEOPLE {
        let role = if n == 0 { Role::Referrer } else { Role::Specialist };
        let actor = actor(who(n), if n == 0 { HOUSE } else { CENTRE }, &[role]);
        for action in actions(world.get(), &actor) {
            let decided = decide(world.consult.as_ref(), &command(action, n, world.get()), world.now);
            // The receipt of this helper names the current step's ring; a promise or parallel rings may differ.
            assert!(decided.is_ok(), "{action:?} is shown to {n} and refused: {decided:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_path_forgets_a_consult(first in plans(), steps in proptest::collection::vec(steps(), 0..60)) {
        let mut world = World::ringing(first);
        for step in steps {
            let before = world.get().clone();
            match step {
                Step::Do(action, n) => {
                    let command = command(action, n, world.get());
                    if world.run(&command).is_err() {
                        prop_assert_eq!(&before, world.get(), "a refusal changes nothing");
                    } else if action != ActionName::CompleteFields {
                        prop_assert!(
                            world.run(&command).map_or(true, |again| again.is_empty() || action == ActionName::PassOn),
                            "a repeat changes nothing"
                        );
                    }
                }
                Step::Left(n) => drop(world.run(&Command::Left { person: who(n) }).unwrap()),
                Step::Due(plan) => {
                    if next_deadline(world.get()).is_some() {
                        let events = world.tick(plan);
                        prop_assert!(!events.is_empty(), "a due tick makes progress");
                        let next = next_deadline(world.get());
                        prop_assert!(next.is_none_or(|next| next > world.now), "and does not spin");
                    }
                }
                Step::Tick => drop(world.run(&Command::Tick { rematch: None }).unwrap()),
                Step::Wait(seconds) => world.now = world.now.plus_seconds(seconds),
            }
            check(&world);
            check_buttons(&world);
        }
        let replayed = Consult::replay(CONSULT, &world.log);
        prop_assert_eq!(replayed.as_ref(), Some(world.get()), "replay is the fold");
    }

    #[test]
    fn a_ladder_left_alone_alarms_the_coordinator_within_its_own_time(first in plans()) {
        let mut world = World::ringing(first.clone());
        let most = first.rounds as usize * first.steps.len();
        for _ in 0..most {
            if world.state() == ConsultState::Ringing {
                world.tick(Some(first.clone()));
            }
        }
        prop_assert_eq!(world.state(), ConsultState::Unanswered);
        prop_assert!(world.get().alarm.is_some());
        prop_assert_eq!(world.now.seconds_since(START), 30 * most as i64);
    }

    #[test]
    fn any_order_of_known_events_folds_without_a_panic(
        first in plans(),
        steps in proptest::collection::vec(steps(), 0..40),
        order in proptest::collection::vec(any::<proptest::sample::Index>(), 0..80),
    ) {
        let mut world = World::ringing(first);
        for step in steps {
            match step {
                Step::Do(action, n) => drop(world.run(&command(action, n, world.get()))),
                Step::Due(plan) if next_deadline(world.get()).is_some() => drop(world.tick(plan)),
                _ => {}
            }
        }
        let mut consult = world.get().clone();
        for index in order {
            consult.apply(index.get(&world.log));
            let _ = (next_deadline(&consult), wants_rematch(&consult, world.now));
            let _ = decide(Some(&consult), &Command::Tick { rematch: None }, world.now);
        }
    }
}
