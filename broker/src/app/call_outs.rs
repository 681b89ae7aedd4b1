//! What one was called out for, and whom to call.

use super::{App, Result, board::duty, log::pass_over, ports::ConsultFilter, require};
use crate::domain::{
    access::{Permission, may},
    consult::{Consult, call_out, view::label},
    directory::Actor,
    rota,
};
use schemas::{
    HospitalId, PersonId, UnixMillis,
    directory::HospitalRef,
    oncall::{CallOut, CallOutQuery, Contacts, ServiceContact},
};
use std::collections::BTreeSet;

/// How far back where nothing is said: a month's bill.
const BACK_SECONDS: i64 = 31 * 86_400;
/// Consults that are looked through. More than a person is called out for in a year.
const MOST: u32 = 2000;
/// How far ahead colleagues on duty are told: a phone may be without a network for a night.
const AHEAD_SECONDS: i64 = 86_400;

impl App {
    /// The caller's call-outs that began in that time, the newest first.
    pub async fn call_outs(&self, actor: &Actor, query: CallOutQuery) -> Result<Vec<CallOut>> {
        require(may(actor, None, Permission::ReadDuties))?;
        let now = self.now();
        let until = query.until.unwrap_or(now);
        let from = query.from.unwrap_or_else(|| until.plus_seconds(-BACK_SECONDS));
        let directory = self.directory().await?;
        let filter = ConsultFilter { person: Some(actor.person_id.0), limit: MOST, ..ConsultFilter::default() };
        let mut lines = Vec::new();
        for row in self.repo.snapshots(&filter).await? {
            let Some(consult) = pass_over(self.state_of(&row).await)? else { continue };
            let service = directory.services.get(&consult.service_id).map(|entry| &entry.service);
            let hospital = directory.hospital_ref(consult.hospital_id).name;
            let (name, zone) = service.map_or_else(Default::default, |it| (it.name.clone(), it.zone.clone()));
            lines.extend(line(&consult, actor.person_id, now, name, zone, hospital));
        }
        lines.retain(|line| from <= line.accepted_at && line.accepted_at < until);
        lines.sort_by_key(|line| (std::cmp::Reverse(line.accepted_at), line.consult_id));
        Ok(lines)
    }

    /// Telephone numbers and colleagues on duty, for a phone without a network.
    pub async fn contacts(&self, actor: &Actor) -> Result<Contacts> {
        require(may(actor, None, Permission::ReadDuties))?;
        let now = self.now();
        let directory = self.directory().await?;
        let own = directory.services.values().filter(|entry| actor.networks.contains(&entry.service.network_id));
        let mut houses: BTreeSet<HospitalId> = [actor.hospital_id].into();
        let mut services: Vec<ServiceContact> = Vec::new();
        for entry in own {
            let id = entry.service.id;
            houses.extend(directory.contracts_of(id, actor.hospital_id));
            let shifts = entry
                .rota
                .iter()
                .flat_map(|rota| rota::shifts(rota, &directory.away, now, now.plus_seconds(AHEAD_SECONDS)));
            let on_duty = shifts.map(|shift| duty(&directory, id, &shift)).collect();
            services.push(ServiceContact { service: entry.service.clone(), on_duty });
        }
        services.sort_by(|a, b| (&a.service.name, a.service.id).cmp(&(&b.service.name, b.service.id)));
        let mut hospitals: Vec<HospitalRef> = houses.into_iter().map(|id| directory.hospital_ref(id)).collect();
        hospitals.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(Contacts { services, hospitals })
    }
}

fn line(
    consult: &Consult,
    person: PersonId,
    now: UnixMillis,
    service: String,
    zone: String,
    hospital: String,
) -> Option<CallOut> {
    let found = call_out(consult, person, now)?;
    Some(CallOut {
        consult_id: consult.id,
        label: label(consult.id),
        service,
        zone,
        hospital,
        urgency: consult.urgency,
        rung_at: found.rung_at,
        accepted_at: found.accepted_at,
        ended_at: found.ended_at,
        minutes: minutes(found.ended_at.unwrap_or(now).0 - found.accepted_at.0),
        room_minutes: minutes(found.in_room),
    })
}

fn minutes(millis: i64) -> u32 {
    u32::try_from(millis / 60_000).unwrap_or(0)
}
