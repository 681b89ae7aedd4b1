//! From the domain's ids to what people see: names, houses, services, studies.

use super::{App, Error, Result, directory::Directory, log::Loaded, ports::StudyRow};
use crate::domain::{
    access::{ConsultFacts, Permission, may},
    consult::{Consult, view},
    directory::Actor,
};
use schemas::{
    PersonId, PrivateText, StudyId,
    consult::{ConsultDetail, ConsultSummary, Ring, StudyStatus},
    directory::{PersonRef, Service, Specialty},
};

impl Directory {
    pub(super) fn summary(&self, consult: &Consult) -> ConsultSummary {
        let hospital = self.hospital_ref(consult.hospital_id);
        view::summary(consult, hospital, self.service_of(consult), &self.resolve())
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
    pub(super) async fn readable(&self, actor: &Actor, id: schemas::ConsultId) -> Result<Loaded> {
        let loaded = self.load(id).await?.ok_or(Error::NotFound)?;
        if may_know(actor, &loaded.consult.facts()) { Ok(loaded) } else { Err(Error::NotFound) }
    }

    pub(super) async fn show(&self, actor: &Actor, loaded: &Loaded) -> Result<ConsultDetail> {
        let directory = self.directory().await?;
        let Loaded { consult, log, .. } = loaded;
        let mut studies = Vec::with_capacity(consult.studies.len());
        for id in &consult.studies {
            studies.extend(self.repo.study(id.0).await?.map(|row| study_status(&row)));
        }
        let summary = directory.summary(consult);
        Ok(view::detail(consult, log, summary, studies, actor, &directory.resolve()))
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
