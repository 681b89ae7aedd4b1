//! How fast a socket may talk. Pure: told the time.

use schemas::UnixMillis;

/// Messages at once. An eager client sends hello, offer, publishing and a ping within a second.
const BURST: i64 = 20;
/// Milliseconds that one message costs. Less lets a broken client load its room; more delays a mute button that is
/// pressed wildly.
const COST_MILLIS: i64 = 100;

/// A bucket that fills with time. A client that talks too fast is read more slowly, and nothing it says is lost.
#[derive(Debug)]
pub struct Pace {
    /// When the bucket would be full.
    full_at: i64,
}

impl Pace {
    pub fn new(now: UnixMillis) -> Self {
        Self { full_at: now.0 }
    }

    /// A message was read.
    pub fn spend(&mut self, now: UnixMillis) {
        self.full_at = self.full_at.max(now.0) + COST_MILLIS;
    }

    /// Milliseconds to wait before the next message is read.
    pub fn wait(&self, now: UnixMillis) -> u64 {
        // A clock that was set back must not silence anybody for longer than a full bucket.
        let behind = (self.full_at - now.0).clamp(0, BURST * COST_MILLIS);
        u64::try_from(behind - (BURST - 1) * COST_MILLIS).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_a_flood_is_slowed() {
        let now = UnixMillis(1_000_000);
        let mut pace = Pace::new(now);
        for _ in 0..BURST - 1 {
            pace.spend(now);
            assert_eq!(pace.wait(now), 0);
        }
        pace.spend(now);
        assert_eq!(pace.wait(now), COST_MILLIS as u64);
        assert_eq!(pace.wait(UnixMillis(now.0 + COST_MILLIS)), 0);
        assert!(pace.wait(UnixMillis(0)) <= COST_MILLIS as u64);
    }
}
