//! How long the queue in the network is, whether or not it grows: delay above the least seen lately. A full queue that
//! stays full shows in no slope.

use std::time::{Duration, Instant};

/// The least delay is that of the last one to two of these. More: after the route became longer, that much is taken for
/// a queue. Less: a queue that stays that long is taken for the route.
const BASE: Duration = Duration::from_secs(30);
/// The queue now is the least delay of the last one to two of these. More is later, less is a frame's own length.
const RECENT: Duration = Duration::from_millis(100);
/// The delay is this much longer from one [`RECENT`] to the next, in seconds: no queue of ours grows so fast, or then it
/// goes on growing. Less: a key frame on a thin line. More: a route that is a little longer is taken for a queue.
const STEP: f64 = 0.06;
/// And then changes by no more than this, in seconds, for so many times [`RECENT`]. Less: jitter hides the step. More: a
/// queue that still grows is taken for the route.
const FLAT: f64 = 0.04;
const TIMES: u32 = 5;
/// A queue that is full is flat as well, and loses at least this part: a step like that needs far more than fits.
const OVERFLOWS: f64 = 0.2;
/// The least is sent for so long, and the queue has not become shorter by so much: it is the route's, or somebody else's,
/// or the path is narrower still; then its losses say so. More: after a route that became longer unnoticed the picture
/// is small for longer. Less: a long queue has had no time to drain.
const STANDS: Duration = Duration::from_secs(3);
const SHORTER: Duration = Duration::from_millis(20);

#[derive(Debug, Default)]
pub(super) struct Queue {
    first: Option<(Instant, Duration)>,
    base: Least,
    recent: Least,
    span: Span,
    step: Option<Step>,
    /// Since when the least is sent because of it, and how long it was then.
    lasting: Option<(Instant, Duration)>,
}

/// The least of a window that slides by halves.
#[derive(Clone, Copy, Debug, Default)]
struct Least {
    since: Duration,
    before: Option<f64>,
    current: Option<f64>,
}

/// What came within [`RECENT`], and the least delay of the span before.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    since: Duration,
    before: Option<f64>,
    least: Option<f64>,
    lost: u32,
    total: u32,
}

/// The delay is suddenly longer; if it stays so, the route is.
#[derive(Clone, Copy, Debug)]
struct Step {
    least: f64,
    most: f64,
    times: u32,
    lost: u32,
    total: u32,
}

impl Queue {
    /// Returns whether the route turns out to be longer than it was: what was taken for a queue is none.
    pub(super) fn arrived(&mut self, sent: Instant, arrival: Duration) -> bool {
        let (first_sent, first_arrival) = *self.first.get_or_insert((sent, arrival));
        let delay = arrival.as_secs_f64()
            - first_arrival.as_secs_f64()
            - sent.saturating_duration_since(first_sent).as_secs_f64();
        self.base.add(arrival, delay, BASE);
        self.recent.add(arrival, delay, RECENT);
        let is_over = arrival.saturating_sub(self.span.since) >= RECENT;
        let is_longer = is_over && self.span_ended(arrival);
        self.span.total += 1;
        self.span.least = Some(self.span.least.map_or(delay, |least| least.min(delay)));
        if is_longer {
            self.base = Least { since: arrival, before: None, current: self.recent.get() };
        }
        is_longer
    }

    /// The queue is long, and so the least is sent.
    pub(super) fn resisted(&mut self, now: Instant) {
        self.lasting.get_or_insert((now, self.length()));
    }

    /// Whether it stays longer than `short` all the same: then it is the route from now on, and no queue.
    pub(super) fn outlasts(&mut self, now: Instant, short: Duration) -> bool {
        let length = self.length();
        self.lasting = self.lasting.filter(|_| length > short);
        let Some((since, before)) = self.lasting else { return false };
        if length + SHORTER < before {
            self.lasting = Some((now, length));
        } else if now >= since + STANDS {
            self.lasting = None;
            self.base = Least { current: self.recent.get(), before: None, ..self.base };
            return true;
        }
        false
    }

    pub(super) fn lost(&mut self) {
        self.span.lost += 1;
        self.span.total += 1;
    }

    pub(super) fn length(&self) -> Duration {
        let length = self.recent.get().zip(self.base.get()).map_or(0.0, |(now, least)| now - least);
        Duration::try_from_secs_f64(length.max(0.0)).unwrap_or(Duration::MAX)
    }

    fn span_ended(&mut self, arrival: Duration) -> bool {
        let Span { before, least, lost, total, .. } = self.span;
        self.span = Span { since: arrival, before: least, ..Span::default() };
        let Some(now) = least else { return false };
        let step = self.step.take().map(|step| step.with(now, lost, total)).filter(Step::is_flat);
        let begins = before.is_some_and(|before| now > before + STEP);
        self.step = step.or(begins.then_some(Step { least: now, most: now, times: 1, lost, total }));
        if self.step.is_none_or(|step| step.times < TIMES) {
            return false;
        }
        self.step.take().is_some_and(|step| f64::from(step.lost) < OVERFLOWS * f64::from(step.total))
    }
}

impl Step {
    fn with(self, now: f64, lost: u32, total: u32) -> Step {
        Step {
            least: self.least.min(now),
            most: self.most.max(now),
            times: self.times + 1,
            lost: self.lost + lost,
            total: self.total + total,
        }
    }

    fn is_flat(&self) -> bool {
        self.most - self.least <= FLAT
    }
}

impl Least {
    fn add(&mut self, at: Duration, value: f64, half: Duration) {
        let passed = at.saturating_sub(self.since);
        if passed >= half {
            let gap = passed >= half * 2;
            self.before = self.current.take().filter(|_| !gap);
            self.since = at;
        }
        self.current = Some(self.current.map_or(value, |least| least.min(value)));
    }

    fn get(&self) -> Option<f64> {
        self.before.into_iter().chain(self.current).reduce(f64::min)
    }
}
