//! When a publisher is asked for a key frame (PLI, RFC 4585 § 6.3.1): requests of many subscribers become one.

use std::time::{Duration, Instant};

/// Least time between two requests to one source. More: a newcomer waits longer for the first picture after somebody
/// else's. Less: a room of lossy receivers makes the encoder send nothing but key frames, five to ten times the bytes.
const SPACING: Duration = Duration::from_millis(250);
/// Time after which a key frame that did not come is asked for again. More: a lost request costs a longer black tile.
/// Less: a round trip longer than this costs a second key frame.
const RETRY: Duration = Duration::from_millis(500);

/// The requests for one video source.
#[derive(Debug, Default)]
pub(crate) struct KeyframeRequests {
    last: Option<Instant>,
    due: Option<Instant>,
}

impl KeyframeRequests {
    /// Somebody needs a key frame who did not before: a new subscriber, or a decoder's own request.
    pub(crate) fn want(&mut self, now: Instant) {
        self.want_at(self.last.map_or(now, |last| now.max(last + SPACING)));
    }

    /// Somebody who asked already is still waiting.
    pub(crate) fn still_want(&mut self, now: Instant) {
        self.want_at(self.last.map_or(now, |last| now.max(last + RETRY)));
    }

    fn want_at(&mut self, at: Instant) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// `true`: send one request now.
    pub(crate) fn poll(&mut self, now: Instant) -> bool {
        let is_due = self.due.take_if(|at| *at <= now).is_some();
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}
