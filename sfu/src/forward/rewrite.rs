//! One outgoing stream made of many incoming ones: sequence numbers, timestamps and picture ids go on without a jump
//! when the source of a slot changes.

use super::vp8::{Continuity, Descriptor};
use bytes::Bytes;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// Opus, 48 kHz (RFC 7587 § 4.1).
    Audio,
    /// VP8, 90 kHz (RFC 7741 § 4.1). A change of the source waits for a key frame.
    Video,
}

impl Media {
    fn clock_rate(self) -> u64 {
        match self {
            Media::Audio => 48_000,
            Media::Video => 90_000,
        }
    }
}

/// What to do with an incoming packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Forward {
        sequence: u16,
        timestamp: u32,
        /// A changed copy, if the payload's descriptor had to change.
        payload: Option<Bytes>,
    },
    /// Older than the start of this source here; the subscriber must never see it.
    Stale,
    /// Nothing can be shown before a key frame.
    NeedsKeyFrame,
}

/// The stretch of output that one incoming SSRC fills.
#[derive(Clone, Copy, Debug)]
struct Segment {
    ssrc: u32,
    /// Newest extended sequence number of the source.
    newest: i64,
    /// Extended sequence number of the source that became `first_out`; `None` while waiting for a key frame.
    first: Option<i64>,
    first_out: i64,
    timestamp_offset: u32,
}

/// Invariant: two different incoming packets never get the same outgoing sequence number, so an SRTP key stream is
/// never used twice for different data (RFC 3711 § 9.1).
#[derive(Debug)]
pub(crate) struct Rewriter {
    media: Media,
    segment: Option<Segment>,
    /// Newest extended sequence number given out.
    newest_out: i64,
    /// Timestamp and time of the newest packet given out.
    last: Option<(u32, Instant)>,
    continuity: Continuity,
}

impl Rewriter {
    /// `start`: the first sequence number is the one after it. RFC 3711 § 3.3.1 wants the first below 2^15, or a loss
    /// right at the start could hide the first wrap-around.
    pub(crate) fn new(media: Media, start: u16) -> Rewriter {
        let newest_out = i64::from(start & 0x3fff);
        Rewriter { media, segment: None, newest_out, last: None, continuity: Continuity::default() }
    }

    /// The next packet, whatever its SSRC, begins a new stretch: the slot got another source, or packets were withheld.
    pub(crate) fn switch(&mut self) {
        self.segment = None;
    }

    pub(crate) fn rewrite(&mut self, now: Instant, ssrc: u32, seq: u16, timestamp: u32, payload: &Bytes) -> Verdict {
        let descriptor = match self.media {
            Media::Audio => None,
            Media::Video => Descriptor::parse(payload),
        };
        let mut segment = match self.segment {
            Some(segment) if segment.ssrc == ssrc => segment,
            _ => Segment { ssrc, newest: i64::from(seq) - 1, first: None, first_out: 0, timestamp_offset: 0 },
        };
        let extended = segment.newest + i64::from(seq.wrapping_sub(segment.newest as u16) as i16);
        let in_front = extended > segment.newest;
        segment.newest = segment.newest.max(extended);

        let first = match segment.first {
            Some(first) => first,
            None => {
                // A key frame start that comes late (out of order, or recovered) is of no use: what followed it was
                // not forwarded.
                let can_start =
                    in_front && (self.media == Media::Audio || descriptor.is_some_and(|d| d.starts_key_frame));
                if !can_start {
                    self.segment = Some(segment);
                    return Verdict::NeedsKeyFrame;
                }
                segment.first = Some(extended);
                segment.first_out = self.newest_out + 1;
                segment.timestamp_offset = self.timestamp_here(now).unwrap_or(timestamp).wrapping_sub(timestamp);
                if let Some(descriptor) = &descriptor {
                    self.continuity.start(descriptor);
                }
                extended
            }
        };
        self.segment = Some(segment);
        if extended < first {
            return Verdict::Stale;
        }
        let out = segment.first_out + (extended - first);
        let timestamp = timestamp.wrapping_add(segment.timestamp_offset);
        let newest = out > self.newest_out;
        if newest {
            self.newest_out = out;
            self.last = Some((timestamp, now));
        }
        let payload = descriptor.and_then(|d| self.continuity.apply(&d, payload, newest));
        Verdict::Forward { sequence: out as u16, timestamp, payload }
    }

    /// Where the outgoing timestamp stands now: as far behind the last one as time has passed, at least one tick.
    fn timestamp_here(&self, now: Instant) -> Option<u32> {
        let (timestamp, at) = self.last?;
        let passed = now.saturating_duration_since(at);
        Some(timestamp.wrapping_add(ticks(passed, self.media.clock_rate()).max(1) as u32))
    }
}

fn ticks(passed: Duration, clock_rate: u64) -> u64 {
    passed.as_micros() as u64 * clock_rate / 1_000_000
}
