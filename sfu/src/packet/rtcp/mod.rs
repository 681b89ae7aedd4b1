//! RTCP (RFC 3550 § 6, 4585, 5104) in place: what a decrypted compound says, and how to say it.

mod parts;
pub(super) mod write;

pub(crate) use parts::{Blocks, Fir, Lost, ReportBlock};
pub(crate) use write::{SenderInfo, cname, nack, pli, receiver_report, sender_report};

use super::{u8_at, u16_at, u32_at};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
pub(super) const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

/// Feedback message types of the two feedback packets (RFC 4585 § 6.2, 6.3; RFC 5104 § 4.3.1).
const NACK: u8 = 1;
pub(super) const TRANSPORT_WIDE: u8 = 15;
const PLI: u8 = 1;
const FIR: u8 = 4;
const APPLICATION: u8 = 15;

/// Most report blocks in one report: their count has five bits.
pub(crate) const MAX_BLOCKS: usize = 31;

/// What one RTCP packet says. SSRCs are the sender's claims: whether they are its own to ask about is for the reader to
/// check.
#[derive(Clone, Debug)]
pub(crate) enum Feedback<'a> {
    SenderReport {
        ssrc: u32,
        info: SenderInfo,
        blocks: Blocks<'a>,
    },
    ReceiverReport {
        blocks: Blocks<'a>,
    },
    Pli {
        media: u32,
    },
    Fir(Fir<'a>),
    Nack {
        media: u32,
        lost: Lost<'a>,
    },
    /// The whole packet, for [`super::transport_wide::Report::parse`].
    TransportWide(&'a [u8]),
    /// Receiver estimated maximum bitrate, in bit/s.
    Remb {
        bitrate: u64,
    },
}

/// The packets of a compound that mean something to the SFU; others are passed over. Ends at the first malformed one.
/// Reduced-size compounds (RFC 5506) are welcome: nothing depends on what comes first.
pub(crate) fn feedbacks(compound: &[u8]) -> impl Iterator<Item = Feedback<'_>> {
    Packets { rest: compound }.filter_map(read)
}

/// One RTCP packet of a compound.
#[derive(Clone, Copy)]
struct Packet<'a> {
    /// Report count or feedback message type.
    count: u8,
    kind: u8,
    whole: &'a [u8],
    /// Behind the first four bytes, without padding.
    body: &'a [u8],
}

struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        let rest = std::mem::take(&mut self.rest);
        let (flags, kind) = (u8_at(rest, 0)?, u8_at(rest, 1)?);
        let whole = rest.get(..4 + 4 * usize::from(u16_at(rest, 2)?))?;
        if flags >> 6 != 2 {
            return None;
        }
        let mut body = &whole[4..];
        if flags & 0x20 != 0 {
            let padding = usize::from(*body.last()?);
            body = body.get(..body.len().checked_sub(padding.max(1))?)?;
        }
        self.rest = &rest[whole.len()..];
        Some(Packet { count: flags & 0x1f, kind, whole, body })
    }
}

fn read(packet: Packet<'_>) -> Option<Feedback<'_>> {
    let Packet { count, kind, whole, body } = packet;
    match (kind, count) {
        (SENDER_REPORT, _) => Some(Feedback::SenderReport {
            ssrc: u32_at(body, 0)?,
            info: SenderInfo::read(body.get(4..)?)?,
            blocks: Blocks::new(body.get(24..)?, count),
        }),
        (RECEIVER_REPORT, _) => Some(Feedback::ReceiverReport { blocks: Blocks::new(body.get(4..)?, count) }),
        (TRANSPORT_FEEDBACK, NACK) => Some(Feedback::Nack { media: u32_at(body, 4)?, lost: Lost::new(body.get(8..)?) }),
        (TRANSPORT_FEEDBACK, TRANSPORT_WIDE) => Some(Feedback::TransportWide(whole)),
        (PAYLOAD_FEEDBACK, PLI) => Some(Feedback::Pli { media: u32_at(body, 4)? }),
        (PAYLOAD_FEEDBACK, FIR) => Some(Feedback::Fir(Fir::new(body.get(8..)?))),
        (PAYLOAD_FEEDBACK, APPLICATION) => remb(body),
        _ => None,
    }
}

/// draft-alvestrand-rmcat-remb-03 § 2.2: a mantissa of 18 bits and an exponent of 6.
fn remb(body: &[u8]) -> Option<Feedback<'_>> {
    if body.get(8..12)? != b"REMB" {
        return None;
    }
    let word = u32_at(body, 12)?;
    let (exponent, mantissa) = (word >> 18 & 0x3f, u64::from(word & 0x3_ffff));
    // More than fits is as good as infinite.
    let bitrate = if mantissa.leading_zeros() >= exponent { mantissa << exponent } else { u64::MAX };
    Some(Feedback::Remb { bitrate })
}
