//! Duties that change hands: who may do what with a swap, what becomes of it, and who is told.
//!
//! A swap is asked of named people, or of the pool: everybody who could take the duty. The first yes wins. It takes effect
//! as overrides of the published rota that bear its id, at once or after a coordinator's approval, and is taken back by
//! taking those away. What the rota looks like comes in as [`Facts`].

#[cfg(test)]
mod tests;

use super::rota::{Override, Rota, Zone};
use schemas::{PersonId, PrivateText, ServiceId, UnixMillis, directory::DutyLevel};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A stretch of somebody's duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub level: DutyLevel,
    pub from: UnixMillis,
    pub until: UnixMillis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    pub service: ServiceId,
    /// Who asked: the giver, or a coordinator.
    pub author: PersonId,
    pub by_coordinator: bool,
    pub giver: PersonId,
    pub given: Part,
    /// What the taker gives for it, if anything. Only where one person is asked.
    pub in_return: Option<Part>,
    pub asked: BTreeSet<PersonId>,
    /// Everybody who could was asked; whoever becomes able to may say yes too.
    pub is_pool: bool,
    pub declined: BTreeSet<PersonId>,
    pub state: State,
    /// Who said yes first.
    pub taker: Option<PersonId>,
    /// Who approved, refused, withdrew or took it back.
    pub decided_by: Option<PersonId>,
    /// Why it was refused.
    pub reason: PrivateText,
    pub created_at: UnixMillis,
    /// An open one ends here by itself.
    pub expires_at: UnixMillis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Asked,
    /// Somebody said yes; a coordinator has to approve.
    Accepted,
    InForce,
    Declined,
    Withdrawn,
    Refused,
    Expired,
    /// Was in force, and was taken back.
    Undone,
}

impl State {
    /// Somebody still has to say something.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Accepted)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Accept,
    Decline,
    /// By whoever asked.
    Withdraw,
    Approve,
    Refuse(PrivateText),
    /// A coordinator puts the one person in, asked or not.
    Put,
    Undo,
    /// The machine's.
    Expire,
}

/// What stands in the way of it taking effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hindrance {
    /// The giver is not on that duty any more, or the taker not on the one in return.
    NotOnDuty,
    Unqualified,
    NoContract,
    Absent,
    DoubleBooked,
}

/// What the swap does not know by itself.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub now: UnixMillis,
    /// The service wants a coordinator's approval.
    pub needs_approval: bool,
    /// Whoever acts coordinates the service's network.
    pub coordinates: bool,
    /// For the present taker, or else for whoever acts.
    pub hindrances: BTreeSet<Hindrance>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not for this person.
    NotTheirs,
    /// Somebody else said yes first.
    Taken,
    /// It has ended, or stands elsewhere.
    WrongState,
    /// The duty has begun.
    Begun,
    Hindered(Hindrance),
}

impl Swap {
    /// Both duties.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        [Some(self.given), self.in_return].into_iter().flatten()
    }

    /// The first of its duties begins.
    pub fn begins(&self) -> UnixMillis {
        self.parts().map(|part| part.from).min().unwrap_or(self.given.from)
    }

    /// The last of its duties ends.
    pub fn ends(&self) -> UnixMillis {
        self.parts().map(|part| part.until).max().unwrap_or(self.given.until)
    }

    /// The overrides that it puts into the rota for `taker`, from `now` on: what has passed was done by somebody else.
    pub fn overrides(&self, id: Uuid, taker: PersonId, zone: &Zone, now: UnixMillis) -> Vec<Override> {
        let of = |part: Part, person| Override {
            level: part.level,
            person,
            from: zone.wall(part.from.max(now)),
            until: zone.wall(part.until),
            swap: Some(id),
        };
        let back = self.in_return.map(|part| of(part, self.giver));
        std::iter::once(of(self.given, taker)).chain(back).collect()
    }
}

/// The rota with the swap in it.
#[must_use]
pub fn with(rota: &Rota, overrides: Vec<Override>) -> Rota {
    let mut rota = rota.clone();
    rota.overrides.extend(overrides);
    rota
}

/// The rota without it.
#[must_use]
pub fn without(rota: &Rota, id: Uuid) -> Rota {
    let mut rota = rota.clone();
    rota.overrides.retain(|o| o.swap != Some(id));
    rota
}

/// What `step` makes of the swap; the same swap where it was done before. `who`: nobody for the machine.
///
/// # Errors
/// It is not theirs to do, or not now, or something stands in the way.
pub fn decide(swap: &Swap, step: &Step, who: Option<PersonId>, facts: &Facts) -> Result<Swap, Refusal> {
    let is_party = |person: PersonId| person == swap.author || person == swap.giver;
    let mut next = swap.clone();
    match (step, who) {
        (Step::Expire, None) => {
            if !swap.state.is_open() || facts.now < swap.expires_at {
                return Err(Refusal::WrongState);
            }
            next.state = State::Expired;
        }
        (Step::Accept, Some(person)) => return accept(swap, person, facts),
        (Step::Put, Some(person)) => {
            only(facts.coordinates)?;
            open(swap, State::Asked)?;
            free(facts)?;
            // Straight to one person: who that is, is nobody's question.
            let [taker] = swap.asked.iter().copied().collect::<Vec<_>>()[..] else { return Err(Refusal::WrongState) };
            (next.state, next.taker, next.decided_by) = (State::InForce, Some(taker), Some(person));
        }
        (Step::Decline, Some(person)) => {
            only(swap.asked.contains(&person))?;
            open(swap, State::Asked)?;
            next.declined.insert(person);
            if !swap.is_pool && next.declined == swap.asked {
                next.state = State::Declined;
            }
        }
        (Step::Withdraw, Some(person)) => {
            only(is_party(person) || facts.coordinates)?;
            if swap.state == State::Withdrawn {
                return Ok(next);
            }
            if !swap.state.is_open() {
                return Err(Refusal::WrongState);
            }
            (next.state, next.decided_by) = (State::Withdrawn, Some(person));
        }
        (Step::Approve, Some(person)) => {
            only(facts.coordinates)?;
            if swap.state == State::InForce {
                return Ok(next);
            }
            open(swap, State::Accepted)?;
            in_time(swap, facts)?;
            free(facts)?;
            (next.state, next.decided_by) = (State::InForce, Some(person));
        }
        (Step::Refuse(reason), Some(person)) => {
            only(facts.coordinates)?;
            open(swap, State::Accepted)?;
            (next.state, next.decided_by, next.reason) = (State::Refused, Some(person), reason.clone());
        }
        (Step::Undo, Some(person)) => {
            only(is_party(person) || swap.taker == Some(person) || facts.coordinates)?;
            if swap.state == State::Undone {
                return Ok(next);
            }
            open(swap, State::InForce)?;
            if swap.begins() <= facts.now {
                return Err(Refusal::Begun);
            }
            (next.state, next.decided_by) = (State::Undone, Some(person));
        }
        _ => return Err(Refusal::NotTheirs),
    }
    Ok(next)
}

fn accept(swap: &Swap, person: PersonId, facts: &Facts) -> Result<Swap, Refusal> {
    only(person != swap.giver && (swap.is_pool || swap.asked.contains(&person)))?;
    match (swap.state, swap.taker) {
        // A yes whose answer was lost.
        (State::Accepted | State::InForce, Some(taker)) if taker == person => return Ok(swap.clone()),
        (State::Accepted | State::InForce, _) => return Err(Refusal::Taken),
        _ => open(swap, State::Asked)?,
    }
    in_time(swap, facts)?;
    free(facts)?;
    let mut next = swap.clone();
    next.asked.insert(person);
    next.declined.remove(&person);
    next.taker = Some(person);
    // A coordinator who asks has approved.
    let waits = facts.needs_approval && !swap.by_coordinator;
    next.state = if waits { State::Accepted } else { State::InForce };
    Ok(next)
}

fn only(condition: bool) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(Refusal::NotTheirs) }
}

fn open(swap: &Swap, at: State) -> Result<(), Refusal> {
    if swap.state == at { Ok(()) } else { Err(Refusal::WrongState) }
}

fn in_time(swap: &Swap, facts: &Facts) -> Result<(), Refusal> {
    if facts.now < swap.expires_at { Ok(()) } else { Err(Refusal::Begun) }
}

fn free(facts: &Facts) -> Result<(), Refusal> {
    facts.hindrances.first().map_or(Ok(()), |hindrance| Err(Refusal::Hindered(*hindrance)))
}

/// Who is told that `before` (nothing: it is new) became `after` by `who`: everybody whom it concerns, once.
pub fn told(before: Option<&Swap>, after: &Swap, who: Option<PersonId>) -> BTreeSet<PersonId> {
    if before.is_some_and(|before| before.state == after.state) {
        return BTreeSet::new();
    }
    let parties = [Some(after.giver), Some(after.author), after.taker].into_iter().flatten();
    let waiting = after.asked.difference(&after.declined).copied();
    // Who was asked and is not needed any more.
    let others = before.filter(|before| before.state == State::Asked).map(|_| waiting.clone()).into_iter().flatten();
    let mut told: BTreeSet<PersonId> = match after.state {
        State::Asked => std::iter::once(after.giver).chain(waiting).collect(),
        State::Accepted | State::InForce | State::Withdrawn | State::Expired => parties.chain(others).collect(),
        State::Declined | State::Refused | State::Undone => parties.collect(),
    };
    if let Some(who) = who {
        told.remove(&who);
    }
    told
}
