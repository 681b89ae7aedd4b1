//! The one way in which a consult changes: load, decide, append; again when somebody else was faster.

use super::{
    App, Error, Result,
    matching::{Case, asked_language},
    ports::{Append, Appended, BookingRow, BookingWrite, EventRow, OverflowRow, SnapshotRow},
    rows::{booking, people, snapshot},
    slots::SlotWish,
};
use crate::domain::{
    chain,
    consult::{Command, Consult, Event, Recorded, Refusal, decide, next_deadline, record, wants_rematch},
};
use schemas::{
    ConsultId, PersonId, UnixMillis,
    consult::{CaseFields, ConsultState, Urgency},
    delivery::Channel,
};

/// How often a decision is tried again before the client is told to come back. Each time somebody else's write went
/// through, so only a crowd on one consult gets here; more tries hold the request longer.
const ATTEMPTS: u32 = 64;

/// A consult with its log.
#[derive(Clone)]
pub(super) struct Loaded {
    pub(super) consult: Consult,
    pub(super) log: Vec<Recorded>,
    head: chain::Digest,
}

/// What is to happen, decided upon the state that is found. What needs a ranking is ranked upon that state too.
pub(super) enum Wish {
    Command(Box<Command>),
    RequestNow {
        person: PersonId,
        urgency: Urgency,
        fields: Box<CaseFields>,
    },
    ChangeUrgency {
        person: PersonId,
        urgency: Urgency,
    },
    /// Upon what is free then.
    Slot(SlotWish),
    RingNow {
        person: PersonId,
    },
    /// Somebody whom the consult waits for may be free.
    Freed,
    /// The machine's turn: matched anew where the consult wants it.
    Tick,
}

/// What is decided upon.
pub(super) struct Prepared {
    pub(super) command: Command,
    /// Of the schedule that a slot in it was found free upon.
    pub(super) schedule_rev: Option<i64>,
}

impl From<Command> for Prepared {
    fn from(command: Command) -> Self {
        Self { command, schedule_rev: None }
    }
}

/// What became of it.
pub(super) struct Outcome {
    pub(super) loaded: Loaded,
    /// `false`: nothing had to change (a repeated command, a tick too early).
    pub(super) changed: bool,
}

impl Wish {
    pub(super) fn command(command: Command) -> Self {
        Self::Command(Box::new(command))
    }
}

/// For whoever reads many: one that cannot be read (a bug, logged where it was found; or an event of a newer release,
/// beside which this one still runs) must not hide the others.
pub(super) fn pass_over<T>(read: Result<Option<T>>) -> Result<Option<T>> {
    match read {
        Err(Error::Internal) => Ok(None),
        read => read,
    }
}

impl App {
    pub(super) async fn load(&self, id: ConsultId) -> Result<Option<Loaded>> {
        self.repo.load(id.0).await?.map(|rows| replay(id, &rows)).transpose()
    }

    /// The state alone, from its snapshot row.
    pub(super) async fn consult(&self, id: ConsultId) -> Result<Option<Consult>> {
        match self.repo.snapshot(id.0).await? {
            Some(row) => self.state_of(&row).await,
            None => Ok(None),
        }
    }

    /// The state in a snapshot row. A row that an older version wrote in another form is passed over for the log,
    /// which every version can read; `None` once its bodies are purged.
    pub(super) async fn state_of(&self, row: &SnapshotRow) -> Result<Option<Consult>> {
        if row.purged_at.is_some() {
            return Ok(None);
        }
        if let Ok(consult) = serde_json::from_str(&row.detail) {
            return Ok(Some(consult));
        }
        tracing::warn!(consult = %row.consult_id, "the snapshot has another form; its log is read instead");
        match self.load(ConsultId(row.consult_id)).await {
            Ok(loaded) => Ok(loaded.map(|loaded| loaded.consult)),
            Err(Error::Purged) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Carries a wish out, whoever else writes at the same time.
    pub(super) async fn run(&self, id: ConsultId, wish: &Wish) -> Result<Outcome> {
        self.run_via(id, wish, Channel::App).await
    }

    /// The same for somebody who did not come by a page: the channel on which they answered a ring.
    pub(super) async fn run_via(&self, id: ConsultId, wish: &Wish, via: Channel) -> Result<Outcome> {
        for _ in 0..ATTEMPTS {
            let before = self.load(id).await?;
            let now = self.now();
            let prepared = self.command(before.as_ref(), wish, now).await?;
            let consult = before.as_ref().map(|loaded| &loaded.consult);
            let events = match decide(consult, &prepared.command, now) {
                Ok(events) => events,
                Err(refusal) => return Err(self.refused(refusal).await),
            };
            if events.is_empty() {
                let loaded = before.ok_or(Error::NotFound)?;
                return Ok(Outcome { loaded, changed: false });
            }
            let occupied = before.as_ref().and_then(|loaded| loaded.consult.occupies());
            if let Some(loaded) = self.append(id, before, &prepared, (events, via), now).await? {
                if let Some(person) = occupied.filter(|person| loaded.consult.occupies() != Some(*person)) {
                    self.queue.freed(person);
                    self.due.notify_one();
                }
                return Ok(Outcome { loaded, changed: true });
            }
        }
        tracing::warn!(consult = %id, "gave up after too many conflicting writes");
        Err(Error::Unavailable)
    }

    async fn command(&self, before: Option<&Loaded>, wish: &Wish, now: UnixMillis) -> Result<Prepared> {
        match wish {
            Wish::Command(command) => return Ok((**command).clone().into()),
            Wish::Slot(wish) => return self.slot_command(before, wish, now).await,
            _ => {}
        }
        let consult = &before.ok_or(Error::NotFound)?.consult;
        let case = Case::of(consult);
        let command = match wish {
            Wish::Command(_) | Wish::Slot(_) => return Err(Error::bug("a wish", "was answered above")),
            Wish::RingNow { person } => Command::RingNow { person: *person, matched: self.matched(&case, now).await? },
            Wish::RequestNow { person, urgency, fields } => {
                let language = asked_language(fields).or_else(|| case.language.clone());
                let case = Case { urgency: *urgency, language, ..case };
                let matched = self.matched(&case, now).await?;
                Command::RequestNow { person: *person, urgency: *urgency, fields: (**fields).clone(), matched }
            }
            Wish::ChangeUrgency { person, urgency } => {
                let rings =
                    matches!(consult.state, ConsultState::Ringing | ConsultState::Unanswered | ConsultState::Booked);
                let case = Case { urgency: *urgency, ..case };
                let matched = if rings { Some(self.matched(&case, now).await?) } else { None };
                Command::ChangeUrgency { person: *person, urgency: *urgency, matched }
            }
            Wish::Freed => Command::Freed { matched: self.matched(&case, now).await? },
            Wish::Tick if wants_rematch(consult, now) => {
                Command::Tick { rematch: Some(self.matched(&case, now).await?) }
            }
            Wish::Tick => Command::Tick { rematch: None },
        };
        Ok(command.into())
    }

    /// Writes; `None` when somebody else did before.
    async fn append(
        &self,
        id: ConsultId,
        before: Option<Loaded>,
        prepared: &Prepared,
        (events, via): (Vec<Event>, Channel),
        now: UnixMillis,
    ) -> Result<Option<Loaded>> {
        let held_before = before.as_ref().and_then(|loaded| booking(&loaded.consult));
        let (mut log, mut head) = before.map_or((vec![], chain::GENESIS), |loaded| (loaded.log, loaded.head));
        let expected_seq = log.last().map_or(0, |last| last.seq);
        let recorded = record(&prepared.command, events, expected_seq, now);
        let studies = recorded
            .iter()
            .filter_map(|entry| match entry.event {
                Event::StudyAttached { study_id } => Some(study_id.0),
                _ => None,
            })
            .collect();
        let detached = recorded
            .iter()
            .filter_map(|entry| match entry.event {
                Event::StudyDetached { study_id, .. } => Some(study_id.0),
                _ => None,
            })
            .collect();
        let sent_away = recorded
            .iter()
            .filter_map(|entry| match entry.event {
                Event::GuestRemoved { guest_id, .. } => Some(guest_id.0),
                _ => None,
            })
            .collect();
        let rows = recorded.iter().map(|entry| event_row(id, entry, &mut head)).collect();
        log.extend(recorded);
        let consult = Consult::replay(id, &log).ok_or_else(|| Error::bug("a log without a request", id))?;
        let deadline = next_deadline(&consult);
        let new = log.iter().position(|entry| entry.seq > expected_seq).map_or(&[][..], |first| &log[first..]);
        let (messages, message_ends) = self.outgoing(&consult, new, via).await?;
        let goes_out = !messages.is_empty() || !message_ends.is_empty();
        let write = Append {
            consult_id: id.0,
            expected_seq,
            events: rows,
            snapshot: snapshot(&consult, &log, deadline)?,
            people: people(&consult),
            studies,
            detached,
            sent_away,
            booking: booking_write(held_before, booking(&consult), prepared.schedule_rev)?,
            overflow: consult
                .overflow
                .map(|overflow| OverflowRow { service_id: overflow.service_id.0, since: overflow.since.0 }),
            messages,
            message_ends,
        };
        match self.repo.append(&write).await? {
            Appended::Conflict => Ok(None),
            Appended::StudyPurged => Err(Error::Purged),
            Appended::At { position } => {
                self.bus.ring(position);
                if goes_out {
                    self.delivery.wake();
                }
                self.counters.count(log.iter().filter(|entry| entry.seq > expected_seq));
                if deadline.is_some() {
                    self.due.notify_one();
                }
                Ok(Some(Loaded { consult, log, head }))
            }
        }
    }

    async fn refused(&self, refusal: Refusal) -> Error {
        match refusal {
            Refusal::NotFound => Error::NotFound,
            Refusal::Conflict => Error::Conflict("this id was used for something else"),
            Refusal::VersionConflict { .. } => Error::Conflict("another version of the report was signed meanwhile"),
            Refusal::WrongState { .. } | Refusal::NotOffered | Refusal::NotInRoom => Error::WrongState,
            Refusal::AlreadyTaken { by } => match self.directory().await {
                Ok(directory) => Error::AlreadyTaken { by: directory.person_ref(by).name },
                Err(error) => error,
            },
            Refusal::NotRung => Error::NotRung,
            Refusal::NotSpecialist => Error::Forbidden,
            Refusal::NotAdmitted => Error::NotAdmitted,
            Refusal::RoomFull => Error::RoomFull,
            Refusal::InvalidField { field, why } => Error::InvalidField(format!("{field}: {why}")),
        }
    }
}

/// What the write does to the slot that the consult holds.
fn booking_write(
    before: Option<BookingRow>,
    after: Option<BookingRow>,
    schedule_rev: Option<i64>,
) -> Result<Option<BookingWrite>> {
    Ok(match after {
        _ if before == after => None,
        None => Some(BookingWrite::Free),
        Some(row) => {
            let schedule_rev = schedule_rev.ok_or_else(|| Error::bug("a slot", "that nobody found free"))?;
            Some(BookingWrite::Hold { row, schedule_rev })
        }
    })
}

fn replay(id: ConsultId, rows: &[EventRow]) -> Result<Loaded> {
    let log = rows.iter().map(|row| recorded(row, id)).collect::<Result<Vec<_>>>()?;
    let consult = Consult::replay(id, &log).ok_or_else(|| Error::bug("a log without a request", id))?;
    let head = rows
        .last()
        .map(|row| chain::Digest::try_from(row.hash.as_slice()))
        .transpose()
        .map_err(|error| Error::bug("a chain link of the wrong length", error))?
        .unwrap_or(chain::GENESIS);
    Ok(Loaded { consult, log, head })
}

/// An event as it was stored. A purged body ends the life of a consult: it is gone for everybody but the audit.
pub(super) fn recorded(row: &EventRow, id: ConsultId) -> Result<Recorded> {
    let body = row.body.as_deref().ok_or(Error::Purged)?;
    let version = u32::try_from(row.version).unwrap_or(0);
    let event = Event::from_body(version, body).map_err(|error| {
        // Not the error's own text: it may quote the body.
        Error::bug("an unreadable event", format!("{id} #{} at column {}", row.seq, error.column()))
    })?;
    Ok(Recorded { seq: row.seq, at: UnixMillis(row.at), actor: row.actor.map(PersonId), version, event })
}

fn event_row(id: ConsultId, entry: &Recorded, head: &mut chain::Digest) -> EventRow {
    let mut salt: chain::Salt = [0; 32];
    rand::fill(&mut salt[..]);
    let body = entry.event.to_body();
    let kind = entry.event.kind();
    let commitment = chain::commitment(&salt, &body);
    *head = chain::link(head, id, entry.seq, entry.at, entry.actor, kind, &commitment);
    EventRow {
        seq: entry.seq,
        at: entry.at.0,
        actor: entry.actor.map(|person| person.0),
        version: i32::try_from(entry.version).unwrap_or(i32::MAX),
        kind: kind.to_owned(),
        body: Some(body),
        salt: Some(salt.to_vec()),
        commitment: commitment.to_vec(),
        hash: head.to_vec(),
    }
}
