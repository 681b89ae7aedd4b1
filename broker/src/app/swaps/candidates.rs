//! Who could take a duty, before anybody is asked.

use super::{Now, State, Swap, invalid};
use crate::app::{App, Error, Result, board::duty, planning::wire_conflict, require};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota,
    swaps::Part,
};
use schemas::{
    PrivateText, ServiceId,
    swaps::{CandidateQuery, SwapCandidate},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How far duties are shown that could be had in return: eight weeks.
const RETURN_SECONDS: i64 = 56 * 86_400;

impl App {
    /// Everybody who works for the service, those who can take the duty first, with what would be wrong by it.
    pub async fn swap_candidates(
        &self,
        actor: &Actor,
        id: ServiceId,
        query: CandidateQuery,
    ) -> Result<Vec<SwapCandidate>> {
        require(may(actor, None, Permission::SwapDuties))?;
        let directory = self.directory().await?;
        let entry = directory.services.get(&id).ok_or(Error::NotFound)?;
        if !actor.networks.contains(&entry.service.network_id) {
            return Err(Error::NotFound);
        }
        let giver = query.giver.unwrap_or(actor.person_id);
        if giver != actor.person_id && !actor.coordinates(entry.service.network_id) {
            return Err(Error::Forbidden);
        }
        let now = self.now();
        let CandidateQuery { level, from, until, .. } = query;
        let from = from.max(now);
        if from >= until || until.seconds_since(now) > super::AHEAD_SECONDS {
            return Err(invalid("until", "is no coming stretch of a duty"));
        }
        let called_out = self.called_out(now).await?;
        let at = Now { directory: &directory, called_out: &called_out, now };
        let swap = Swap {
            service: id,
            author: actor.person_id,
            by_coordinator: false,
            giver,
            given: Part { level, from, until },
            in_return: None,
            asked: BTreeSet::new(),
            is_pool: false,
            declined: BTreeSet::new(),
            state: State::Asked,
            taker: None,
            decided_by: None,
            reason: PrivateText::default(),
            created_at: now,
            expires_at: until,
        };
        let ahead = now.plus_seconds(RETURN_SECONDS);
        let coming = entry.rota.as_ref().map_or_else(Vec::new, |rota| rota::shifts(rota, &directory.away, now, ahead));
        let people = directory.people.values().filter(|person| at.works_for(person, entry));
        let mut candidates: Vec<SwapCandidate> = people
            .filter(|person| person.refer.id != giver)
            .map(|person| {
                let of = person.refer.id;
                let consequences = at.consequences(entry, &swap, Uuid::nil(), of);
                let own = coming.iter().filter(|shift| shift.person == of && shift.from > now);
                SwapCandidate {
                    person: person.refer.clone(),
                    can_take: at.hindrances(entry, &swap, Uuid::nil(), of).is_empty(),
                    consequences: consequences.iter().map(|of| wire_conflict(&directory, actor, of)).collect(),
                    duties: own.map(|shift| duty(&directory, id, shift)).collect(),
                }
            })
            .collect();
        candidates.sort_by(|a, b| {
            let key = |of: &SwapCandidate| (!of.can_take, of.consequences.len());
            (key(a), &a.person.name, a.person.id).cmp(&(key(b), &b.person.name, b.person.id))
        });
        Ok(candidates)
    }
}
