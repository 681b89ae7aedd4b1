use super::*;
use crate::domain::matching::Eligible;
use uuid::Uuid;

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
    let steps = steps.iter().map(|(targets, s)| Step { targets: targets.to_vec(), ring_seconds: *s }).collect();
    Policy { rounds, steps }
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
    assert_eq!(wild.steps.iter().map(|s| s.ring_seconds).collect::<Vec<_>>(), [MIN_RING_SECONDS, MAX_RING_SECONDS]);
    assert_eq!(plan(&policy(u32::MAX, &[]), &result()).rounds, MAX_ROUNDS);
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
    }]});
    assert_eq!(json, expected);
}
