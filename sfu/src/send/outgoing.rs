//! One outgoing RTP stream made of many incoming ones.

use super::choice;
use super::continuity::{Continuity, Patch};
use super::incoming::{Incoming, LayerKey, StreamId};
use super::reports::Reports;
use super::resend::Repetitions;
use super::seen::Seen;
use super::segments::{Segment, Segments};
use super::timeline::{Placed, Timeline};
use crate::packet::Codec;
use std::time::Instant;

/// Missing packets that leave a gap of their number, since the newest one sent. Receivers ask for no more than a thousand; behind a longer
/// gap the stream begins anew, a picture with a key frame. More: a publisher that jumps could take a subscriber's SRTP
/// wrap-around counter out of step, for ever, with a few lost packets (RFC 3711 § 3.3.1 bears 32,768 in all). Less: an
/// outage that could be repaired costs a key frame.
const LONGEST_GAP: u64 = 1_000;

/// What to do with an incoming packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Forward(Forwarded),
    /// Older than the start of its stream here, or too old to know: the subscriber must never see it.
    Stale,
    /// Its stream is wanted, but can only begin with a key frame.
    NeedsKeyFrame,
    /// Another layer is shown, or none; or it is only padding.
    NotChosen,
}

/// The header to seal the payload with, which stands in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// Without wrap-around: the SRTP packet index (RFC 3711 § 3.3.1). The lower 16 bits go into the header.
    pub(crate) sequence: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    /// Bytes of the payload.
    pub(crate) length: usize,
}

/// The stream that goes out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) stream: StreamId,
    pub(super) codec: Codec,
    top: u8,
    pub(super) patch: Patch,
    /// Number of the next packet, if none is missing.
    expected: u64,
    /// Of the newest packet, as it came.
    timestamp: u32,
    /// The newest segment ends just before `expected`; if not, packets were left out since.
    is_open: bool,
}

/// Invariant: no sequence number of `ssrc` is ever given out twice, nor two of `rtx_ssrc`, so no SRTP nonce is ever used
/// for two packets (RFC 3711 § 9.1).
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) ssrc: u32,
    /// `None` if the subscriber knows no RTX: then nothing is sent again.
    pub(crate) rtx_ssrc: Option<u32>,
    wanted: Option<LayerKey>,
    /// Newest number of the wanted stream that came while another one is shown.
    waiting_at: Option<u64>,
    pub(super) shown: Option<Shown>,
    pub(super) segments: Segments,
    pub(super) seen: Seen,
    continuity: Continuity,
    pub(super) timeline: Timeline,
    pub(super) reports: Reports,
    pub(super) repetitions: Repetitions,
    pub(super) newest_rtx: u64,
}

impl Outgoing {
    /// `start`, `rtx_start`: random; the first sequence numbers are the ones after them. RFC 3711 § 3.3.1 wants the
    /// first below 2^15, or a loss right at the start could hide the first wrap-around.
    pub(crate) fn new((ssrc, start): (u32, u16), rtx: Option<(u32, u16)>) -> Outgoing {
        Outgoing {
            ssrc,
            rtx_ssrc: rtx.map(|(ssrc, _)| ssrc),
            wanted: None,
            waiting_at: None,
            shown: None,
            segments: Segments::default(),
            seen: Seen::new(u64::from(start & 0x3fff)),
            continuity: Continuity::default(),
            timeline: Timeline::default(),
            reports: Reports::default(),
            repetitions: Repetitions::default(),
            newest_rtx: u64::from(rtx.map_or(0, |(_, start)| start) & 0x3fff),
        }
    }

    /// The slot got another source (or none): what the one before sent ends at once, for it must not be shown under
    /// another's name, and is not sent again. Reports already heard of the new source's streams are to be told again.
    pub(crate) fn change_source(&mut self) {
        self.wanted = None;
        self.shown = None;
        self.segments.clear();
        self.reports.forget();
    }

    /// What the subscriber shall get. Another stream of the same source begins with its next key frame, and the present
    /// one goes on until then. `None` ends it at once.
    pub(crate) fn want(&mut self, layer: Option<LayerKey>) {
        let stream = layer.map(|layer| layer.stream);
        if self.wanted.map(|wanted| wanted.stream) != stream {
            self.waiting_at = stream.and_then(|stream| Some(self.segments.newest_of(stream)?.last_in));
        }
        self.wanted = layer;
        if layer.is_none() {
            self.shown = None;
        }
    }

    /// What goes out now.
    pub(crate) fn shown(&self) -> Option<LayerKey> {
        self.shown.map(|shown| LayerKey { stream: shown.stream, spatial: shown.top })
    }

    /// The stream whose key frame would show what is wanted.
    pub(crate) fn awaits_key_frame(&self) -> Option<StreamId> {
        let wanted = self.wanted?;
        let is_there =
            self.shown().is_some_and(|shown| shown.stream == wanted.stream && shown.spatial >= wanted.spatial);
        (!is_there).then_some(wanted.stream)
    }

    /// The stream to ask when the subscriber's decoder asks for a key frame.
    pub(crate) fn key_frame_stream(&self) -> Option<StreamId> {
        self.awaits_key_frame().or(self.shown.map(|shown| shown.stream))
    }

    /// A packet of any stream of this source. If it is to be forwarded, its payload with the changed numbers stands at
    /// the front of `into`.
    pub(crate) fn packet(&mut self, now: Instant, packet: &Incoming<'_>, into: &mut [u8]) -> Verdict {
        let Some(wanted) = self.wanted else { return Verdict::NotChosen };
        if let Some(shown) = self.shown.filter(|shown| shown.stream == packet.stream) {
            if packet.extended < shown.expected {
                return self.late(now, packet, into).unwrap_or(Verdict::Stale);
            }
            let kept = self.newest_kept() - self.seen.newest();
            if kept + (packet.extended - shown.expected) <= LONGEST_GAP {
                return self.go_on(now, shown, packet, into);
            }
            self.shown = None;
        }
        if packet.stream == wanted.stream {
            let is_newest = self.waiting_at.is_none_or(|newest| packet.extended > newest);
            if is_newest {
                self.waiting_at = Some(packet.extended);
            }
            // A key frame start that comes late (out of order, or recovered) is of no use: what followed it was not
            // forwarded.
            let begins = is_newest && packet.descriptor.starts_key_picture(packet.codec);
            match begins && is_worth_sending(packet, into) {
                true => self.begin(now, wanted.spatial, packet, into),
                false => self.late(now, packet, into).unwrap_or(Verdict::NeedsKeyFrame),
            }
        } else {
            self.late(now, packet, into).unwrap_or(Verdict::NotChosen)
        }
    }

    /// The first packet of a stream, or of one that was left or broken off.
    fn begin(&mut self, now: Instant, top: u8, packet: &Incoming<'_>, into: &mut [u8]) -> Verdict {
        let placed = |segment: &Segment| Placed { stream: segment.stream, offset: segment.patch.timestamp };
        let neighbours = (self.segments.newest().map(placed), self.segments.newest_of(packet.stream).map(placed));
        let clock_rate = packet.codec.clock_rate();
        let mut patch = Patch {
            timestamp: self.timeline.offset(
                now,
                packet.stream,
                packet.timestamp,
                clock_rate,
                neighbours,
                &self.reports,
            ),
            ..Patch::default()
        };
        self.continuity.begin(&packet.descriptor, &mut patch);
        self.segments.end_at(self.seen.newest());
        self.reports.clock_changed();
        self.waiting_at = None;
        let mut shown = Shown {
            stream: packet.stream,
            codec: packet.codec,
            top,
            patch,
            expected: packet.extended,
            timestamp: packet.timestamp,
            is_open: false,
        };
        self.cover(&mut shown, packet.extended);
        self.shown = Some(shown);
        self.forward(now, packet, into)
    }

    /// The newest packet of the shown stream.
    fn go_on(&mut self, now: Instant, mut shown: Shown, packet: &Incoming<'_>, into: &mut [u8]) -> Verdict {
        // Down only while its own layers are asked for: the one before a switch stays as it is.
        let wanted =
            self.wanted.filter(|wanted| wanted.stream == shown.stream).map_or(shown.top, |wanted| wanted.spatial);
        let begins_picture = packet.timestamp != shown.timestamp;
        let top = choice::top(shown.top, wanted, begins_picture, &packet.descriptor);
        let is_chosen = packet.descriptor.spatial() <= top && is_worth_sending(packet, into);
        if (top != shown.top || !is_chosen) && shown.expected < packet.extended {
            // What is missing before this packet may still come, and counts by the rule before.
            self.cover(&mut shown, packet.extended - 1);
        }
        if top != shown.top {
            (shown.top, shown.is_open) = (top, false);
        }
        shown.timestamp = packet.timestamp;
        if is_chosen {
            self.cover(&mut shown, packet.extended);
        } else {
            (shown.expected, shown.is_open) = (packet.extended + 1, false);
        }
        self.shown = Some(shown);
        match is_chosen {
            true => self.forward(now, packet, into),
            false => Verdict::NotChosen,
        }
    }

    /// Keeps outgoing numbers for all up to `last`, which is the newest of the shown stream.
    fn cover(&mut self, shown: &mut Shown, last: u64) {
        match self.segments.newest_mut().filter(|_| shown.is_open) {
            Some(segment) => segment.last_in = last,
            None => {
                let first_out = self.newest_kept() + 1;
                self.segments.push(Segment {
                    stream: shown.stream,
                    codec: shown.codec,
                    top: shown.top,
                    patch: shown.patch,
                    first_in: shown.expected,
                    last_in: last,
                    first_out,
                });
            }
        }
        (shown.expected, shown.is_open) = (last + 1, true);
    }

    /// Newest number that is given out or kept for a packet that may come.
    fn newest_kept(&self) -> u64 {
        self.segments.newest().map_or(self.seen.newest(), Segment::last_out)
    }

    /// A packet that came out of order or was recovered, also of a stream that is not shown any more. `None` if no number
    /// was kept for it.
    fn late(&mut self, now: Instant, packet: &Incoming<'_>, into: &mut [u8]) -> Option<Verdict> {
        let segment = self.segments.by_incoming(packet.stream, packet.extended)?;
        match packet.descriptor.spatial() <= segment.top && is_worth_sending(packet, into) {
            true => Some(self.forward(now, packet, into)),
            false => Some(Verdict::NotChosen),
        }
    }

    /// A packet for which a number was kept.
    fn forward(&mut self, now: Instant, packet: &Incoming<'_>, into: &mut [u8]) -> Verdict {
        let Some(segment) = self.segments.by_incoming(packet.stream, packet.extended) else { return Verdict::Stale };
        let (sequence, patch) = (segment.outgoing(packet.extended), segment.patch);
        let marker = packet.marker || packet.descriptor.ends_layer(segment.top);
        let is_newest = sequence > self.seen.newest();
        if !self.seen.first_time(sequence) {
            return Verdict::Stale;
        }
        let timestamp = packet.timestamp.wrapping_add(patch.timestamp);
        if is_newest {
            self.continuity.sent(&packet.descriptor, patch);
            self.timeline.sent(timestamp, now);
        }
        self.reports.packet_sent(packet.payload.len());
        patch.copy(&packet.descriptor, packet.payload, into);
        Verdict::Forward(Forwarded { sequence, timestamp, marker, length: packet.payload.len() })
    }
}

/// Padding is left out, with no gap: it is between the publisher and us.
fn is_worth_sending(packet: &Incoming<'_>, into: &[u8]) -> bool {
    !packet.payload.is_empty() && packet.payload.len() <= into.len()
}
