//! What the publisher is asked for again (RFC 4585 § 6.2.1), and when it is not worth asking any more.

use std::time::{Duration, Instant};

/// Numbers that may be missing at once. More: memory, and a long gap is repaired packet by packet when a key frame
/// would be there sooner. Less: a burst of losses costs a key frame. 256 are a fifth of a second of the largest stream.
const MAX_MISSING: usize = 256;

/// Wait before the first question. More: repairs come later. Less: packets that were only overtaken are asked for.
const REORDERING: Duration = Duration::from_millis(8);

/// Least time between two questions for the same packet, whatever the round-trip time is said to be. Less: a wrong
/// estimate makes a storm.
const MIN_INTERVAL: Duration = Duration::from_millis(20);

/// Rounds of questions for one packet. More: the tail of a bad path is repaired, and a dead one asked longer. Less: with a
/// tenth lost both ways a round fails one time in ten, so eight leave 3 in a hundred million.
const MAX_ROUNDS: u32 = 8;

/// On a path with a longer round trip each round is two questions this far apart, since a question that is lost costs the
/// viewer a whole one; senders answer the second only if the first was lost. Less: both are lost together. More: the
/// second comes too late.
const SECOND: Duration = Duration::from_millis(20);
const FAR: Duration = Duration::from_millis(100);

/// Growth of the time between questions, which begins with a quarter more than the round trip. More: fewer rounds on a
/// long path before it is too late. Less: more vain questions while a round-trip time that has risen is not known yet.
const GROWTH: f64 = 1.25;

/// Age at which a packet is given up. More: repairs that no subscriber waits for. Less: a path with a round trip of
/// 300 ms has no third round. A viewer who waits longer than this is better off with a key frame.
const MAX_AGE: Duration = Duration::from_millis(1_500);

/// After so long without anything, and so many missing, the sender was away: it keeps packets for about a second, and a
/// key frame is there sooner than what it would take to repair. Less: a stumbling radio costs a key frame. More: the
/// picture stands until the questions are given up.
const AWAY: (Duration, u64) = (Duration::from_millis(1_000), 8);

/// Each packet that arrives allows so many questions, in quarters: 2 is half a question. More: storms on a path that
/// drops because it is full. Less: losses above this share are not repaired at once.
const EARNED: u32 = 2;
/// Questions saved up at most, in quarters: 100 of them, a burst of losses.
const SAVED: u32 = 400;
/// What a question costs.
const COST: u32 = 4;

/// One packet that did not come.
#[derive(Clone, Copy, Debug)]
struct Gap {
    extended: u64,
    since: Instant,
    next: Instant,
    rounds: u32,
    /// The round's first question was asked, its second was not.
    half: bool,
}

/// Missing packets of one stream. Bounded in number, rounds, age, and in its share of what arrives; beyond those it
/// gives up and wants a key frame instead.
#[derive(Debug)]
pub(crate) struct Missing {
    /// Ascending.
    gaps: Vec<Gap>,
    newest: Option<u64>,
    last: Option<Instant>,
    /// Newest start of a key frame: what lies before it can be given up without another.
    key_frame: u64,
    /// Something was given up that nothing after it makes up for.
    wants_key_frame: bool,
    /// In quarters of a question.
    allowance: u32,
    /// No later than the first `next`.
    wake: Option<Instant>,
}

impl Default for Missing {
    fn default() -> Missing {
        Missing {
            gaps: Vec::with_capacity(MAX_MISSING),
            newest: None,
            last: None,
            key_frame: 0,
            wants_key_frame: false,
            allowance: SAVED,
            wake: None,
        }
    }
}

impl Missing {
    /// A packet is there, by itself or repaired. Duplicates do no harm.
    pub(crate) fn arrived(&mut self, now: Instant, extended: u64) {
        self.allowance = (self.allowance + EARNED).min(SAVED);
        let newest = *self.newest.get_or_insert(extended);
        if extended <= newest {
            if let Ok(at) = self.gaps.binary_search_by_key(&extended, |gap| gap.extended) {
                self.gaps.remove(at);
            }
        } else {
            self.newest = Some(extended);
            let was_away = self.last.is_some_and(|at| now.saturating_duration_since(at) >= AWAY.0);
            match was_away && extended - newest > AWAY.1 {
                true => self.give_up(),
                false => self.note(now, newest + 1, extended),
            }
        }
        self.last = Some(now);
        if self.gaps.is_empty() {
            self.wake = None;
        }
    }

    /// The packet with this number, told to [`Missing::arrived`] too, begins a key frame.
    pub(crate) fn key_frame(&mut self, extended: u64) {
        if extended > self.key_frame {
            self.key_frame = extended;
            self.wants_key_frame = false;
        }
    }

    /// Appends what to ask for now, ascending. `rtt`: between us and the publisher. Returns whether a key frame is
    /// wanted because something was given up; asked again after the next loss only, throttling is the caller's.
    pub(crate) fn due(&mut self, now: Instant, rtt: Duration, asks: &mut Vec<u16>) -> bool {
        if self.wake.is_some_and(|wake| wake <= now) {
            self.ask(now, rtt.max(MIN_INTERVAL), asks);
            self.wake = self.gaps.iter().map(|gap| gap.next).min();
        }
        std::mem::take(&mut self.wants_key_frame)
    }

    /// When [`Missing::due`] has something to say; now if a key frame is wanted.
    pub(crate) fn deadline(&self, now: Instant) -> Option<Instant> {
        if self.wants_key_frame { Some(now) } else { self.wake }
    }

    /// `from` up to `to` did not come.
    fn note(&mut self, now: Instant, from: u64, to: u64) {
        let count = usize::try_from(to - from).unwrap_or(usize::MAX);
        if self.gaps.len().saturating_add(count) > MAX_MISSING {
            self.give_up_before(self.key_frame);
        }
        if self.gaps.len().saturating_add(count) > MAX_MISSING {
            return self.give_up();
        }
        let next = now + REORDERING;
        self.gaps.extend((from..to).map(|extended| Gap { extended, since: now, next, rounds: 0, half: false }));
        if count > 0 {
            self.wake = Some(self.wake.map_or(next, |wake| wake.min(next)));
        }
    }

    fn give_up(&mut self) {
        self.gaps.clear();
        self.wants_key_frame = true;
    }

    fn give_up_before(&mut self, key_frame: u64) {
        let count = self.gaps.partition_point(|gap| gap.extended < key_frame);
        self.gaps.drain(..count);
    }

    fn ask(&mut self, now: Instant, rtt: Duration, asks: &mut Vec<u16>) {
        let Missing { gaps, key_frame, wants_key_frame, allowance, .. } = self;
        gaps.retain_mut(|gap| {
            if gap.next > now {
                return true;
            }
            if gap.rounds == MAX_ROUNDS || now.saturating_duration_since(gap.since) >= MAX_AGE {
                *wants_key_frame |= gap.extended > *key_frame;
                return false;
            }
            if *allowance < COST {
                // Later, with what has arrived until then; not a round, or a poor path would give up at once.
                gap.next = now + MIN_INTERVAL;
                return true;
            }
            *allowance -= COST;
            asks.push(gap.extended as u16);
            gap.half = !gap.half && rtt > FAR;
            if gap.half {
                gap.next = now + SECOND;
            } else {
                gap.next = now + (rtt + rtt / 4).mul_f64(GROWTH.powi(gap.rounds as i32));
                gap.rounds += 1;
            }
            true
        });
    }
}
