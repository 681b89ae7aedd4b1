//! When people are away.

use super::AHEAD_SECONDS;
use crate::app::{
    App, Error, Result,
    board::duty,
    directory::Directory,
    ports::{AbsenceRow, DirectoryWrite},
    require,
    validate::name_of,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Away, Stretches, Zone},
};
use jiff::civil::DateTime;
use schemas::{
    AbsenceId, PersonId,
    directory::{Duty, DutyLevel, Role},
    rota::{Absence, AbsenceEffect, PutAbsence, ServiceGap},
};

/// Longest absence in days: parental leave is written down year by year.
const MAX_DAYS: i32 = 400;

impl App {
    /// Writes an absence down, or changes it. It counts at once: what it leaves open is the answer.
    pub async fn put_absence(&self, actor: &Actor, id: AbsenceId, wish: &PutAbsence) -> Result<AbsenceEffect> {
        require(may(actor, None, Permission::KeepAbsences))?;
        let zone: Zone = wish.zone.parse().map_err(|_| invalid("zone", "is not an IANA time zone"))?;
        let at = |field, text: &str| text.parse::<DateTime>().map_err(|_| invalid(field, "is not a wall time"));
        let (from, until) = (at("from", &wish.from)?, at("until", &wish.until)?);
        let days = from.date().until(until.date()).map_or(MAX_DAYS, |span| span.get_days());
        if until <= from || days >= MAX_DAYS || !(2000..2200).contains(&from.year()) {
            return Err(invalid("until", "is not within 400 days after from"));
        }
        let now = self.now();
        let before = self.directory().await?;
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            may_keep(&directory, actor, wish.person)?;
            if directory.absences.get(&id).is_some_and(|known| known.person != wish.person) {
                return Err(Error::Conflict("the absence is somebody else's"));
            }
            let row = AbsenceRow {
                id: id.0,
                person_id: wish.person.0,
                kind: name_of(&wish.kind),
                zone: zone.name().to_owned(),
                from: from.to_string(),
                until: until.to_string(),
                author: actor.person_id.0,
                written_at: now.0,
            };
            Ok(DirectoryWrite { absences: vec![row], ..DirectoryWrite::default() })
        })
        .await?;
        tracing::info!(by = %actor.person_id, person = %wish.person, "an absence is written down");
        let stretch: Stretches = [(zone.begin(from).max(now), zone.end(until))].into_iter().collect();
        Ok(effect(&before, wish.person, &stretch))
    }

    /// Takes an absence back.
    pub async fn delete_absence(&self, actor: &Actor, id: AbsenceId) -> Result<()> {
        require(may(actor, None, Permission::KeepAbsences))?;
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            let known = directory.absences.get(&id).ok_or(Error::NotFound)?;
            may_keep(&directory, actor, known.person)?;
            Ok(DirectoryWrite { no_absences: vec![id.0], ..DirectoryWrite::default() })
        })
        .await
    }

    /// The caller's own, from now on.
    pub async fn my_absences(&self, actor: &Actor) -> Result<Vec<Absence>> {
        require(may(actor, None, Permission::KeepAbsences))?;
        let directory = self.directory().await?;
        let now = self.now();
        let own = directory
            .absences
            .iter()
            .filter(|(_, absence)| absence.person == actor.person_id && absence.zone.end(absence.until) > now);
        Ok(own.map(|(id, absence)| on_the_wire(&directory, *id, absence)).collect())
    }
}

pub(super) fn on_the_wire(directory: &Directory, id: AbsenceId, absence: &rota::Absence) -> Absence {
    Absence {
        id,
        person: directory.person_ref(absence.person),
        kind: match absence.kind {
            rota::AbsenceKind::Holiday => schemas::rota::AbsenceKind::Holiday,
            rota::AbsenceKind::Sick => schemas::rota::AbsenceKind::Sick,
            rota::AbsenceKind::Training => schemas::rota::AbsenceKind::Training,
            rota::AbsenceKind::Other => schemas::rota::AbsenceKind::Other,
        },
        zone: absence.zone.name().to_owned(),
        from: absence.from.to_string(),
        until: absence.until.to_string(),
    }
}

/// One's own, or as a coordinator those of specialists of a network that one coordinates.
fn may_keep(directory: &Directory, actor: &Actor, person: PersonId) -> Result<()> {
    let them = directory.person(person).ok_or(Error::NotFound)?;
    let is_own = person == actor.person_id && actor.has_role(Role::Specialist);
    let coordinates = them.actor.networks.iter().any(|network| actor.coordinates(*network));
    if is_own || (coordinates && them.actor.has_role(Role::Specialist)) { Ok(()) } else { Err(Error::NotFound) }
}

/// Which duties fall away within `gone`, and where nobody is left on first duty.
fn effect(before: &Directory, person: PersonId, gone: &Stretches) -> AbsenceEffect {
    let mut duties: Vec<Duty> = Vec::new();
    let mut gaps = Vec::new();
    let bounds = gone.iter().next().map(|(from, until)| (from, until.min(from.plus_seconds(AHEAD_SECONDS * 8))));
    let Some((from, until)) = bounds else { return AbsenceEffect { duties, gaps } };
    let mut away: Away = before.away.clone();
    let known = away.entry(person).or_default();
    *known = known.or(gone);
    for entry in before.services.values() {
        let Some(rota) = &entry.rota else { continue };
        let own = rota::shifts(rota, &before.away, from, until).into_iter().filter(|shift| shift.person == person);
        let own: Vec<_> = own.collect();
        if own.is_empty() {
            continue;
        }
        duties.extend(own.iter().map(|shift| duty(before, entry.service.id, shift)));
        let open = rota::gaps(rota, &away, DutyLevel::Primary, from, until);
        gaps.extend(open.into_iter().map(|gap| ServiceGap {
            service_id: entry.service.id,
            from: gap.from,
            until: gap.until,
        }));
    }
    duties.sort_by_key(|duty| (duty.from, duty.service_id, duty.level));
    AbsenceEffect { duties, gaps }
}

fn invalid(field: &str, why: &str) -> Error {
    Error::InvalidField(format!("{field}: {why}"))
}
