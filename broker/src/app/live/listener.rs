//! One person's stream.

use super::{Batch, Change, LiveItem, PAGE, REPLAY, What};
use crate::app::{App, Error, Result, views::may_know};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use futures_util::stream::{Stream, StreamExt, TryStreamExt, try_unfold};
use schemas::{consult::ActionName, events::LiveEvent};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::broadcast::{Receiver, error::RecvError};

impl App {
    /// What this person may see, as it happens; `last` is the position that the client saw last. First comes `hello`,
    /// then the rings that ring right now, then what was missed, then what happens. The stream ends when the client
    /// is too slow, the person has left or the node stops; the browser then connects again.
    pub async fn live(
        self: &Arc<Self>,
        actor: &Actor,
        last: Option<i64>,
    ) -> Result<impl Stream<Item = LiveItem> + Send + use<>> {
        // Listening begins before anything is read, so that nothing falls between the two.
        let batches = self.hub.batches.subscribe();
        let mut told = self.hub.position.subscribe();
        let here = match *told.wait_for(Option::is_some).await.map_err(|_| Error::Unavailable)? {
            Some(here) => here,
            None => return Err(Error::Unavailable),
        };
        // A position from the future belongs to another database: begin anew.
        let last = last.filter(|last| (0..=here).contains(last) && here - last <= REPLAY);
        let mut queue = VecDeque::from([LiveItem { position: last.or(Some(here)), event: LiveEvent::Hello }]);
        queue.extend(self.rings_now(actor).await?);
        let listener = Listener {
            app: Arc::clone(self),
            actor: actor.clone(),
            told: last.unwrap_or(here),
            replay_to: here,
            batches,
            queue,
        };
        let stream = try_unfold(listener, |mut listener| async move {
            let item = listener.next().await?;
            Ok::<_, Error>(item.map(|item| (item, listener)))
        });
        // A database that does not answer ends the stream like a slow client does.
        Ok(stream.into_stream().scan((), |(), item| std::future::ready(item.ok())))
    }

    /// Rings of this person that ring right now: sent at every connect, receivers drop repeats.
    async fn rings_now(&self, actor: &Actor) -> Result<Vec<LiveItem>> {
        let directory = self.directory().await?;
        let consults = self.known_consults(actor, true).await?;
        let lines = self.lines(&consults).await?;
        let rings = consults.iter().flat_map(|consult| {
            let own = consult.active_rings().filter(|ring| ring.person == actor.person_id);
            own.map(|ring| {
                self.delivery.streamed(ring.ring_id);
                LiveEvent::Ring { ring: directory.ring(ring), summary: directory.summary(consult, &lines) }
            })
        });
        Ok(rings.map(|event| LiveItem { position: None, event }).collect())
    }
}

struct Listener {
    app: Arc<App>,
    actor: Actor,
    /// Everything up to here has been told.
    told: i64,
    /// Up to here the listener reads the log itself; from here on the batches carry on without a gap.
    replay_to: i64,
    batches: Receiver<Arc<Batch>>,
    queue: VecDeque<LiveItem>,
}

impl Listener {
    async fn next(&mut self) -> Result<Option<LiveItem>> {
        loop {
            if let Some(item) = self.queue.pop_front() {
                return Ok(Some(item));
            }
            if self.told < self.replay_to {
                self.replay().await?;
                continue;
            }
            match self.batches.recv().await {
                Ok(batch) => {
                    if !self.take(&batch).await? {
                        return Ok(None);
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    tracing::info!("a live stream is too slow and was ended");
                    return Ok(None);
                }
                Err(RecvError::Closed) => return Ok(None),
            }
        }
    }

    /// A page of what was missed.
    async fn replay(&mut self) -> Result<()> {
        let mut page = self.app.repo.events_after(self.told, PAGE).await?;
        page.retain(|entry| entry.position <= self.replay_to);
        let Some(last) = page.last() else {
            self.told = self.replay_to;
            return Ok(());
        };
        self.told = last.position;
        for change in self.app.changes(&page).await? {
            self.pick(&change);
        }
        Ok(())
    }

    /// `false` when the person has left.
    async fn take(&mut self, batch: &Batch) -> Result<bool> {
        for change in &batch.changes {
            match change.position {
                Some(position) if position <= self.told => {}
                None if matches!(change.what, What::Directory) => {
                    let directory = self.app.directory().await?;
                    let Some(person) = directory.person(self.actor.person_id) else { return Ok(false) };
                    // A telephone's session stays bound to its consult.
                    let only_consult = self.actor.only_consult;
                    self.actor = Actor { only_consult, ..person.actor.clone() };
                    if may(&self.actor, None, Permission::ReadServices) {
                        self.queue.push_back(LiveItem { position: None, event: LiveEvent::Board });
                    }
                }
                _ => self.pick(change),
            }
        }
        self.told = self.told.max(batch.position);
        Ok(true)
    }

    /// What of a change this person may see.
    fn pick(&mut self, change: &Change) {
        match &change.what {
            What::Consult { facts, summary, started, ended, at_door } => {
                let me = self.actor.person_id;
                // A telephone that is bound to another consult hears nothing of this one.
                let mine = self.actor.only_consult.is_none_or(|only| only == summary.id);
                for (_, ring_id) in ended.iter().filter(|(person, _)| mine && *person == me) {
                    let event = LiveEvent::RingEnded { consult_id: summary.id, ring_id: *ring_id };
                    self.queue.push_back(LiveItem { position: None, event });
                }
                if !may_know(&self.actor, facts) {
                    return;
                }
                if may(&self.actor, Some(facts), Permission::Act(ActionName::AdmitGuest)) {
                    for guest_id in at_door {
                        let event = LiveEvent::GuestWaits { consult_id: summary.id, guest_id: *guest_id };
                        self.queue.push_back(LiveItem { position: None, event });
                    }
                }
                for (ring, event) in started.iter().filter(|(ring, _)| ring.person == me) {
                    self.app.delivery.streamed(ring.ring_id);
                    self.queue.push_back(LiveItem { position: None, event: event.clone() });
                }
                // Last, because it carries the position: a client that is cut off before it hears the rings again.
                let event = LiveEvent::Consult { summary: (**summary).clone() };
                self.queue.push_back(LiveItem { position: change.position, event });
            }
            What::Progress { facts, consult_id } => {
                if may(&self.actor, Some(facts), Permission::ReadStudy) {
                    let event = LiveEvent::StudyProgress { consult_id: *consult_id };
                    self.queue.push_back(LiveItem { position: None, event });
                }
            }
            What::Notices => {
                if may(&self.actor, None, Permission::ReadNotices) {
                    self.queue.push_back(LiveItem { position: None, event: LiveEvent::Notice });
                }
            }
            What::Directory => {}
        }
    }
}
