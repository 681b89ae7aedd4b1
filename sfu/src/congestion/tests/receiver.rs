//! A subscriber's RTCP, as browsers have it: when what came, what is missing, key frames. Times in ms.

use super::network::{Conditions, Path};
use super::viewer::{Ear, Picture, Screen};
use std::collections::BTreeMap;

/// Questions for one packet.
const ROUNDS: u32 = 10;

/// What one packet of the server holds.
#[derive(Clone, Copy)]
pub(super) enum Body {
    Voice(usize),
    /// The number in its stream.
    Picture(usize, Picture),
    Repetition(usize, Picture),
    Padding,
}

/// What the server hears.
pub(super) enum Said {
    /// By transport-wide numbers.
    Feedback(Vec<(usize, Option<f64>)>),
    Missing(Vec<(usize, usize)>),
    KeyFrame(usize),
}

pub(super) struct Receiver {
    pub(super) screens: Vec<Screen>,
    pub(super) ears: Vec<Ear>,
    back: Path<Said>,
    received: BTreeMap<usize, f64>,
    /// The first transport-wide number not reported yet.
    reported: usize,
    /// Of each stream the next number.
    expected: Vec<Option<usize>>,
    /// By stream and number: when to ask next, and how often it was asked for.
    missing: BTreeMap<(usize, usize), (f64, u32)>,
    asked: usize,
}

impl Receiver {
    pub(super) fn new(others: usize, seed: u64) -> Self {
        Self {
            screens: (0..others).map(|_| Screen::default()).collect(),
            ears: (0..others).map(|_| Ear::default()).collect(),
            back: Path::new(seed ^ 0xfeed),
            received: BTreeMap::new(),
            reported: 0,
            expected: vec![None; others],
            missing: BTreeMap::new(),
            asked: 0,
        }
    }

    pub(super) fn arrived(&mut self, now: f64, wide: usize, body: &Body) {
        self.received.insert(wide, now);
        match body {
            Body::Voice(who) => self.ears[*who].arrived.push(now),
            Body::Picture(number, picture) => self.picture(now, *number, picture, false),
            Body::Repetition(number, picture) => self.picture(now, *number, picture, true),
            Body::Padding => {}
        }
    }

    fn picture(&mut self, now: f64, number: usize, picture: &Picture, is_repetition: bool) {
        let stream = picture.stream;
        let was_missing = self.missing.remove(&(stream, number)).is_some();
        let expected = self.expected[stream].unwrap_or(number);
        // What came before a key frame is not needed any more.
        let begins = picture.key && picture.index == 0;
        if begins {
            self.missing.retain(|(of, missing), _| *of != stream || *missing > number);
        }
        if number >= expected && !begins {
            self.missing.extend((expected..number).map(|missing| ((stream, missing), (now, 0))));
        }
        self.expected[stream] = Some(expected.max(number + 1));
        self.screens[stream].arrived(now, picture, is_repetition && was_missing);
    }

    /// One millisecond: plays, asks and reports. Returns what the server hears.
    pub(super) fn pass(&mut self, now: f64, at: &Conditions) -> Vec<Said> {
        let round_trip = 2.0 * at.delay + at.jitter;
        // Feedback comes back over a path that loses as much, not in bursts (which are of packets, and there are few of
        // these), and never fills.
        let at = Conditions { rate: 10_000.0, burst: 1.0, steady_other: 0.0, greedy_other: false, ..*at };
        for (stream, screen) in self.screens.iter_mut().enumerate() {
            if screen.play(now, self.asked, round_trip) {
                self.back.send(100, Said::KeyFrame(stream), &at);
            }
        }
        if (now as u64).is_multiple_of(20) {
            let due = self.due(now, round_trip.max(20.0));
            if !due.is_empty() {
                self.asked += due.len();
                self.back.send(100, Said::Missing(due), &at);
            }
        }
        if (now as u64).is_multiple_of(50) && !self.received.is_empty() {
            let report = self.report();
            self.back.send(100, Said::Feedback(report), &at);
        }
        self.back.pass(now, &at)
    }

    fn due(&mut self, now: f64, round_trip: f64) -> Vec<(usize, usize)> {
        self.missing.retain(|_, (_, rounds)| *rounds < ROUNDS);
        let mut due = Vec::new();
        for (which, (next, rounds)) in &mut self.missing {
            if now >= *next {
                (*next, *rounds) = (now + round_trip, *rounds + 1);
                due.push(*which);
            }
        }
        due
    }

    fn report(&mut self) -> Vec<(usize, Option<f64>)> {
        let times = std::mem::take(&mut self.received);
        let last = *times.last_key_value().expect("something came").0;
        let report = (self.reported..=last).map(|number| (number, times.get(&number).copied())).collect();
        self.reported = self.reported.max(last + 1);
        report
    }
}
