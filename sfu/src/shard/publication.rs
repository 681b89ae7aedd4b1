//! One source of a member: its layers, who watches it, and which of its layers are wanted.

use super::layer::{Layer, Rung};
use crate::api::Source;
use crate::packet::Codec;
use crate::send::StreamId;
use crate::transport::{Payload, Published};
use std::time::{Duration, Instant};

/// A subscriber's slot that shows a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Watcher {
    pub(super) place: usize,
    pub(super) slot: usize,
}

pub(super) struct Publication {
    pub(super) source: Source,
    /// By the place of its rid; without simulcast one.
    pub(super) layers: Vec<Option<Layer>>,
    pub(super) watchers: Vec<Watcher>,
    /// Payload type, codec, and whether it repairs.
    payloads: Vec<(u8, Codec, bool)>,
    /// Layers that the member was told are wanted, from the smallest, and since when it could be fewer.
    told: u8,
    fewer_since: Option<Instant>,
    raised: Option<Instant>,
    missed: Option<Missed>,
}

/// Layers that the member was told are wanted do not come.
struct Missed {
    began: Instant,
    /// When it was told so again, or they began to be missed.
    since: Instant,
    is_told_fewer: bool,
}

/// How long fewer layers must be enough before the sender is told. More: it encodes for nobody. Less: who looks at
/// another picture and back waits for a key frame.
const FEWER: Duration = Duration::from_secs(2);
/// How long a sender may take to send a layer that is wanted again. More: one that does not come is waited for. Less: a
/// layer that comes is given up before.
const STARTING: Duration = Duration::from_secs(3);

/// How often a sender whose network carries less than is wanted is told fewer until the next tick, and then the same again.
/// libwebrtc sends too little then to learn that its network is better, and climbs by a twelfth a second; when what it is
/// to send changes, it probes (`ProbeController::OnMaxTotalAllocatedBitrate`). More: after a bad time the good layers
/// come back later (they must within 15 s). Less: key frames and probes on a narrow network.
/// Whose layers do not come for so long ([`LASTING`]) has another reason, as a slow computer, and is told rarely.
const NUDGE: Duration = Duration::from_secs(5);

const LASTING: Duration = Duration::from_secs(120);
const NUDGE_RARELY: Duration = Duration::from_secs(60);

/// All layers there are.
pub(super) const ALL: u8 = 3;

impl Publication {
    pub(super) fn new(line: &Published) -> Publication {
        let of = |payload: &Payload| {
            let repair = payload.rtx.map(|rtx| (rtx, payload.codec, true));
            [Some((payload.payload_type, payload.codec, false)), repair].into_iter().flatten()
        };
        Publication {
            source: line.source,
            layers: (0..line.rids.len().max(1)).map(|_| None).collect(),
            watchers: Vec::new(),
            payloads: line.payloads.iter().flat_map(of).collect(),
            told: ALL,
            fewer_since: None,
            raised: None,
            missed: None,
        }
    }

    /// Codec of a payload type, and whether it repairs.
    pub(super) fn payload(&self, payload_type: u8) -> Option<(Codec, bool)> {
        let found = self.payloads.iter().find(|(known, ..)| *known == payload_type)?;
        Some((found.1, found.2))
    }

    pub(super) fn layer(&self, stream: StreamId) -> Option<&Layer> {
        self.layers.iter().flatten().find(|layer| layer.stream == stream)
    }

    pub(super) fn layer_mut(&mut self, stream: StreamId) -> Option<&mut Layer> {
        self.layers.iter_mut().flatten().find(|layer| layer.stream == stream)
    }

    /// All qualities that were seen, the lowest first.
    pub(super) fn rungs(&mut self, now: Instant) -> Vec<Rung> {
        let mut rungs = Vec::new();
        self.layers.iter_mut().flatten().for_each(|layer| layer.rungs(now, &mut rungs));
        rungs.sort_by_key(|rung| (rung.height, rung.rate));
        rungs
    }

    /// Those that a subscriber can have: sent at the moment, or not sent only because nobody wanted them.
    pub(super) fn available(&mut self, now: Instant) -> Vec<Rung> {
        let (rungs, told) = (self.rungs(now), usize::from(self.told));
        let starts = self.raised.is_some_and(|at| now < at + STARTING);
        if starts || rungs.iter().all(|rung| !rung.is_alive) {
            return rungs;
        }
        let is_told = |at: usize| self.told != ALL && at >= told;
        rungs.iter().enumerate().filter(|(at, rung)| rung.is_alive || is_told(*at)).map(|(_, rung)| *rung).collect()
    }

    /// What the sender was told is wanted.
    pub(super) fn wanted(&self) -> u8 {
        self.told
    }

    /// `layers` of it are wanted now, from the smallest. Returns what the sender is to be told, if that is news.
    pub(super) fn want(&mut self, now: Instant, layers: u8) -> Option<u8> {
        if layers >= self.told {
            self.fewer_since = None;
        }
        if layers > self.told {
            self.raised = Some(now);
        } else if layers == self.told || now < *self.fewer_since.get_or_insert(now) + FEWER {
            return None;
        }
        (self.told, self.fewer_since) = (layers, None);
        Some(layers)
    }

    /// `sent` layers come of more that are wanted; `None`: all do. Returns what the sender is to be told. See [`NUDGE`].
    pub(super) fn nudge(&mut self, now: Instant, sent: Option<u8>) -> Option<u8> {
        let missed = self.missed.take();
        let was_told_fewer = missed.as_ref().is_some_and(|missed| missed.is_told_fewer);
        let Some(sent) = sent else { return was_told_fewer.then_some(self.told) };
        let (began, since) = missed.map_or((now, now), |missed| (missed.began, missed.since));
        let every = if now < began + LASTING { NUDGE } else { NUDGE_RARELY };
        let is_due = now >= since + every && !was_told_fewer;
        let since = if was_told_fewer { now } else { since };
        self.missed = Some(Missed { began, since, is_told_fewer: is_due });
        if is_due { Some(sent) } else { was_told_fewer.then_some(self.told) }
    }
}
