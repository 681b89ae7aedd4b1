use super::{origin, trace};
use crate::receive::Missing;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::{Duration, Instant};

/// A publisher behind a path that loses packets, questions and repairs alike.
struct Path {
    /// Loses what meets a byte below this.
    loss: u8,
    fates: Vec<u8>,
    used: usize,
    one_way: Duration,
    /// Added to some.
    jitter: Duration,
}

impl Path {
    /// When what is sent now arrives, if it does.
    fn carry(&mut self, now: Instant) -> Option<Instant> {
        self.used += 1;
        let fate = self.fates[self.used % self.fates.len()];
        let late = if fate.is_multiple_of(7) { self.jitter } else { Duration::ZERO };
        (fate >= self.loss).then(|| now + self.one_way + late)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Sent(u64),
    Arrived(u64),
    /// At the publisher.
    Asked(u64),
}

#[derive(Default)]
struct Outcome {
    arrived: BTreeSet<u64>,
    /// The first to arrive; what it overtook is not missed.
    first: Option<u64>,
    asked: BTreeMap<u64, usize>,
    key_frames: usize,
}

const PACKETS: u64 = 2_000;
const SPACING: Duration = Duration::from_millis(3);
/// Before 65,536, so that the numbers wrap.
const FIRST: u64 = 64_000;

fn call(mut path: Path, rtt: Duration) -> Outcome {
    let begin = origin();
    let (mut missing, mut outcome, mut asks) = (Missing::default(), Outcome::default(), Vec::new());
    let mut events = BinaryHeap::new();
    let at = |time: Instant, event| (std::cmp::Reverse(time), event);
    events.push(at(begin, Event::Sent(0)));
    loop {
        let deadline = missing.deadline(begin);
        let next = events.peek().map(|(time, _)| time.0);
        let Some(mut now) = deadline.into_iter().chain(next).min() else { return outcome };
        if next == Some(now) {
            match events.pop().unwrap().1 {
                Event::Sent(index) => {
                    path.carry(now).into_iter().for_each(|time| events.push(at(time, Event::Arrived(index))));
                    if index + 1 < PACKETS {
                        events.push(at(now + SPACING, Event::Sent(index + 1)));
                    }
                }
                Event::Asked(index) => {
                    path.carry(now).into_iter().for_each(|time| events.push(at(time, Event::Arrived(index))));
                }
                Event::Arrived(index) => {
                    missing.arrived(now, FIRST + index);
                    outcome.arrived.insert(index);
                    outcome.first.get_or_insert(index);
                }
            }
        }
        now = now.max(begin);
        asks.clear();
        outcome.key_frames += usize::from(missing.due(now, rtt, &mut asks));
        assert!(missing.deadline(now).is_none_or(|deadline| deadline > now), "no busy loop");
        for number in &asks {
            let index = u64::from(number.wrapping_sub(FIRST as u16));
            assert!(!outcome.arrived.contains(&index), "asked for what is there");
            *outcome.asked.entry(index).or_default() += 1;
        }
        if let Some(time) = Some(&asks).filter(|asks| !asks.is_empty()).and_then(|_| path.carry(now)) {
            let asked = asks.iter().map(|number| u64::from(number.wrapping_sub(FIRST as u16)));
            asked.for_each(|index| events.push(at(time, Event::Asked(index))));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tenth_lost_both_ways_is_repaired_with_few_questions(
        fates in prop::collection::vec(any::<u8>(), 997), one_way in 0..80u64, jitter in 0..6u64,
    ) {
        let millis = Duration::from_millis;
        let lost = fates.iter().filter(|fate| **fate < 26).count() as f64 / 997.0;
        prop_assume!(lost < 0.13);
        let path = Path { loss: 26, fates, used: 0, one_way: millis(one_way), jitter: millis(jitter) };
        let outcome = call(path, millis(2 * one_way));
        let left = PACKETS as usize - outcome.arrived.len();
        prop_assert!(left <= 8, "{left} not repaired");
        let questions: usize = outcome.asked.values().sum();
        prop_assert!(questions <= 600, "{questions} questions for about 200 losses");
    }

    #[test]
    fn whatever_the_path_questions_are_bounded_and_what_is_given_up_costs_a_key_frame(
        loss in 0..=255u8, fates in prop::collection::vec(any::<u8>(), 1..997), one_way in 0..1_000u64,
        jitter in 0..300u64, rtt in 0..1_000u64,
    ) {
        let millis = Duration::from_millis;
        let path = Path { loss, fates, used: 0, one_way: millis(one_way), jitter: millis(jitter) };
        let outcome = call(path, millis(rtt));
        let questions: usize = outcome.asked.values().sum();
        // Two a round on a long way.
        prop_assert!(outcome.asked.values().all(|rounds| *rounds <= 16));
        // Repairs that come twice earn, too.
        prop_assert!(questions <= 100 + (outcome.arrived.len() + questions) / 2, "{questions} questions");
        let since = outcome.first.unwrap_or(0);
        let last = outcome.arrived.last().copied().unwrap_or(0);
        let left = (since..last).filter(|index| !outcome.arrived.contains(index)).count();
        prop_assert!(left == 0 || outcome.key_frames > 0, "{left} missing in silence");
    }

    #[test]
    fn any_trace_is_bounded(trace in trace(300, 2_000)) {
        let (begin, mut missing, mut asks) = (origin(), Missing::default(), Vec::with_capacity(256));
        for (step, index) in trace.into_iter().enumerate() {
            let now = begin + Duration::from_millis(step as u64);
            missing.arrived(now, FIRST + index);
            asks.clear();
            missing.due(now, Duration::from_millis(50), &mut asks);
            prop_assert!(asks.len() <= 100);
            prop_assert!(asks.is_sorted_by_key(|number| number.wrapping_sub(FIRST as u16)));
        }
    }
}

fn asks(missing: &mut Missing, now: Instant) -> (Vec<u16>, bool) {
    let mut asks = vec![];
    let key_frame = missing.due(now, Duration::from_millis(40), &mut asks);
    (asks, key_frame)
}

#[test]
fn what_is_only_overtaken_is_not_asked_for() {
    let (now, mut missing) = (origin(), Missing::default());
    missing.arrived(now, 70_000);
    missing.arrived(now, 70_002);
    assert_eq!(missing.deadline(now), Some(now + Duration::from_millis(8)));
    missing.arrived(now + Duration::from_millis(7), 70_001);
    assert_eq!(missing.deadline(now), None);
    assert_eq!(asks(&mut missing, now + Duration::from_secs(1)), (vec![], false));
}

#[test]
fn a_packet_that_does_not_come_back_is_asked_for_less_and_less_often_and_given_up() {
    let (begin, mut missing) = (origin(), Missing::default());
    missing.arrived(begin, 70_000);
    missing.arrived(begin, 70_002);
    let mut at = vec![];
    while let Some(now) = missing.deadline(begin) {
        let (numbers, key_frame) = asks(&mut missing, now);
        match numbers[..] {
            [] => assert!(key_frame, "given up"),
            _ => assert_eq!(numbers, [(70_001 % 65_536) as u16]),
        }
        at.push((now - begin).as_millis());
    }
    assert_eq!(at, [8, 58, 120, 198, 296, 418, 570, 761, 1_000], "eight questions, and the end");
}

#[test]
fn on_a_long_way_each_round_asks_twice() {
    let (begin, mut missing, mut at) = (origin(), Missing::default(), vec![]);
    missing.arrived(begin, 70_000);
    missing.arrived(begin, 70_002);
    while let Some(now) = missing.deadline(begin).filter(|at| *at < begin + Duration::from_millis(900)) {
        missing.due(now, Duration::from_millis(300), &mut vec![]);
        at.push((now - begin).as_millis());
    }
    assert_eq!(at, [8, 28, 403, 423, 891]);
}

#[test]
fn after_an_outage_a_key_frame_is_wanted_at_once() {
    let (begin, mut missing) = (origin(), Missing::default());
    let back = begin + Duration::from_secs(3);
    missing.arrived(begin, 70_000);
    missing.arrived(back, 70_090);
    assert_eq!(missing.deadline(back), Some(back));
    assert_eq!(asks(&mut missing, back), (vec![], true));
    // One lost page of a screen that stands still is no outage.
    missing.arrived(back + Duration::from_secs(2), 70_092);
    assert_eq!(asks(&mut missing, back + Duration::from_millis(2_008)), (vec![(70_091 % 65_536) as u16], false));
}

#[test]
fn a_gap_too_long_to_repair_wants_a_key_frame_at_once() {
    let (now, mut missing) = (origin(), Missing::default());
    missing.arrived(now, 70_000);
    missing.arrived(now, 70_258);
    assert_eq!(missing.deadline(now), Some(now));
    assert_eq!(asks(&mut missing, now), (vec![], true));
    assert_eq!(missing.deadline(now), None);
}

#[test]
fn what_a_key_frame_makes_up_for_is_given_up_in_silence() {
    let (begin, mut missing) = (origin(), Missing::default());
    missing.arrived(begin, 70_000);
    missing.arrived(begin, 70_100);
    missing.key_frame(70_100);
    missing.arrived(begin, 70_300); // 99 and 199 do not fit together
    let (numbers, key_frame) = asks(&mut missing, begin + Duration::from_millis(8));
    assert!(!key_frame);
    assert_eq!(numbers.first(), Some(&((70_101 % 65_536) as u16)), "only what the key frame needs");
    let (_, key_frame) = asks(&mut missing, begin + Duration::from_secs(2));
    assert!(key_frame, "but that is needed");

    let mut missing = Missing::default();
    missing.arrived(begin, 70_000);
    missing.arrived(begin, 70_258);
    missing.key_frame(70_258);
    assert_eq!(asks(&mut missing, begin), (vec![], false), "the gap ended in a key frame");
}
