//! A rota as it is shown to those who plan, and to those who are in it.

use super::{AHEAD_SECONDS, span, wire};
use crate::app::{
    App, Result,
    board::duty,
    directory::{Directory, Person, ServiceEntry},
    ports::DraftRow,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Away, Fitness, Planned, Rota, Shift, Stretch},
};
use jiff::Span;
use schemas::{
    PersonId, ServiceId, UnixMillis,
    directory::{DutyLevel, Role},
    rota::{Absence, PlannablePerson, PublicHoliday, RotaConflict, RotaDraft, RotaView},
};
use std::collections::{BTreeMap, BTreeSet};

/// Hand-overs of each level that are shown of a draft.
const HAND_OVERS: usize = 3;
/// Conflicts that are shown. More is a plan that was not begun.
const CONFLICTS: usize = 500;

impl App {
    /// What is published, and for those who plan what is drafted.
    pub async fn rota(&self, actor: &Actor, id: ServiceId, from: UnixMillis, until: UnixMillis) -> Result<RotaView> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::ReadRota)?;
        let span = span(from, until)?;
        let now = self.now();
        let draft = if may(actor, None, Permission::PlanRota) { self.repo.rota_draft(id.0).await? } else { None };
        let draft = draft.map(|row| draft_view(&directory, entry, &row, span, now)).transpose()?;
        let call_outs = self.workload(now).await?;
        let call_outs = call_outs.iter().map(|row| (PersonId(row.person_id), row.callouts)).collect();
        let published = entry.rota.as_ref();
        let shifts = published.map_or_else(Vec::new, |rota| rota::shifts(rota, &directory.away, span.0, span.1));
        Ok(RotaView {
            service: entry.service.clone(),
            revision: entry.rota_revision,
            published: published.map(wire::plan_of).transpose()?,
            published_at: entry.published_at,
            published_by: entry.published_by.map(|person| directory.person_ref(person)),
            draft,
            duties: shifts.iter().map(|shift| duty(&directory, id, shift)).collect(),
            conflicts: published.map_or_else(Vec::new, |rota| conflicts(&directory, entry, rota, span)),
            holidays: published.map_or_else(Vec::new, |rota| holidays(rota, span)),
            people: people(&directory, entry, &shifts, &call_outs, span),
            absences: absences(&directory, entry, span),
        })
    }
}

fn draft_view(
    directory: &Directory,
    entry: &ServiceEntry,
    row: &DraftRow,
    span: Stretch,
    now: UnixMillis,
) -> Result<RotaDraft> {
    let rota = wire::stored(&row.body)?;
    let id = entry.service.id;
    let shifts = rota::shifts(&rota, &directory.away, span.0, span.1);
    let ahead = now.plus_seconds(AHEAD_SECONDS);
    let coming = rota::shifts(&rota, &directory.away, now, ahead);
    let hand_overs = DutyLevel::ALL.into_iter().flat_map(|level| {
        rota::hand_overs(&coming, level, now, ahead).into_iter().take(HAND_OVERS).collect::<Vec<_>>()
    });
    Ok(RotaDraft {
        plan: wire::plan_of(&rota)?,
        based_on: row.based_on,
        rev: row.rev,
        author: directory.person_ref(PersonId(row.author)),
        updated_at: UnixMillis(row.updated_at),
        duties: shifts.iter().map(|shift| duty(directory, id, shift)).collect(),
        conflicts: conflicts(directory, entry, &rota, span),
        changes: changes(directory, entry, &rota, span, now).iter().map(|of| wire::change(directory, of)).collect(),
        hand_overs: hand_overs.map(|of| wire::hand_over(directory, &of)).collect(),
    })
}

/// What would be other than it is published: over what is shown and the next eight weeks, nothing of the past.
pub(super) fn changes(
    directory: &Directory,
    entry: &ServiceEntry,
    rota: &Rota,
    span: Stretch,
    now: UnixMillis,
) -> Vec<rota::Change> {
    let (from, until) = (now, span.1.max(now.plus_seconds(AHEAD_SECONDS)));
    let of = |rota: &Rota| rota::shifts(rota, &directory.away, from, until);
    rota::changes(&entry.rota.as_ref().map_or_else(Vec::new, of), &of(rota))
}

/// What is wrong with `rota` as the rota of the service, beside what is published of all others.
fn conflicts(directory: &Directory, entry: &ServiceEntry, rota: &Rota, span: Stretch) -> Vec<RotaConflict> {
    let id = entry.service.id;
    let own = planned(directory, id, rota, span);
    let people: BTreeSet<PersonId> = own.written.iter().map(|shift| shift.person).collect();
    // Of the others only who could be on two duties at once.
    let others = directory.services.values().filter(|other| other.service.id != id).filter_map(|other| {
        let rota = other.rota.as_ref()?;
        let is_shared = rota.layers.iter().flat_map(|layer| &layer.people).any(|person| people.contains(person))
            || rota.overrides.iter().any(|o| people.contains(&o.person));
        is_shared.then(|| Planned { needs: vec![], ..planned(directory, other.service.id, rota, span) })
    });
    let plans: Vec<Planned> = std::iter::once(own).chain(others).collect();
    let fitness = |service: ServiceId, person: PersonId| fitness(directory, service, person);
    let found = rota::conflicts(&plans, &BTreeMap::new(), &fitness, span);
    let of_ours = found.into_iter().filter(|conflict| {
        conflict.service == id || matches!(conflict.kind, rota::ConflictKind::DoubleBooked { with, .. } if with == id)
    });
    of_ours.take(CONFLICTS).map(|of| wire::conflict(directory, &of)).collect()
}

/// Every level that has somebody at all has to be covered; the first one in any case.
fn planned(directory: &Directory, service: ServiceId, rota: &Rota, (from, until): Stretch) -> Planned {
    let is_used =
        |level: &DutyLevel| *level == DutyLevel::Primary || rota.layers.iter().any(|layer| layer.level == *level);
    Planned {
        service,
        needs: DutyLevel::ALL.into_iter().filter(is_used).collect(),
        written: rota::shifts(rota, &Away::new(), from, until),
        shifts: rota::shifts(rota, &directory.away, from, until),
    }
}

fn fitness(directory: &Directory, service: ServiceId, person: PersonId) -> Fitness {
    let (Some(entry), Some(person)) = (directory.services.get(&service), directory.person(person)) else {
        return Fitness::default();
    };
    Fitness {
        is_qualified: is_plannable(person, entry) && person.qualifications.contains(&entry.service.specialty),
        has_contract: !directory.contracts_of(service, person.actor.hospital_id).is_empty(),
        licensed_until: None,
    }
}

fn is_plannable(person: &Person, entry: &ServiceEntry) -> bool {
    person.row.active
        && person.actor.has_role(Role::Specialist)
        && person.actor.networks.contains(&entry.service.network_id)
}

fn people(
    directory: &Directory,
    entry: &ServiceEntry,
    shifts: &[Shift],
    call_outs: &BTreeMap<PersonId, u32>,
    span: Stretch,
) -> Vec<PlannablePerson> {
    let Some(zone) = entry.rota.as_ref().map(|rota| rota.zone.clone()).or_else(|| entry.service.zone.parse().ok())
    else {
        return vec![];
    };
    let land = entry.rota.as_ref().and_then(|rota| rota.land);
    let candidates: Vec<&Person> = directory.people.values().filter(|person| is_plannable(person, entry)).collect();
    let own: BTreeMap<PersonId, u32> =
        candidates.iter().filter_map(|p| Some((p.refer.id, *call_outs.get(&p.refer.id)?))).collect();
    let burdens = rota::burdens(&zone, land, shifts, &own, span);
    let takes_part: BTreeSet<PersonId> = shifts.iter().map(|shift| shift.person).collect();
    let shares = rota::shares(&burdens, &|person| if takes_part.contains(&person) { 1000 } else { 0 });
    let mut people: Vec<PlannablePerson> = candidates
        .into_iter()
        .map(|person| {
            let share = shares.iter().find(|share| share.person == person.refer.id);
            let contracts = directory.contracts_of(entry.service.id, person.actor.hospital_id);
            PlannablePerson {
                person: person.refer.clone(),
                qualified: person.qualifications.contains(&entry.service.specialty),
                has_contract: !contracts.is_empty(),
                contracts,
                burden: share.map(|share| wire::burden(&share.burden)).unwrap_or_default(),
                even: share.map_or(0, |share| share.even),
            }
        })
        .collect();
    people
        .sort_by(|a, b| (!a.qualified, &a.person.name, a.person.id).cmp(&(!b.qualified, &b.person.name, b.person.id)));
    people
}

fn holidays(rota: &Rota, (from, until): Stretch) -> Vec<PublicHoliday> {
    let Some(land) = rota.land else { return vec![] };
    let (first, last) = (rota.zone.wall(from).date(), rota.zone.wall(until).date());
    let days = first.series(Span::new().days(1)).take_while(|day| *day <= last);
    days.filter_map(|day| Some(PublicHoliday { date: day.to_string(), name: rota::holiday(land, day)?.to_owned() }))
        .collect()
}

fn absences(directory: &Directory, entry: &ServiceEntry, (from, until): Stretch) -> Vec<Absence> {
    let of_network = |person: PersonId| directory.person(person).is_some_and(|person| is_plannable(person, entry));
    let shown = directory.absences.iter().filter(|(_, absence)| {
        let (begin, end) = (absence.zone.begin(absence.from), absence.zone.end(absence.until));
        begin < until && end > from && of_network(absence.person)
    });
    shown.map(|(id, absence)| super::absences::on_the_wire(directory, *id, absence)).collect()
}
