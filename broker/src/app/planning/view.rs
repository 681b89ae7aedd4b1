//! A rota as it is shown to those who plan, and to those who are in it.

use super::{
    AHEAD_SECONDS,
    fairness::shares,
    findings::{CalledOut, found, is_plannable, shown},
    notes::{changed_until, changes},
    publish::upon,
    span, wire,
};
use crate::app::{
    App, Result,
    board::duty,
    directory::{Directory, Person, ServiceEntry},
    ports::DraftRow,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Away, Rota, Share, Shift, Stretch},
};
use jiff::Span;
use schemas::{
    PersonId, ServiceId, UnixMillis,
    directory::DutyLevel,
    rota::{Absence, AbsenceKind, Burden, PlannablePerson, PublicHoliday, RotaDraft, RotaView},
};
use std::collections::BTreeMap;

/// Hand-overs of each level that are shown of a draft.
const HAND_OVERS: usize = 3;

impl App {
    /// What is published, and for those who plan what is drafted.
    pub async fn rota(&self, actor: &Actor, id: ServiceId, from: UnixMillis, until: UnixMillis) -> Result<RotaView> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::ReadRota)?;
        let span = span(from, until)?;
        let now = self.now();
        let plans = may(actor, None, Permission::PlanRota);
        let called_out = if plans { self.called_out(now).await? } else { CalledOut::new() };
        let draft = if plans { self.repo.rota_draft(id.0).await? } else { None };
        let call_outs = self.workload(now).await?;
        let call_outs: BTreeMap<_, _> = call_outs.iter().map(|row| (PersonId(row.person_id), row.callouts)).collect();
        let look =
            Look { directory: &directory, actor, entry, called_out: &called_out, call_outs: &call_outs, span, now };
        let draft = match draft {
            None => None,
            Some(row) => {
                let base = self.base_of(&row).await?;
                Some(draft_view(&look, &row, base.as_ref())?)
            }
        };
        let published = entry.rota.as_ref();
        let shifts = published.map_or_else(Vec::new, |rota| shifts_of(rota, &directory.away, span));
        let mut people = people(&directory, entry, &look.borne(published, &shifts)?);
        for of in people.iter_mut().filter(|of| !plans && of.person.id != actor.person_id) {
            (of.burden, of.even) = (Burden::default(), 0);
        }
        let checked = published.filter(|_| plans);
        let found = checked.map_or_else(Vec::new, |rota| found(&directory, &called_out, entry, rota, span));
        let (conflicts, conflicts_left_out) = shown(&directory, actor, &found);
        Ok(RotaView {
            service: entry.service.clone(),
            revision: entry.rota_revision,
            published: published.map(wire::plan_of).transpose()?,
            published_at: entry.published_at,
            published_by: entry.published_by.map(|person| directory.person_ref(person)),
            draft,
            duties: shifts.iter().map(|shift| duty(&directory, id, shift)).collect(),
            conflicts,
            conflicts_left_out,
            holidays: published.map_or_else(Vec::new, |rota| holidays(rota, span)),
            people,
            absences: absences(&directory, actor, entry, span),
            settings: entry.settings,
        })
    }
}

/// Who looks at which service, when, and what is known beside its plan.
struct Look<'a> {
    directory: &'a Directory,
    actor: &'a Actor,
    entry: &'a ServiceEntry,
    called_out: &'a CalledOut,
    call_outs: &'a BTreeMap<PersonId, u32>,
    span: Stretch,
    now: UnixMillis,
}

impl Look<'_> {
    fn borne(&self, rota: Option<&Rota>, shifts: &[Shift]) -> Result<Vec<Share>> {
        shares(self.directory, self.entry, rota, shifts, self.call_outs, self.span)
    }
}

fn draft_view(look: &Look<'_>, row: &DraftRow, base: Option<&Rota>) -> Result<RotaDraft> {
    let Look { directory, actor, entry, called_out, span, now, .. } = *look;
    let current = upon(entry, row, base, now)?;
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
    // Whatever month is shown: all that it would bring, until eight weeks after the last change.
    let end = changed_until(entry.rota.as_ref(), &rota, now).max(span.1);
    let all = found(directory, called_out, entry, &rota, (span.0.min(now), end));
    let (shown_now, elsewhere): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|of| of.from < span.1 && of.until > span.0);
    let (conflicts, conflicts_left_out) = shown(directory, actor, &shown_now);
    let elsewhere: Vec<_> = elsewhere.into_iter().filter(|of| of.until > now).collect();
    let (conflicts_elsewhere, further) = shown(directory, actor, &elsewhere);
    let conflicts_left_out = conflicts_left_out.saturating_add(further);
    Ok(RotaDraft {
        plan: wire::plan_of(&rota)?,
        based_on: row.based_on,
        is_overtaken,
        rev: row.rev,
        author: directory.person_ref(PersonId(row.author)),
        updated_at: UnixMillis(row.updated_at),
        duties: shifts.iter().map(|shift| duty(directory, id, shift)).collect(),
        conflicts,
        conflicts_elsewhere,
        conflicts_left_out,
        changes: changes.iter().map(|of| wire::change(directory, of)).collect(),
        hand_overs: hand_overs.map(|of| wire::hand_over(directory, &of)).collect(),
        shares: look.borne(Some(&rota), &shifts)?.iter().map(wire::share).collect(),
        holidays: holidays(&rota, span),
    })
}

/// What touches `span`, with true ends: a duty that is cut at the end of a month would be written back cut.
fn shifts_of(rota: &Rota, away: &Away, span: Stretch) -> Vec<Shift> {
    let around = rota.reach_seconds();
    let mut shifts = rota::shifts(rota, away, span.0.plus_seconds(-around), span.1.plus_seconds(around));
    shifts.retain(|shift| shift.from < span.1 && shift.until > span.0);
    shifts
}

fn people(directory: &Directory, entry: &ServiceEntry, shares: &[Share]) -> Vec<PlannablePerson> {
    let candidates: Vec<&Person> = directory.people.values().filter(|person| is_plannable(person, entry)).collect();
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
