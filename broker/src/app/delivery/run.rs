//! The loop that sends what is due. The row is the truth; a wake is a hint, polling stands behind it.

use crate::app::{App, Error, Result, ports::MessageRow, validate::name_of};
use crate::domain::delivery::{Body, Course, Message};
use schemas::{
    ConsultId, PersonId, RingId, UnixMillis,
    delivery::{Channel, ContactSettings, DeliveryState},
};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Longest sleep. More delays what another node queued and did not send; less asks the database for nothing.
const POLL: Duration = Duration::from_secs(1);
/// How long a claimed row is left to this node, which only decides and writes under it. Less has two nodes decide the
/// same (harmless: one write wins); more delays a message whose node died.
const LEASE_MS: i64 = 5_000;
/// Rows claimed at once.
const BATCH: u32 = 64;
/// Attempts under way at once on a node. More holds more sockets when a push service hangs; fewer makes other rings wait
/// for it.
const AT_ONCE: usize = 512;
/// Writers on one message are few: a deliverer, a device or two, the end of the ring.
const ATTEMPTS: u32 = 32;

impl App {
    /// Sends until `shutdown`. What is under way then is cut off, and tried again by whoever runs next.
    pub async fn run_deliverer(self: &Arc<Self>, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut sending = JoinSet::new();
        loop {
            if let Err(error) = self.begin_all(&mut sending).await {
                tracing::warn!(%error, "messages wait for the database");
            }
            let pause = self.delivery_pause().await;
            tokio::select! {
                () = &mut shutdown => return,
                () = self.delivery.wake.notified() => {}
                Some(_) = sending.join_next(), if !sending.is_empty() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Sends everything that is due now, also what becomes due by it, and waits for its end; how many turns it took.
    pub async fn deliver_all(self: &Arc<Self>) -> Result<u32> {
        let (mut turns, mut sending) = (0, JoinSet::new());
        loop {
            let begun = self.begin_all(&mut sending).await?;
            turns += begun;
            if begun == 0 && sending.is_empty() {
                return Ok(turns);
            }
            while sending.join_next().await.is_some() {}
        }
    }

    async fn begin_all(self: &Arc<Self>, sending: &mut JoinSet<()>) -> Result<u32> {
        for ring in self.delivery.take_streamed() {
            self.told(ring.0, |course, now| course.receipt(Channel::App, DeliveryState::Sent, now)).await?;
        }
        let mut turns = 0;
        while sending.len() < AT_ONCE {
            let now = self.now().0;
            let due = self.repo.claim_messages(now, now + LEASE_MS, &self.node.id, BATCH).await?;
            if due.is_empty() {
                break;
            }
            for id in due {
                turns += 1;
                // One that fails waits for its lease to end, so that it cannot keep the others from theirs.
                match self.begin(id).await {
                    Ok(Some((row, channels))) => {
                        let row = Arc::new(row);
                        for channel in channels {
                            let (app, row) = (Arc::clone(self), Arc::clone(&row));
                            sending.spawn(async move { app.send(&row, channel).await });
                        }
                    }
                    Ok(None) => {}
                    Err(error) => tracing::warn!(message = %id, %error, "a message waits"),
                }
            }
        }
        Ok(turns)
    }

    /// Decides what of this message is sent now, and writes that down. `None`: somebody else wrote meanwhile.
    async fn begin(&self, id: Uuid) -> Result<Option<(MessageRow, Vec<Channel>)>> {
        let Some(row) = self.repo.message(id).await? else { return Ok(None) };
        let mut course = course_of(&row)?;
        let now = self.now();
        let closes = row.ended_at.is_some() && !course.is_closed();
        if closes {
            course.close(row.answered_on.as_deref().and_then(channel_named), now);
        } else if !course.is_planned() {
            course.plan(&self.order_for(&row).await?, now);
        }
        let channels = course.due(now);
        // Before the end is written: a crash in between queues it again, under the same id. An attempt that is under way
        // sees to it by itself: the end must not overtake the ring.
        if closes && course.leg(Channel::Push).is_some_and(|leg| leg.sent_at.is_some()) {
            self.take_off(&row).await?;
        }
        Ok(self.save_course(&row, &course).await?.then_some((row, channels)))
    }

    /// Takes a ring that is over off the devices that show it.
    pub(super) async fn take_off(&self, row: &MessageRow) -> Result<()> {
        if row.kind != Body::RING {
            return Ok(());
        }
        let (ring, person) = (RingId(row.id), PersonId(row.person_id));
        let message = Message::ring_ended(ring, person, row.consult_id.map(ConsultId), self.now());
        self.repo.queue_messages(&[MessageRow::queued(&message)]).await?;
        self.delivery.wake();
        Ok(())
    }

    /// The person's channels that this message may take and this installation has.
    async fn order_for(&self, row: &MessageRow) -> Result<Vec<Channel>> {
        let body = body_of(row)?;
        let ContactSettings { order, available, .. } = self.contact_of(PersonId(row.person_id)).await?;
        let may = |channel: &Channel| body.channels().contains(channel) && available.contains(channel);
        Ok(order.into_iter().filter(may).collect())
    }

    /// Something came back: changes the course, whoever else writes at the same time. `None`: there is no such message.
    pub(super) async fn told(&self, id: Uuid, change: impl Fn(&mut Course, UnixMillis)) -> Result<Option<MessageRow>> {
        for _ in 0..ATTEMPTS {
            let Some(row) = self.repo.message(id).await? else { return Ok(None) };
            let before = course_of(&row)?;
            let mut course = before.clone();
            change(&mut course, self.now());
            if course == before || self.save_course(&row, &course).await? {
                return Ok(Some(row));
            }
        }
        tracing::warn!(message = %id, "gave up after too many conflicting writes");
        Err(Error::Unavailable)
    }

    async fn save_course(&self, row: &MessageRow, course: &Course) -> Result<bool> {
        // What was ended and not worked on stays due, whatever else is written meanwhile.
        let unplanned = !course.is_planned() && !course.is_over();
        let next = if unplanned || (row.ended_at.is_some() && !course.is_closed()) {
            row.next_at
        } else {
            course.next_deadline().map(|at| at.0)
        };
        let text = serde_json::to_string(course).map_err(|error| Error::bug("writing a course", error))?;
        let saved = self.repo.save_message(&MessageRow { course: text, next_at: next, ..row.clone() }).await?;
        if saved && next.is_some() {
            self.delivery.wake();
        }
        Ok(saved)
    }

    /// Until the next deadline, at most [`POLL`].
    async fn delivery_pause(&self) -> Duration {
        match self.repo.earliest_message().await {
            Ok(Some(next)) => {
                let ahead = u64::try_from(next.saturating_sub(self.now().0)).unwrap_or(0);
                // Due and yet not claimed: leased by another node, or failing.
                if ahead == 0 { POLL } else { Duration::from_millis(ahead).min(POLL) }
            }
            Ok(None) | Err(_) => POLL,
        }
    }
}

pub(super) fn course_of(row: &MessageRow) -> Result<Course> {
    serde_json::from_str(&row.course).map_err(|error| Error::bug("a message's course", error))
}

pub(super) fn body_of(row: &MessageRow) -> Result<Body> {
    serde_json::from_str(&row.body).map_err(|error| Error::bug("a message's body", error))
}

fn channel_named(name: &str) -> Option<Channel> {
    Channel::ALL.into_iter().find(|channel| name_of(channel) == name)
}
