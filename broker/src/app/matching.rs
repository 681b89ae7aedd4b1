//! Puts together what the matching looks at, and explains what it found.

use super::{
    App, Error, Result,
    directory::{Directory, Person, ServiceEntry},
    ports::WorkloadRow,
    validate::name_of,
};
use crate::domain::{
    access::Permission,
    consult::{Consult, OCCUPYING, view},
    directory::Actor,
    escalation::{self, Matched},
    matching::{DutyFact, MatchInput, PersonFacts, rank},
};
use schemas::{
    ConsultId, HospitalId, PersonId, ServiceId, UnixMillis, consult::Urgency, directory::Role,
    matching::MatchExplanation,
};
use std::collections::{BTreeMap, BTreeSet};

/// Call-outs are counted over a week: the length of a turn of duty.
const CALLOUT_SECONDS: i64 = 7 * 86_400;

/// What is to be matched.
pub(super) struct Case {
    pub(super) consult_id: ConsultId,
    pub(super) service_id: ServiceId,
    pub(super) hospital_id: HospitalId,
    pub(super) requester: PersonId,
    pub(super) urgency: Urgency,
    pub(super) declined: BTreeSet<PersonId>,
}

impl Case {
    pub(super) fn of(consult: &Consult) -> Self {
        Self {
            consult_id: consult.id,
            service_id: consult.service_id,
            hospital_id: consult.hospital_id,
            requester: consult.requester,
            urgency: consult.urgency,
            declined: consult.declined(),
        }
    }
}

impl App {
    /// Who is asked, in which order, and why.
    pub(super) async fn matched(&self, case: &Case, now: UnixMillis) -> Result<Matched> {
        let directory = self.directory().await?;
        let entry = directory
            .services
            .get(&case.service_id)
            .ok_or_else(|| Error::InvalidField("service_id: unknown".to_owned()))?;
        let workload = self.workload(now).await?;
        let input = input(&directory, entry, case, &workload, now);
        let result = rank(&input);
        if let Some(policy) = entry.policy(case.urgency) {
            return Ok(Matched::new(policy, result));
        }
        tracing::error!(service = %case.service_id, "the service has no escalation policy; nobody is rung");
        Ok(Matched { record: result.record, plan: escalation::Plan::default(), busy: vec![] })
    }

    /// What everybody has to do at present.
    pub(super) async fn workload(&self, now: UnixMillis) -> Result<Vec<WorkloadRow>> {
        let occupying = OCCUPYING.map(|state| name_of(&state));
        Ok(self.repo.workload(now.plus_seconds(-CALLOUT_SECONDS).0, &occupying).await?)
    }

    /// Every match of a consult, for the coordinator.
    pub async fn match_explanations(&self, actor: &Actor, id: ConsultId) -> Result<Vec<MatchExplanation>> {
        self.for_those(actor, id, Permission::ReadMatch).await?;
        let loaded = self.load(id).await?.ok_or(Error::NotFound)?;
        let directory = self.directory().await?;
        Ok(view::explanations(&loaded.log, &|person| directory.person_ref(person)))
    }
}

fn input(
    directory: &Directory,
    entry: &ServiceEntry,
    case: &Case,
    workload: &[WorkloadRow],
    now: UnixMillis,
) -> MatchInput {
    let workload: BTreeMap<PersonId, &WorkloadRow> =
        workload.iter().map(|row| (PersonId(row.person_id), row)).collect();
    let in_network = |person: &&Person| {
        person.row.active
            && person.actor.has_role(Role::Specialist)
            && person.actor.networks.contains(&entry.service.network_id)
    };
    MatchInput {
        consult_id: case.consult_id,
        now,
        rota_revision: entry.rota_revision,
        directory_revision: directory.revision,
        requester: case.requester,
        // The request has no field for the patient's language yet.
        languages: vec![],
        declined: case.declined.clone(),
        people: directory
            .people
            .values()
            .filter(in_network)
            .map(|person| facts(directory, entry, case, person, workload.get(&person.refer.id).copied()))
            .collect(),
        duties: directory
            .on_duty(entry, now)
            .into_iter()
            .map(|shift| DutyFact { person_id: shift.person, level: shift.level, until: shift.until })
            .collect(),
    }
}

fn facts(
    directory: &Directory,
    entry: &ServiceEntry,
    case: &Case,
    person: &Person,
    workload: Option<&WorkloadRow>,
) -> PersonFacts {
    PersonFacts {
        person_id: person.refer.id,
        qualified: person.qualifications.contains(&entry.service.specialty),
        contract: directory.has_contract(case.service_id, person.actor.hospital_id, case.hospital_id),
        languages: person.row.languages.clone(),
        resting_until: person.row.resting_until.map(UnixMillis),
        exclusive_busy: entry.exclusive && workload.is_some_and(|row| row.occupied_by > 0),
        open_consults: workload.map_or(0, |row| row.open_consults),
        callouts_7d: workload.map_or(0, |row| row.callouts),
    }
}
