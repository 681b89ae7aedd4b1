//! Secret addresses at which calendar programs read duties. The address is shown once; its hash is stored.

use super::ics;
use crate::app::{
    App, Error, Result,
    directory::Directory,
    ports::CalendarRow,
    require,
    tokens::{random_token, token_hash},
    validate,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use schemas::{
    CalendarId, PersonId, ServiceId, UnixMillis,
    directory::Role,
    feeds::{Calendar, CalendarLink, PutCalendar},
};

/// Addresses of one person. More is a leak, or a mistake.
const MOST: usize = 20;

/// What a calendar program gets. `etag` is the same as long as the content is.
pub struct CalendarFile {
    pub text: String,
    pub etag: String,
}

impl App {
    /// Makes an address, or another one in its place: the old one ends.
    pub async fn put_calendar(&self, actor: &Actor, id: CalendarId, wish: &PutCalendar) -> Result<CalendarLink> {
        require(may(actor, None, Permission::KeepCalendars))?;
        validate::short_text("label", &wish.label)?;
        let directory = self.directory().await?;
        match wish.service_id {
            Some(service) => coordinated(&directory, actor, service)?,
            None => require(actor.has_role(Role::Specialist))?,
        }
        let rows = self.repo.calendars().await?;
        let own = rows.iter().filter(|row| row.author == actor.person_id.0 && row.id != id.0).count();
        if own >= MOST {
            return Err(Error::Conflict("there are many addresses already: revoke some"));
        }
        let (token, token_hash) = random_token();
        let row = CalendarRow {
            id: id.0,
            token_hash,
            author: actor.person_id.0,
            service_id: wish.service_id.map(|service| service.0),
            label: wish.label.trim().to_owned(),
            created_at: self.now().0,
            used_at: None,
        };
        if !self.repo.put_calendar(&row).await? {
            return Err(Error::NotFound);
        }
        tracing::info!(by = %actor.person_id, calendar = %id, "a calendar has an address");
        Ok(CalendarLink { id, path: format!("/ical/{token}.ics").into() })
    }

    /// The caller's own, and those of services that the caller coordinates.
    pub async fn calendars(&self, actor: &Actor) -> Result<Vec<Calendar>> {
        require(may(actor, None, Permission::KeepCalendars))?;
        let directory = self.directory().await?;
        let rows = self.repo.calendars().await?;
        let shown = rows.into_iter().filter(|row| may_keep(&directory, actor, row));
        let calendar = |row: CalendarRow| {
            let service_id = row.service_id.map(ServiceId);
            let entry = service_id.and_then(|id| directory.services.get(&id));
            Calendar {
                id: CalendarId(row.id),
                service_id,
                service: entry.map(|entry| entry.service.name.clone()),
                label: row.label,
                author: directory.person_ref(PersonId(row.author)),
                created_at: UnixMillis(row.created_at),
                used_at: row.used_at.map(UnixMillis),
            }
        };
        Ok(shown.map(calendar).collect())
    }

    /// Ends an address.
    pub async fn delete_calendar(&self, actor: &Actor, id: CalendarId) -> Result<()> {
        require(may(actor, None, Permission::KeepCalendars))?;
        let directory = self.directory().await?;
        let rows = self.repo.calendars().await?;
        let row = rows.iter().find(|row| row.id == id.0 && may_keep(&directory, actor, row));
        row.ok_or(Error::NotFound)?;
        if self.repo.delete_calendar(id.0).await? { Ok(()) } else { Err(Error::NotFound) }
    }

    /// What lies at a secret address, while whoever made it may still read that.
    pub async fn calendar_file(&self, token: &str) -> Result<CalendarFile> {
        let now = self.now();
        let row = self.repo.read_calendar(&token_hash(token), now.0).await?.ok_or(Error::NotFound)?;
        let directory = self.directory().await?;
        let author = directory.person(PersonId(row.author)).ok_or(Error::NotFound)?;
        let text = match row.service_id.map(ServiceId) {
            Some(service) => {
                coordinated(&directory, &author.actor, service)?;
                ics::of_service(&directory, service, now)
            }
            None if author.actor.has_role(Role::Specialist) => ics::of_person(&directory, author.refer.id, now),
            None => return Err(Error::NotFound),
        };
        Ok(ics::file(text))
    }
}

fn coordinated(directory: &Directory, actor: &Actor, service: ServiceId) -> Result<()> {
    let entry = directory.services.get(&service).filter(|of| actor.coordinates(of.service.network_id));
    entry.map(drop).ok_or(Error::NotFound)
}

fn may_keep(directory: &Directory, actor: &Actor, row: &CalendarRow) -> bool {
    let of_service = row.service_id.is_some_and(|id| coordinated(directory, actor, ServiceId(id)).is_ok());
    row.author == actor.person_id.0 || of_service
}
