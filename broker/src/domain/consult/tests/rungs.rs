//! Random policies, people, answers, crashes, ticks that come late, twice or too early, and clocks that jump: each rung
//! fires once in its round, nobody is rung twice at once or after declining, and somebody always looks after it.

use super::*;
use crate::domain::{
    escalation::{Around, plan as planned},
    matching::{Eligible, MatchResult},
};
use proptest::prelude::*;
use schemas::{
    PoolId, RingId,
    directory::DutyLevel,
    policy::{Policy, Pool, Step, Target, WhenBusy},
};
use std::collections::{BTreeMap, BTreeSet};

const PEOPLE: u128 = 7;
const COORDINATOR: u128 = 50;
const POOL: PoolId = PoolId(Uuid::from_u128(60));

/// What a ranking finds, of people 1 to 7.
#[derive(Clone, Debug)]
struct Found {
    eligible: Vec<(u128, DutyLevel)>,
    reachable: Vec<u128>,
    seen: Vec<u128>,
    occupied: Vec<u128>,
    queued: Vec<u128>,
}

#[derive(Clone, Debug)]
enum Move {
    Pass(u128),
    Decline(u128),
    InFive(u128),
    Accept(u128),
    Assign(u128),
    TakeOver,
    /// At the deadline, so many seconds late, so many times; with another ranking or without.
    Tick(i64, usize, Option<Found>),
    /// Before anything is due.
    EarlyTick,
    /// The node dies; the next one reads the snapshot, or the log.
    Crash(bool),
    Jump(i64),
}

fn policies() -> impl Strategy<Value = Policy> {
    let levels = proptest::sample::select(vec![DutyLevel::Primary, DutyLevel::Secondary, DutyLevel::Backup]);
    let target = prop_oneof![
        4 => levels.prop_map(Target::Duty),
        2 => (1u32..4).prop_map(Target::Best),
        2 => Just(Target::AllEligible),
        1 => (1..=PEOPLE).prop_map(|n| Target::Person(person(n))),
        1 => Just(Target::Pool(POOL)),
        1 => Just(Target::Coordinator),
    ];
    let targets = proptest::collection::vec(target, 1..3);
    let step = (targets, 5u32..60, prop::option::weighted(0.4, 0u32..70), prop::option::weighted(0.2, 10u32..30));
    let step = step.prop_map(|(targets, ring_seconds, beside_after, awake_minutes)| Step {
        targets,
        ring_seconds,
        beside_after,
        awake_minutes,
    });
    let when_busy = proptest::sample::select(vec![WhenBusy::RingAnyway, WhenBusy::OthersFirst]);
    (1u32..4, proptest::collection::vec(step, 1..6), when_busy).prop_map(|(rounds, steps, when_busy)| Policy {
        rounds,
        steps,
        when_busy,
    })
}

fn found() -> impl Strategy<Value = Found> {
    let some = || proptest::collection::btree_set(1..=PEOPLE, 0..5).prop_map(|set| set.into_iter().collect::<Vec<_>>());
    let levels = proptest::sample::select(DutyLevel::ALL.to_vec());
    let order = Just((1..=PEOPLE).collect::<Vec<_>>()).prop_shuffle();
    (order, proptest::collection::vec(levels, 0..=PEOPLE as usize), some(), some(), some(), some()).prop_map(
        |(order, levels, reachable, seen, occupied, queued)| Found {
            eligible: order.into_iter().zip(levels).collect(),
            reachable,
            seen,
            occupied,
            queued,
        },
    )
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (1..=PEOPLE).prop_map(Move::Pass),
        2 => (1..=PEOPLE).prop_map(Move::Decline),
        1 => (1..=PEOPLE).prop_map(Move::InFive),
        1 => (1..=PEOPLE).prop_map(Move::Assign),
        1 => Just(Move::TakeOver),
        12 => (prop_oneof![4 => Just(0i64), 1 => 0i64..90], 1usize..3, prop::option::of(found()))
            .prop_map(|(late, times, found)| Move::Tick(late, times, found)),
        2 => Just(Move::EarlyTick),
        3 => any::<bool>().prop_map(Move::Crash),
        1 => (-4000i64..4000).prop_map(Move::Jump),
    ]
}

fn ranked(policy: &Policy, found: &Found, now: UnixMillis) -> Matched {
    let people = |of: &[u128]| of.iter().map(|n| person(*n)).collect::<Vec<_>>();
    let result = MatchResult {
        eligible: found.eligible.iter().map(|(n, duty)| Eligible { person: person(*n), duty: *duty }).collect(),
        busy: people(&found.queued),
        record: MatchRecord::default(),
    };
    let pools = [Pool { id: POOL, name: "P".into(), people: people(&[2, 4, 6]) }];
    let seen: BTreeMap<_, _> = found.seen.iter().map(|n| (person(*n), now)).collect();
    let occupied = people(&found.occupied).into_iter().collect();
    let around = Around { now, pools: &pools, reachable: people(&found.reachable), seen, occupied };
    let plan = planned(policy, &result, &around);
    Matched { plan, record: result.record, busy: result.busy }
}

/// What has to hold after every event, and between them.
fn check(world: &World) {
    let consult = world.get();
    let attended = next_deadline(consult).is_some() || consult.alarm.is_some() || !consult.state.is_open();
    assert!(attended, "forgotten in state {:?}", consult.state);
    let on_ladder = matches!(consult.state, ConsultState::Ringing | ConsultState::Unanswered);
    assert!(!on_ladder || next_deadline(consult).is_some(), "a ladder without a deadline");
    let mut rung = world.rung();
    rung.sort_unstable();
    rung.dedup();
    assert_eq!(rung.len(), world.rung().len(), "rung twice at once");
    assert!(consult.active_rings().all(|ring| !consult.has_declined(ring.person)), "rung after declining");
}

/// The log as it is read in the end.
fn check_log(log: &[Recorded]) {
    let mut ids: BTreeSet<RingId> = BTreeSet::new();
    let mut fired: BTreeSet<(u32, u32)> = BTreeSet::new();
    let (mut round, mut step, mut plan) = (0, 0, Plan::default());
    let (mut declined, mut rung_in_round) = (BTreeSet::new(), BTreeSet::new());
    for recorded in log {
        match &recorded.event {
            Event::Matched { round: next, plan: with, .. } | Event::RoundRepeated { round: next, plan: with } => {
                assert!(*next > round, "rounds go on");
                (round, step, plan) = (*next, 0, with.clone());
                rung_in_round.clear();
            }
            Event::RingStarted { ring_id, person, round: of, step: at, assigned, .. } => {
                assert!(ids.insert(*ring_id), "a ring decided twice");
                rung_in_round.insert(*person);
                if !assigned {
                    assert_eq!(*of, round);
                    assert!(*at >= step, "back on the ladder");
                    assert!(*at == step || fired.insert((round, *at)), "a rung fired twice");
                    step = *at;
                }
            }
            Event::AlarmRaised { step: Some(at), .. } => {
                assert!(*at == step || fired.insert((round, *at)), "an alarm fired twice");
                step = *at;
            }
            Event::RingEnded { person, outcome: schemas::consult::RingOutcome::Declined, .. } => {
                declined.insert(*person);
            }
            // The ladder is at its end: whatever did not fire had nobody left to ring.
            Event::Unanswered { .. } => {
                for (planned, at) in plan.steps.iter().zip(1..) {
                    let left = planned.people.iter().filter(|p| !declined.contains(p) && !rung_in_round.contains(p));
                    assert!(
                        fired.contains(&(round, at)) || left.count() == 0,
                        "step {at} of round {round} never fired"
                    );
                }
            }
            _ => {}
        }
    }
}

fn take(world: &mut World, policy: &Policy, what: Move) -> Result<(), TestCaseError> {
    let before = world.get().clone();
    match what {
        Move::Pass(n) => drop(world.run(&pass(n))),
        Move::Decline(n) => drop(world.run(&decline(n))),
        Move::InFive(n) => drop(world.run(&Command::AcceptInFive { person: person(n) })),
        Move::Accept(n) => drop(world.run(&accept(n))),
        Move::Assign(n) => drop(world.run(&Command::Assign { person: person(COORDINATOR), to: person(n) })),
        Move::TakeOver => drop(world.run(&Command::TakeOver { person: person(COORDINATOR) })),
        Move::Tick(late, times, found) => {
            let Some(due) = next_deadline(world.get()) else { return Ok(()) };
            world.now = world.now.max(due.plus_seconds(late));
            for time in 0..times {
                let wanted = wants_rematch(world.get(), world.now);
                let rematch = found.as_ref().filter(|_| wanted).map(|found| ranked(policy, found, world.now));
                let events = world.run(&Command::Tick { rematch }).unwrap();
                prop_assert_eq!(events.is_empty(), time > 0, "a due tick decides, the same tick again does not");
            }
        }
        Move::EarlyTick => {
            if next_deadline(world.get()).is_some_and(|due| due > world.now) {
                prop_assert!(world.run(&Command::Tick { rematch: None }).unwrap().is_empty(), "nothing is due");
            }
        }
        Move::Crash(by_snapshot) => {
            let read = if by_snapshot {
                serde_json::from_str(&serde_json::to_string(world.get()).unwrap()).ok()
            } else {
                Consult::replay(CONSULT, &world.log)
            };
            prop_assert_eq!(read.as_ref(), Some(&before), "whoever reads it finds the same state");
            world.consult = read;
        }
        Move::Jump(seconds) => world.now = world.now.plus_seconds(seconds),
    }
    Ok(())
}

/// A few seconds in a normal run, 10,000 courses in a long one.
fn cases() -> u32 {
    if std::env::var_os("TELEKONSIL_LONG").is_some() { 10_000 } else { 1_000 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_rung_fires_once_whatever_the_ticks_and_the_clock_do(
        policy in policies(),
        first in found(),
        moves in proptest::collection::vec(moves(), 0..60),
        winner in prop::option::of(1..=PEOPLE),
    ) {
        let mut world = World::empty();
        let mut command = request(Plan::default());
        if let Command::Request { matched, .. } = &mut command {
            *matched = ranked(&policy, &first, START);
        }
        world.run(&command).unwrap();
        check(&world);
        for what in moves.into_iter().chain(winner.map(Move::Accept)) {
            take(&mut world, &policy, what)?;
            check(&world);
        }
        check_log(&world.log);
    }

    #[test]
    fn the_alarm_comes_at_the_latest_after_the_sum_of_the_rounds(
        policy in policies(),
        found in found(),
        late in proptest::collection::vec(0i64..40, 400),
        passes in proptest::collection::vec(1..=PEOPLE, 0..20),
    ) {
        let mut world = World::empty();
        let matched = ranked(&policy, &found, START);
        let round: i64 = matched.plan.steps.iter().filter(|s| !s.people.is_empty()).map(|s| i64::from(s.ring_seconds)).sum();
        let most = round * i64::from(matched.plan.rounds);
        let mut command = request(Plan::default());
        if let Command::Request { matched: of, .. } = &mut command {
            *of = matched;
        }
        world.run(&command).unwrap();
        let (mut delay, mut passes) = (0, passes.into_iter());
        for late in late {
            if world.state() != ConsultState::Ringing {
                break;
            }
            if let Some(n) = passes.next() {
                let _ = world.run(&pass(n));
            }
            if world.state() == ConsultState::Ringing {
                delay += late;
                take(&mut world, &policy, Move::Tick(late, 2, None))?;
            }
        }
        prop_assert!(world.get().alarm.is_some());
        prop_assert_eq!(world.state(), ConsultState::Unanswered);
        prop_assert!(world.now.seconds_since(START) <= most + delay, "{} s of {most} s and {delay} s", world.now.seconds_since(START));
    }
}
