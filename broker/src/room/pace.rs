//! How fast a socket may talk, and a seat to the delivery service. Pure: told the time.

use schemas::mls::MlsRequest;
use schemas::{MemberId, UnixMillis};
use std::collections::BTreeMap;

/// Messages at once. An eager client sends hello, offer, publishing and a ping within a second.
const BURST: i64 = 20;
/// Milliseconds that one message costs. Less lets a broken client load its room; more delays a mute button that is
/// pressed wildly.
const COST_MILLIS: i64 = 100;
/// Commits that add somebody, at once and within a second (`END_TO_END.md`). Eight people who come at once are added by one
/// or two. More lets a member keep all others decrypting, if it has guests who come again and again; less refuses one that adds
/// people who come one by one, or keeps out who comes together with such guests.
const ADDITIONS: i64 = 8;
/// Commits that add nobody, at once: seven who leave one after the other are removed by one, who renews its keys then. More
/// lets a member be first with every epoch for longer; less keeps in the group who has left.
const CHANGES: i64 = 8;
/// Milliseconds that one of them costs. A member renews its keys every ten minutes. Less ends epochs faster than others, over
/// a slow network, can add somebody to one; more has whoever removes many who come and go wait.
const CHANGE_MILLIS: i64 = 2000;
/// Changes of one's own standing (`here`, `back`, `created`) at once. One whose page is loaded anew says two. More lets a
/// member send everybody more views; less refuses one whose browser has a bad day.
const WORDS: i64 = 16;
/// Milliseconds that one of them costs.
const WORD_MILLIS: i64 = 500;
/// `done` at once. Somebody who comes back follows 32 commits in a row ([`super::delivery::LOG_KEPT`]). More costs nothing but
/// the room's time: one alone is told of it.
const DONES: i64 = 48;
/// Milliseconds that a `done` costs. Everybody says it for each commit of anybody, and two may commit as fast as they can.
const DONE_MILLIS: i64 = 50;

/// Refusals (`fault`) at once. Of seven others each may show 16 key packages in a row and two a second after that, and all
/// of them may be refused by one: what is dropped costs that one nothing, but stands as if it were good. More costs
/// nothing but the room's time.
const FAULTS: i64 = 7 * WORDS;
/// Milliseconds that one of them costs.
const FAULT_MILLIS: i64 = WORD_MILLIS / 7;

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
            Kind::Addition => (ADDITIONS, 1000 / ADDITIONS),
            Kind::Change => (CHANGES, CHANGE_MILLIS),
            Kind::Word => (WORDS, WORD_MILLIS),
            Kind::Done => (DONES, DONE_MILLIS),
            Kind::Fault => (FAULTS, FAULT_MILLIS),
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
    /// A commit that adds somebody.
    Addition,
    /// One that removes somebody, or renews keys.
    Change,
    Word,
    Done,
    Fault,
}

impl Kind {
    pub fn of(message: &MlsRequest) -> Self {
        match message {
            MlsRequest::Commit { added, .. } if added.is_empty() => Self::Change,
            MlsRequest::Commit { .. } => Self::Addition,
            MlsRequest::Done { .. } => Self::Done,
            MlsRequest::Fault { .. } => Self::Fault,
            MlsRequest::Here { .. } | MlsRequest::Back { .. } | MlsRequest::Created { .. } => Self::Word,
        }
    }

    /// Whether nobody else makes a member say so much of it. Others come and go, and it has to add and remove them; they
    /// commit, and it has to follow: it must not be named for that.
    pub fn is_of_its_own(self) -> bool {
        self == Self::Word
    }

    /// Told to whom it was too much for. Too many refusals are dropped and nothing is said.
    pub fn limit(self) -> Option<&'static str> {
        match self {
            Self::Addition => Some("eight commits a second that add somebody"),
            Self::Change => Some("one commit in two seconds that adds nobody"),
            Self::Word => Some("two of here, back and created a second"),
            Self::Done => Some("twenty done a second"),
            Self::Fault => None,
        }
    }
}

/// How much each seat has said to the delivery service; what is too much is refused. A seat's number is its person's as
/// long as the room is open, so leaving and coming again gives nobody more. A bucket that is full again is forgotten,
/// being as good as none: what is kept is of those who spoke within the last sixteen seconds.
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
    use schemas::mls::MlsAdded;

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
        for (kind, at_once, in_two_seconds) in
            [(Kind::Addition, 8, 16), (Kind::Change, 8, 1), (Kind::Word, 16, 4), (Kind::Done, 48, 40)]
        {
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
            say(1, Kind::Addition, 4);
        }
    }

    #[test]
    fn who_removes_seven_one_after_the_other_renews_its_keys_and_adds_others_all_the_same() {
        let mut paces = Paces::default();
        let now = UnixMillis(0);
        assert!((0..8).all(|_| paces.try_spend(MemberId(1), Kind::Change, now)));
        assert!((0..8).all(|_| paces.try_spend(MemberId(1), Kind::Addition, now)));
        let commit =
            |added| MlsRequest::Commit { generation: 1, epoch: 1, commit: "commit".into(), welcome: None, added };
        let added = vec![MlsAdded { member: MemberId(2), reference: "ref".to_owned() }];
        assert_eq!((Kind::of(&commit(vec![])), Kind::of(&commit(added))), (Kind::Change, Kind::Addition));
    }

    #[test]
    fn whoever_renews_as_fast_as_it_may_leaves_the_others_two_seconds_for_each_epoch() {
        let mut paces = Paces::default();
        let last = (0..60_000).filter(|now| paces.try_spend(MemberId(1), Kind::Change, UnixMillis(*now)));
        let times: Vec<i64> = last.skip(8).collect();
        assert!(times.len() > 20 && times.windows(2).all(|pair| pair[1] - pair[0] >= 2000), "{times:?}");
    }

    #[test]
    fn who_refuses_all_that_seven_show_says_all_of_it_and_more_is_dropped() {
        let mut paces = Paces::default();
        for now in 0..60_000 {
            for liar in 2..=8 {
                if paces.try_spend(MemberId(liar), Kind::Word, UnixMillis(now)) {
                    assert!(paces.try_spend(MemberId(1), Kind::Fault, UnixMillis(now)), "{liar} at {now}");
                }
            }
        }
        assert!(paces.try_spend(MemberId(1), Kind::Word, UnixMillis(60_000)), "and its own words are free");
        let now = UnixMillis(600_000);
        assert_eq!((0..500).filter(|_| paces.try_spend(MemberId(1), Kind::Fault, now)).count(), 112);
        let fault =
            MlsRequest::Fault { generation: 1, epoch: 1, code: "gone".to_owned(), about: None, reference: None };
        assert_eq!(Kind::of(&fault), Kind::Fault);
        assert!(Kind::Fault.limit().is_none(), "the rest is dropped without a word");
    }

    #[test]
    fn who_says_too_much_is_named_only_for_what_nobody_else_makes_it_say() {
        let kinds = [Kind::Addition, Kind::Change, Kind::Word, Kind::Done, Kind::Fault];
        assert_eq!(kinds.map(Kind::is_of_its_own), [false, false, true, false, false]);
    }

    #[test]
    fn nobody_takes_from_another_and_who_has_been_quiet_is_forgotten() {
        let mut paces = Paces::default();
        for member in 0..500 {
            assert!(paces.try_spend(MemberId(member), Kind::Word, UnixMillis(0)));
        }
        assert!(paces.try_spend(MemberId(1), Kind::Addition, UnixMillis(WORD_MILLIS)));
        assert_eq!(paces.0.len(), 1);
        // A clock that was set back by a day silences nobody for longer than a full bucket.
        let yesterday = WORD_MILLIS - 86_400_000;
        assert_eq!(taken(&mut paces, Kind::Addition, yesterday, yesterday + 1000), 7);
        assert_eq!(paces.0.len(), 1);
    }
}
