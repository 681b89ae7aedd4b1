//! How much a member may say on its data channels. Pure.

use std::time::{Duration, Instant};

/// A rate with room for bursts (the virtual scheduling algorithm, ITU-T I.371).
#[derive(Debug)]
pub(super) struct Allowance {
    /// Bytes a second.
    rate: u64,
    /// What may come at once, as the time in which it would come at `rate`.
    burst: Duration,
    /// When everything so far would have come at `rate`.
    paid: Option<Instant>,
}

impl Allowance {
    pub(super) const fn new(rate: u64, burst: Duration) -> Allowance {
        Allowance { rate, burst, paid: None }
    }

    /// Counts `bytes`. Returns until when that was too much, if it was.
    pub(super) fn spend(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        let paid = self.after(now, bytes);
        self.paid = Some(paid);
        (paid > now + self.burst).then(|| paid - self.burst)
    }

    /// Counts `bytes`, unless they are too much. Returns whether they are not.
    pub(super) fn spend_within(&mut self, now: Instant, bytes: usize) -> bool {
        let paid = self.after(now, bytes);
        let is_within = paid <= now + self.burst;
        if is_within {
            self.paid = Some(paid);
        }
        is_within
    }

    fn after(&self, now: Instant, bytes: usize) -> Instant {
        self.paid.map_or(now, |paid| paid.max(now)) + Duration::from_micros(bytes as u64 * 1_000_000 / self.rate)
    }
}
