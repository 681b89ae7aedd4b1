//! From one duty to the next: notes, what is open, and who is told when a duty begins and changes hands.

use super::{
    App, Error, Result,
    board::duty,
    directory::{Directory, ServiceEntry},
    log::pass_over,
    planning::{News, findings::found, news, wire_kind},
    ports::{ConsultFilter, DirectoryWrite, DutyNoteRow, HandOverNoteRow},
    require, validate,
};
use crate::domain::{
    access::{Permission, may},
    consult::view,
    directory::Actor,
    rota::{self, Shift},
};
use schemas::{
    HandOverNoteId, PersonId, ServiceId, UnixMillis,
    directory::DutyLevel,
    handover::{HandOverNote, HandOverView, OpenConsult, PutHandOverNote},
};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How long a note is kept: 30 days.
const KEPT_SECONDS: i64 = 30 * 86_400;
/// Whoever comes next reads what is left for them so long before.
const BEFORE_SECONDS: i64 = 12 * 3600;
/// Whoever was on duty may leave a note, and read, so long after.
const AFTER_SECONDS: i64 = 4 * 3600;
/// A hand-over is told of so long after it: a node may have been away.
const LATE_SECONDS: i64 = 10 * 60;
/// What is wrong with the plan alarms the coordinators when it is so near: 72 hours.
pub(super) const NEAR_SECONDS: i64 = 72 * 3600;
/// Open consults that are listed.
const OPEN: u32 = 200;

impl App {
    /// What the duty of each service leaves to the next one, where the caller is, was or soon will be on duty.
    pub async fn my_hand_overs(&self, actor: &Actor) -> Result<Vec<HandOverView>> {
        require(may(actor, None, Permission::HandDutyOver))?;
        let directory = self.directory().await?;
        let now = self.now();
        let mut views = Vec::new();
        for entry in directory.services.values() {
            if around(&directory, entry, now).iter().any(|shift| shift.person == actor.person_id) {
                views.push(self.hand_over_view(&directory, actor, entry, now).await?);
            }
        }
        Ok(views)
    }

    /// The same of one service, for coordinators too.
    pub async fn service_hand_over(&self, actor: &Actor, id: ServiceId) -> Result<HandOverView> {
        require(may(actor, None, Permission::HandDutyOver))?;
        let directory = self.directory().await?;
        let now = self.now();
        let entry = readable(&directory, actor, id, now)?;
        self.hand_over_view(&directory, actor, entry, now).await
    }

    /// Leaves a note for whoever comes next. The same id again is harmless.
    pub async fn put_hand_over_note(&self, actor: &Actor, id: HandOverNoteId, wish: &PutHandOverNote) -> Result<()> {
        require(may(actor, None, Permission::HandDutyOver))?;
        validate::said("text", &wish.text)?;
        let directory = self.directory().await?;
        let now = self.now();
        let entry = readable(&directory, actor, wish.service_id, now)?;
        require(may_write(&directory, actor, entry, now))?;
        let row = HandOverNoteRow {
            id: id.0,
            service_id: wish.service_id.0,
            author: actor.person_id.0,
            at: now.0,
            body: wish.text.0.trim().to_owned(),
        };
        // With the directory: every page that shows it reads anew.
        let write = DirectoryWrite { hand_over_notes: vec![row], ..DirectoryWrite::default() };
        self.write_directory(&write).await?;
        self.repo.sweep_hand_over_notes(now.plus_seconds(-KEPT_SECONDS).0).await?;
        Ok(())
    }

    async fn hand_over_view(
        &self,
        directory: &Directory,
        actor: &Actor,
        entry: &ServiceEntry,
        now: UnixMillis,
    ) -> Result<HandOverView> {
        let id = entry.service.id;
        let coming = entry
            .rota
            .as_ref()
            .map_or_else(Vec::new, |rota| rota::shifts(rota, &directory.away, now, now.plus_seconds(BEFORE_SECONDS)));
        let notes = self.repo.hand_over_notes(id.0, now.plus_seconds(-KEPT_SECONDS).0).await?;
        let note = |row: HandOverNoteRow| HandOverNote {
            id: HandOverNoteId(row.id),
            author: directory.person_ref(PersonId(row.author)),
            at: UnixMillis(row.at),
            text: row.body.into(),
        };
        Ok(HandOverView {
            service_id: id,
            service: entry.service.name.clone(),
            zone: entry.service.zone.clone(),
            on_duty: directory.on_duty(entry, now).iter().map(|shift| duty(directory, id, shift)).collect(),
            next: coming.iter().filter(|shift| shift.from > now).map(|shift| duty(directory, id, shift)).collect(),
            notes: notes.into_iter().map(note).collect(),
            open: self.open_consults(directory, entry).await?,
            may_write: may_write(directory, actor, entry, now),
        })
    }

    async fn open_consults(&self, directory: &Directory, entry: &ServiceEntry) -> Result<Vec<OpenConsult>> {
        let networks = vec![entry.service.network_id.0];
        let filter = ConsultFilter { open_only: true, networks, limit: OPEN, ..ConsultFilter::default() };
        let mut open = Vec::new();
        for row in self.repo.snapshots(&filter).await? {
            if row.service_id != entry.service.id.0 {
                continue;
            }
            let Some(consult) = pass_over(self.state_of(&row).await)? else { continue };
            open.push(OpenConsult {
                id: consult.id,
                label: view::label(consult.id),
                urgency: consult.urgency,
                state: consult.state,
                hospital: directory.hospital_ref(consult.hospital_id).name,
                specialist: consult.specialist.map(|person| directory.person_ref(person)),
                created_at: consult.created_at,
            });
        }
        open.sort_by_key(|consult| (consult.urgency, consult.created_at, consult.id));
        Ok(open)
    }

    /// Tells everybody whose duty begins soon or has changed hands, and coordinators what is wrong with the next days, once.
    /// `told`: ids of notes that this node has written, so that it does not ask the database each time.
    pub(super) async fn tell_of_duties(&self, told: &mut BTreeSet<Uuid>) -> Result<()> {
        let directory = self.directory().await?;
        let now = self.now();
        let mut notes = Vec::new();
        let mut open: BTreeMap<ServiceId, u32> = BTreeMap::new();
        for entry in directory.services.values() {
            let begin = beginning(&directory, entry, now);
            for shift in &begin {
                let id = entry.service.id;
                let count = match open.get(&id) {
                    Some(count) => *count,
                    None => {
                        let count = self.open_consults(&directory, entry).await?.len();
                        *open.entry(id).or_insert(u32::try_from(count).unwrap_or(u32::MAX))
                    }
                };
                let key = ("begins", id, shift.level, shift.person, shift.from);
                let what = News::Begins { from: shift.from, until: shift.until, open: count };
                notes.push(news(once(&key), id, shift.level, now, shift.person, what)?);
            }
            notes.extend(handed_over(&directory, entry, now)?);
        }
        notes.extend(self.near_notes(&directory, now).await?);
        notes.retain(|note| !told.contains(&note.id));
        if !notes.is_empty() {
            let ids: Vec<Uuid> = notes.iter().map(|note| note.id).collect();
            self.write_directory(&DirectoryWrite { duty_notes: notes, ..DirectoryWrite::default() }).await?;
            told.extend(ids);
        }
        Ok(())
    }

    /// What each coordinator is told of the next 72 hours.
    async fn near_notes(&self, directory: &Directory, now: UnixMillis) -> Result<Vec<DutyNoteRow>> {
        let called_out = self.called_out(now).await?;
        let mut notes = Vec::new();
        for entry in directory.services.values() {
            let Some(rota) = &entry.rota else { continue };
            let coordinators: Vec<PersonId> = super::swaps::coordinators(directory, entry).collect();
            // From the begin of the day: what goes on is told again each day, and not each minute.
            let day = UnixMillis(now.0 - now.0.rem_euclid(86_400_000));
            let found = found(directory, &called_out, entry, rota, (day, now.plus_seconds(NEAR_SECONDS)));
            for conflict in found.iter().filter(|conflict| conflict.until > now) {
                for person in &coordinators {
                    let kind = wire_kind(conflict.kind);
                    let key = (kind, entry.service.id, conflict.level, conflict.person, conflict.from, person);
                    let what =
                        News::Finding { kind, person: conflict.person, from: conflict.from, until: conflict.until };
                    notes.push(news(once(&key), entry.service.id, conflict.level, now, *person, what)?);
                }
            }
        }
        Ok(notes)
    }
}

/// The id of a note that is told once, whichever node is first.
fn once(key: &impl std::fmt::Debug) -> Uuid {
    let digest = Sha256::digest(format!("{key:?}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Duties that run, ended within the last hours, or begin within the next.
fn around(directory: &Directory, entry: &ServiceEntry, now: UnixMillis) -> Vec<Shift> {
    entry.rota.as_ref().map_or_else(Vec::new, |rota| {
        let (from, until) = (now.plus_seconds(-AFTER_SECONDS), now.plus_seconds(BEFORE_SECONDS));
        rota::shifts(rota, &directory.away, from, until)
    })
}

fn readable<'a>(directory: &'a Directory, actor: &Actor, id: ServiceId, now: UnixMillis) -> Result<&'a ServiceEntry> {
    let entry = directory.services.get(&id).ok_or(Error::NotFound)?;
    let is_near = around(directory, entry, now).iter().any(|shift| shift.person == actor.person_id);
    if is_near || actor.coordinates(entry.service.network_id) { Ok(entry) } else { Err(Error::NotFound) }
}

/// Who goes, and who coordinates; who has not begun has nothing to hand over.
fn may_write(directory: &Directory, actor: &Actor, entry: &ServiceEntry, now: UnixMillis) -> bool {
    let was_on = |shift: &Shift| shift.person == actor.person_id && shift.from <= now;
    around(directory, entry, now).iter().any(was_on) || actor.coordinates(entry.service.network_id)
}

/// Duties that begin within the service's notice, of people who are not on that duty already.
fn beginning(directory: &Directory, entry: &ServiceEntry, now: UnixMillis) -> Vec<Shift> {
    let minutes = i64::from(entry.settings.notice_minutes);
    let Some(rota) = entry.rota.as_ref().filter(|_| minutes > 0) else { return vec![] };
    // With its true end.
    let shifts = rota::shifts(rota, &directory.away, now, now.plus_seconds(rota.reach_seconds()));
    let soon = now.plus_seconds(minutes * 60);
    let goes_on = |of: &Shift| {
        shifts.iter().any(|s| (s.person, s.level) == (of.person, of.level) && s.from < of.from && s.until >= of.from)
    };
    shifts.iter().filter(|shift| shift.from > now && shift.from <= soon && !goes_on(shift)).copied().collect()
}

/// Both sides of a hand-over that has just been.
fn handed_over(directory: &Directory, entry: &ServiceEntry, now: UnixMillis) -> Result<Vec<DutyNoteRow>> {
    let Some(rota) = entry.rota.as_ref().filter(|_| entry.settings.notice_minutes > 0) else { return Ok(vec![]) };
    let since = now.plus_seconds(-LATE_SECONDS);
    // Behind the hand-over it has to be seen who has it.
    let shifts = rota::shifts(rota, &directory.away, since, now.plus_seconds(60));
    let id = entry.service.id;
    let mut notes = Vec::new();
    for level in DutyLevel::ALL {
        let hand_overs = rota::hand_overs(&shifts, level, since, now.plus_seconds(60));
        for change in hand_overs.into_iter().filter(|change| change.at <= now) {
            for person in change.before.union(&change.after) {
                let key = ("handed over", id, level, change.at, person);
                let (before, after) = (change.before.iter().copied().collect(), change.after.iter().copied().collect());
                let what = News::HandedOver { at: change.at, before, after };
                notes.push(news(once(&key), id, level, now, *person, what)?);
            }
        }
    }
    Ok(notes)
}
