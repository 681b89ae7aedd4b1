//! From a draft to the rota that counts, and back in history.

use super::{
    AHEAD_SECONDS,
    notes::{changes, notes},
    wire,
};
use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::{DirectoryWrite, DraftRow, RotaRow},
    validate,
};
use crate::domain::{
    access::Permission,
    directory::Actor,
    rota::{self, Away, Rota, Zone},
};
use schemas::{
    PersonId, ServiceId, UnixMillis,
    rota::{PublishRota, PutDraft, RestoreRota, RotaVersion},
};
use std::collections::BTreeSet;

/// Versions of a rota that are shown.
const HISTORY: u32 = 100;
const OVERTAKEN: &str = "somebody else has changed this draft or published a rota: read it again";

impl App {
    /// Begins or changes a draft; everybody who plans works on the same one. One that was overtaken is taken over upon the
    /// present rota and zone where the writer asks for it.
    pub async fn put_draft(&self, actor: &Actor, id: ServiceId, wish: &PutDraft) -> Result<()> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::PlanRota)?;
        // Begun upon what is gone, it would take back what came since.
        if wish.rev == 0 && wish.revision != entry.rota_revision {
            return Err(Error::Conflict(OVERTAKEN));
        }
        let now = self.now();
        let mut rota = wire::rota_of(&wish.plan, now)?;
        if wish.rebase {
            rota.zone = zone_of(entry)?;
        }
        known_people(&directory, entry, &rota)?;
        let before = self.repo.rota_draft(id.0).await?;
        let row = DraftRow {
            service_id: id.0,
            based_on: before.filter(|_| !wish.rebase).map_or(entry.rota_revision, |draft| draft.based_on),
            rev: wish.rev.saturating_add(1),
            body: wire::body(&rota)?,
            author: actor.person_id.0,
            updated_at: now.0,
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
        let base = self.base_of(&draft).await?;
        let now = self.now();
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            let entry = Self::planned(&directory, actor, id, Permission::PlanRota)?;
            let rota = upon(entry, &draft, base.as_ref(), now)?.ok_or(Error::Conflict(OVERTAKEN))?;
            let write = published(&directory, entry, actor, &rota, wish.note.trim(), now)?;
            Ok(DirectoryWrite { no_drafts: vec![(id.0, draft.rev)], ..write })
        })
        .await?;
        tracing::info!(by = %actor.person_id, service = %id, "a rota is published");
        Ok(())
    }

    /// What the draft was begun upon.
    pub(super) async fn base_of(&self, draft: &DraftRow) -> Result<Option<Rota>> {
        let row = self.repo.rota_version(draft.service_id, draft.based_on).await?;
        row.map(|row| wire::stored(&row.body)).transpose()
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
}

/// The write by which `rota`, without what has long passed, counts from now on, with what each person is told.
pub(in crate::app) fn published(
    directory: &Directory,
    entry: &ServiceEntry,
    actor: &Actor,
    rota: &Rota,
    note: &str,
    now: UnixMillis,
) -> Result<DirectoryWrite> {
    let rota = &wire::pruned(rota, now);
    rota::check(rota).map_err(|fault| Error::InvalidField(format!("plan: {fault}")))?;
    known_people(directory, entry, rota)?;
    let id = entry.service.id;
    let changes = changes(entry.rota.as_ref(), rota, &directory.away, now);
    Ok(DirectoryWrite {
        rotas: vec![RotaRow {
            service_id: id.0,
            revision: 0,
            body: wire::body(rota)?,
            author: Some(actor.person_id.0),
            published_at: Some(now.0),
            note: note.to_owned(),
        }],
        duty_notes: notes(id, actor, now, &changes)?,
        ..DirectoryWrite::default()
    })
}

/// The draft upon what is published now; `None`: it was overtaken by more than duties that were taken over.
pub(super) fn upon(
    entry: &ServiceEntry,
    draft: &DraftRow,
    base: Option<&Rota>,
    now: UnixMillis,
) -> Result<Option<Rota>> {
    let mine = wire::stored(&draft.body)?;
    if mine.zone != zone_of(entry)? {
        return Ok(None);
    }
    if entry.rota_revision == draft.based_on {
        return Ok(Some(mine));
    }
    // Whoever took a duty over has taken out what is long past.
    let pruned = |rota: &Rota| wire::pruned(rota, now);
    let merge = |(base, published): (&Rota, &Rota)| rota::merged(&pruned(base), &pruned(published), &pruned(&mine));
    Ok(base.zip(entry.rota.as_ref()).and_then(merge))
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
    // Who left since stays written in what is past.
    let unknown = rota.people().find(|person| !directory.people.contains_key(person));
    if let Some(person) = unknown {
        return Err(Error::InvalidField(format!("plan: {person} is nobody")));
    }
    if zone_of(entry)? != rota.zone {
        return Err(Error::InvalidField(format!("plan: the zone of the service is {}", entry.service.zone)));
    }
    Ok(())
}

pub(super) fn zone_of(entry: &ServiceEntry) -> Result<Zone> {
    entry.service.zone.parse().map_err(|_| Error::bug("a service's zone", &entry.service.zone))
}
