//! What may be sent again.

use std::time::Instant;

/// Part of the target that retransmissions may take beside what the path loses anyway, and for how long that may be saved
/// up. More: what is lost in a full queue is sent again into the full queue, and again. Less: a burst of interference
/// becomes a freeze.
const PART: f64 = 0.15;
const SAVED: f64 = 0.3;

#[derive(Debug, Default)]
pub(super) struct Credit {
    bytes: f64,
    counted: Option<Instant>,
}

impl Credit {
    /// Whether `size` bytes may be sent again now; if so they are counted. `loss`: the path's own.
    pub(super) fn take(&mut self, now: Instant, size: usize, target: f64, loss: f64) -> bool {
        let elapsed = self.counted.map_or(SAVED, |at| now.saturating_duration_since(at).as_secs_f64());
        self.counted = Some(now);
        let earned = target / 8.0 * (PART + loss) * elapsed;
        self.bytes = (self.bytes + earned).min(target / 8.0 * SAVED);
        let may = self.bytes >= size as f64;
        if may {
            self.bytes -= size as f64;
        }
        may
    }
}
