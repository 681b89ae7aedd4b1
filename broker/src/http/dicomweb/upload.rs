//! The body of an upload as it arrives: not too slowly, not more than fits into memory.

use crate::http::Edge;
use crate::http::problem::Fault;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::StreamExt;
use schemas::problem::ProblemCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Bytes a second that a sender must reach over the whole body, counted while we wait for it. More cuts off a hospital
/// on a bad telephone line; less lets somebody who sends a byte now and then hold an upload's memory for hours.
const MIN_RATE: u64 = 4 * 1024;

/// Reads the body.
pub(super) struct Incoming {
    body: BodyDataStream,
    received: u64,
    limit: u64,
    /// How long we have waited for the sender.
    waited: Duration,
    pause: Duration,
}

impl Incoming {
    pub(super) fn new(edge: &Edge, body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            received: 0,
            limit: edge.limits.upload,
            waited: Duration::ZERO,
            pause: edge.limits.upload_pause,
        }
    }

    /// The next bytes; `None` at the end. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let patience = patience(self.received, self.waited, self.pause).ok_or_else(Fault::too_slow)?;
        let waiting = Waiting { since: Instant::now(), total: &mut self.waited };
        let next = tokio::time::timeout(patience, self.body.next()).await;
        drop(waiting);
        let fault = |code: ProblemCode, detail| Fault::new(code).detail(detail);
        match next {
            Ok(None) => Ok(None),
            Ok(Some(Ok(bytes))) => {
                self.received += bytes.len() as u64;
                if self.received > self.limit {
                    return Err(fault(ProblemCode::TooLarge, "the request is larger than this server takes"));
                }
                Ok(Some(bytes))
            }
            Ok(Some(Err(_))) => Err(fault(ProblemCode::MalformedBody, "the body could not be read to its end")),
            Err(_) => Err(Fault::too_slow()),
        }
    }
}

/// How long to wait for the next bytes; `None`: the sender has fallen behind by more than a pause.
fn patience(received: u64, waited: Duration, pause: Duration) -> Option<Duration> {
    let earned = Duration::from_secs(received / MIN_RATE);
    let left = (pause + earned).checked_sub(waited)?;
    Some(left.min(pause))
}

/// Adds up, also when the wait is broken off.
struct Waiting<'a> {
    since: Instant,
    total: &'a mut Duration,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        *self.total += self.since.elapsed();
    }
}

/// Memory that an upload's bytes take. All uploads together have so much; one that waits too long for more gives back
/// what it has, so that none of them wait for each other for ever.
pub(super) struct Memory {
    all: Arc<Semaphore>,
    /// Of the part that is arriving.
    held: Option<OwnedSemaphorePermit>,
    pause: Duration,
}

impl Memory {
    pub(super) fn new(edge: &Edge) -> Self {
        Self { all: Arc::clone(&edge.shares.upload_memory), held: None, pause: edge.limits.upload_pause }
    }

    /// Waits until there is room for so many bytes; to be awaited beside what gives memory back.
    pub(super) fn wait(&self, bytes: usize) -> impl Future<Output = Result<OwnedSemaphorePermit, Fault>> + use<> {
        let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
        let wait = tokio::time::timeout(self.pause, Arc::clone(&self.all).acquire_many_owned(permits));
        async move {
            match wait.await {
                Ok(Ok(permit)) => Ok(permit),
                _ => Err(Fault::new(ProblemCode::Unavailable).detail("too many uploads at once; send it again later")),
            }
        }
    }

    pub(super) fn add(&mut self, permit: OwnedSemaphorePermit) {
        match &mut self.held {
            Some(held) => held.merge(permit),
            None => self.held = Some(permit),
        }
    }

    /// What a finished part takes along.
    pub(super) fn split(&mut self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let held = self.held.as_mut()?;
        held.split(bytes.min(held.num_permits()))
    }

    /// Gives back all but so many bytes: boundaries, headers, parts that were too large.
    pub(super) fn shrink(&mut self, bytes: usize) {
        if let Some(held) = &mut self.held {
            drop(held.split(held.num_permits().saturating_sub(bytes)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(30);

    #[test]
    fn a_sender_may_pause_and_must_not_trickle() {
        let left = |received, waited| patience(received, Duration::from_secs(waited), PAUSE);
        assert_eq!(left(0, 0), Some(PAUSE));
        assert_eq!(left(0, 20), Some(Duration::from_secs(10)));
        assert_eq!(left(100, 31), None, "a byte every now and then");
        assert_eq!(left(MIN_RATE * 3600, 3600), Some(PAUSE), "a slow line, for an hour");
        assert_eq!(left(MIN_RATE * 3600, 3620), Some(Duration::from_secs(10)));
        assert_eq!(left(u64::MAX, 0), Some(PAUSE));
    }

    #[tokio::test]
    async fn memory_goes_with_its_part_and_comes_back() {
        let all = Arc::new(Semaphore::new(100));
        let mut memory = Memory { all: Arc::clone(&all), held: None, pause: Duration::from_millis(50) };
        let more = memory.wait(60).await.unwrap();
        memory.add(more);
        let part = memory.split(40);
        memory.shrink(5);
        assert_eq!(all.available_permits(), 55);
        assert!(memory.wait(56).await.is_err(), "there is not so much, and nobody gives any back");
        drop(part);
        let more = memory.wait(56).await.unwrap();
        memory.add(more);
        drop(memory);
        assert_eq!(all.available_permits(), 100);
    }
}
