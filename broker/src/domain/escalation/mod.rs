//! From a ranking to a ladder: who is rung in which step, and for how long.

use crate::domain::matching::{MatchRecord, MatchResult};
use schemas::{PersonId, consult::Urgency, directory::DutyLevel};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// Shortest ring. Less and a phone that has to wake up first never rings; more and a wrong policy cannot be hurried.
pub const MIN_RING_SECONDS: u32 = 5;
/// Longest ring. More would let one step hold an elective consult over the weekend; less would ring people at night
/// for what has time until the morning.
pub const MAX_RING_SECONDS: u32 = 12 * 3600;
/// Most rounds of a ladder. More postpones the coordinator's alarm; the consult goes on ringing after it anyway.
pub const MAX_ROUNDS: u32 = 10;

/// How a service asks its people, for one urgency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// How often the steps are gone through before the coordinator is alarmed.
    pub rounds: u32,
    pub steps: Vec<Step>,
}

/// Everybody whom a step names is rung at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub targets: Vec<Target>,
    pub ring_seconds: u32,
}

/// Whom a step names, among the eligible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Target {
    Duty(DutyLevel),
    /// The best `n` of the ranking.
    Best(u32),
    AllEligible,
}

/// The ladder of one round, with names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Rounds before the alarm.
    pub rounds: u32,
    /// No step is empty.
    pub steps: Vec<PlannedStep>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// The best first, nobody twice.
    pub people: Vec<PersonId>,
    pub ring_seconds: u32,
}

/// A ranking with its explanation, and the ladder that follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    pub record: MatchRecord,
    pub plan: Plan,
    /// Who is missing from the plan only because they are busy in an exclusive duty, the best first.
    pub busy: Vec<PersonId>,
}

impl Matched {
    /// Plans the ladder for a ranking.
    pub fn new(policy: &Policy, result: MatchResult) -> Self {
        Self { plan: plan(policy, &result), record: result.record, busy: result.busy }
    }
}

impl Policy {
    /// What every new service begins with: first duty, second duty, then both at once. An emergency rings each for 20 s,
    /// as NHS Consultant Connect does, and alarms the coordinator after two minutes of the five that it may stay
    /// unanswered. Longer rings leave less of those five; shorter ones end before somebody has found the telephone.
    pub fn standard(urgency: Urgency) -> Self {
        let (rounds, ring_seconds) = match urgency {
            Urgency::Emergency => (2, 20),
            Urgency::Urgent => (2, 60),
            Urgency::Elective => (3, 900),
        };
        let targets = [Target::Duty(DutyLevel::Primary), Target::Duty(DutyLevel::Secondary), Target::AllEligible];
        Self { rounds, steps: targets.map(|target| Step { targets: vec![target], ring_seconds }).into() }
    }
}

impl Plan {
    /// Nobody to ring.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Everybody in one step, for as long as the longest step. For a consult that nobody answered: it has no time
    /// left for taking turns.
    #[must_use]
    pub fn all_at_once(&self) -> Self {
        let mut people = Vec::new();
        self.steps.iter().for_each(|step| extend_new(&mut people, step.people.iter().copied()));
        let ring_seconds = self.steps.iter().map(|step| step.ring_seconds).max().unwrap_or(MIN_RING_SECONDS);
        let steps = if people.is_empty() { vec![] } else { vec![PlannedStep { people, ring_seconds }] };
        Self { rounds: self.rounds, steps }
    }
}

/// Names the people of each step. Steps that nobody belongs to fall away; numbers out of range are brought into it.
pub fn plan(policy: &Policy, result: &MatchResult) -> Plan {
    let steps = policy
        .steps
        .iter()
        .map(|step| PlannedStep {
            people: people_of(step, result),
            ring_seconds: step.ring_seconds.clamp(MIN_RING_SECONDS, MAX_RING_SECONDS),
        })
        .filter(|step| !step.people.is_empty())
        .collect();
    Plan { rounds: policy.rounds.clamp(1, MAX_ROUNDS), steps }
}

fn people_of(step: &Step, result: &MatchResult) -> Vec<PersonId> {
    let mut people = Vec::new();
    for target in &step.targets {
        let best = match target {
            Target::Best(n) => usize::try_from(*n).unwrap_or(usize::MAX),
            Target::Duty(_) | Target::AllEligible => usize::MAX,
        };
        let named = result.eligible.iter().filter(|eligible| match target {
            Target::Duty(level) => eligible.duty == *level,
            Target::Best(_) | Target::AllEligible => true,
        });
        extend_new(&mut people, named.take(best).map(|eligible| eligible.person));
    }
    people
}

fn extend_new(people: &mut Vec<PersonId>, more: impl Iterator<Item = PersonId>) {
    for person in more {
        if !people.contains(&person) {
            people.push(person);
        }
    }
}
