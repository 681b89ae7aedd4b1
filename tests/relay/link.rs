//! One direction of a bad network: loss, delay, jitter, a narrow place with a queue. Pure: told the time, seeded.

use crate::conditions::Conditions;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// IPv4 and UDP headers, which the narrow place carries as well.
const HEADERS: usize = 28;
/// Packets under way. More would let a delay of minutes fill the memory; less would lose what a fast line with a long
/// delay carries (100 Mbit/s for a second are 10,000).
const MOST: usize = 20_000;

/// What happened to the packets of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) came: u64,
    pub(crate) left: u64,
    /// Dropped by chance.
    pub(crate) lost: u64,
    /// Dropped because the queue was full.
    pub(crate) overflowed: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Counts) {
        self.came += other.came;
        self.left += other.left;
        self.lost += other.lost;
        self.overflowed += other.overflowed;
    }
}

pub(crate) struct Link {
    conditions: Conditions,
    random: StdRng,
    /// Packets under way: when they leave, their order of arrival, their bytes.
    under_way: BinaryHeap<Reverse<(Instant, u64, Vec<u8>)>>,
    /// When the narrow place has sent all that it took.
    line_free: Option<Instant>,
    /// When the last packet leaves that must not be overtaken.
    last_out: Option<Instant>,
    /// In a burst of losses (Gilbert's model).
    is_bursting: bool,
    counts: Counts,
}

impl Link {
    pub(crate) fn new(conditions: Conditions, seed: u64) -> Link {
        Link {
            conditions,
            random: StdRng::seed_from_u64(seed),
            under_way: BinaryHeap::new(),
            line_free: None,
            last_out: None,
            is_bursting: false,
            counts: Counts::default(),
        }
    }

    /// For packets that come from now on. What waits in the queue leaves as it was going to.
    pub(crate) fn set(&mut self, conditions: Conditions) {
        self.conditions = conditions;
        self.line_free = self.line_free.filter(|_| conditions.rate_kbps.is_some());
        self.is_bursting = false;
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    pub(crate) fn push(&mut self, now: Instant, packet: Vec<u8>) {
        self.counts.came += 1;
        if self.is_lost() {
            self.counts.lost += 1;
            return;
        }
        let Some(sent) = self.through_the_narrow_place(now, packet.len()).filter(|_| self.under_way.len() < MOST)
        else {
            self.counts.overflowed += 1;
            return;
        };
        let mut out = sent + self.delay();
        if !self.conditions.reorder {
            out = self.last_out.map_or(out, |last| last.max(out));
            self.last_out = Some(out);
        }
        self.under_way.push(Reverse((out, self.counts.came, packet)));
    }

    /// The next packet that leaves at `now` or has left before.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.deadline()? > now {
            return None;
        }
        let Reverse((_, _, packet)) = self.under_way.pop()?;
        self.counts.left += 1;
        Some(packet)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.under_way.peek().map(|Reverse((at, _, _))| *at)
    }

    fn is_lost(&mut self) -> bool {
        let loss = self.conditions.loss / 100.0;
        let burst = self.conditions.burst;
        if burst <= 1.0 || loss >= 1.0 {
            return self.chance(loss);
        }
        // Gilbert's model: bursts of `burst` packets on average, so rare that `loss` of all packets are in one.
        let turn = if self.is_bursting { 1.0 / burst } else { loss / (burst * (1.0 - loss)) };
        self.is_bursting ^= self.chance(turn);
        self.is_bursting
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.random.random::<f64>() < probability
    }

    /// When the last bit is through; `None`: the queue is full.
    fn through_the_narrow_place(&mut self, now: Instant, length: usize) -> Option<Instant> {
        let Some(rate) = self.conditions.rate_kbps else { return Some(now) };
        let start = self.line_free.map_or(now, |free| free.max(now));
        if start - now > Duration::from_millis(self.conditions.queue_ms) {
            return None;
        }
        // kbit/s are bits in a millisecond.
        let bits = ((length + HEADERS) * 8) as u64;
        let end = start + Duration::from_nanos(bits * 1_000_000 / rate.max(1));
        self.line_free = Some(end);
        Some(end)
    }

    fn delay(&mut self) -> Duration {
        let Conditions { delay_ms, jitter_ms, .. } = self.conditions;
        let spread = jitter_ms * (self.random.random::<f64>() * 2.0 - 1.0);
        Duration::from_secs_f64((delay_ms + spread).max(0.0) / 1_000.0)
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
