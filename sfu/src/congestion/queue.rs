//! How long the queue in the network is, whether or not it grows: delay above the least seen lately. A full queue that
//! stays full shows in no slope.

use std::time::{Duration, Instant};

/// The least delay is that of the last one to two of these. More: after the route became longer, that much is taken for
/// a queue. Less: a queue that stays that long is taken for the route.
const BASE: Duration = Duration::from_secs(30);
/// The queue now is the least delay of the last one to two of these. More is later, less is a frame's own length.
const RECENT: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Queue {
    first: Option<(Instant, Duration)>,
    base: Least,
    recent: Least,
}

/// The least of a window that slides by halves.
#[derive(Debug, Default)]
struct Least {
    since: Duration,
    before: Option<f64>,
    current: Option<f64>,
}

impl Queue {
    pub(super) fn arrived(&mut self, sent: Instant, arrival: Duration) {
        let (first_sent, first_arrival) = *self.first.get_or_insert((sent, arrival));
        let delay = arrival.as_secs_f64()
            - first_arrival.as_secs_f64()
            - sent.saturating_duration_since(first_sent).as_secs_f64();
        self.base.add(arrival, delay, BASE);
        self.recent.add(arrival, delay, RECENT);
    }

    pub(super) fn length(&self) -> Duration {
        let length = self.recent.get().zip(self.base.get()).map_or(0.0, |(now, least)| now - least);
        Duration::try_from_secs_f64(length.max(0.0)).unwrap_or(Duration::MAX)
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
