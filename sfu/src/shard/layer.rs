//! One incoming stream of a source: its numbers, its gaps, its packets, how much it brings and how large it is.

use crate::congestion::DataRate;
use crate::packet::Codec;
use crate::receive::{Missing, Rate, Reception, Store};
use crate::send::{Incoming, KeyframeRequests, LayerKey, StreamId};
use std::time::{Duration, Instant};

/// Packets kept for subscribers who miss them, as a power of two. See [`Store::new`].
const STORED: u32 = 9;
/// Spatial layers of one stream that are told apart. More: memory. Less: higher ones count as the highest.
const SPATIAL: usize = 4;
/// Silence after which a layer counts as switched off by its sender, if another one is not. More: a viewer looks at a
/// still picture for longer when a sender's network gets worse. Less: a slow screen share seems to stop.
const ALIVE: Duration = Duration::from_millis(1_500);
/// How long a rate must have been measured to be taken for the usual one.
const MEASURED: Duration = Duration::from_secs(1);
/// What a layer is taken for before anything was measured, bits a second. More: it is not tried. Less: it is tried where
/// it does not fit.
const UNMEASURED: u64 = 150_000;

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
    began: Instant,
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
            store: (codec != Codec::Opus).then(|| Store::new(STORED)),
            requests: KeyframeRequests::default(),
            report: None,
            began: now,
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
        if self.codec != Codec::Opus {
            self.missing.arrived(now, packet.extended);
            if packet.starts_key_picture() {
                self.missing.key_frame(packet.extended);
            }
        }
        if let Some(store) = &mut self.store {
            store.put(packet.extended, packet.timestamp, packet.marker, packet.payload);
        }
    }

    /// Appends what can be had of this stream, lowest first.
    pub(super) fn rungs(&mut self, now: Instant, into: &mut Vec<Rung>) {
        let (stream, settled) = (self.stream, now.saturating_duration_since(self.began) >= MEASURED);
        let mut below = 0;
        for (at, spatial) in self.spatial[..self.count].iter_mut().enumerate() {
            let is_alive = spatial.heard.is_some_and(|heard| now.saturating_duration_since(heard) < ALIVE);
            let measured = spatial.rate.bits_per_second(now);
            if is_alive && settled {
                // Down slowly: a picture that stands still for a moment comes back at full rate.
                spatial.usual = measured.max(spatial.usual - spatial.usual / 64);
            }
            let rate = match (is_alive, spatial.usual) {
                (true, _) => measured,
                (false, 0) => UNMEASURED,
                (false, usual) => usual,
            };
            below += rate;
            let key = LayerKey { stream, spatial: at as u8 };
            into.push(Rung { key, rate: DataRate::bits(below), height: spatial.height, is_alive });
        }
    }

    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        self.missing.deadline(now).into_iter().chain(self.requests.deadline()).min()
    }
}
