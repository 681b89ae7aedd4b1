//! What arrives, in bits per second of the receiver's clock.

use std::time::Duration;

/// Resolution. Less costs memory; more makes the unfinished newest bucket a larger part of the window.
const BUCKET: Duration = Duration::from_millis(25);
/// Finished buckets looked at: half a second. More: a drop of the path is seen later, and backing off takes several
/// steps. Less: two video frames more or less move the rate.
const WINDOW: u64 = 20;
/// Buckets before anything is said. Less: a burst at the beginning counts as a rate.
const ENOUGH: u64 = 6;

/// Bytes by time of arrival. Never allocates.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    buckets: [u64; WINDOW as usize + 1],
    /// Number of the bucket that is being filled.
    newest: u64,
    /// Number of the first bucket since the last pause.
    oldest: u64,
    started: bool,
}

impl Delivered {
    pub(super) fn arrived(&mut self, arrival: Duration, bytes: usize) {
        let number = u64::from((arrival.as_millis() / BUCKET.as_millis()) as u32);
        let paused = number > self.newest + WINDOW;
        // A receiver whose clock jumped back far has begun anew.
        let restarted = number + 40 * WINDOW < self.newest;
        if !self.started || paused || restarted {
            *self = Self { newest: number, oldest: number, started: true, ..Self::default() };
        }
        while self.newest < number {
            self.newest += 1;
            *self.bucket(self.newest) = 0;
        }
        if number + WINDOW >= self.newest {
            *self.bucket(number) += bytes as u64;
        }
    }

    /// Bits per second; `None` while too little is known.
    pub(super) fn rate(&self) -> Option<f64> {
        // The first bucket began somewhere in its middle, the newest is not full.
        let span = (self.newest - self.oldest).saturating_sub(1).min(WINDOW);
        if !self.started || span < ENOUGH {
            return None;
        }
        let bytes: u64 = (self.newest - span..self.newest).map(|n| self.buckets[index(n)]).sum();
        Some(bytes as f64 * 8.0 / (BUCKET.as_secs_f64() * span as f64))
    }

    fn bucket(&mut self, number: u64) -> &mut u64 {
        &mut self.buckets[index(number)]
    }
}

const fn index(number: u64) -> usize {
    (number % (WINDOW + 1)) as usize
}
