//! How much a stream brings at the moment.

use std::time::{Duration, Instant};

/// Span that is averaged. More: a layer switched off or on is noticed later. Less: a key frame looks like a rise.
const SPAN: Duration = Duration::from_secs(1);
const PARTS: usize = 10;
const PART: Duration = SPAN.checked_div(PARTS as u32).unwrap();

/// Bits per second over the last second, by tenths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rate {
    parts: [u64; PARTS],
    /// Sum of all parts, in bytes.
    sum: u64,
    /// First packet, and the number of the part that is being filled.
    since: Option<Instant>,
    part: u64,
}

impl Rate {
    /// `size` in bytes.
    pub(crate) fn add(&mut self, now: Instant, size: usize) {
        self.since.get_or_insert(now);
        self.move_on(now);
        self.parts[self.part as usize % PARTS] += size as u64;
        self.sum += size as u64;
    }

    /// Bits per second. In the first second it is the average since the first packet, over a tenth at least.
    pub(crate) fn bits_per_second(&mut self, now: Instant) -> u64 {
        let Some(since) = self.since else { return 0 };
        self.move_on(now);
        let filled = (self.part + 1).min(PARTS as u64);
        let begun = now.saturating_duration_since(since).saturating_sub(PART * self.part as u32);
        // The part in hand counts for what has passed of it.
        let span = (PART * (filled - 1) as u32 + begun.min(PART)).max(PART);
        self.sum * 8_000_000 / span.as_micros() as u64
    }

    fn move_on(&mut self, now: Instant) {
        let Some(since) = self.since else { return };
        let part = (now.saturating_duration_since(since).as_micros() / PART.as_micros()) as u64;
        for skipped in (self.part + 1..=part).rev().take(PARTS) {
            self.sum -= std::mem::take(&mut self.parts[skipped as usize % PARTS]);
        }
        self.part = self.part.max(part);
    }
}
