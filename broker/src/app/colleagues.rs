//! Who may take a consult over, or help.

use super::{App, Result, actions::may_be_specialist};
use crate::domain::{access::Permission, directory::Actor};
use schemas::{
    ConsultId, PersonId,
    directory::{Colleague, DutyLevel, Role},
};
use std::collections::{BTreeMap, BTreeSet};

/// People in the answer. More than anybody reads through; whoever is qualified and on duty comes first.
const COLLEAGUES: usize = 500;

impl App {
    /// Specialists of the service's network, and people of the requesting house (who may interpret): those on duty
    /// first, then who is qualified, then by name. Left out are requester
    /// and specialist; a second specialist may take it over too.
    pub async fn colleagues(&self, actor: &Actor, id: ConsultId) -> Result<Vec<Colleague>> {
        let consult = self.for_those(actor, id, Permission::ReadColleagues).await?;
        let directory = self.directory().await?;
        let now = self.now();
        let busy: BTreeSet<PersonId> = self
            .workload(now)
            .await?
            .iter()
            .filter(|row| row.open_consults > 0)
            .map(|row| PersonId(row.person_id))
            .collect();
        let entry = directory.services.get(&consult.service_id);
        let mut duty: BTreeMap<PersonId, DutyLevel> = BTreeMap::new();
        for shift in entry.map(|entry| directory.on_duty(entry, now)).unwrap_or_default() {
            let level = duty.entry(shift.person).or_insert(shift.level);
            *level = shift.level.min(*level);
        }
        let has_it = |person: PersonId| consult.requester == person || consult.specialist == Some(person);
        let mut colleagues: Vec<Colleague> = directory
            .people
            .values()
            .filter(|person| person.row.active && !has_it(person.refer.id))
            .filter(|person| {
                let specialist = person.actor.has_role(Role::Specialist);
                specialist && person.actor.networks.contains(&consult.network_id)
                    || person.actor.hospital_id == consult.hospital_id
            })
            .map(|person| Colleague {
                person: person.refer.clone(),
                on_duty: duty.get(&person.refer.id).copied(),
                busy: busy.contains(&person.refer.id),
                qualified: may_be_specialist(&directory, &consult, person.refer.id),
            })
            .collect();
        colleagues.sort_by(|a, b| {
            let place = |one: &Colleague| (!one.qualified, one.on_duty.is_none(), one.on_duty);
            place(a).cmp(&place(b)).then_with(|| (&a.person.name, a.person.id).cmp(&(&b.person.name, b.person.id)))
        });
        colleagues.truncate(COLLEAGUES);
        Ok(colleagues)
    }
}
