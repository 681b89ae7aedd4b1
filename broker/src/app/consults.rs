//! Requesting and finding consults.

use super::{
    App, Error, Result,
    log::{Wish, pass_over},
    matching::{Case, asked_language},
    ports::ConsultFilter,
    require,
    slots::SlotWish,
    views::may_know,
};
use crate::domain::{
    access::{Permission, may},
    consult::{Command, Consult, WantedSlot},
    directory::Actor,
};
use schemas::{
    ConsultId,
    consult::{ConsultDetail, ConsultQuery, ConsultSummary, NewConsult},
    directory::{Role, Service},
    slots::WantedAppointment,
};

/// Consults in a list. More makes the page slow to draw and the answer long; a network has some hundred in a week,
/// and older ones are found by search (a later version), not by scrolling.
const LIST: u32 = 500;

impl App {
    /// Services that the caller can ask or works for, by name.
    pub async fn services(&self, actor: &Actor) -> Result<Vec<Service>> {
        require(may(actor, None, Permission::ReadServices))?;
        let directory = self.directory().await?;
        let mut services: Vec<Service> = directory
            .services
            .values()
            .filter(|entry| {
                actor.networks.contains(&entry.service.network_id)
                    || actor.has_role(Role::Referrer) && directory.is_offered(entry.service.id, actor.hospital_id)
            })
            .map(|entry| entry.service.clone())
            .collect();
        services.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(services)
    }

    /// Makes a consult and begins to ring, or announces a patient (pre-alert). `false`: the same request had been made
    /// before, and nothing was done but reading it, which the access log is told. `session` is
    /// [`super::Session::label`].
    pub async fn create(&self, actor: &Actor, session: &str, new: NewConsult) -> Result<(ConsultDetail, bool)> {
        require(may(actor, None, Permission::CreateConsult))?;
        let now = self.now();
        let directory = self.directory().await?;
        let entry = directory
            .services
            .get(&new.service_id)
            .filter(|entry| directory.is_offered(entry.service.id, actor.hospital_id))
            .ok_or_else(|| Error::InvalidField("service_id: not offered to this hospital".to_owned()))?;
        let case = Case {
            hospital_id: actor.hospital_id,
            urgency: new.urgency,
            language: asked_language(&new.fields),
            ..Case::new(new.id, new.service_id, actor.person_id)
        };
        let matched = self.matched(&case, now).await?;
        let request = Command::Request {
            id: new.id,
            service_id: new.service_id,
            network_id: entry.service.network_id,
            hospital_id: actor.hospital_id,
            requester: actor.person_id,
            urgency: new.urgency,
            fields: new.fields,
            prealert: new.prealert,
            test: None,
            matched,
            // The slot itself is looked for at each try.
            appointment: new.appointment.map(|_| WantedSlot::Whenever),
        };
        let wish = match new.appointment {
            Some(WantedAppointment::Slot { slot }) => {
                Wish::Slot(SlotWish::Request { request: Box::new(request), choice: slot })
            }
            Some(WantedAppointment::Whenever) | None => Wish::command(request),
        };
        let outcome = self.run(new.id, &wish).await?;
        Ok((self.answer(actor, session, &outcome).await?, outcome.changed))
    }

    /// The caller's consults: of the own house, of the coordinated networks, and those the caller was rung for;
    /// newest first.
    pub async fn consults(&self, actor: &Actor, query: &ConsultQuery) -> Result<Vec<ConsultSummary>> {
        let directory = self.directory().await?;
        let consults = self.known_consults(actor, !query.all).await?;
        let lines = self.lines(&consults).await?;
        Ok(consults.iter().map(|consult| directory.summary(consult, &lines)).collect())
    }

    pub async fn detail(&self, actor: &Actor, id: ConsultId) -> Result<ConsultDetail> {
        let loaded = self.readable(actor, id).await?;
        self.show(actor, &loaded).await
    }

    /// Consults that this person may know of, newest first.
    pub(super) async fn known_consults(&self, actor: &Actor, open_only: bool) -> Result<Vec<Consult>> {
        let filter = ConsultFilter {
            open_only,
            hospital: actor.has_role(Role::Referrer).then_some(actor.hospital_id.0),
            networks: if actor.has_role(Role::Coordinator) {
                actor.networks.iter().map(|id| id.0).collect()
            } else {
                vec![]
            },
            person: Some(actor.person_id.0),
            limit: LIST,
        };
        let now = self.now();
        let mut consults = Vec::new();
        for row in self.repo.snapshots(&filter).await? {
            consults
                .extend(pass_over(self.state_of(&row).await)?.filter(|consult| may_know(actor, &consult.facts(now))));
        }
        Ok(consults)
    }
}
