//! How fast a socket may talk, and a seat commit. Pure: told the time.

use schemas::UnixMillis;

/// Messages at once. An eager client sends hello, offer, publishing and a ping within a second.
const BURST: i64 = 20;
/// Milliseconds that one message costs. Less lets a broken client load its room; more delays a mute button that is
/// pressed wildly.
const COST_MILLIS: i64 = 100;
/// Commits at once, and within a second (`END_TO_END.md`). Eight people who come at once are added by one or two. More lets
/// a member keep all others decrypting; less refuses one that adds people who come one by one.
const COMMITS: i64 = 8;

/// A bucket that fills with time.
#[derive(Debug)]
pub struct Pace {
    burst: i64,
    cost: i64,
    /// When the bucket would be full.
    full_at: i64,
}

impl Pace {
    /// Of a socket's messages: a client that talks too fast is read more slowly, and nothing it says is lost.
    pub fn of_messages(now: UnixMillis) -> Self {
        Self { burst: BURST, cost: COST_MILLIS, full_at: now.0 }
    }

    /// Of a seat's commits: what is too much is refused.
    pub fn of_commits(now: UnixMillis) -> Self {
        Self { burst: COMMITS, cost: 1000 / COMMITS, full_at: now.0 }
    }

    /// A message was read.
    pub fn spend(&mut self, now: UnixMillis) {
        self.full_at = self.full_at.max(now.0) + self.cost;
    }

    /// Milliseconds to wait before the next message is read.
    pub fn wait(&self, now: UnixMillis) -> u64 {
        // A clock that was set back must not silence anybody for longer than a full bucket.
        let behind = (self.full_at - now.0).clamp(0, self.burst * self.cost);
        u64::try_from(behind - (self.burst - 1) * self.cost).unwrap_or(0)
    }

    /// Spends, unless it is too early.
    pub fn try_spend(&mut self, now: UnixMillis) -> bool {
        let may = self.wait(now) == 0;
        if may {
            self.spend(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_a_flood_is_slowed() {
        let now = UnixMillis(1_000_000);
        let mut pace = Pace::of_messages(now);
        for _ in 0..BURST - 1 {
            pace.spend(now);
            assert_eq!(pace.wait(now), 0);
        }
        pace.spend(now);
        assert_eq!(pace.wait(now), COST_MILLIS as u64);
        assert_eq!(pace.wait(UnixMillis(now.0 + COST_MILLIS)), 0);
        assert!(pace.wait(UnixMillis(0)) <= COST_MILLIS as u64);
    }

    #[test]
    fn a_seat_commits_eight_times_a_second_and_no_more_however_often_it_tries() {
        let mut pace = Pace::of_commits(UnixMillis(0));
        let within = |pace: &mut Pace, from, to| (from..to).filter(|now| pace.try_spend(UnixMillis(*now))).count();
        assert_eq!(within(&mut pace, 0, 100), 8, "at once");
        assert_eq!(within(&mut pace, 100, 2100), 16);
        let mut idle = Pace::of_commits(UnixMillis(0));
        assert_eq!(within(&mut idle, 60_000, 60_100), 8, "a pause saves nothing up");
    }
}
