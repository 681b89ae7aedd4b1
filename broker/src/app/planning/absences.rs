//! When people are away.

use super::notes_of_away;
use crate::app::{
    App, Error, Result,
    board::duty,
    directory::Directory,
    ports::{AbsenceRow, DirectoryRows, DirectoryWrite},
    require,
    validate::name_of,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Away, Gap, Stretch, Stretches, Zone},
};
use jiff::civil::DateTime;
use schemas::{
    AbsenceId, PersonId, UnixMillis,
    directory::{Duty, DutyLevel, Role},
    rota::{Absence, AbsenceEffect, PutAbsence, ServiceGap},
};

/// Longest absence in days: parental leave is written down year by year.
const MAX_DAYS: i32 = 400;
/// Absences of one person that have not ended. More is nobody's plan, and every node reads them all.
const MAX_ABSENCES: usize = 100;
/// How long an absence is kept after its end: until the year's duty has been shared out.
const KEPT_SECONDS: i64 = 365 * 86_400;

impl App {
    /// Writes an absence down, or changes it. It counts at once, and everybody who has other duties by it is told: what it
    /// leaves open is the answer.
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
        let stretch = (zone.begin(from).max(now), zone.end(until));
        if stretch.1 <= now {
            return Err(invalid("until", "lies in the past"));
        }
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            may_keep(&directory, actor, wish.person)?;
            if directory.absences.get(&id).is_some_and(|known| known.person != wish.person) {
                return Err(Error::Conflict("the absence is somebody else's"));
            }
            let has_ended = |absence: &rota::Absence, t| absence.zone.end(absence.until) <= t;
            let others = directory
                .absences
                .iter()
                .filter(|(known, absence)| **known != id && absence.person == wish.person && !has_ended(absence, now));
            if others.count() >= MAX_ABSENCES {
                return Err(Error::Conflict("so many absences of one person are planned by nobody"));
            }
            let old =
                directory.absences.iter().filter(|(_, absence)| has_ended(absence, now.plus_seconds(-KEPT_SECONDS)));
            let row = AbsenceRow {
                id: id.0,
                person_id: wish.person.0,
                kind: name_of(&wish.kind),
                zone: zone.name().to_owned(),
                from: from.to_string(),
                until: until.to_string(),
                author: actor.person_id.0,
                written_at: now.0,
                feed_id: None,
            };
            let no_absences = old.map(|(id, _)| id.0).filter(|old| *old != id.0).collect();
            let write = DirectoryWrite { absences: vec![row], no_absences, ..DirectoryWrite::default() };
            told(rows, write, actor, now)
        })
        .await?;
        tracing::info!(by = %actor.person_id, person = %wish.person, "an absence is written down");
        Ok(effect(&*self.directory().await?, actor, id, wish.person, stretch))
    }

    /// Takes an absence back. Everybody who has other duties by it is told.
    pub async fn delete_absence(&self, actor: &Actor, id: AbsenceId) -> Result<()> {
        require(may(actor, None, Permission::KeepAbsences))?;
        let now = self.now();
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            let known = directory.absences.get(&id).ok_or(Error::NotFound)?;
            may_keep(&directory, actor, known.person)?;
            told(rows, DirectoryWrite { no_absences: vec![id.0], ..DirectoryWrite::default() }, actor, now)
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

/// The write with what people are told of it.
pub(in crate::app) fn told(
    rows: &DirectoryRows,
    write: DirectoryWrite,
    actor: &Actor,
    now: UnixMillis,
) -> Result<DirectoryWrite> {
    let mut after = rows.clone();
    let is_written = |row: &AbsenceRow| write.absences.iter().any(|written| written.id == row.id);
    after.absences.retain(|row| !is_written(row) && !write.no_absences.contains(&row.id));
    after.absences.extend(write.absences.iter().cloned());
    let duty_notes = notes_of_away(rows, after, actor, now, (now, UnixMillis(i64::MAX)))?;
    Ok(DirectoryWrite { duty_notes, ..write })
}

/// Which duties fall away within `gone`, and where that leaves nobody on first duty: in the networks that the caller
/// works for, and everywhere if it is their own.
fn effect(directory: &Directory, actor: &Actor, id: AbsenceId, person: PersonId, gone: Stretch) -> AbsenceEffect {
    let (mut duties, mut gaps): (Vec<Duty>, _) = (vec![], vec![]);
    // As if it were not written down: the same wish again has the same answer.
    let others = directory.absences.iter().filter(|(known, absence)| **known != id && absence.person == person);
    let mut before = directory.away.clone();
    before.remove(&person);
    before.extend(rota::away(others.map(|(_, absence)| absence)));
    let (from, until) = gone;
    for entry in directory.services.values() {
        let Some(rota) = &entry.rota else { continue };
        if person != actor.person_id && !actor.networks.contains(&entry.service.network_id) {
            continue;
        }
        let own = rota::shifts(rota, &before, from, until).into_iter().filter(|shift| shift.person == person);
        let own: Vec<_> = own.collect();
        if own.is_empty() {
            continue;
        }
        duties.extend(own.iter().map(|shift| duty(directory, entry.service.id, shift)));
        let open = |away: &Away| -> Stretches {
            let gaps = rota::gaps(rota, away, DutyLevel::Primary, from, until);
            gaps.into_iter().map(|Gap { from, until }| (from, until)).collect()
        };
        let new = open(&directory.away).minus(&open(&before));
        gaps.extend(new.iter().map(|(from, until)| ServiceGap { service_id: entry.service.id, from, until }));
    }
    duties.sort_by_key(|duty| (duty.from, duty.service_id, duty.level));
    AbsenceEffect { duties, gaps }
}

fn invalid(field: &str, why: &str) -> Error {
    Error::InvalidField(format!("{field}: {why}"))
}
