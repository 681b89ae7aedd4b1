//! What a swap meets: the rota as it is, and as it would be.

use crate::app::{
    Error, Result,
    directory::{Directory, Person, ServiceEntry},
    planning::findings::{CalledOut, found, is_plannable},
};
use crate::domain::{
    directory::Actor,
    rota::{self, Conflict, ConflictKind, REST_SECONDS, Rota, Shift, Stretches},
    swaps::{self, Facts, Hindrance, Part, State, Swap},
};
use schemas::{PersonId, SwapId, UnixMillis, directory::Role};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One state of the directory at one moment.
pub(super) struct Now<'a> {
    pub(super) directory: &'a Directory,
    pub(super) called_out: &'a CalledOut,
    pub(super) now: UnixMillis,
}

impl Now<'_> {
    /// What the machine has to know when `actor` does something.
    pub(super) fn facts(&self, swap: &Swap, id: SwapId, actor: Option<&Actor>) -> Result<Facts> {
        let entry = self.directory.services.get(&swap.service).ok_or(Error::NotFound)?;
        let one = if swap.asked.len() == 1 && swap.by_coordinator { swap.asked.first().copied() } else { None };
        // Who accepts is the taker to be; who puts somebody in has named them.
        let acting = actor.map(|actor| actor.person_id).filter(|person| swap.is_pool || swap.asked.contains(person));
        let taker = swap.taker.or(acting).or(one);
        let open = swap.state.is_open();
        let hindrances = match taker.filter(|_| open) {
            Some(taker) => self.hindrances(entry, swap, id.0, taker),
            None => BTreeSet::new(),
        };
        Ok(Facts {
            now: self.now,
            needs_approval: entry.settings.swaps_need_approval,
            coordinates: actor.is_some_and(|actor| actor.coordinates(entry.service.network_id)),
            hindrances,
        })
    }

    /// Those whom it concerns, the coordinators, and for the pool whoever could say yes.
    pub(super) fn may_know(&self, actor: &Actor, swap: &Swap) -> bool {
        let Some(entry) = self.directory.services.get(&swap.service) else { return false };
        let network = entry.service.network_id;
        let person = actor.person_id;
        let concerns = swap.giver == person || swap.author == person || swap.asked.contains(&person);
        let is_pool = swap.is_pool
            && swap.state == State::Asked
            && self.directory.person(person).is_some_and(|of| self.is_qualified(of, entry));
        (concerns && actor.has_role(Role::Specialist)) || actor.coordinates(network) || is_pool
    }

    pub(super) fn works_for(&self, person: &Person, entry: &ServiceEntry) -> bool {
        is_plannable(person, entry)
    }

    fn is_qualified(&self, person: &Person, entry: &ServiceEntry) -> bool {
        is_plannable(person, entry) && person.qualifications.contains(&entry.service.specialty)
    }

    /// The giver is written down for all of what is given from now on, away or not: who is sick is replaced.
    pub(super) fn giver_is_on(&self, entry: &ServiceEntry, swap: &Swap) -> bool {
        let mut away = self.directory.away.clone();
        away.remove(&swap.giver);
        entry.rota.as_ref().is_some_and(|rota| self.covers(rota, &away, swap.giver, swap.given))
    }

    fn covers(&self, rota: &Rota, away: &rota::Away, person: PersonId, part: Part) -> bool {
        let from = part.from.max(self.now);
        let shifts = rota::shifts(rota, away, from, part.until);
        let own = shifts.iter().filter(|shift| shift.person == person && shift.level == part.level);
        let own: Stretches = own.map(Shift::stretch).collect();
        from < part.until && own.outside((from, part.until)).next().is_none()
    }

    /// What stands in the way of `taker`.
    pub(super) fn hindrances(
        &self,
        entry: &ServiceEntry,
        swap: &Swap,
        id: Uuid,
        taker: PersonId,
    ) -> BTreeSet<Hindrance> {
        let mut found: BTreeSet<Hindrance> = self
            .consequences(entry, swap, id, taker)
            .iter()
            .filter_map(|conflict| match conflict.kind {
                ConflictKind::Absent => Some(Hindrance::Absent),
                ConflictKind::DoubleBooked { .. } => Some(Hindrance::DoubleBooked),
                ConflictKind::Unqualified | ConflictKind::LicenceEnded => Some(Hindrance::Unqualified),
                ConflictKind::NoContract => Some(Hindrance::NoContract),
                // The law wants rest; whether there was some on call, the one who says yes knows.
                ConflictKind::Rest { .. } | ConflictKind::Gap => None,
            })
            .collect();
        if !self.both_are_on(entry, swap, taker) {
            found.insert(Hindrance::NotOnDuty);
        }
        found
    }

    pub(super) fn both_are_on(&self, entry: &ServiceEntry, swap: &Swap, taker: PersonId) -> bool {
        let returns =
            |part| entry.rota.as_ref().is_some_and(|rota| self.covers(rota, &self.directory.away, taker, part));
        self.giver_is_on(entry, swap) && swap.in_return.is_none_or(returns)
    }

    /// What would be wrong by it, and is not now: for the taker, and in return for the giver.
    pub(super) fn consequences(&self, entry: &ServiceEntry, swap: &Swap, id: Uuid, taker: PersonId) -> Vec<Conflict> {
        let Some(rota) = &entry.rota else { return vec![] };
        let begin = swap.begins().max(self.now);
        // Who works until the end rests after it.
        let span = (begin, swap.ends().plus_seconds(REST_SECONDS + 3600));
        let after = swaps::with(rota, swap.overrides(id, taker, &rota.zone, self.now));
        let concerned = |person: Option<PersonId>| {
            person == Some(taker) || (swap.in_return.is_some() && person == Some(swap.giver))
        };
        let of = |rota: &Rota| found(self.directory, self.called_out, entry, rota, span);
        let now = of(rota);
        of(&after).into_iter().filter(|conflict| concerned(conflict.person) && !now.contains(conflict)).collect()
    }

    /// Everybody who could say yes now.
    pub(super) fn pool(&self, entry: &ServiceEntry, swap: &Swap) -> Result<BTreeSet<PersonId>> {
        let people = self.directory.people.values().filter(|person| self.is_qualified(person, entry));
        let others = people.map(|person| person.refer.id).filter(|person| *person != swap.giver);
        Ok(others.filter(|person| self.hindrances(entry, swap, Uuid::nil(), *person).is_empty()).collect())
    }
}
