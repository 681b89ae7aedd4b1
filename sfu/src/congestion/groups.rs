//! Packets that left together, and how much further apart two such groups arrived than they left
//! (draft-ietf-rmcat-gcc-02 § 5.2).

use std::time::{Duration, Instant};

/// Packets sent within this belong together: a frame leaves at once, and its own spread on the link is no queue. More
/// makes the signal coarse, less measures the sender's loop.
const BURST: Duration = Duration::from_millis(5);
/// Packets that arrive this close behind each other although they left further apart were held up together (Wi-Fi
/// aggregates); a group made so may last no longer than this. More hides a queue, less takes every aggregate for one.
const LONGEST: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug)]
struct Group {
    first_sent: Instant,
    last_sent: Instant,
    first_arrival: Duration,
    last_arrival: Duration,
}

/// Between the first packets of two neighbouring groups: the others stand in the queue behind their own. Without a pacer a
/// key frame is a queue of its own for a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Delta {
    /// By how much the later one was delayed more, in milliseconds. Negative: the queue drains.
    pub(super) delay: f64,
    /// When the later one came, on the receiver's clock.
    pub(super) at: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Groups {
    current: Option<Group>,
    previous: Option<Group>,
}

impl Groups {
    /// In the order of sending; a packet that comes later counts for nothing. A group is measured when the next begins.
    pub(super) fn arrived(&mut self, sent: Instant, arrival: Duration) -> Option<Delta> {
        let alone = Group { first_sent: sent, last_sent: sent, first_arrival: arrival, last_arrival: arrival };
        let Some(group) = &mut self.current else {
            self.current = Some(alone);
            return None;
        };
        if sent < group.first_sent {
            return None;
        }
        if group.takes(sent, arrival) {
            group.last_sent = group.last_sent.max(sent);
            group.last_arrival = group.last_arrival.max(arrival);
            return None;
        }
        let closed = *group;
        self.current = Some(alone);
        let before = self.previous.replace(closed)?;
        let apart = milliseconds(closed.first_arrival) - milliseconds(before.first_arrival);
        let delay = apart - milliseconds(closed.first_sent.saturating_duration_since(before.first_sent));
        Some(Delta { delay, at: closed.first_arrival })
    }
}

impl Group {
    fn takes(&self, sent: Instant, arrival: Duration) -> bool {
        if sent.saturating_duration_since(self.first_sent) <= BURST {
            return true;
        }
        let apart = arrival.saturating_sub(self.last_arrival);
        apart <= BURST
            && apart < sent.saturating_duration_since(self.last_sent)
            && arrival.saturating_sub(self.first_arrival) < LONGEST
    }
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}
