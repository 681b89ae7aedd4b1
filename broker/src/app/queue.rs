//! Consults that wait for somebody who is busy: as soon as that person is free, their ladder begins.

use super::{
    App, Result,
    log::{Wish, pass_over},
};
use crate::domain::consult::Consult;
use schemas::{ConsultId, PersonId, ServiceId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// People who have become free and whose queue nobody has looked at yet. Only a hint: the deadline of a queued
/// consult stands behind it, so a node that dies with people in here costs minutes and no patient.
#[derive(Default)]
pub(super) struct Freed(Mutex<BTreeSet<PersonId>>);

impl Freed {
    pub(super) fn freed(&self, person: PersonId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(person);
    }

    fn take(&self) -> BTreeSet<PersonId> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The queued consults of some services, each in the order in which they are served.
#[derive(Default)]
pub(super) struct Lines(BTreeMap<ServiceId, Vec<ConsultId>>);

impl Lines {
    /// How many come before this one; all of them where it joined after the line was read.
    pub(super) fn ahead(&self, consult: &Consult) -> u32 {
        let line = self.0.get(&consult.service_id).map_or(&[] as &[_], Vec::as_slice);
        let place = line.iter().position(|id| *id == consult.id).unwrap_or(line.len());
        u32::try_from(place).unwrap_or(u32::MAX)
    }
}

impl App {
    /// The lines that these consults wait in; nothing is read where none of them waits.
    pub(super) async fn lines(&self, consults: &[Consult]) -> Result<Lines> {
        let waiting = consults.iter().filter(|consult| consult.queue.is_some());
        let services: BTreeSet<ServiceId> = waiting.map(|consult| consult.service_id).collect();
        let mut lines = Lines::default();
        for service in services {
            lines.0.insert(service, self.line(service).await?);
        }
        Ok(lines)
    }

    /// The service's queued consults: the most urgent first, then the one that waits longest.
    async fn line(&self, service: ServiceId) -> Result<Vec<ConsultId>> {
        let mut line = Vec::new();
        for id in self.repo.queued_consults(service.0).await?.into_iter().map(ConsultId) {
            let consult = pass_over(self.consult(id).await)?;
            let place = consult.and_then(|consult| Some((consult.urgency, consult.queue?.since, id)));
            line.extend(place);
        }
        line.sort();
        Ok(line.into_iter().map(|(.., id)| id).collect())
    }

    /// Ranks the consults anew that wait for somebody who has become free. The ticker's, so that whoever ends a
    /// session does not wait for it.
    pub(super) async fn serve_queue(&self) -> Result<u32> {
        let freed = self.queue.take();
        if freed.is_empty() {
            return Ok(0);
        }
        let served = self.serve_lines_of(&freed).await;
        served.inspect_err(|_| freed.iter().for_each(|person| self.queue.freed(*person)))
    }

    async fn serve_lines_of(&self, freed: &BTreeSet<PersonId>) -> Result<u32> {
        let mut turns = 0;
        for service in self.exclusive_services(freed).await? {
            for id in self.line(service).await? {
                match self.run(id, &Wish::Freed).await {
                    Ok(outcome) => turns += u32::from(outcome.changed),
                    // Its own deadline tries again.
                    Err(error) => tracing::warn!(consult = %id, %error, "a queued consult was not ranked anew"),
                }
            }
        }
        Ok(turns)
    }

    /// Exclusive services that one of these people works for.
    async fn exclusive_services(&self, people: &BTreeSet<PersonId>) -> Result<Vec<ServiceId>> {
        let directory = self.directory().await?;
        let networks: BTreeSet<_> = people
            .iter()
            .filter_map(|person| directory.person(*person))
            .flat_map(|person| person.actor.networks.iter().copied())
            .collect();
        let exclusive = directory
            .services
            .values()
            .filter(|entry| entry.exclusive && networks.contains(&entry.service.network_id))
            .map(|entry| entry.service.id);
        Ok(exclusive.collect())
    }
}
