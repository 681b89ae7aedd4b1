//! From a ranking to a ladder: who is rung in which step, for how long, and which steps ring beside each other.

mod check;
mod order;

#[cfg(test)]
mod tests;

pub use check::{BOUNDS, Fault, alarm_seconds, check};

use crate::domain::matching::{MatchRecord, MatchResult};
use schemas::{
    PersonId, UnixMillis,
    policy::{Policy, Pool, Step, Target, WhenBusy},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long a test rings. More keeps somebody from work who forgot that they asked for it; less ends before a telephone
/// in another room is found.
const TEST_SECONDS: u32 = 60;

/// The ladder of one round, with names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Rounds before the alarm.
    pub rounds: u32,
    /// Each rings somebody or alarms the coordinator.
    pub steps: Vec<PlannedStep>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// The best first, nobody twice.
    pub people: Vec<PersonId>,
    pub ring_seconds: u32,
    /// See [`Step::beside_after`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside_after: Option<u32>,
    /// The coordinator is alarmed as it begins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alarm: bool,
    /// Who of these people has another consult on their hands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub busy: Vec<PersonId>,
}

/// A ranking with its explanation, and the ladder that follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    pub record: MatchRecord,
    pub plan: Plan,
    /// Who is missing from the plan only because they are busy in an exclusive duty, the best first.
    pub busy: Vec<PersonId>,
}

/// What a plan looks at beside the ranking.
#[derive(Clone, Debug)]
pub struct Around<'a> {
    pub now: UnixMillis,
    pub pools: &'a [Pool],
    /// Of those whom the policy names: who may be rung, on duty or not, the best first.
    pub reachable: Vec<PersonId>,
    /// When people were last seen in the app.
    pub seen: BTreeMap<PersonId, UnixMillis>,
    /// Who has another consult on their hands.
    pub occupied: BTreeSet<PersonId>,
}

impl Matched {
    /// Plans the ladder for a ranking.
    pub fn new(policy: &Policy, result: MatchResult, around: &Around<'_>) -> Self {
        Self { plan: plan(policy, &result, around), record: result.record, busy: result.busy }
    }
}

impl Plan {
    /// One person, once: a test of the way to them.
    pub fn test(person: PersonId) -> Self {
        let step = PlannedStep { people: vec![person], ring_seconds: TEST_SECONDS, ..PlannedStep::default() };
        Self { rounds: 1, steps: vec![step] }
    }

    /// Nobody to ring.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.people.is_empty())
    }

    /// Who is rung first.
    pub fn first_rung(&self) -> &[PersonId] {
        self.steps.iter().map(|step| &step.people[..]).find(|people| !people.is_empty()).unwrap_or_default()
    }

    /// Everybody in one step, for as long as the longest step. For a consult that nobody answered: it has no time
    /// left for taking turns, and its coordinator is alarmed already.
    #[must_use]
    pub fn all_at_once(&self) -> Self {
        let mut all = PlannedStep::default();
        for step in &self.steps {
            extend_new(&mut all.people, step.people.iter().copied());
            extend_new(&mut all.busy, step.busy.iter().copied());
        }
        let longest = self.steps.iter().filter(|step| !step.people.is_empty()).map(|step| step.ring_seconds).max();
        all.ring_seconds = longest.unwrap_or(BOUNDS.min_ring_seconds);
        Self { rounds: self.rounds, steps: if all.people.is_empty() { vec![] } else { vec![all] } }
    }
}

/// People whom a policy names by themselves or in a pool: they may be rung without being on duty.
pub fn named(policy: &Policy, pools: &[Pool]) -> BTreeSet<PersonId> {
    let mut people = BTreeSet::new();
    for target in policy.steps.iter().flat_map(|step| &step.targets) {
        match target {
            Target::Person(person) => drop(people.insert(*person)),
            Target::Pool(id) => people.extend(pools.iter().filter(|pool| pool.id == *id).flat_map(|pool| &pool.people)),
            Target::Duty(_) | Target::Best(_) | Target::AllEligible | Target::Coordinator => {}
        }
    }
    people
}

/// The policy asks who was seen in the app; for so many minutes at most.
pub fn looks_back_minutes(policy: &Policy) -> Option<u32> {
    policy.steps.iter().filter_map(|step| step.awake_minutes).max()
}

/// Names the people of each step. Steps that nobody belongs to fall away; numbers out of range are brought into it.
pub fn plan(policy: &Policy, result: &MatchResult, around: &Around<'_>) -> Plan {
    let mut steps = Vec::new();
    for step in &policy.steps {
        let mut people = people_of(step, result, around);
        let awake = order::awake_first(&mut people, step.awake_minutes, around);
        let later = people.split_off(if awake == 0 { people.len() } else { awake });
        let planned = PlannedStep {
            busy: order::busy(&people, around),
            people,
            ring_seconds: step.ring_seconds.clamp(BOUNDS.min_ring_seconds, BOUNDS.max_ring_seconds),
            beside_after: step.beside_after,
            alarm: step.targets.contains(&Target::Coordinator),
        };
        let others = PlannedStep {
            busy: order::busy(&later, around),
            people: later,
            ring_seconds: planned.ring_seconds,
            beside_after: None,
            alarm: false,
        };
        steps.extend([planned, others].into_iter().filter(|step| !step.people.is_empty() || step.alarm));
    }
    if policy.when_busy == WhenBusy::OthersFirst {
        order::others_first(&mut steps);
    }
    // There is nothing that it could begin beside.
    if let Some(first) = steps.first_mut() {
        first.beside_after = None;
    }
    Plan { rounds: policy.rounds.clamp(1, BOUNDS.max_rounds), steps }
}

fn people_of(step: &Step, result: &MatchResult, around: &Around<'_>) -> Vec<PersonId> {
    let mut people = Vec::new();
    let eligible = || result.eligible.iter().map(|eligible| eligible.person);
    for target in &step.targets {
        match target {
            Target::Duty(level) => {
                let on_it = result.eligible.iter().filter(|eligible| eligible.duty == *level);
                extend_new(&mut people, on_it.map(|eligible| eligible.person));
            }
            Target::Best(n) => {
                let mut best: Vec<PersonId> = eligible().collect();
                order::awake_first(&mut best, step.awake_minutes, around);
                extend_new(&mut people, best.into_iter().take(usize::try_from(*n).unwrap_or(usize::MAX)));
            }
            Target::AllEligible => extend_new(&mut people, eligible()),
            Target::Person(person) => {
                extend_new(&mut people, around.reachable.iter().copied().filter(|reachable| reachable == person));
            }
            Target::Pool(id) => {
                let pool = around.pools.iter().find(|pool| pool.id == *id);
                let of_it = |person: &PersonId| pool.is_some_and(|pool| pool.people.contains(person));
                extend_new(&mut people, around.reachable.iter().copied().filter(of_it));
            }
            Target::Coordinator => {}
        }
    }
    people
}

/// Duty rosters are short; a set beside the list would cost more than it saves.
fn extend_new(people: &mut Vec<PersonId>, more: impl Iterator<Item = PersonId>) {
    for person in more {
        if !people.contains(&person) {
            people.push(person);
        }
    }
}
