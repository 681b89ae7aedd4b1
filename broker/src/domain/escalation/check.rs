//! Within what a policy may move. What is stored is brought into these bounds when a ladder is planned; what somebody
//! writes is refused outside of them, with a word on where.

use schemas::{
    PersonId,
    consult::Urgency,
    policy::{Policies, Policy, PolicyBounds, Pool, Step, Target},
};
use std::collections::BTreeSet;

/// What more and what less of each would cost.
pub const BOUNDS: PolicyBounds = PolicyBounds {
    // Less, and a phone that has to wake up first never rings; more, and a wrong policy cannot be hurried.
    min_ring_seconds: 5,
    // More would let one step hold an elective consult over the weekend; less would ring people at night for what has
    // time until the morning.
    max_ring_seconds: 12 * 3600,
    // More postpones the coordinator's alarm; the consult goes on ringing after it anyway.
    max_rounds: 10,
    // More than anybody can read and foresee.
    max_steps: 12,
    max_targets: 8,
    // A session's last use is written down every five minutes: less would take who is there for asleep.
    min_awake_minutes: 10,
    // More than a day says nothing about being awake.
    max_awake_minutes: 24 * 60,
    max_pools: 20,
    // More is not a pool but everybody.
    max_pool_people: 200,
    // Somebody who looks after it by hand has to hear of an emergency while there still is a therapeutic window: at five
    // minutes unanswered in most networks, at ten in the slowest.
    emergency_alarm_seconds: 10 * 60,
    urgent_alarm_seconds: 2 * 3600,
    elective_alarm_seconds: 3 * 86_400,
};

/// Longest name of a pool, in characters: one line of a list.
const POOL_NAME: usize = 60;

/// What is wrong, and where: `emergency.steps[2].ring_seconds`, counted from 0 as JSON does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: String,
    pub why: &'static str,
}

type Checked = Result<(), Fault>;

fn fault(field: impl Into<String>, why: &'static str) -> Checked {
    Err(Fault { field: field.into(), why })
}

fn need(fine: bool, field: &str, why: &'static str) -> Checked {
    if fine { Ok(()) } else { fault(field, why) }
}

/// Finds the first thing that is out of bounds, or that names a pool that is not there or a person who is none of
/// `people`, those who work for the service's network.
///
/// # Errors
/// The first fault.
pub fn check(policies: &Policies, people: &BTreeSet<PersonId>) -> Checked {
    pools(&policies.pools, people)?;
    for (name, urgency) in
        [("emergency", Urgency::Emergency), ("urgent", Urgency::Urgent), ("elective", Urgency::Elective)]
    {
        policy(name, policies.of(urgency), &policies.pools, people)?;
        let longest = match urgency {
            Urgency::Emergency => BOUNDS.emergency_alarm_seconds,
            Urgency::Urgent => BOUNDS.urgent_alarm_seconds,
            Urgency::Elective => BOUNDS.elective_alarm_seconds,
        };
        let in_time = alarm_seconds(policies.of(urgency)) <= u64::from(longest);
        need(in_time, &format!("{name}.steps"), "alarms the coordinator too late")?;
    }
    Ok(())
}

fn pools(pools: &[Pool], people: &BTreeSet<PersonId>) -> Checked {
    need(fits(pools.len(), BOUNDS.max_pools), "pools", "are too many")?;
    for (n, pool) in pools.iter().enumerate() {
        let at = format!("pools[{n}]");
        let name = pool.name.trim();
        let written = !name.is_empty() && name.chars().count() <= POOL_NAME && !name.chars().any(char::is_control);
        need(written, &format!("{at}.name"), "is empty or too long")?;
        let other = |other: &Pool| other.id == pool.id || other.name.trim() == name;
        need(!pools[..n].iter().any(other), &format!("{at}.name"), "is there already")?;
        need(!pool.people.is_empty(), &format!("{at}.people"), "are nobody")?;
        need(fits(pool.people.len(), BOUNDS.max_pool_people), &format!("{at}.people"), "are too many")?;
        let known = pool.people.iter().all(|person| people.contains(person));
        need(known, &format!("{at}.people"), "name somebody who does not work for the network")?;
    }
    Ok(())
}

fn policy(name: &str, policy: &Policy, pools: &[Pool], people: &BTreeSet<PersonId>) -> Checked {
    need((1..=BOUNDS.max_rounds).contains(&policy.rounds), &format!("{name}.rounds"), "is out of range")?;
    need(fits(policy.steps.len(), BOUNDS.max_steps), &format!("{name}.steps"), "are too many")?;
    let rings = |step: &Step| step.targets.iter().any(|target| *target != Target::Coordinator);
    need(policy.steps.iter().any(rings), &format!("{name}.steps"), "ring nobody")?;
    for (n, each) in policy.steps.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|before| policy.steps.get(before));
        step(&format!("{name}.steps[{n}]"), each, before, pools, people)?;
    }
    Ok(())
}

fn step(at: &str, step: &Step, before: Option<&Step>, pools: &[Pool], people: &BTreeSet<PersonId>) -> Checked {
    let ring = BOUNDS.min_ring_seconds..=BOUNDS.max_ring_seconds;
    need(ring.contains(&step.ring_seconds), &format!("{at}.ring_seconds"), "is out of range")?;
    need(!step.targets.is_empty(), &format!("{at}.targets"), "are nobody")?;
    need(fits(step.targets.len(), BOUNDS.max_targets), &format!("{at}.targets"), "are too many")?;
    for (n, target) in step.targets.iter().enumerate() {
        let at = format!("{at}.targets[{n}]");
        need(!step.targets[..n].contains(target), &at, "is there twice")?;
        match target {
            Target::Best(n) => need((1..=BOUNDS.max_pool_people).contains(n), &at, "is out of range")?,
            Target::Person(person) => need(people.contains(person), &at, "does not work for the network")?,
            Target::Pool(id) => need(pools.iter().any(|pool| pool.id == *id), &at, "is not one of the pools")?,
            Target::Duty(_) | Target::AllEligible | Target::Coordinator => {}
        }
    }
    if let Some(minutes) = step.awake_minutes {
        let range = BOUNDS.min_awake_minutes..=BOUNDS.max_awake_minutes;
        need(range.contains(&minutes), &format!("{at}.awake_minutes"), "is out of range")?;
    }
    if let Some(after) = step.beside_after {
        let at = format!("{at}.beside_after");
        need(before.is_some(), &at, "has no step before it")?;
        let rings = before.is_some_and(|before| after < before.ring_seconds);
        need(rings, &at, "is not before the end of the step before it")?;
    }
    Ok(())
}

/// Longest time from the request to the coordinator's first alarm, in seconds: nobody is seen in the app until half of
/// each step, nobody answers, no step falls away.
pub fn alarm_seconds(policy: &Policy) -> u64 {
    let mut round = 0;
    for step in &policy.steps {
        if step.targets.contains(&Target::Coordinator) {
            return round;
        }
        // Those awake first: the others ring as long after them.
        let times = if step.awake_minutes.is_some() { 2 } else { 1 };
        round += times * u64::from(step.ring_seconds);
    }
    round * u64::from(policy.rounds)
}

fn fits(n: usize, most: u32) -> bool {
    u32::try_from(n).is_ok_and(|n| n <= most)
}
