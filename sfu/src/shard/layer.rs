//! One incoming stream of a source: its numbers, its gaps, its packets, how much it brings and how large it is.

use crate::congestion::DataRate;
use crate::packet::Codec;
use crate::receive::{Missing, Rate, Reception, Store};
use crate::send::{Incoming, KeyframeRequests, LayerKey, StreamId};
use std::time::{Duration, Instant};

/// Spatial layers of one stream that are told apart. More: memory. Less: higher ones count as the highest.
const SPATIAL: usize = 4;
/// Silence after which a layer counts as switched off by its sender, if another one is not. More: a viewer looks at a
/// still picture for longer when a sender's network gets worse. Less: a slow screen share seems to stop.
const ALIVE: Duration = Duration::from_millis(1_500);
/// How often the usual rates are noted, once so much was measured.
const MEASURED: Duration = Duration::from_secs(1);
/// What a layer is taken for before it was measured, bits a second: as such, and for each squared pixel of its height
/// (1.6 Mbit/s at 720). It begins with a key frame, which for a moment looks like many times its rate. More: it is not
/// tried. Less: it is tried where it does not fit.
const UNMEASURED: u64 = 150_000;
const BY_HEIGHT: u64 = 3;

/// A sender report of the publisher: NTP time, RTP time, and when it came.
pub(super) type HeardReport = (u64, u32, Instant);

pub(super) struct Layer {
    pub(super) stream: StreamId,
    pub(super) codec: Codec,
    pub(super) ssrc: u32,
    pub(super) reception: Reception,
    pub(super) missing: Missing,
    /// Nobody repairs audio.
    pub(super) store: Option<Store>,
    pub(super) requests: KeyframeRequests,
    pub(super) report: Option<HeardReport>,
    /// When its newest key frame began to come.
    key_frame: Option<Instant>,
    next_note: Instant,
    spatial: [Spatial; SPATIAL],
    /// Spatial layers that were seen.
    count: usize,
}

/// What comes with one spatial layer, without those below.
#[derive(Default)]
struct Spatial {
    rate: Rate,
    usual: u64,
    height: u16,
    heard: Option<Instant>,
}

impl Spatial {
    /// With what it rests on, bits a second.
    fn guess(&self) -> u64 {
        (u64::from(self.height).pow(2) * BY_HEIGHT).max(UNMEASURED)
    }

    fn is_alive(&self, now: Instant) -> bool {
        self.heard.is_some_and(|heard| now.saturating_duration_since(heard) < ALIVE)
    }
}

/// One quality of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    pub(super) key: LayerKey,
    /// With all that it rests on; of one that is switched off, the usual one.
    pub(super) rate: DataRate,
    /// In pixels; 0 if it was not told.
    pub(super) height: u16,
    pub(super) is_alive: bool,
}

impl Layer {
    pub(super) fn new(now: Instant, stream: StreamId, codec: Codec, ssrc: u32) -> Layer {
        Layer {
            stream,
            codec,
            ssrc,
            reception: Reception::default(),
            missing: Missing::default(),
            store: (codec != Codec::Opus).then(Store::default),
            requests: KeyframeRequests::default(),
            report: None,
            key_frame: None,
            next_note: now + MEASURED,
            spatial: Default::default(),
            count: 1,
        }
    }

    /// A packet that is new. `size`: bytes on the wire.
    pub(super) fn heard(&mut self, now: Instant, packet: &Incoming<'_>, size: usize) {
        let at = usize::from(packet.spatial()).min(SPATIAL - 1);
        self.count = self.count.max(at + 1);
        self.spatial[at].rate.add(now, size);
        self.spatial[at].heard = Some(now);
        for (spatial, height) in self.spatial.iter_mut().zip(packet.heights()) {
            spatial.height = height;
        }
        if now >= self.next_note {
            self.note(now);
        }
        if self.codec != Codec::Opus {
            self.missing.arrived(now, packet.extended);
            if packet.starts_key_picture() {
                self.missing.key_frame(packet.extended);
                self.key_frame = Some(now);
            }
        }
        if let Some(store) = &mut self.store {
            store.put(now, packet.extended, packet.timestamp, packet.marker, packet.payload);
        }
    }

    fn note(&mut self, now: Instant) {
        self.next_note = now + MEASURED;
        for spatial in self.spatial[..self.count].iter_mut().filter(|spatial| spatial.is_alive(now)) {
            // Down slowly: a picture that stands still for a moment comes back at full rate, and what is switched off in
            // the midst of a second did not become smaller before.
            spatial.usual = spatial.rate.bits_per_second(now).max(spatial.usual - spatial.usual / 8);
        }
    }

    pub(super) fn had_key_frame_since(&self, then: Instant) -> bool {
        self.key_frame.is_some_and(|at| at >= then)
    }

    /// Appends what can be had of this stream, lowest first.
    pub(super) fn rungs(&mut self, now: Instant, into: &mut Vec<Rung>) {
        let (stream, mut below) = (self.stream, 0);
        for (at, spatial) in self.spatial[..self.count].iter_mut().enumerate() {
            let is_alive = spatial.is_alive(now);
            let rate = match (is_alive, spatial.usual) {
                (_, 0) if self.codec != Codec::Opus => spatial.guess().saturating_sub(below),
                // One that is being switched off fades, and did not become cheap thereby.
                (true, usual) => spatial.rate.bits_per_second(now).max(usual),
                (false, usual) => usual,
            };
            below += rate;
            let key = LayerKey { stream, spatial: at as u8 };
            into.push(Rung { key, rate: DataRate::bits(below), height: spatial.height, is_alive });
        }
    }

    /// Gives back what a stream needs that has ended, for now or for ever.
    pub(super) fn rest(&mut self, now: Instant) {
        if let Some(store) = &mut self.store {
            store.rest(now);
        }
    }

    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        self.missing.deadline(now).into_iter().chain(self.requests.deadline()).min()
    }
}
