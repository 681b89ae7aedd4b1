//! One direction of a path in virtual time: a queue before a link of a given rate, then a delay; what is lost is chosen
//! by a seed. Times are milliseconds since the beginning.

use std::collections::VecDeque;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// In 0..1.
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What the path does at one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conditions {
    /// kbit/s.
    pub(super) rate: f64,
    /// One way, ms.
    pub(super) delay: f64,
    /// Added to the delay, at random up to this; packets are not reordered.
    pub(super) jitter: f64,
    /// What the queue holds at most, in ms of the link's rate.
    pub(super) queue: f64,
    /// Part of the packets lost.
    pub(super) loss: f64,
    /// Mean length of a burst of losses in packets; 1: each by itself.
    pub(super) burst: f64,
    /// kbit/s that somebody else sends through the same queue whatever happens.
    pub(super) steady_other: f64,
    /// Somebody else sends through the same queue like TCP (Reno): until something is lost, then half.
    pub(super) greedy_other: bool,
}

pub(super) const GOOD: Conditions = Conditions {
    rate: 4_000.0,
    delay: 25.0,
    jitter: 2.0,
    queue: 250.0,
    loss: 0.0,
    burst: 1.0,
    steady_other: 0.0,
    greedy_other: false,
};

/// The window of a TCP-like flow, in bytes.
const SEGMENT: f64 = 1_200.0;

pub(super) struct Path<T> {
    random: Random,
    losing: bool,
    /// Bytes waiting, and who they belong to (`None`: the other flow).
    queue: VecDeque<(f64, Option<T>)>,
    queued: f64,
    credit: f64,
    arriving: VecDeque<(f64, T)>,
    last_arrival: f64,
    other_debt: f64,
    window: f64,
    in_flight: f64,
    /// When segments of the other flow are acknowledged.
    acks: VecDeque<f64>,
    recovered_at: f64,
}

impl<T> Path<T> {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            losing: false,
            queue: VecDeque::new(),
            queued: 0.0,
            credit: 0.0,
            arriving: VecDeque::new(),
            last_arrival: 0.0,
            other_debt: 0.0,
            window: 4.0 * SEGMENT,
            in_flight: 0.0,
            acks: VecDeque::new(),
            recovered_at: 0.0,
        }
    }

    pub(super) fn send(&mut self, size: usize, packet: T, at: &Conditions) {
        self.enqueue(size as f64, Some(packet), at);
    }

    /// Moves one millisecond on, to `now`, and returns what arrived.
    pub(super) fn pass(&mut self, now: f64, at: &Conditions) -> Vec<T> {
        self.others(now, at);
        self.credit = (self.credit + at.rate / 8.0).min((at.rate / 8.0).max(1_500.0));
        while let Some((size, _)) = self.queue.front() {
            if *size > self.credit {
                break;
            }
            self.credit -= size;
            let (size, packet) = self.queue.pop_front().expect("looked at");
            self.queued -= size;
            self.leave(now, size, packet, at);
        }
        if self.queue.is_empty() {
            self.credit = self.credit.min(at.rate / 8.0);
        }
        let due = self.arriving.iter().take_while(|(time, _)| *time <= now).count();
        self.arriving.drain(..due).map(|(_, packet)| packet).collect()
    }

    fn leave(&mut self, now: f64, size: f64, packet: Option<T>, at: &Conditions) {
        let Some(packet) = packet else {
            if at.greedy_other {
                self.acks.push_back(now + 2.0 * at.delay);
            }
            self.in_flight -= if at.greedy_other { size } else { 0.0 };
            return;
        };
        if self.is_lost(at) {
            return;
        }
        let arrival = now + at.delay + at.jitter * self.random.next();
        self.last_arrival = self.last_arrival.max(arrival);
        self.arriving.push_back((self.last_arrival, packet));
    }

    /// Two states (Gilbert): in one everything is lost, in the other nothing.
    fn is_lost(&mut self, at: &Conditions) -> bool {
        let chance = self.random.next();
        self.losing = match (at.burst > 1.0, self.losing) {
            (false, _) => chance < at.loss,
            (true, true) => chance < 1.0 - 1.0 / at.burst,
            (true, false) => chance < at.loss / (at.burst * (1.0 - at.loss)),
        };
        self.losing
    }

    /// `false`: the queue was full.
    fn enqueue(&mut self, size: f64, packet: Option<T>, at: &Conditions) -> bool {
        if self.queued + size > at.queue * at.rate / 8.0 {
            return false;
        }
        self.queued += size;
        self.queue.push_back((size, packet));
        true
    }

    fn others(&mut self, now: f64, at: &Conditions) {
        self.other_debt += at.steady_other / 8.0;
        while self.other_debt >= SEGMENT {
            self.other_debt -= SEGMENT;
            self.enqueue(SEGMENT, None, at);
        }
        if !at.greedy_other {
            (self.window, self.in_flight) = (4.0 * SEGMENT, 0.0);
            self.acks.clear();
            return;
        }
        while self.acks.front().is_some_and(|time| *time <= now) {
            self.acks.pop_front();
            self.window += SEGMENT * SEGMENT / self.window;
        }
        while self.in_flight + self.acks.len() as f64 * SEGMENT + SEGMENT <= self.window {
            if self.enqueue(SEGMENT, None, at) {
                self.in_flight += SEGMENT;
                continue;
            }
            if now >= self.recovered_at {
                self.window = (self.window / 2.0).max(2.0 * SEGMENT);
                self.recovered_at = now + 2.0 * at.delay + at.queue;
            }
            break;
        }
    }
}
