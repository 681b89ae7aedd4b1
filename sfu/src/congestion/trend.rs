//! Whether the queue in the network grows: slope of the smoothed delay against an adaptive threshold. The filter is
//! libwebrtc's `TrendlineEstimator` (a line through the last delays in place of the draft's Kalman filter), the threshold
//! that of draft-ietf-rmcat-gcc-02 § 5.4.

use super::groups::Delta;
use std::time::Duration;

/// Delays the line goes through. More: steadier, later. Less: the reverse.
const WINDOW: usize = 20;
/// Weight of the past in the smoothed delay, same trade.
const SMOOTHING: f64 = 0.9;
/// From slope to something comparable with the threshold, which was tuned for it.
const GAIN: f64 = 4.0;
/// The slope counts more the more measurements it rests on, up to this number.
const FULL_CONFIDENCE: u32 = 60;
/// Where the threshold starts, and its bounds, in milliseconds (§ 5.4, which lets it down to 6: with a pacer in front.
/// Here every key frame and every row of retransmissions is a small queue of its own). Lower: they and jitter are taken
/// for congestion. Higher: long queues, late voices.
const THRESHOLD: (f64, f64, f64) = (12.5, 12.5, 600.0);
/// How fast the threshold follows a signal above it and below it, per millisecond (§ 5.4). The first too slow: a flow
/// that fills queues starves us. Too fast: we fill queues ourselves.
const UP: f64 = 0.0087;
const DOWN: f64 = 0.039;
/// A signal so far above is a step, not what the threshold should get used to (§ 5.4).
const STEP: f64 = 15.0;
/// How long the signal must stay above before it counts, in milliseconds. Less acts on a key frame. More: a longer queue.
const PERSISTS: f64 = 50.0;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Usage {
    #[default]
    Normal,
    /// The queue grows.
    Over,
    /// The queue drains.
    Under,
}

#[derive(Debug)]
pub(super) struct Trend {
    points: [(f64, f64); WINDOW],
    count: u32,
    origin: Duration,
    last: Duration,
    accumulated: f64,
    smoothed: f64,
    threshold: f64,
    slope: f64,
    /// Milliseconds and measurements spent above the threshold.
    above: Option<(f64, u32)>,
    usage: Usage,
}

impl Default for Trend {
    fn default() -> Self {
        Self {
            points: [(0.0, 0.0); WINDOW],
            count: 0,
            origin: Duration::ZERO,
            last: Duration::ZERO,
            accumulated: 0.0,
            smoothed: 0.0,
            threshold: THRESHOLD.0,
            slope: 0.0,
            above: None,
            usage: Usage::Normal,
        }
    }
}

impl Trend {
    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    /// Forgets the delays, keeps what the threshold has learnt of the path: after packets that were not looked at.
    pub(super) fn restart(&mut self) {
        *self = Self { threshold: self.threshold, ..Self::default() };
    }

    pub(super) fn measured(&mut self, delta: Delta) {
        if self.count == 0 {
            (self.origin, self.last) = (delta.at, delta.at);
        }
        let elapsed = delta.at.saturating_sub(self.last).as_secs_f64() * 1_000.0;
        self.last = delta.at;
        self.accumulated += delta.delay;
        self.smoothed = SMOOTHING * self.smoothed + (1.0 - SMOOTHING) * self.accumulated;
        let at = delta.at.saturating_sub(self.origin).as_secs_f64() * 1_000.0;
        self.points[self.count as usize % WINDOW] = (at, self.smoothed);
        self.count = self.count.saturating_add(1);
        if self.count as usize >= WINDOW {
            let slope = slope(&self.points).unwrap_or(self.slope);
            self.judge(slope, elapsed);
        }
    }

    fn judge(&mut self, slope: f64, elapsed: f64) {
        let signal = f64::from(self.count.min(FULL_CONFIDENCE)) * slope * GAIN;
        if signal > self.threshold {
            let (span, times) = self.above.map_or((elapsed / 2.0, 1), |(span, times)| (span + elapsed, times + 1));
            self.above = Some((span, times));
            if span > PERSISTS && times > 1 && slope >= self.slope {
                self.usage = Usage::Over;
            }
        } else {
            self.above = None;
            self.usage = if signal < -self.threshold { Usage::Under } else { Usage::Normal };
        }
        self.slope = slope;
        let distance = signal.abs() - self.threshold;
        if distance <= STEP {
            let gain = if distance > 0.0 { UP } else { DOWN };
            self.threshold += gain * distance * elapsed.min(100.0);
            self.threshold = self.threshold.clamp(THRESHOLD.1, THRESHOLD.2);
        }
    }
}

/// Of the least-squares line; `None` when all came at once.
fn slope(points: &[(f64, f64); WINDOW]) -> Option<f64> {
    let n = WINDOW as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
    let over: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let under: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    (under > f64::EPSILON).then(|| over / under)
}
