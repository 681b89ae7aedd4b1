//! From a draft to the rota that counts, and back in history.

use super::{AHEAD_SECONDS, view::changes, wire};
use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::{DirectoryWrite, DraftRow, DutyNoteRow, RotaRow},
    validate,
};
use crate::domain::{
    access::Permission,
    directory::Actor,
    rota::{self, Away, Rota, Zone},
};
use schemas::{
    PersonId, ServiceId, UnixMillis,
    rota::{DutyNote, PublishRota, PutDraft, RestoreRota, RotaVersion},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Versions of a rota that are shown.
const HISTORY: u32 = 100;
/// Notes of one's duties that are shown.
const NOTES: u32 = 100;
const OVERTAKEN: &str = "somebody else has changed this draft or published a rota: read it again";

impl App {
    /// Begins or changes a draft; everybody who plans works on the same one.
    pub async fn put_draft(&self, actor: &Actor, id: ServiceId, wish: &PutDraft) -> Result<()> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::PlanRota)?;
        let rota = wire::rota_of(&wish.plan)?;
        known_people(&directory, entry, &rota)?;
        let before = self.repo.rota_draft(id.0).await?;
        let row = DraftRow {
            service_id: id.0,
            based_on: before.as_ref().map_or(entry.rota_revision, |draft| draft.based_on),
            rev: wish.rev.saturating_add(1),
            body: wire::body(&rota)?,
            author: actor.person_id.0,
            updated_at: self.now().0,
        };
        if self.repo.put_rota_draft(&row).await? { Ok(()) } else { Err(Error::Conflict(OVERTAKEN)) }
    }

    /// Throws a draft away.
    pub async fn delete_draft(&self, actor: &Actor, id: ServiceId, rev: i64) -> Result<()> {
        let directory = self.directory().await?;
        Self::planned(&directory, actor, id, Permission::PlanRota)?;
        if self.repo.delete_rota_draft(id.0, rev).await? { Ok(()) } else { Err(Error::Conflict(OVERTAKEN)) }
    }

    /// The draft counts from now on, and everybody is told of their own changes.
    pub async fn publish_rota(&self, actor: &Actor, id: ServiceId, wish: &PublishRota) -> Result<()> {
        validate::short_text("note", &wish.note)?;
        Self::planned(&*self.directory().await?, actor, id, Permission::PlanRota)?;
        let draft = self.repo.rota_draft(id.0).await?.filter(|draft| draft.rev == wish.rev);
        let draft = draft.ok_or(Error::Conflict(OVERTAKEN))?;
        let rota = wire::stored(&draft.body)?;
        let now = self.now();
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            let entry = Self::planned(&directory, actor, id, Permission::PlanRota)?;
            if entry.rota_revision != draft.based_on {
                return Err(Error::Conflict(OVERTAKEN));
            }
            known_people(&directory, entry, &rota)?;
            let span = (now, now.plus_seconds(AHEAD_SECONDS));
            let notes = changes(&directory, entry, &rota, span, now);
            Ok(DirectoryWrite {
                rotas: vec![RotaRow {
                    service_id: id.0,
                    revision: 0,
                    body: draft.body.clone(),
                    author: Some(actor.person_id.0),
                    published_at: Some(now.0),
                    note: wish.note.trim().to_owned(),
                }],
                no_drafts: vec![(id.0, draft.rev)],
                duty_notes: notes.iter().map(|change| note(id, actor, now, change)).collect::<Result<_>>()?,
                ..DirectoryWrite::default()
            })
        })
        .await?;
        tracing::info!(by = %actor.person_id, service = %id, "a rota is published");
        Ok(())
    }

    /// What was published, the newest first.
    pub async fn rota_history(&self, actor: &Actor, id: ServiceId) -> Result<Vec<RotaVersion>> {
        let directory = self.directory().await?;
        Self::planned(&directory, actor, id, Permission::ReadRota)?;
        let rows = self.repo.rota_history(id.0, HISTORY).await?;
        let shown = rows.iter().enumerate().map(|(n, row)| version(&directory, row, rows.get(n + 1)));
        shown.collect()
    }

    /// What was published once becomes the draft. A draft that is there has to be thrown away first.
    pub async fn restore_rota(&self, actor: &Actor, id: ServiceId, wish: RestoreRota) -> Result<()> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::PlanRota)?;
        let row = self.repo.rota_version(id.0, wish.revision).await?.ok_or(Error::NotFound)?;
        let draft = DraftRow {
            service_id: id.0,
            based_on: entry.rota_revision,
            rev: 1,
            body: row.body,
            author: actor.person_id.0,
            updated_at: self.now().0,
        };
        if self.repo.put_rota_draft(&draft).await? { Ok(()) } else { Err(Error::Conflict("there is a draft already")) }
    }

    /// What became of the caller's own duties, the newest first.
    pub async fn duty_notes(&self, actor: &Actor) -> Result<Vec<DutyNote>> {
        crate::app::require(crate::domain::access::may(actor, None, Permission::ReadDuties))?;
        let directory = self.directory().await?;
        let rows = self.repo.duty_notes(actor.person_id.0, NOTES).await?;
        Ok(rows.into_iter().filter_map(|row| shown(&directory, row)).collect())
    }

    /// The caller has read what was told until `until`.
    pub async fn see_duty_notes(&self, actor: &Actor, until: UnixMillis) -> Result<()> {
        crate::app::require(crate::domain::access::may(actor, None, Permission::ReadDuties))?;
        self.repo.see_duty_notes(actor.person_id.0, until.0, self.now().0).await?;
        Ok(())
    }
}

/// The part of a note that is stored as JSON.
#[derive(serde::Serialize, serde::Deserialize)]
struct NoteBody {
    level: schemas::directory::DutyLevel,
    gained: Vec<schemas::rota::TimeSpan>,
    lost: Vec<schemas::rota::TimeSpan>,
}

fn note(service: ServiceId, actor: &Actor, now: UnixMillis, change: &rota::Change) -> Result<DutyNoteRow> {
    let body = NoteBody { level: change.level, gained: wire::spans(&change.gained), lost: wire::spans(&change.lost) };
    Ok(DutyNoteRow {
        id: Uuid::now_v7(),
        person_id: change.person.0,
        service_id: service.0,
        at: now.0,
        author: Some(actor.person_id.0),
        body: serde_json::to_string(&body).map_err(|error| Error::bug("writing a note", error))?,
        seen_at: None,
    })
}

fn shown(directory: &Directory, row: DutyNoteRow) -> Option<DutyNote> {
    let body: NoteBody = serde_json::from_str(&row.body).ok()?;
    let service = directory.services.get(&ServiceId(row.service_id))?;
    Some(DutyNote {
        id: schemas::DutyNoteId(row.id),
        service: service.service.name.clone(),
        at: UnixMillis(row.at),
        by: row.author.map(|person| directory.person_ref(PersonId(person))),
        level: body.level,
        gained: body.gained,
        lost: body.lost,
        seen_at: row.seen_at.map(UnixMillis),
    })
}

fn version(directory: &Directory, row: &RotaRow, before: Option<&RotaRow>) -> Result<RotaVersion> {
    let at = row.published_at.map(UnixMillis);
    let people_changed = match (at, before) {
        (Some(at), Some(before)) => {
            let until = at.plus_seconds(AHEAD_SECONDS);
            let of = |row: &RotaRow| Ok::<_, Error>(rota::shifts(&wire::stored(&row.body)?, &Away::new(), at, until));
            let people: BTreeSet<PersonId> =
                rota::changes(&of(before)?, &of(row)?).into_iter().map(|change| change.person).collect();
            u32::try_from(people.len()).ok()
        }
        _ => None,
    };
    let by = row.author.map(|person| directory.person_ref(PersonId(person)));
    Ok(RotaVersion { revision: row.revision, at, by, note: row.note.clone(), people_changed })
}

/// Whoever is written down has to be somebody; that they may do it is a conflict to be seen, not a mistake of the form.
fn known_people(directory: &Directory, entry: &ServiceEntry, rota: &Rota) -> Result<()> {
    let layers = rota.layers.iter().flat_map(|layer| layer.people.iter().copied());
    let fixed = rota.temporaries.iter().flat_map(|t| t.shifts.iter().map(|shift| shift.person));
    let overrides = rota.overrides.iter().map(|o| o.person);
    // Who left since stays written in what is past.
    let unknown = layers.chain(fixed).chain(overrides).find(|person| !directory.people.contains_key(person));
    if let Some(person) = unknown {
        return Err(Error::InvalidField(format!("plan: {person} is nobody")));
    }
    let zone: Option<Zone> = entry.service.zone.parse().ok();
    if zone.is_some_and(|zone| zone != rota.zone) {
        return Err(Error::InvalidField(format!("plan: the zone of the service is {}", entry.service.zone)));
    }
    Ok(())
}
