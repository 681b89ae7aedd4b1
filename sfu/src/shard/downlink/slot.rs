//! One of a member's slots: what it shows, and the headers of what goes out on it.

use crate::api::Source;
use crate::packet::extension::AudioLevel;
use crate::packet::{Codec, HeaderWriter};
use crate::room::Stream;
use crate::send::{LayerKey, Outgoing};
use crate::transport::{self, Extensions};

/// What a slot shows, and where it is in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shard) struct Carried {
    pub(in crate::shard) stream: Stream,
    pub(in crate::shard) place: usize,
    pub(in crate::shard) publication: usize,
}

pub(in crate::shard) struct OutgoingSlot {
    pub(in crate::shard) mid: String,
    pub(in crate::shard) source: Source,
    pub(in crate::shard) carries: Option<Carried>,
    pub(in crate::shard) outgoing: Outgoing,
    /// Pixels; `None` before the client told any.
    pub(in crate::shard) height: Option<u16>,
    pub(in crate::shard) choice: Option<LayerKey>,
    /// Something better could be shown, and does not fit.
    pub(in crate::shard) is_held_back: bool,
    pub(super) payloads: Vec<(Codec, u8, Option<u8>)>,
    pub(super) extensions: Extensions,
    pub(super) cname: String,
    /// Number of the last full intra request (RFC 5104 § 4.3.1): the same again is no news.
    pub(super) intra_request: Option<u8>,
}

impl OutgoingSlot {
    pub(super) fn new(slot: &transport::Slot) -> OutgoingSlot {
        let start = rand::random;
        OutgoingSlot {
            mid: slot.mid.clone(),
            source: slot.source,
            carries: None,
            outgoing: Outgoing::new((slot.ssrc, start()), slot.rtx_ssrc.map(|ssrc| (ssrc, start()))),
            height: None,
            choice: None,
            is_held_back: false,
            payloads: slot.payloads.iter().map(|it| (it.codec, it.payload_type, it.rtx)).collect(),
            extensions: slot.extensions,
            cname: slot.stream.clone(),
            intra_request: None,
        }
    }

    pub(in crate::shard) fn carry(&mut self, carries: Option<Carried>) {
        self.carries = carries;
        self.choice = None;
        self.is_held_back = false;
        self.outgoing.change_source();
    }

    /// Payload types of the packets and of their repetitions.
    pub(super) fn payload_types(&self, codec: Codec) -> Option<(u8, Option<u8>)> {
        self.payloads.iter().find(|(known, ..)| *known == codec).map(|(_, payload_type, rtx)| (*payload_type, *rtx))
    }

    /// Bytes that [`write_header`] will take.
    pub(super) fn header_length(&self, level: Option<AudioLevel>) -> usize {
        // RFC 8285 § 4.2: one byte in front of each value, the block filled up to 32 bits behind four of its own.
        let number = self.extensions.transport_wide.map_or(0, |_| 3);
        let level = self.extensions.audio_level.and(level).map_or(0, |_| 2);
        match number + level {
            0 => 12,
            elements => 16 + usize::next_multiple_of(elements, 4),
        }
    }
}

pub(super) fn write_header(
    into: &mut [u8],
    header: HeaderWriter,
    ids: &Extensions,
    number: Option<u16>,
    level: Option<AudioLevel>,
) -> usize {
    let number = ids.transport_wide.zip(number.map(u16::to_be_bytes));
    let level = ids.audio_level.zip(level.map(AudioLevel::bytes));
    match (&number, &level) {
        (None, None) => header.write(into, &[]),
        (Some((id, number)), None) => header.write(into, &[(*id, number)]),
        (None, Some((id, level))) => header.write(into, &[(*id, level)]),
        (Some((id, number)), Some((other, level))) => header.write(into, &[(*id, number), (*other, level)]),
    }
}
