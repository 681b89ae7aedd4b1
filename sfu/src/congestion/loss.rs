//! What the lost packets say. The draft (§ 6) backs off whenever more than a tenth is lost; on a radio link that loses a
//! tenth of anything, that ends at nothing. So here loss that did not fall when we sent less is taken for the path's own
//! and only what comes on top counts as congestion.

use std::time::{Duration, Instant};

/// Packets the average looks back over. More: a path a little too full is flooded longer. Less: chance decides; at 400 five
/// per cent that come in bursts of eight come out as 5 ± 3.
const SPAN: f64 = 400.0;
/// Loss above the path's own that counts as congestion (§ 6). More: viewers wait for retransmissions. Less: bursts of
/// interference cost a layer.
const TOO_MUCH: f64 = 0.10;
/// Until a reduction can show: the key frame of the lower layer, a round trip, a feedback, and some packets to count.
/// Less judges the old rate, more leaves a policed path flooded.
const SETTLE: Duration = Duration::from_millis(1_500);
/// For how long too much must be lost. Less: a key frame that overflows a small buffer costs a layer. More: a policer
/// floods longer.
const PERSISTS: Duration = Duration::from_millis(500);
/// A reduction that left this part of the loss did not help.
const UNCHANGED: f64 = 0.7;
/// Part of what comes through that is sent on, so that retransmissions have room. More: the flood goes on.
const BACK_OFF: f64 = 0.9;
/// The most that is taken for the path's own. More: a flow that takes everything is put up with.
const MOST: f64 = 0.4;
/// The path's own loss follows the average with this time constant, in seconds, as long as that is not too much. Less:
/// chance moves it. More: congestion after a better time is put up with for longer.
const GETTING_USED: f64 = 5.0;

#[derive(Debug, Default)]
pub(super) struct Loss {
    average: f64,
    own: f64,
    too_much_since: Option<Instant>,
    reduced: Option<Reduction>,
    was_queueing: bool,
    updated: Option<Instant>,
}

/// A reduction whose effect is awaited.
#[derive(Debug)]
struct Reduction {
    at: Instant,
    /// The loss then, and the rate asked for.
    loss: f64,
    limit: f64,
    /// Packets lost and sent in the second half of the wait.
    lost: usize,
    total: usize,
}

impl Loss {
    /// Part of the packets lost, smoothed.
    pub(super) fn average(&self) -> f64 {
        self.average
    }

    /// Part of the packets that the path loses whatever is sent.
    pub(super) fn own(&self) -> f64 {
        self.own
    }

    /// Part lost above what the path loses anyway.
    pub(super) fn excess(&self) -> f64 {
        (self.average - self.own).max(0.0)
    }

    /// `delivered` in bits per second; `queueing`: the delay says that the path is full, and reacts by itself; what is
    /// lost then teaches nothing. `Some`: too much; send no more than this.
    pub(super) fn counted(
        &mut self,
        now: Instant,
        (lost, total): (usize, usize),
        delivered: f64,
        queueing: bool,
    ) -> Option<f64> {
        if total == 0 {
            return None;
        }
        let weight = (total as f64 / SPAN).min(1.0);
        self.average += weight * (lost as f64 / total as f64 - self.average);
        let elapsed = self.updated.map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f64());
        self.updated = Some(now);
        self.own += (self.average - self.own).min(0.0) * (elapsed / GETTING_USED).min(1.0);
        if queueing {
            (self.reduced, self.too_much_since, self.was_queueing) = (None, None, true);
            return None;
        }
        // The average looks back over seconds, to what the full queue lost: the reduction for delay has answered that.
        if std::mem::take(&mut self.was_queueing) {
            self.average = self.average.min(self.own);
        }
        let sent = delivered / (1.0 - self.average).max(0.05);
        if let Some(reduction) = &mut self.reduced {
            let passed = now.saturating_duration_since(reduction.at);
            if passed >= SETTLE / 2 {
                reduction.lost += lost;
                reduction.total += total;
            }
            if passed < SETTLE {
                return None;
            }
            self.average = reduction.lost as f64 / reduction.total.max(1) as f64;
            if sent < reduction.limit && self.average > reduction.loss * UNCHANGED {
                self.own = self.average.min(MOST);
            }
            self.reduced = None;
        }
        if self.excess() <= TOO_MUCH {
            self.too_much_since = None;
            self.own += (self.average - self.own).max(0.0) * (elapsed / GETTING_USED).min(1.0);
            return None;
        }
        if now < *self.too_much_since.get_or_insert(now) + PERSISTS {
            return None;
        }
        let limit = sent * (1.0 - self.excess()) * BACK_OFF;
        self.reduced = Some(Reduction { at: now, loss: self.average, limit, lost: 0, total: 0 });
        Some(limit)
    }
}
