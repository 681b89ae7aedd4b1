//! What a viewer would see and hear: rows of arrival times in, gaps and freezes out. The picture as libwebrtc has it:
//! a jitter buffer that learns, and a decoder that knows what rests on what. Times in ms.

use std::collections::{BTreeMap, BTreeSet};

/// What one video packet belongs to.
#[derive(Clone, Copy)]
pub(super) struct Picture {
    pub(super) stream: usize,
    pub(super) frame: u64,
    pub(super) layer: u8,
    pub(super) key: bool,
    /// Frames without which it cannot be decoded.
    pub(super) needs: [Option<u64>; 2],
    /// Which of the frame's packets.
    pub(super) index: usize,
    pub(super) packets: usize,
    pub(super) captured: f64,
}

/// One picture stream as its decoder has it.
#[derive(Default)]
pub(super) struct Screen {
    frames: BTreeMap<u64, Frame>,
    decoded: BTreeSet<u64>,
    buffer: Buffer,
    /// Until a key frame nothing can be decoded.
    began: bool,
    asked: f64,
    /// When pictures were shown, and in which layer.
    pub(super) shown: Vec<(f64, u8)>,
}

struct Frame {
    picture: Picture,
    /// One bit a packet.
    got: u64,
    /// When it was whole.
    whole: Option<f64>,
    was_repaired: bool,
}

/// libwebrtc's `VCMTiming` with its `JitterEstimator`: how long after its capture a frame is shown.
#[derive(Default)]
struct Buffer {
    /// Usual time from capture to being whole.
    transit: Option<f64>,
    last: Option<f64>,
    variance: f64,
    current: Option<(f64, f64)>,
}

/// Deviations of the jitter that are waited for, and what is taken off and added again (`JitterEstimator`).
const DEVIATIONS: f64 = 2.33;
const OFF: f64 = 30.0;
const SYSTEM: f64 = 10.0;
/// Decoding and drawing.
const RENDER: f64 = 15.0;
/// Packets asked for from which on repairs are waited for, how long in round trips, and at most.
const REPAIRS: usize = 3;
const ROUND_TRIPS: f64 = 0.9;
const MOST_FOR_REPAIRS: f64 = 200.0;
/// The delay changes by so much in a second.
const SLEW: f64 = 0.1;
/// A frame later than this is skipped if another can be decoded.
const LATE: f64 = 5.0;
/// Without a frame for so long the decoder asks for a key frame, and while it waits for one so often.
const PATIENCE: f64 = 3_000.0;
const AGAIN: f64 = 200.0;

impl Buffer {
    fn whole(&mut self, now: f64, captured: f64) {
        let transit = now - captured;
        let usual = *self.transit.get_or_insert(transit);
        let step = transit - usual;
        self.transit = Some(usual + step * if step.abs() > 80.0 { 0.3 } else { 0.1 });
        let last = self.last.replace(transit).unwrap_or(transit);
        let change = (transit - last).clamp(-150.0, 150.0);
        self.variance += 0.03 * (change * change - self.variance);
    }

    fn target(&self, repairs: usize, round_trip: f64) -> f64 {
        let jitter = (DEVIATIONS * self.variance.sqrt() - OFF).max(1.0) + SYSTEM;
        let wait = if repairs >= REPAIRS { (ROUND_TRIPS * round_trip).min(MOST_FOR_REPAIRS) } else { 0.0 };
        jitter + wait + RENDER
    }

    /// When a frame is to be shown.
    fn due(&mut self, now: f64, captured: f64, target: f64) -> f64 {
        let (current, at) = self.current.unwrap_or((target, now));
        let most = SLEW * (now - at);
        let current = current + (target - current).clamp(-most, most);
        self.current = Some((current, now));
        captured + self.transit.unwrap_or(0.0) + current
    }

    /// It was shown later: the next ones wait longer.
    fn late(&mut self, by: f64, target: f64) {
        if let Some((current, _)) = &mut self.current
            && *current < target
        {
            *current = (*current + by).min(target);
        }
    }
}

impl Screen {
    /// A packet of a frame.
    pub(super) fn arrived(&mut self, now: f64, picture: &Picture, is_repair: bool) {
        if self.decoded.last().is_some_and(|last| picture.frame <= *last) {
            return;
        }
        let fresh = Frame { picture: *picture, got: 0, whole: None, was_repaired: false };
        let frame = self.frames.entry(picture.frame).or_insert(fresh);
        frame.got |= 1 << picture.index;
        frame.was_repaired |= is_repair;
        if frame.whole.is_none() && frame.got.count_ones() as usize == picture.packets {
            frame.whole = Some(now);
            if !frame.was_repaired {
                self.buffer.whole(now, picture.captured);
            }
        }
    }

    /// Shows what can be shown. `repairs`: packets asked for so far. `true`: wants a key frame.
    pub(super) fn play(&mut self, now: f64, repairs: usize, round_trip: f64) -> bool {
        let target = self.buffer.target(repairs, round_trip);
        loop {
            let can = |frame: &&Frame| {
                frame.whole.is_some()
                    && (frame.picture.key
                        || frame.picture.needs.iter().flatten().all(|need| self.decoded.contains(need)))
            };
            let mut ready = self.frames.values().filter(can).map(|frame| frame.picture);
            let Some(next) = ready.next() else { break };
            let is_last = ready.next().is_none();
            let due = self.buffer.due(now, next.captured, target);
            if now < due {
                break;
            }
            self.frames.retain(|number, _| *number > next.frame);
            if now - due > LATE && !is_last {
                continue;
            }
            self.buffer.late(now - due, target);
            self.decoded.insert(next.frame);
            self.decoded.retain(|number| *number + 16 > next.frame);
            self.began = true;
            self.shown.push((now, next.layer));
        }
        let last = self.shown.last().map_or(0.0, |(time, _)| *time);
        let wants = (!self.began && !self.frames.is_empty()) || (self.began && now - last > PATIENCE);
        let asks = wants && now - self.asked >= AGAIN;
        if asks {
            self.asked = now;
        }
        asks
    }

    /// Milliseconds in freezes within `from..to` (W3C webrtc-stats, `freezeCount`): pauses of three times the usual time
    /// between pictures, or 150 ms more than it.
    pub(super) fn frozen(&self, from: f64, to: f64) -> f64 {
        self.freezes(from, to).sum()
    }

    pub(super) fn freezes(&self, from: f64, to: f64) -> impl Iterator<Item = f64> {
        let pauses: Vec<_> = pauses(self.shown.iter().map(|(time, _)| *time), from, to).collect();
        (0..pauses.len()).filter_map(move |at| {
            let before = &pauses[at.saturating_sub(30)..at];
            let usual = if before.is_empty() { 33.0 } else { before.iter().sum::<f64>() / before.len() as f64 };
            Some(pauses[at]).filter(|pause| *pause > (3.0 * usual).max(usual + 150.0))
        })
    }

    pub(super) fn longest_pause(&self, from: f64, to: f64) -> f64 {
        pauses(self.shown.iter().map(|(time, _)| *time), from, to).fold(0.0, f64::max)
    }

    /// Pictures a second.
    pub(super) fn pace(&self, from: f64, to: f64) -> f64 {
        self.shown.iter().filter(|(time, _)| (from..to).contains(time)).count() as f64 * 1_000.0 / (to - from)
    }

    /// Of the layer on the screen.
    pub(super) fn switches(&self, from: f64, to: f64) -> usize {
        let seen: Vec<_> = self.shown.iter().filter(|(time, _)| (from..to).contains(time)).collect();
        seen.windows(2).filter(|pair| pair[0].1 != pair[1].1).count()
    }

    /// When `layer` is shown from `from` on at the earliest.
    pub(super) fn first(&self, layer: u8, from: f64) -> Option<f64> {
        self.shown.iter().find(|(time, shown)| *time >= from && *shown >= layer).map(|(time, _)| *time)
    }

    pub(super) fn layer_at(&self, at: f64) -> Option<u8> {
        self.shown.iter().take_while(|(time, _)| *time <= at).last().map(|(_, layer)| *layer)
    }
}

/// The voices: when which packet arrived.
#[derive(Default)]
pub(super) struct Ear {
    pub(super) arrived: Vec<f64>,
}

impl Ear {
    /// The longest time in which nothing of a voice came.
    pub(super) fn longest_gap(&self, from: f64, to: f64) -> f64 {
        pauses(self.arrived.iter().copied(), from, to).fold(0.0, f64::max)
    }
}

fn pauses(times: impl Iterator<Item = f64>, from: f64, to: f64) -> impl Iterator<Item = f64> {
    let within = times.filter(move |time| (from..to).contains(time)).chain(std::iter::once(to));
    within.scan(from, |before, time| Some(time - std::mem::replace(before, time)))
}
