//! A rota as it is shown to those who plan, and to those who are in it.

use super::{AHEAD_SECONDS, notes::changes, publish::upon, span, wire};
use crate::app::{
    App, Result,
    board::duty,
    directory::{Directory, Person, ServiceEntry},
    ports::DraftRow,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Away, Conflict, ConflictKind, Fitness, HORIZON_DAYS, Planned, Rota, Shift, Stretch},
};
use jiff::Span;
use schemas::{
    PersonId, ServiceId, UnixMillis,
    directory::{DutyLevel, Role},
    rota::{Absence, AbsenceKind, Burden, PlannablePerson, PublicHoliday, RotaConflict, RotaDraft, RotaView},
};
use std::collections::{BTreeMap, BTreeSet};

/// Hand-overs of each level that are shown of a draft.
const HAND_OVERS: usize = 3;
/// Conflicts that are shown. More is a plan that was not begun.
const CONFLICTS: usize = 500;
/// How far before what is shown work may have ended that one has to rest from: two days.
const LEAD_IN_SECONDS: i64 = 2 * 86_400;

impl App {
    /// What is published, and for those who plan what is drafted.
    pub async fn rota(&self, actor: &Actor, id: ServiceId, from: UnixMillis, until: UnixMillis) -> Result<RotaView> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::ReadRota)?;
        let span = span(from, until)?;
        let now = self.now();
        let plans = may(actor, None, Permission::PlanRota);
        let draft = if plans { self.repo.rota_draft(id.0).await? } else { None };
        let draft = match draft {
            None => None,
            Some(row) => {
                let base = self.base_of(&row).await?;
                Some(draft_view(&directory, actor, entry, &row, base.as_ref(), span, now)?)
            }
        };
        let call_outs = self.workload(now).await?;
        let call_outs = call_outs.iter().map(|row| (PersonId(row.person_id), row.callouts)).collect();
        let published = entry.rota.as_ref();
        let shifts = published.map_or_else(Vec::new, |rota| shifts_of(rota, &directory.away, span));
        let mut people = people(&directory, entry, &shifts, &call_outs, span);
        for of in people.iter_mut().filter(|of| !plans && of.person.id != actor.person_id) {
            (of.burden, of.even) = (Burden::default(), 0);
        }
        let checked = published.filter(|_| plans);
        Ok(RotaView {
            service: entry.service.clone(),
            revision: entry.rota_revision,
            published: published.map(wire::plan_of).transpose()?,
            published_at: entry.published_at,
            published_by: entry.published_by.map(|person| directory.person_ref(person)),
            draft,
            duties: shifts.iter().map(|shift| duty(&directory, id, shift)).collect(),
            conflicts: checked.map_or_else(Vec::new, |rota| conflicts(&directory, actor, entry, rota, span)),
            holidays: published.map_or_else(Vec::new, |rota| holidays(rota, span)),
            people,
            absences: absences(&directory, actor, entry, span),
        })
    }
}

fn draft_view(
    directory: &Directory,
    actor: &Actor,
    entry: &ServiceEntry,
    row: &DraftRow,
    base: Option<&Rota>,
    span: Stretch,
    now: UnixMillis,
) -> Result<RotaDraft> {
    let current = upon(entry, row, base)?;
    let is_overtaken = current.is_none();
    // Where it was overtaken it is shown as it is, and cannot be published.
    let rota = current.map_or_else(|| wire::stored(&row.body), Ok)?;
    let id = entry.service.id;
    let shifts = shifts_of(&rota, &directory.away, span);
    let changes = changes(entry.rota.as_ref(), &rota, &directory.away, now);
    let ahead = now.plus_seconds(AHEAD_SECONDS);
    let coming = rota::shifts(&rota, &directory.away, now, ahead);
    let hand_overs = DutyLevel::ALL.into_iter().flat_map(|level| {
        rota::hand_overs(&coming, level, now, ahead).into_iter().take(HAND_OVERS).collect::<Vec<_>>()
    });
    Ok(RotaDraft {
        plan: wire::plan_of(&rota)?,
        based_on: row.based_on,
        is_overtaken,
        rev: row.rev,
        author: directory.person_ref(PersonId(row.author)),
        updated_at: UnixMillis(row.updated_at),
        duties: shifts.iter().map(|shift| duty(directory, id, shift)).collect(),
        conflicts: conflicts(directory, actor, entry, &rota, span),
        changes: changes.iter().map(|of| wire::change(directory, of)).collect(),
        hand_overs: hand_overs.map(|of| wire::hand_over(directory, &of)).collect(),
    })
}

/// What touches `span`, with true ends: a duty that is cut at the end of a month would be written back cut.
fn shifts_of(rota: &Rota, away: &Away, span: Stretch) -> Vec<Shift> {
    let around = HORIZON_DAYS * 86_400;
    let mut shifts = rota::shifts(rota, away, span.0.plus_seconds(-around), span.1.plus_seconds(around));
    shifts.retain(|shift| shift.from < span.1 && shift.until > span.0);
    shifts
}

/// What is wrong with `rota` as the rota of the service, beside what is published of all others.
fn conflicts(
    directory: &Directory,
    actor: &Actor,
    entry: &ServiceEntry,
    rota: &Rota,
    span: Stretch,
) -> Vec<RotaConflict> {
    let id = entry.service.id;
    let own = planned(directory, id, rota, span);
    let people: BTreeSet<PersonId> = own.written.iter().map(|shift| shift.person).collect();
    // Of the others only who could be on two duties at once.
    let others = directory.services.values().filter(|other| other.service.id != id).filter_map(|other| {
        let rota = other.rota.as_ref()?;
        let is_shared = rota.people().any(|person| people.contains(&person));
        is_shared.then(|| Planned { needs: vec![], ..planned(directory, other.service.id, rota, span) })
    });
    let plans: Vec<Planned> = std::iter::once(own).chain(others).collect();
    let fitness = |service: ServiceId, person: PersonId| fitness(directory, service, person);
    let found = rota::conflicts(&plans, &BTreeMap::new(), &fitness, span);
    let of_ours = found.into_iter().filter_map(|conflict| seen_from(id, conflict));
    of_ours.take(CONFLICTS).map(|of| wire::conflict(directory, actor, &of)).collect()
}

/// A conflict of the service; the other duty is the one of the other service.
fn seen_from(id: ServiceId, conflict: Conflict) -> Option<Conflict> {
    match conflict.kind {
        _ if conflict.service == id => Some(conflict),
        ConflictKind::DoubleBooked { with, level } if with == id => Some(Conflict {
            service: id,
            level,
            kind: ConflictKind::DoubleBooked { with: conflict.service, level: conflict.level },
            ..conflict
        }),
        _ => None,
    }
}

/// First duty has to be covered in any case; another level where a layer of it runs, and else from the first to the last
/// of what was planned for it by hand.
fn planned(directory: &Directory, service: ServiceId, rota: &Rota, (from, until): Stretch) -> Planned {
    let needs = DutyLevel::ALL.into_iter().filter_map(|level| {
        let runs = rota.layers.iter().any(|layer| {
            let has_begun = rota.zone.begin(layer.start) < until;
            layer.level == level
                && !layer.people.is_empty()
                && has_begun
                && layer.end.is_none_or(|end| rota.zone.end(end) > from)
        });
        if level == DutyLevel::Primary || runs {
            return Some((level, (from, until)));
        }
        let fixed = rota.temporaries.iter().filter(|t| t.level == level).map(|t| (t.from, t.until));
        let overrides = rota.overrides.iter().filter(|o| o.level == level).map(|o| (o.from, o.until));
        let (begins, ends): (Vec<_>, Vec<_>) = fixed.chain(overrides).unzip();
        let first = rota.zone.begin(begins.into_iter().min()?).max(from);
        let last = rota.zone.end(ends.into_iter().max()?).min(until);
        (first < last).then_some((level, (first, last)))
    });
    let before = from.plus_seconds(-LEAD_IN_SECONDS);
    Planned {
        service,
        needs: needs.collect(),
        written: rota::shifts(rota, &Away::new(), before, until),
        shifts: rota::shifts(rota, &directory.away, before, until),
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

pub(super) fn is_plannable(person: &Person, entry: &ServiceEntry) -> bool {
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

/// That somebody is sick is data concerning health (Art. 9 GDPR): it is for those who coordinate.
fn absences(directory: &Directory, actor: &Actor, entry: &ServiceEntry, (from, until): Stretch) -> Vec<Absence> {
    let coordinates = actor.coordinates(entry.service.network_id);
    let of_network = |person: PersonId| directory.person(person).is_some_and(|person| is_plannable(person, entry));
    let shown = directory.absences.iter().filter(|(_, absence)| {
        let (begin, end) = (absence.zone.begin(absence.from), absence.zone.end(absence.until));
        begin < until && end > from && of_network(absence.person)
    });
    let shown = shown.map(|(id, absence)| {
        let is_told = coordinates || absence.person == actor.person_id;
        let shown = super::absences::on_the_wire(directory, *id, absence);
        Absence { kind: if is_told { shown.kind } else { AbsenceKind::Other }, ..shown }
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_other_duty_is_the_one_of_the_other_service_whichever_begins_later() {
        let [ours, other, third] = [1, 2, 3].map(|n| ServiceId(Uuid::from_u128(n)));
        let found = |service, level, with, with_level| Conflict {
            from: UnixMillis(0),
            until: UnixMillis(1),
            service,
            level,
            person: None,
            kind: ConflictKind::DoubleBooked { with, level: with_level },
        };
        let (first, second) = (DutyLevel::Primary, DutyLevel::Secondary);
        let seen = found(ours, first, other, second);
        assert_eq!(seen_from(ours, seen.clone()), Some(seen.clone()));
        assert_eq!(seen_from(ours, found(other, second, ours, first)), Some(seen));
        assert_eq!(seen_from(ours, found(other, second, third, first)), None);
    }
}
