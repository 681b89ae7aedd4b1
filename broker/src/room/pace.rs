//! How fast a socket may talk, and a seat to the delivery service. Pure: told the time.

use schemas::mls::MlsRequest;
use schemas::{MemberId, UnixMillis};
use std::collections::BTreeMap;

/// Messages at once. An eager client sends hello, offer, publishing and a ping within a second.
const BURST: i64 = 20;
/// Milliseconds that one message costs. Less lets a broken client load its room; more delays a mute button that is
/// pressed wildly.
const COST_MILLIS: i64 = 100;
/// Commits at once, and within a second (`END_TO_END.md`). Eight people who come at once are added by one or two. More lets
/// a member keep all others decrypting; less refuses one that adds people who come one by one.
const COMMITS: i64 = 8;
/// Changes of one's own standing (`here`, `back`, `created`) and refusals (`fault`) at once. Whoever refuses the key packages
/// of seven says eight things; one whose page is loaded anew says two. More lets a member send everybody more views; less
/// refuses one whose browser has a bad day.
const WORDS: i64 = 16;
/// Milliseconds that one of them costs.
const WORD_MILLIS: i64 = 500;
/// `done` at once. Somebody who comes back follows 32 commits in a row ([`super::delivery::LOG_KEPT`]). More costs nothing but
/// the room's time: one alone is told of it.
const DONES: i64 = 48;
/// Milliseconds that a `done` costs. Everybody says it for each commit of anybody, and two may commit as fast as they can.
const DONE_MILLIS: i64 = 50;

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

    fn of(kind: Kind, now: UnixMillis) -> Self {
        let (burst, cost) = match kind {
            Kind::Commit => (COMMITS, 1000 / COMMITS),
            Kind::Word => (WORDS, WORD_MILLIS),
            Kind::Done => (DONES, DONE_MILLIS),
        };
        Self { burst, cost, full_at: now.0 }
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
    fn try_spend(&mut self, now: UnixMillis) -> bool {
        // As in `wait`; what is refused has to be forgotten, too.
        self.full_at = self.full_at.min(now.0 + self.burst * self.cost);
        let may = self.wait(now) == 0;
        if may {
            self.spend(now);
        }
        may
    }
}

/// What has a bucket of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Commit,
    Word,
    Done,
}

impl Kind {
    pub fn of(message: &MlsRequest) -> Self {
        match message {
            MlsRequest::Commit { .. } => Self::Commit,
            MlsRequest::Done { .. } => Self::Done,
            MlsRequest::Here { .. }
            | MlsRequest::Back { .. }
            | MlsRequest::Created { .. }
            | MlsRequest::Fault { .. } => Self::Word,
        }
    }

    /// Told to whom it was too much for.
    pub fn limit(self) -> &'static str {
        match self {
            Self::Commit => "eight commits a second",
            Self::Word => "two of here, back, created and fault a second",
            Self::Done => "twenty done a second",
        }
    }
}

/// How much each seat has said to the delivery service; what is too much is refused. A seat's number is its person's as
/// long as the room is open, so leaving and coming again gives nobody more. A bucket that is full again is forgotten,
/// being as good as none: what is kept is of those who spoke within the last eight seconds.
#[derive(Debug, Default)]
pub struct Paces(BTreeMap<(MemberId, Kind), Pace>);

impl Paces {
    pub fn try_spend(&mut self, member: MemberId, kind: Kind, now: UnixMillis) -> bool {
        self.0.retain(|_, pace| pace.full_at > now.0);
        self.0.entry((member, kind)).or_insert_with(|| Pace::of(kind, now)).try_spend(now)
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

    /// Of what member 1 says once a millisecond, how much is taken.
    fn taken(paces: &mut Paces, kind: Kind, from: i64, to: i64) -> usize {
        (from..to).filter(|now| paces.try_spend(MemberId(1), kind, UnixMillis(*now))).count()
    }

    #[test]
    fn a_seat_says_so_much_at_once_and_in_a_second_and_no_more_however_often_it_tries() {
        for (kind, at_once, in_two_seconds) in [(Kind::Commit, 8, 16), (Kind::Word, 16, 4), (Kind::Done, 48, 40)] {
            let mut paces = Paces::default();
            assert_eq!(taken(&mut paces, kind, 0, 50), at_once, "{kind:?} at once");
            assert_eq!(taken(&mut paces, kind, 50, 2050), in_two_seconds, "{kind:?}");
            assert_eq!(taken(&mut paces, kind, 60_000, 60_050), at_once, "{kind:?}: a pause saves nothing up");
        }
    }

    #[test]
    fn eight_who_come_at_once_twice_in_a_row_are_not_slowed() {
        let mut paces = Paces::default();
        let now = UnixMillis(0);
        let mut say = |member: u32, kind, times: usize| {
            for _ in 0..times {
                assert!(paces.try_spend(MemberId(member), kind, now), "{member} {kind:?}");
            }
        };
        for _ in 0..2 {
            for member in 1..=8 {
                // Comes, is asked to make the group, is added or not and comes anew; follows whoever adds the others.
                say(member, Kind::Word, 3);
                say(member, Kind::Done, 8);
            }
            say(1, Kind::Commit, 4);
        }
        // The first one refuses the key packages of all others.
        say(1, Kind::Word, 7);
    }

    #[test]
    fn nobody_takes_from_another_and_who_has_been_quiet_is_forgotten() {
        let mut paces = Paces::default();
        for member in 0..500 {
            assert!(paces.try_spend(MemberId(member), Kind::Word, UnixMillis(0)));
        }
        assert!(paces.try_spend(MemberId(1), Kind::Commit, UnixMillis(WORD_MILLIS)));
        assert_eq!(paces.0.len(), 1);
        // A clock that was set back by a day silences nobody for longer than a full bucket.
        let yesterday = WORD_MILLIS - 86_400_000;
        assert_eq!(taken(&mut paces, Kind::Commit, yesterday, yesterday + 1000), 7);
        assert_eq!(paces.0.len(), 1);
    }
}
