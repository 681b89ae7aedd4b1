//! What people are told of their own duties, in the same write that changes them. Whoever does it by themselves knows it.

use super::{AHEAD_SECONDS, MAX_SPAN_SECONDS, wire};
use crate::app::{
    App, Error, Result,
    directory::Directory,
    ports::{DirectoryRows, DutyNoteRow},
    require,
    swaps::state as swap_state,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Away, Change, Rota, Shift, Stretch, Stretches},
    swaps::State,
};
use schemas::{
    DutyNoteId, PersonId, ServiceId, SwapId, UnixMillis,
    directory::{DutyKind, DutyLevel},
    rota::{ConflictKind, DutyNews, DutyNote, TimeSpan},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Notes of one's duties that are shown.
const NOTES: u32 = 100;

impl App {
    /// What became of the caller's own duties, the newest first.
    pub async fn duty_notes(&self, actor: &Actor) -> Result<Vec<DutyNote>> {
        require(may(actor, None, Permission::ReadDuties))?;
        let directory = self.directory().await?;
        let rows = self.repo.duty_notes(actor.person_id.0, NOTES).await?;
        Ok(rows.into_iter().filter_map(|row| shown(&directory, row)).collect())
    }

    /// The caller has read what was told until `until`.
    pub async fn see_duty_notes(&self, actor: &Actor, until: UnixMillis) -> Result<()> {
        require(may(actor, None, Permission::ReadDuties))?;
        self.repo.see_duty_notes(actor.person_id.0, until.0, self.now().0).await?;
        Ok(())
    }
}

/// What `after` instead of `before` means to each: for eight weeks, and until eight weeks after the last difference.
pub(in crate::app) fn changes(before: Option<&Rota>, after: &Rota, away: &Away, now: UnixMillis) -> Vec<Change> {
    let until = changed_until(before, after, now);
    let of = |rota: &Rota| rota::shifts(rota, away, now, until);
    rota::changes(&before.map_or_else(Vec::new, of), &of(after))
}

/// Eight weeks after the last difference, and at most as long as a rota is checked at once.
pub(super) fn changed_until(before: Option<&Rota>, after: &Rota, now: UnixMillis) -> UnixMillis {
    let end = now.plus_seconds(MAX_SPAN_SECONDS);
    let last = rota::last_difference(before, after).unwrap_or(now).clamp(now, end);
    last.plus_seconds(AHEAD_SECONDS).min(end)
}

/// The notes of these changes.
pub(in crate::app) fn notes(
    service: ServiceId,
    author: &Actor,
    now: UnixMillis,
    changes: &[Change],
) -> Result<Vec<DutyNoteRow>> {
    let told = changes.iter().filter(|change| change.person != author.person_id);
    told.map(|change| note(service, author, now, change)).collect()
}

/// The notes of duties that are others because other people are away, within `span`.
pub(in crate::app) fn notes_of_away(
    before: &DirectoryRows,
    after: DirectoryRows,
    author: &Actor,
    now: UnixMillis,
    span: Stretch,
) -> Result<Vec<DutyNoteRow>> {
    let (before, after) = (Directory::from_rows(before.clone()), Directory::from_rows(after));
    let none = Stretches::default();
    let people = before.away.keys().chain(after.away.keys());
    let differs = people.flat_map(|person| {
        let (old, new) = (before.away.get(person).unwrap_or(&none), after.away.get(person).unwrap_or(&none));
        let parts = old.minus(new).or(&new.minus(old));
        parts.within(span).collect::<Vec<_>>()
    });
    let differs: Stretches = differs.collect();
    let mut told = Vec::new();
    for entry in before.services.values() {
        let Some(rota) = &entry.rota else { continue };
        let of = |away: &Away| -> Vec<Shift> {
            differs.iter().flat_map(|(from, until)| rota::shifts(rota, away, from, until)).collect()
        };
        told.extend(notes(entry.service.id, author, now, &rota::changes(&of(&before.away), &of(&after.away)))?);
    }
    Ok(told)
}

/// The part of a note that is stored as JSON.
#[derive(serde::Serialize, serde::Deserialize)]
struct NoteBody {
    level: DutyLevel,
    #[serde(default)]
    kind: DutyKind,
    gained: Vec<TimeSpan>,
    lost: Vec<TimeSpan>,
    #[serde(default)]
    news: Option<News>,
}

/// Why somebody is told, where nobody planned.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::app) enum News {
    Swap { swap: Uuid, state: State, from: UnixMillis, until: UnixMillis, giver: PersonId, taker: Option<PersonId> },
    Begins { from: UnixMillis, until: UnixMillis, open: u32 },
    HandedOver { at: UnixMillis, before: Vec<PersonId>, after: Vec<PersonId> },
    Finding { kind: ConflictKind, person: Option<PersonId>, from: UnixMillis, until: UnixMillis },
    FeedBroken { label: String, unknown: u32 },
}

impl News {
    fn shown(self, directory: &Directory) -> DutyNews {
        let people = |of: Vec<PersonId>| of.into_iter().map(|person| directory.person_ref(person)).collect();
        match self {
            Self::Swap { swap, state, from, until, giver, taker } => DutyNews::Swap {
                swap: SwapId(swap),
                state: swap_state(state),
                from,
                until,
                giver: directory.person_ref(giver),
                taker: taker.map(|taker| directory.person_ref(taker)),
            },
            Self::Begins { from, until, open } => DutyNews::Begins { from, until, open },
            Self::HandedOver { at, before, after } => {
                DutyNews::HandedOver { at, before: people(before), after: people(after) }
            }
            Self::Finding { kind, person, from, until } => {
                DutyNews::Finding { kind, person: person.map(|person| directory.person_ref(person)), from, until }
            }
            Self::FeedBroken { label, unknown } => DutyNews::FeedBroken { label, unknown },
        }
    }
}

fn note(service: ServiceId, author: &Actor, now: UnixMillis, change: &Change) -> Result<DutyNoteRow> {
    let (gained, lost) = (wire::spans(&change.gained), wire::spans(&change.lost));
    let body = NoteBody { level: change.level, kind: change.kind, gained, lost, news: None };
    row(service, Some(author.person_id), now, change.person, &body)
}

fn row(
    service: ServiceId,
    author: Option<PersonId>,
    now: UnixMillis,
    person: PersonId,
    body: &NoteBody,
) -> Result<DutyNoteRow> {
    Ok(DutyNoteRow {
        id: Uuid::now_v7(),
        person_id: person.0,
        service_id: service.0,
        at: now.0,
        author: author.map(|author| author.0),
        body: serde_json::to_string(body).map_err(|error| Error::bug("writing a note", error))?,
        seen_at: None,
    })
}

/// A note of something that is no change of anybody's duties.
/// `id`: the same one is told once.
pub(in crate::app) fn news(
    id: Uuid,
    service: ServiceId,
    level: DutyLevel,
    now: UnixMillis,
    person: PersonId,
    news: News,
) -> Result<DutyNoteRow> {
    let body = NoteBody { level, kind: DutyKind::default(), gained: vec![], lost: vec![], news: Some(news) };
    Ok(DutyNoteRow { id, ..row(service, None, now, person, &body)? })
}

/// What each of `told` reads of a swap, once: with the duties that it changed where it did.
pub(in crate::app) fn swap_notes(
    service: ServiceId,
    level: DutyLevel,
    author: Option<PersonId>,
    now: UnixMillis,
    changed: Vec<DutyNoteRow>,
    told: &BTreeSet<PersonId>,
    news: &News,
) -> Result<Vec<DutyNoteRow>> {
    let mut without = told.clone();
    let mut notes = Vec::new();
    for note in changed {
        // Of somebody with two changes the first one tells of the swap.
        if !without.remove(&PersonId(note.person_id)) {
            notes.push(note);
            continue;
        }
        let body: NoteBody = serde_json::from_str(&note.body).map_err(|error| Error::bug("reading a note", error))?;
        let body = NoteBody { news: Some(news.clone()), ..body };
        let body = serde_json::to_string(&body).map_err(|error| Error::bug("writing a note", error))?;
        notes.push(DutyNoteRow { body, ..note });
    }
    for person in without {
        let body =
            NoteBody { level, kind: DutyKind::default(), gained: vec![], lost: vec![], news: Some(news.clone()) };
        notes.push(row(service, author, now, person, &body)?);
    }
    Ok(notes)
}

fn shown(directory: &Directory, row: DutyNoteRow) -> Option<DutyNote> {
    let body: NoteBody = serde_json::from_str(&row.body).ok()?;
    let service = directory.services.get(&ServiceId(row.service_id))?;
    Some(DutyNote {
        id: DutyNoteId(row.id),
        service: service.service.name.clone(),
        at: UnixMillis(row.at),
        by: row.author.map(|person| directory.person_ref(PersonId(person))),
        level: body.level,
        kind: body.kind,
        gained: body.gained,
        lost: body.lost,
        news: body.news.map(|news| news.shown(directory)),
        seen_at: row.seen_at.map(UnixMillis),
    })
}
