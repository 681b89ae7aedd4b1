use super::*;
use crate::domain::matching::Eligible;
use schemas::{PoolId, consult::Urgency, directory::DutyLevel, policy::Policies};
use uuid::Uuid;

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);
const POOL: PoolId = PoolId(Uuid::from_u128(77));

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Person 1 and 2 on first duty, 3 and 4 on second, ranked 1, 3, 2, 4.
fn result() -> MatchResult {
    let eligible =
        [(1, DutyLevel::Primary), (3, DutyLevel::Secondary), (2, DutyLevel::Primary), (4, DutyLevel::Secondary)]
            .map(|(n, duty)| Eligible { person: person(n), duty })
            .to_vec();
    MatchResult { eligible, busy: vec![], record: MatchRecord::default() }
}

fn policy(rounds: u32, steps: &[(&[Target], u32)]) -> Policy {
    let steps = steps.iter().map(|(targets, s)| step(targets, *s)).collect();
    Policy { rounds, steps, when_busy: WhenBusy::RingAnyway }
}

fn step(targets: &[Target], ring_seconds: u32) -> Step {
    Step { targets: targets.to_vec(), ring_seconds, beside_after: None, awake_minutes: None }
}

fn around() -> Around<'static> {
    Around { now: NOW, pools: &[], reachable: vec![], seen: BTreeMap::new(), occupied: BTreeSet::new() }
}

fn plan(policy: &Policy, result: &MatchResult) -> Plan {
    super::plan(policy, result, &around())
}

fn people(plan: &Plan) -> Vec<Vec<u128>> {
    plan.steps.iter().map(|step| step.people.iter().map(|p| p.0.as_u128()).collect()).collect()
}

#[test]
fn targets_name_people_in_the_order_of_the_ranking() {
    let policy = policy(
        2,
        &[
            (&[Target::Best(1)], 20),
            (&[Target::Duty(DutyLevel::Primary)], 20),
            (&[Target::Duty(DutyLevel::Secondary), Target::Best(2)], 20),
            (&[Target::AllEligible], 20),
        ],
    );
    assert_eq!(people(&plan(&policy, &result())), [vec![1], vec![1, 2], vec![3, 4, 1], vec![1, 3, 2, 4]]);
}

#[test]
fn steps_without_anybody_fall_away() {
    let mut only_second = result();
    only_second.eligible.retain(|e| e.duty == DutyLevel::Secondary);
    assert_eq!(people(&plan(&Policy::standard(Urgency::Emergency), &only_second)), [vec![3, 4], vec![3, 4]]);
    let nobody = MatchResult { eligible: vec![], busy: vec![], record: MatchRecord::default() };
    assert!(plan(&Policy::standard(Urgency::Urgent), &nobody).is_empty());
}

#[test]
fn numbers_out_of_range_are_brought_into_it() {
    let wild = plan(&policy(0, &[(&[Target::AllEligible], 0), (&[Target::AllEligible], u32::MAX)]), &result());
    assert_eq!(wild.rounds, 1);
    assert_eq!(
        wild.steps.iter().map(|s| s.ring_seconds).collect::<Vec<_>>(),
        [BOUNDS.min_ring_seconds, BOUNDS.max_ring_seconds]
    );
    assert_eq!(plan(&policy(u32::MAX, &[]), &result()).rounds, BOUNDS.max_rounds);
}

#[test]
fn all_at_once_rings_everybody_in_one_step() {
    let ladder = policy(2, &[(&[Target::Duty(DutyLevel::Primary)], 20), (&[Target::AllEligible], 40)]);
    let plan = plan(&ladder, &result()).all_at_once();
    assert_eq!((people(&plan), plan.steps[0].ring_seconds), (vec![vec![1, 2, 3, 4]], 40));
    assert!(Plan::default().all_at_once().is_empty());
}

#[test]
fn an_emergency_alarms_the_coordinator_within_five_minutes() {
    let emergency = Policy::standard(Urgency::Emergency);
    let longest: u32 = emergency.steps.iter().map(|step| step.ring_seconds).sum::<u32>() * emergency.rounds;
    assert!(longest <= 300, "{longest} s");
}

#[test]
fn a_policy_is_readable_as_json() {
    let json = serde_json::to_value(policy(1, &[(&[Target::Duty(DutyLevel::Primary), Target::Best(2)], 20)])).unwrap();
    let expected = serde_json::json!({"rounds": 1, "steps": [{
        "targets": [{"type": "duty", "value": "primary"}, {"type": "best", "value": 2}],
        "ring_seconds": 20,
    }], "when_busy": "ring_anyway"});
    assert_eq!(json, expected);
    let of_release_0_3 = serde_json::json!({"rounds": 1, "steps": [{
        "targets": [{"type": "duty", "value": "primary"}, {"type": "best", "value": 2}],
        "ring_seconds": 20,
    }]});
    assert_eq!(
        serde_json::from_value::<Policy>(of_release_0_3).unwrap(),
        policy(1, &[(&[Target::Duty(DutyLevel::Primary), Target::Best(2)], 20)])
    );
    assert_eq!(serde_json::from_str::<Policies>("{}").unwrap(), Policies::default());
}

#[test]
fn named_people_and_pools_ring_off_duty_in_the_order_of_the_reachable() {
    let pools = [Pool { id: POOL, name: "Oberärzte".into(), people: vec![person(9), person(8), person(1)] }];
    let policy =
        policy(1, &[(&[Target::Person(person(7))], 20), (&[Target::Pool(POOL), Target::Person(person(7))], 20)]);
    assert_eq!(named(&policy, &pools), [person(1), person(7), person(8), person(9)].into());
    let reachable = vec![person(8), person(1), person(9)];
    let plan = super::plan(&policy, &result(), &Around { pools: &pools, reachable, ..around() });
    assert_eq!(people(&plan), [vec![8, 1, 9]], "7 may not be rung");
}

#[test]
fn those_awake_are_rung_before_the_others_and_are_the_best() {
    let seen = [
        (person(2), NOW.plus_seconds(-600)),
        (person(4), NOW.plus_seconds(-1200)),
        (person(3), NOW.plus_seconds(-1300)),
    ];
    let around = Around { seen: seen.into(), ..around() };
    let mut policy =
        policy(1, &[(&[Target::AllEligible], 20), (&[Target::Best(2)], 20), (&[Target::Duty(DutyLevel::Primary)], 20)]);
    for step in &mut policy.steps {
        step.awake_minutes = Some(20);
    }
    policy.steps[1].beside_after = Some(5);
    let plan = super::plan(&policy, &result(), &around);
    assert_eq!(people(&plan), [vec![2, 4], vec![1, 3], vec![2, 4], vec![2], vec![1]]);
    assert_eq!(plan.steps.iter().map(|step| step.beside_after).collect::<Vec<_>>(), [None, None, Some(5), None, None]);
    let asleep = super::plan(&policy, &result(), &Around { seen: BTreeMap::new(), ..around.clone() });
    assert_eq!(people(&asleep), [vec![1, 3, 2, 4], vec![1, 3], vec![1, 2]], "nobody awake: as without it");
    assert_eq!(looks_back_minutes(&policy), Some(20));
}

#[test]
fn a_busy_first_duty_is_marked_and_comes_after_the_second_where_the_policy_says_so() {
    let occupied = [person(1), person(2)].into();
    let around = Around { occupied, ..around() };
    let mut policy = Policy::standard(Urgency::Emergency);
    let anyway = super::plan(&policy, &result(), &around);
    assert_eq!(people(&anyway), [vec![1, 2], vec![3, 4], vec![1, 3, 2, 4]]);
    assert_eq!(anyway.steps.iter().map(|step| step.busy.len()).collect::<Vec<_>>(), [2, 0, 2]);
    policy.when_busy = WhenBusy::OthersFirst;
    policy.steps[1].beside_after = Some(10);
    let second = super::plan(&policy, &result(), &around);
    assert_eq!(people(&second), [vec![3, 4], vec![1, 2], vec![1, 3, 2, 4]]);
    assert_eq!(second.steps.iter().map(|step| step.beside_after).collect::<Vec<_>>(), [None, Some(10), None]);
    let everybody = Around { occupied: (1..5).map(person).collect(), ..around };
    assert_eq!(people(&super::plan(&policy, &result(), &everybody)), people(&anyway), "nobody is free: their turn");
}

#[test]
fn an_alarm_is_a_step_of_its_own_or_beside_a_ring_and_no_ring_by_itself() {
    let policy = policy(1, &[(&[Target::Coordinator], 5), (&[Target::Coordinator, Target::Best(1)], 20)]);
    let planned = plan(&policy, &result());
    assert_eq!(people(&planned), [vec![], vec![1]]);
    assert!(planned.steps.iter().all(|step| step.alarm));
    let nobody = MatchResult { eligible: vec![], busy: vec![], record: MatchRecord::default() };
    assert!(plan(&policy, &nobody).is_empty());
    assert!(plan(&policy, &nobody).all_at_once().steps.is_empty() && !planned.all_at_once().steps[0].alarm);
}

#[test]
fn the_standard_is_within_bounds_and_each_fault_is_named() {
    let everybody: BTreeSet<PersonId> = (1..5).map(person).collect();
    assert_eq!(check(&Policies::default(), &everybody), Ok(()));
    type Break = fn(&mut Policies);
    let cases: [(&str, Break); 17] = [
        ("emergency.rounds: is out of range", |p| p.emergency.rounds = 0),
        ("emergency.steps: ring nobody", |p| p.emergency.steps.clear()),
        ("urgent.steps: ring nobody", |p| {
            p.urgent.steps.iter_mut().for_each(|s| s.targets = vec![Target::Coordinator])
        }),
        ("urgent.steps: are too many", |p| p.urgent.steps = vec![step(&[Target::AllEligible], 20); 13]),
        ("elective.steps[1].ring_seconds: is out of range", |p| p.elective.steps[1].ring_seconds = 4),
        ("elective.steps[2].targets: are nobody", |p| p.elective.steps[2].targets.clear()),
        ("urgent.steps[0].targets[1]: is there twice", |p| p.urgent.steps[0].targets = vec![Target::Best(1); 2]),
        ("urgent.steps[0].targets[0]: is out of range", |p| p.urgent.steps[0].targets = vec![Target::Best(0)]),
        ("urgent.steps[0].targets[0]: does not work for the network", |p| {
            p.urgent.steps[0].targets = vec![Target::Person(person(9))];
        }),
        ("urgent.steps[0].targets[0]: is not one of the pools", |p| {
            p.urgent.steps[0].targets = vec![Target::Pool(POOL)]
        }),
        ("urgent.steps[0].awake_minutes: is out of range", |p| p.urgent.steps[0].awake_minutes = Some(1)),
        ("urgent.steps[0].beside_after: has no step before it", |p| p.urgent.steps[0].beside_after = Some(1)),
        ("urgent.steps[1].beside_after: is not before the end of the step before it", |p| {
            p.urgent.steps[1].beside_after = Some(60);
        }),
        ("emergency.steps: alarms the coordinator too late", |p| p.emergency.steps[0].ring_seconds = 300),
        ("pools[0].name: is empty or too long", |p| {
            p.pools = vec![Pool { id: POOL, name: " ".into(), people: vec![person(1)] }];
        }),
        ("pools[0].people: name somebody who does not work for the network", |p| {
            p.pools = vec![Pool { id: POOL, name: "A".into(), people: vec![person(9)] }];
        }),
        ("pools[1].name: is there already", |p| {
            p.pools = vec![Pool { id: POOL, name: "A".into(), people: vec![person(1)] }; 2];
        }),
    ];
    for (expected, set) in cases {
        let mut policies = Policies::default();
        set(&mut policies);
        let found = check(&policies, &everybody).map_err(|fault| format!("{}: {}", fault.field, fault.why));
        assert_eq!(found, Err(expected.to_owned()));
    }
}

#[test]
fn an_early_alarm_makes_time_for_long_rings_after_it() {
    let mut policy =
        policy(10, &[(&[Target::AllEligible], 60), (&[Target::Coordinator], 5), (&[Target::AllEligible], 600)]);
    assert_eq!(alarm_seconds(&policy), 60);
    policy.steps[0].awake_minutes = Some(10);
    assert_eq!(alarm_seconds(&policy), 120, "those asleep ring after those awake");
    policy.steps.remove(1);
    assert_eq!(alarm_seconds(&policy), 7200);
}
