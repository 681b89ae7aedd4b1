//! What a viewer would see and hear: rows of arrival times in, gaps and freezes out.

use std::collections::BTreeMap;

/// What one video packet belongs to.
#[derive(Clone, Copy)]
pub(super) struct Picture {
    pub(super) stream: usize,
    pub(super) frame: u64,
    pub(super) layer: u8,
    pub(super) key: bool,
    /// Which of the frame's packets.
    pub(super) index: usize,
    pub(super) packets: usize,
    pub(super) captured: f64,
}

/// One picture stream as its decoder has it.
#[derive(Default)]
pub(super) struct Screen {
    frames: BTreeMap<u64, Frame>,
    /// The frame that can be decoded next; `None`: only a key frame.
    next: Option<u64>,
    /// When pictures were shown, and in which layer.
    pub(super) shown: Vec<(f64, u8)>,
}

struct Frame {
    layer: u8,
    key: bool,
    /// One bit a packet.
    got: u64,
    packets: usize,
    captured: f64,
    first_arrival: f64,
}

/// Between capture and display: what a browser's jitter buffer grows to on a path with losses.
const BUFFER: f64 = 300.0;
/// Time after which a decoder gives up on a frame and asks for a key frame.
const PATIENCE: f64 = 500.0;

impl Screen {
    /// A packet of a frame.
    pub(super) fn arrived(&mut self, now: f64, picture: &Picture) {
        let Picture { frame, layer, key, index, packets, captured, .. } = *picture;
        if self.next.is_some_and(|next| frame < next) {
            return;
        }
        let fresh = Frame { layer, key, got: 0, packets, captured, first_arrival: now };
        self.frames.entry(frame).or_insert(fresh).got |= 1 << index;
    }

    /// Shows what can be shown. `true`: wants a key frame.
    pub(super) fn play(&mut self, now: f64) -> bool {
        loop {
            let whole = |frame: &Frame| frame.got.count_ones() as usize == frame.packets;
            let ready = |frame: &Frame| whole(frame) && now >= frame.captured + BUFFER;
            let next = match self.next {
                Some(next) if self.frames.get(&next).is_some_and(ready) => Some(next),
                // A whole key frame needs nothing that came before.
                _ => self.frames.iter().find(|(_, frame)| frame.key && ready(frame)).map(|(number, _)| *number),
            };
            let Some(number) = next else { break };
            let frame = self.frames.remove(&number).expect("found");
            self.frames.retain(|other, _| *other > number);
            self.next = Some(number + 1);
            self.shown.push((now, frame.layer));
        }
        let oldest = self.frames.values().map(|frame| frame.first_arrival).fold(now, f64::min);
        now - oldest > PATIENCE
    }

    /// Milliseconds without a new picture within `from..to`, beyond what passes for fluent: W3C webrtc-stats freezes are
    /// pauses of three frame times or 150 ms more than usual.
    pub(super) fn frozen(&self, from: f64, to: f64) -> f64 {
        let times = self.shown.iter().map(|(time, _)| *time);
        pauses(times, from, to).filter(|pause| *pause > 183.0).sum()
    }

    pub(super) fn longest_pause(&self, from: f64, to: f64) -> f64 {
        pauses(self.shown.iter().map(|(time, _)| *time), from, to).fold(0.0, f64::max)
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
