//! Duty that is taken over now: at the press of a button, without any draft.

use super::{
    findings::is_plannable,
    publish::{published, zone_of},
};
use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::DirectoryWrite,
};
use crate::domain::{
    access::Permission,
    directory::Actor,
    rota::{self, Override, Rota},
};
use schemas::{
    PersonId, ServiceId, UnixMillis,
    directory::{Duty, DutyLevel},
    rota::TakeOverDuty,
};

/// How long somebody keeps a duty that nobody had, where nobody follows: a day.
const NOBODY_FOLLOWS: i64 = 86_400;

impl App {
    /// Puts somebody on duty now, until the present duty ends: oneself, or as a coordinator anybody of the network who may.
    /// It counts at once, and everybody it concerns is told. The answer is the duty.
    pub async fn take_over_duty(&self, actor: &Actor, id: ServiceId, wish: &TakeOverDuty) -> Result<Duty> {
        let now = self.now();
        Self::planned(&*self.directory().await?, actor, id, Permission::TakeOverDuty)?;
        let person = wish.person.unwrap_or(actor.person_id);
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            let entry = Self::planned(&directory, actor, id, Permission::TakeOverDuty)?;
            may_put(&directory, entry, actor, person, now)?;
            let empty =
                Rota { zone: zone_of(entry)?, land: None, layers: vec![], temporaries: vec![], overrides: vec![] };
            let mut rota = entry.rota.clone().unwrap_or(empty);
            if is_on(&directory, entry, wish.level, person, now) {
                return Ok(DirectoryWrite::default());
            }
            let until = until(&directory, &rota, wish.level, now);
            let (from, until) = (rota.zone.wall(now), rota.zone.wall(until));
            rota.overrides.push(Override { level: wish.level, person, from, until, swap: None });
            published(&directory, entry, actor, &rota, "", now)
        })
        .await?;
        tracing::info!(by = %actor.person_id, %person, service = %id, "a duty is taken over");
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::TakeOverDuty)?;
        let mut on = directory.on_duty(entry, now).into_iter();
        let shift = on.find(|shift| shift.person == person && shift.level == wish.level).ok_or(Error::WrongState)?;
        Ok(crate::app::board::duty(&directory, id, &shift))
    }
}

fn may_put(
    directory: &Directory,
    entry: &ServiceEntry,
    actor: &Actor,
    person: PersonId,
    now: UnixMillis,
) -> Result<()> {
    if person != actor.person_id && !actor.coordinates(entry.service.network_id) {
        return Err(Error::Forbidden);
    }
    let them = directory.person(person).ok_or(Error::NotFound)?;
    if !is_plannable(them, entry) || !them.qualifications.contains(&entry.service.specialty) {
        return Err(Error::InvalidField("person: is not qualified for this service".to_owned()));
    }
    if directory.away.get(&person).is_some_and(|away| away.contains(now)) {
        return Err(Error::InvalidField("person: is away".to_owned()));
    }
    Ok(())
}

fn is_on(directory: &Directory, entry: &ServiceEntry, level: DutyLevel, person: PersonId, now: UnixMillis) -> bool {
    directory.on_duty(entry, now).iter().any(|shift| shift.level == level && shift.person == person)
}

/// The end of the present duty; where nobody has one, the begin of the next.
fn until(directory: &Directory, rota: &Rota, level: DutyLevel, now: UnixMillis) -> UnixMillis {
    let on = rota::who_is_on(rota, &directory.away, now);
    if let Some(last) = on.iter().filter(|shift| shift.level == level).map(|shift| shift.until).max() {
        return last;
    }
    let horizon = now.plus_seconds(NOBODY_FOLLOWS);
    let next = rota::shifts(rota, &directory.away, now, horizon);
    next.iter().filter(|shift| shift.level == level).map(|shift| shift.from).min().unwrap_or(horizon)
}
