//! The subset of SDP that one offer and one answer need (RFC 8829, RFC 8866). Pure.
//!
//! Client candidates are not read: clients reach the server, never the other way round, and a list of addresses to
//! which the server sends checks would be a tool for scanning its network.

mod answer;
mod check;
mod line;
mod negotiate;
mod offer;
#[cfg(test)]
mod tests;

pub(super) use answer::{Local, write};
pub(crate) use check::BadOffer;
pub(crate) use negotiate::{Negotiated, Published, Slot};
pub(super) use offer::{Offered, parse};

use crate::api::Source;
use crate::packet::Codec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Audio,
    Video,
    Application,
}

impl Kind {
    fn of(source: Source) -> Kind {
        if source.is_video() { Kind::Video } else { Kind::Audio }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Direction {
    #[default]
    Sendrecv,
    Sendonly,
    Recvonly,
    Inactive,
}

fn rtpmap(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "opus/48000/2",
        Codec::Vp8 => "VP8/90000",
        Codec::Vp9 => "VP9/90000",
    }
}

/// What a payload type of the client means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) codec: Codec,
    pub(crate) payload_type: u8,
    /// Payload type of its retransmissions (RFC 4588).
    pub(crate) rtx: Option<u8>,
    pub(super) feedback: Feedback,
}

/// One without feedback.
#[cfg(test)]
pub(crate) fn payload(codec: Codec, payload_type: u8, rtx: Option<u8>) -> Payload {
    Payload { codec, payload_type, rtx, feedback: Feedback::default() }
}

/// The kinds of RTCP feedback that we know (RFC 4585, RFC 5104).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Feedback {
    pub(super) nack: bool,
    pub(super) pli: bool,
    pub(super) fir: bool,
    pub(super) transport_wide: bool,
}

/// Ids of header extensions (RFC 8285), where the client offered them: at most 14, so that one-byte headers do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// RFC 9143: which m-line a packet belongs to.
    pub(crate) mid: Option<u8>,
    /// RFC 8852: which layer a packet belongs to.
    pub(crate) rid: Option<u8>,
    /// RFC 8852: which layer a retransmission belongs to.
    pub(crate) repaired_rid: Option<u8>,
    /// draft-holmer-rmcat-transport-wide-cc-extensions-01.
    pub(crate) transport_wide: Option<u8>,
    /// RFC 6464.
    pub(crate) audio_level: Option<u8>,
    pub(crate) absolute_send_time: Option<u8>,
    /// AV1 RTP specification, appendix A.
    pub(crate) dependency_descriptor: Option<u8>,
}

const EXTENSION_NAMES: [&str; 7] = [
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
];

impl Extensions {
    /// In the order of [`EXTENSION_NAMES`].
    fn ids(&self) -> [Option<u8>; 7] {
        [
            self.mid,
            self.rid,
            self.repaired_rid,
            self.transport_wide,
            self.audio_level,
            self.absolute_send_time,
            self.dependency_descriptor,
        ]
    }

    fn by_name(&mut self, name: &str) -> Option<&mut Option<u8>> {
        let ids = [
            &mut self.mid,
            &mut self.rid,
            &mut self.repaired_rid,
            &mut self.transport_wide,
            &mut self.audio_level,
            &mut self.absolute_send_time,
            &mut self.dependency_descriptor,
        ];
        EXTENSION_NAMES.iter().zip(ids).find(|(known, _)| **known == name).map(|(_, id)| id)
    }
}
