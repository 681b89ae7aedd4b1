//! A packet that a subscriber misses, once more (RFC 4588). The plaintext is taken from the publisher's store, which all
//! subscribers share; here is only what makes it the packet that this subscriber was, or would have been, sent.
//!
//! Always on the RTX stream, never on the media SSRC: the header extensions are new, the nonce would be the old one.

use super::continuity::Patch;
use super::incoming::{Descriptor, StreamId};
use crate::packet::Codec;
use std::time::{Duration, Instant};

/// Original sequence number (RFC 4588 § 4).
const HEAD: usize = 2;
/// Recent repetitions remembered, by sequence number. More: memory (24 bytes each, once somebody misses something).
/// Less: of longer bursts a second request is answered too soon.
const REMEMBERED: usize = 256;
/// Least time between two repetitions of a packet, where the round trip is shorter. More: a repetition that is lost too
/// waits. Less: requests that crossed the repetition have it sent again.
const LEAST_SPACING: Duration = Duration::from_millis(20);
/// A packet asked for over so long, and over so many round trips, was held back or lost again and again, and decoders
/// wait up to three seconds before they say so: a key frame is there sooner. Less: a key frame for one packet. More: the
/// picture stands longer.
const PATIENCE: Duration = Duration::from_millis(500);
const ROUND_TRIPS: u32 = 3;

/// Whose bytes to repeat and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resend {
    pub(crate) stream: StreamId,
    /// Number of the packet at its publisher, without wrap-around: the key of the store.
    pub(crate) extended: u64,
    pub(super) sequence: u16,
    pub(crate) codec: Codec,
    pub(super) top: u8,
    pub(super) patch: Patch,
}

/// The rest of an RTX packet; its sequence number is [`super::Outgoing::next_rtx`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retransmission {
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    /// Bytes of the payload.
    pub(crate) length: usize,
}

impl Resend {
    /// Writes the RTX payload to the front of `into`: original sequence number, then the very bytes of the original.
    /// `timestamp`, `marker`, `payload`: of the publisher's packet. What was not for this subscriber, and left a gap only
    /// because it came too late to close it, is answered with an empty packet, so it is not asked for again.
    ///
    /// `None` if it does not fit.
    pub(crate) fn write(
        &self,
        timestamp: u32,
        marker: bool,
        payload: &[u8],
        into: &mut [u8],
    ) -> Option<Retransmission> {
        let descriptor = Descriptor::parse(self.codec, payload);
        let payload = if descriptor.spatial() > self.top { &[] } else { payload };
        let length = HEAD + payload.len();
        let into = into.get_mut(..length)?;
        into[..HEAD].copy_from_slice(&self.sequence.to_be_bytes());
        self.patch.copy(&descriptor, payload, &mut into[HEAD..]);
        Some(Retransmission {
            timestamp: timestamp.wrapping_add(self.patch.timestamp),
            marker: marker || descriptor.ends_layer(self.top),
            length,
        })
    }
}

/// What was repeated lately: receivers ask every few tens of milliseconds, also while the answer is on its way.
#[derive(Clone, Debug, Default)]
pub(super) struct Repetitions {
    /// Empty until somebody misses something.
    recent: Box<[Option<Asked>]>,
    /// Something was asked for in vain for too long.
    pub(super) in_vain: bool,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    sequence: u16,
    first: Instant,
    repeated: Instant,
}

impl Repetitions {
    /// Notes the repetition; `false` if the last one may still arrive.
    pub(super) fn allows(&mut self, now: Instant, round_trip: Duration, sequence: u16) -> bool {
        if self.recent.is_empty() {
            self.recent = vec![None; REMEMBERED].into();
        }
        let slot = &mut self.recent[usize::from(sequence) % REMEMBERED];
        let since = |at| now.saturating_duration_since(at);
        let Some(asked) = slot.as_mut().filter(|asked| asked.sequence == sequence) else {
            *slot = Some(Asked { sequence, first: now, repeated: now });
            return true;
        };
        self.in_vain |= since(asked.first) >= PATIENCE.max(round_trip * ROUND_TRIPS);
        let may = since(asked.repeated) >= round_trip.max(LEAST_SPACING);
        if may {
            asked.repeated = now;
        }
        may
    }
}
