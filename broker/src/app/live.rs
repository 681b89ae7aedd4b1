//! Live events: one reader of the log per node, any number of listeners.
//!
//! The reader follows the log by position and turns what it finds into [`Batch`]es that all listeners share; each
//! listener takes out what its person may see. A listener that connects with a position first reads what it missed
//! from the log itself. Memory is bounded: a listener that falls [`BACKLOG`] batches behind is ended, and its browser
//! connects again with the last position it saw.

mod listener;

use super::{
    App, Result,
    log::{pass_over, recorded},
    ports::PositionedEvent,
};
use crate::domain::{
    access::ConsultFacts,
    consult::{Event, Ring},
};
use schemas::{ConsultId, GuestId, PersonId, RingId, StudyId, consult::ConsultSummary, events::LiveEvent};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// Batches kept for slow listeners. More holds more memory when everybody is slow; less makes a phone in a tunnel
/// connect again.
const BACKLOG: usize = 256;
/// Events read at once. More makes a batch after an outage heavier; less asks the database more often.
const PAGE: u32 = 256;
/// Behind the doorbell. More delays what a lost bell did not tell; less asks the database for nothing.
const POLL: Duration = Duration::from_secs(1);
/// Progress of uploads is told at most this often. More often floods pages with 200 events for 200 slices.
const PROGRESS: Duration = Duration::from_millis(400);
/// How far back a reconnecting listener is served event by event. Beyond it the lists that it reads after `hello`
/// tell more than hundreds of old events would.
const REPLAY: i64 = 2_000;

/// One event for one listener.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveItem {
    /// Goes out as the SSE `id`: everything up to here has been told.
    pub position: Option<i64>,
    pub event: LiveEvent,
}

/// What a stretch of the log has changed, for everybody.
struct Batch {
    /// Position of the stretch's last event.
    position: i64,
    changes: Vec<Change>,
}

/// One consult's changes within a batch.
struct Change {
    /// Position of the consult's last event in the batch; absent for what is not in the log.
    position: Option<i64>,
    what: What,
}

enum What {
    Consult {
        facts: ConsultFacts,
        summary: Box<ConsultSummary>,
        started: Vec<(Ring, LiveEvent)>,
        ended: Vec<(PersonId, RingId)>,
        /// Guests who came to the door.
        at_door: Vec<GuestId>,
    },
    Progress {
        facts: ConsultFacts,
        consult_id: ConsultId,
    },
    /// Rota or directory: everybody reads anew, and each listener its person.
    Directory,
    /// For the data-protection role.
    Notices,
}

/// What the poll has seen beside the log.
#[derive(Default)]
struct Seen {
    directory: Option<i64>,
    /// The newest notice, if there is any.
    notice: Option<Option<uuid::Uuid>>,
}

/// Where the reader and the listeners meet.
pub(super) struct Hub {
    batches: broadcast::Sender<Arc<Batch>>,
    /// Studies that grew since the last look.
    grown: Mutex<BTreeSet<StudyId>>,
    grew: Notify,
    /// A notice was written, or seen.
    notices: Notify,
    /// Position up to which the reader has told.
    position: tokio::sync::watch::Sender<Option<i64>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            batches: broadcast::Sender::new(BACKLOG),
            grown: Mutex::default(),
            grew: Notify::new(),
            notices: Notify::new(),
            position: tokio::sync::watch::Sender::new(None),
        }
    }
}

impl Hub {
    /// Objects of that study arrived.
    pub(super) fn study_grew(&self, study: StudyId) {
        self.grown.lock().unwrap_or_else(PoisonError::into_inner).insert(study);
        self.grew.notify_one();
    }

    /// The data-protection role has something to read. Other nodes find it at their next look.
    pub(super) fn noticed(&self) {
        self.notices.notify_one();
    }

    fn take_grown(&self) -> BTreeSet<StudyId> {
        std::mem::take(&mut *self.grown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn send(&self, batch: Batch) {
        // Nobody listening is no error.
        let _ = self.batches.send(Arc::new(batch));
    }
}

impl App {
    /// Reads the log for this node's listeners until `shutdown`.
    pub async fn run_live(&self, shutdown: impl Future<Output = ()>) {
        tokio::select! {
            () = shutdown => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&self) {
        let mut bell = self.bus.subscribe();
        let mut seen = Seen::default();
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut progress = tokio::time::interval(PROGRESS);
        progress.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let told = tokio::select! {
                _ = poll.tick() => self.look(&mut seen).await,
                Ok(()) = bell.changed() => {
                    bell.borrow_and_update();
                    self.tell_log().await
                }
                () = self.hub.notices.notified() => {
                    self.tell(What::Notices);
                    Ok(())
                }
                // Waits for growth first and for the next beat second, so that a quiet node does nothing.
                () = async { self.hub.grew.notified().await; progress.tick().await; } => self.tell_progress().await,
            };
            if let Err(error) = told {
                // Nothing is lost: the position stays, and the next look reads on from it.
                tracing::warn!(%error, "live events wait for the database");
                poll.reset();
            }
        }
    }

    /// The poll behind the doorbell.
    async fn look(&self, seen: &mut Seen) -> Result<()> {
        self.tell_log().await?;
        // A wait for progress that the poll cut short has eaten its wake.
        self.tell_progress().await?;
        let now = self.repo.directory_revision().await?;
        if seen.directory.replace(now).is_some_and(|before| before != now) {
            self.tell(What::Directory);
        }
        // Notices are rare and not in the log of consults: the newest one tells whether another node wrote any.
        let newest = self.repo.notices(None, 1).await?.first().map(|row| row.id);
        if seen.notice.replace(newest).is_some_and(|before| before != newest) {
            self.tell(What::Notices);
        }
        Ok(())
    }

    /// Tells what was written since the last time.
    async fn tell_log(&self) -> Result<()> {
        let Some(mut position) = *self.hub.position.borrow() else {
            let position = self.repo.last_position().await?;
            self.hub.position.send_replace(Some(position));
            return Ok(());
        };
        loop {
            let page = self.repo.events_after(position, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            position = last.position;
            let full = page.len() >= PAGE as usize;
            let changes = self.changes(&page).await?;
            self.hub.send(Batch { position, changes });
            self.hub.position.send_replace(Some(position));
            if !full {
                return Ok(());
            }
        }
    }

    /// Tells which consults' studies grew. What cannot be told now is told at the next look.
    async fn tell_progress(&self) -> Result<()> {
        let grown = self.hub.take_grown();
        if grown.is_empty() {
            return Ok(());
        }
        match self.progress(&grown).await {
            Ok(changes) if changes.is_empty() => Ok(()),
            Ok(changes) => {
                self.hub.send(Batch { position: self.hub.position.borrow().unwrap_or(0), changes });
                Ok(())
            }
            Err(error) => {
                grown.into_iter().for_each(|study| self.hub.study_grew(study));
                Err(error)
            }
        }
    }

    async fn progress(&self, grown: &BTreeSet<StudyId>) -> Result<Vec<Change>> {
        let mut consults = BTreeSet::new();
        for study in grown {
            consults.extend(self.repo.consults_of_study(study.0).await?);
        }
        let mut changes = Vec::with_capacity(consults.len());
        for consult_id in consults.into_iter().map(ConsultId) {
            if let Some(consult) = pass_over(self.consult(consult_id).await)? {
                let facts = consult.facts(self.now());
                changes.push(Change { position: None, what: What::Progress { facts, consult_id } });
            }
        }
        Ok(changes)
    }

    /// Tells what is not in the log.
    fn tell(&self, what: What) {
        let position = self.hub.position.borrow().unwrap_or(0);
        self.hub.send(Batch { position, changes: vec![Change { position: None, what }] });
    }

    /// A stretch of the log by consult, each as it stands now: who reads late sees the newest state, never an old
    /// one, and only rings that still ring.
    async fn changes(&self, page: &[PositionedEvent]) -> Result<Vec<Change>> {
        let mut by_consult: BTreeMap<ConsultId, Vec<&PositionedEvent>> = BTreeMap::new();
        for entry in page {
            by_consult.entry(ConsultId(entry.consult_id)).or_default().push(entry);
        }
        let directory = self.directory().await?;
        let mut changes = Vec::with_capacity(by_consult.len());
        for (id, entries) in by_consult {
            let Some(consult) = pass_over(self.consult(id).await)? else { continue };
            let summary = directory.summary(&consult, &self.lines(std::slice::from_ref(&consult)).await?);
            let mut started = Vec::new();
            let mut ended = Vec::new();
            let mut at_door = Vec::new();
            for entry in &entries {
                // A purged body has nothing to tell.
                let Ok(entry) = recorded(&entry.event, id) else { continue };
                match entry.event {
                    Event::RingStarted { ring_id, .. } => {
                        let ring = consult.active_rings().find(|ring| ring.ring_id == ring_id).cloned();
                        started.extend(ring.map(|ring| {
                            let event = LiveEvent::Ring { ring: directory.ring(&ring), summary: summary.clone() };
                            (ring, event)
                        }));
                    }
                    Event::RingEnded { ring_id, person, .. } => ended.push((person, ring_id)),
                    Event::GuestWaits { guest_id } => {
                        at_door.extend(consult.waiting_guests().map(|guest| guest.id).filter(|id| *id == guest_id));
                    }
                    _ => {}
                }
            }
            changes.push(Change {
                position: entries.last().map(|entry| entry.position),
                what: What::Consult {
                    facts: consult.facts(self.now()),
                    summary: Box::new(summary),
                    started,
                    ended,
                    at_door,
                },
            });
        }
        changes.sort_by_key(|change| change.position);
        Ok(changes)
    }
}
