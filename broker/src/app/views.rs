//! From the domain's ids to what people see: names, houses, services, studies.

use super::{
    App, Error, Result,
    directory::Directory,
    log::Loaded,
    ports::{SnapshotRow, StudyRow},
    queue::Lines,
};
use crate::domain::{
    access::{ConsultFacts, Permission, may},
    consult::{
        Consult, Overflow,
        view::{self, Material},
    },
    directory::Actor,
};
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId, PrivateText, StudyId,
    consult::{ConsultDetail, ConsultSummary, OutOfArea, Ring, StudyStatus},
    directory::{PersonRef, Service, Specialty},
};

impl Directory {
    /// `lines` holds the one that the consult waits in, if it waits ([`App::lines`]).
    pub(super) fn summary(&self, consult: &Consult, lines: &Lines) -> ConsultSummary {
        let hospital = self.hospital_ref(consult.hospital_id);
        let out_of_area = consult.overflow.map(|overflow| self.out_of_area(overflow));
        let summary = view::summary(consult, hospital, self.service_of(consult), lines.ahead(consult), &self.resolve());
        ConsultSummary { out_of_area, ..summary }
    }

    fn out_of_area(&self, overflow: Overflow) -> OutOfArea {
        let service = self.services.get(&overflow.service_id).map(|entry| &entry.service);
        let (network, service) = service.map(|of| (of.network.clone(), of.name.clone())).unwrap_or_default();
        OutOfArea { network, service, since: overflow.since }
    }

    pub(super) fn ring(&self, ring: &crate::domain::consult::Ring) -> Ring {
        view::ring(ring, &self.resolve())
    }

    fn resolve(&self) -> impl Fn(PersonId) -> PersonRef + '_ {
        |person| self.person_ref(person)
    }

    /// Services are never deleted; should one be missing all the same, its consults still show.
    fn service_of(&self, consult: &Consult) -> Service {
        self.services.get(&consult.service_id).map_or_else(
            || Service {
                id: consult.service_id,
                specialty: Specialty::Radiology,
                name: String::new(),
                network_id: consult.network_id,
                network: String::new(),
                fallback_phone: String::new(),
                zone: "Europe/Berlin".to_owned(),
            },
            |entry| entry.service.clone(),
        )
    }
}

/// Tells whether this person may know of the consult.
pub(super) fn may_know(actor: &Actor, facts: &ConsultFacts) -> bool {
    may(actor, Some(facts), Permission::ReadConsult)
}

impl App {
    /// The consult with its log, for somebody who may know of it; [`Error::NotFound`] for everybody else.
    pub(super) async fn readable(&self, actor: &Actor, id: ConsultId) -> Result<Loaded> {
        self.known(actor, id).await?;
        self.load(id).await?.ok_or(Error::NotFound)
    }

    /// The consult's state, for somebody who may know of it; [`Error::NotFound`] for everybody else. Who might have
    /// known of a purged one is told so ([`Error::Purged`]).
    pub(super) async fn known(&self, actor: &Actor, id: ConsultId) -> Result<Consult> {
        self.for_those(actor, id, Permission::ReadConsult).await
    }

    /// The consult's state, for those with that permission; [`Error::Forbidden`] for others who may know of it, and
    /// [`Error::NotFound`] for everybody else.
    pub(super) async fn for_those(&self, actor: &Actor, id: ConsultId, permission: Permission) -> Result<Consult> {
        self.permitted(actor, id, permission).await?.ok_or(Error::Purged)
    }

    /// The same where a purged consult does as well: `None`.
    pub(super) async fn permitted(
        &self,
        actor: &Actor,
        id: ConsultId,
        permission: Permission,
    ) -> Result<Option<Consult>> {
        let row = self.repo.snapshot(id.0).await?.ok_or(Error::NotFound)?;
        let consult = self.state_of(&row).await?;
        let facts = consult.as_ref().map_or_else(|| facts_of(&row), |consult| consult.facts(self.now()));
        if may(actor, Some(&facts), permission) {
            return Ok(consult);
        }
        if may_know(actor, &facts) { Err(Error::Forbidden) } else { Err(Error::NotFound) }
    }

    pub(super) async fn show(&self, actor: &Actor, loaded: &Loaded) -> Result<ConsultDetail> {
        let directory = self.directory().await?;
        let Loaded { consult, log, .. } = loaded;
        let material = Material {
            summary: directory.summary(consult, &self.lines(std::slice::from_ref(consult)).await?),
            studies: self.study_statuses(&consult.studies).await?,
            detached: self.study_statuses(&consult.detached).await?,
        };
        Ok(view::detail(consult, log, material, actor, self.now(), &directory.resolve()))
    }

    async fn study_statuses(&self, ids: &[StudyId]) -> Result<Vec<StudyStatus>> {
        let mut studies = Vec::with_capacity(ids.len());
        for id in ids {
            studies.extend(self.repo.study(id.0).await?.map(|row| study_status(&row)));
        }
        Ok(studies)
    }
}

/// What is left of a purged consult that access depends on.
fn facts_of(row: &SnapshotRow) -> ConsultFacts {
    ConsultFacts {
        specialist: row.specialist.map(PersonId),
        ..ConsultFacts::new(
            ConsultId(row.consult_id),
            PersonId(row.requester),
            HospitalId(row.hospital_id),
            NetworkId(row.network_id),
        )
    }
}

pub(super) fn study_status(row: &StudyRow) -> StudyStatus {
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    StudyStatus {
        id: StudyId(row.id),
        study_instance_uid: row.study_instance_uid.clone(),
        modalities: row.modalities.clone(),
        description: row.columns.study_description.clone().map(PrivateText::from),
        study_date: row.columns.study_date.clone(),
        declared: row.declared.map(count),
        received: count(row.received),
    }
}
