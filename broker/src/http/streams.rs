//! The event streams of each session: the newest few.
//!
//! A telephone that lost its network cannot say so, and behind a proxy its stream lasts until the proxy gives up. Its
//! next stream must not be refused for the sake of those that nobody hears any more: the oldest one ends.

use schemas::SessionId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

type Open = Arc<Mutex<BTreeMap<SessionId, VecDeque<Held>>>>;

/// Open streams, oldest first.
pub struct Streams {
    each: usize,
    open: Open,
}

/// Dropping it ends the stream.
struct Held {
    number: u64,
    _ends: oneshot::Sender<()>,
}

/// A stream's place among those of its session; given back when dropped.
pub struct StreamPlace {
    session: SessionId,
    number: u64,
    open: Open,
}

/// Completes when a newer stream took the place.
pub struct Displaced(oneshot::Receiver<()>);

impl Streams {
    /// `each` streams for every session.
    pub fn new(each: usize) -> Self {
        Self { each, open: Arc::default() }
    }

    /// One more, instead of the oldest one where all places are taken.
    pub fn open(&self, session: SessionId) -> (StreamPlace, Displaced) {
        let mut open = lock(&self.open);
        let held = open.entry(session).or_default();
        while held.len() >= self.each.max(1) {
            held.pop_front();
        }
        let number = held.back().map_or(0, |last| last.number + 1);
        let (ends, displaced) = oneshot::channel();
        held.push_back(Held { number, _ends: ends });
        (StreamPlace { session, number, open: Arc::clone(&self.open) }, Displaced(displaced))
    }
}

impl Displaced {
    pub async fn wait(self) {
        // Nothing is ever sent: the other end is dropped.
        let _ = self.0.await;
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        let Some(held) = open.get_mut(&self.session) else { return };
        held.retain(|one| one.number != self.number);
        if held.is_empty() {
            open.remove(&self.session);
        }
    }
}

fn lock(open: &Open) -> MutexGuard<'_, BTreeMap<SessionId, VecDeque<Held>>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    fn has_ended(displaced: &mut Displaced) -> bool {
        (&mut displaced.0).now_or_never().is_some()
    }

    #[test]
    fn the_oldest_ends_and_only_of_the_same_session() {
        let (one, other) = (SessionId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let streams = Streams::new(2);
        let (first_place, mut first) = streams.open(one);
        let (second_place, mut second) = streams.open(one);
        let (_other_place, mut others) = streams.open(other);
        let (third_place, mut third) = streams.open(one);
        assert!(has_ended(&mut first) && !has_ended(&mut second) && !has_ended(&mut others));
        // Late: its place is another's.
        drop(first_place);
        let (fourth_place, _fourth) = streams.open(one);
        assert!(has_ended(&mut second) && !has_ended(&mut third));
        drop((second_place, third_place));
        let (fifth_place, _fifth) = streams.open(one);
        assert!(lock(&streams.open)[&one].len() == 2);
        drop((fourth_place, fifth_place));
        assert_eq!(lock(&streams.open).keys().collect::<Vec<_>>(), [&other], "nothing is kept of those who left");
    }
}
