//! Decrypting in the receive buffer.

use super::window::Windows;
use super::{ENCRYPTED, RTCP_HEADER, RTCP_ROOM, Srtp, TAG, rtcp_aad};
use ring::aead::Aad;

/// The part of an RTP header that is always there (RFC 3550 § 5.1).
const RTP_HEADER: usize = 12;

/// A decrypted RTP packet: the header is `datagram[..header]`, the payload (with padding, if the header says so) is
/// `datagram[header..end]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) ssrc: u32,
    /// Rollover counter and sequence number.
    pub(crate) extended: u64,
    pub(crate) header: usize,
    pub(crate) end: usize,
}

/// Whether a media datagram is RTCP (RFC 5761 § 4).
pub(crate) fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, 192..=223, ..])
}

impl Srtp {
    /// Decrypts an RTP packet in place. `None` for anything forged, repeated or malformed; its bytes are then spoiled.
    pub(crate) fn open(&mut self, datagram: &mut [u8]) -> Option<Opened> {
        let header = header_length(datagram)?;
        let end = datagram.len().checked_sub(TAG).filter(|end| *end >= header)?;
        let sequence = u16::from_be_bytes([datagram[2], datagram[3]]);
        let ssrc = u32::from_be_bytes([datagram[8], datagram[9], datagram[10], datagram[11]]);
        let extended = match self.heard.of(ssrc) {
            Some(window) => window.extend(sequence)?,
            None => u64::from(sequence),
        };
        may_be_new(&mut self.heard, ssrc, extended)?;
        let (clear, sealed) = datagram.split_at_mut(header);
        if !self.inbound.open(self.inbound.nonce(ssrc, extended), Aad::from(&*clear), sealed) {
            return None;
        }
        accept(&mut self.heard, ssrc, extended);
        Some(Opened { ssrc, extended, header, end })
    }

    /// Decrypts a compound RTCP packet in place; its plain bytes are `datagram[..end]`.
    pub(crate) fn open_rtcp(&mut self, datagram: &mut [u8]) -> Option<usize> {
        let end = datagram.len().checked_sub(RTCP_ROOM).filter(|end| *end >= RTCP_HEADER)?;
        if datagram[0] >> 6 != 2 {
            return None;
        }
        let (packet, word) = datagram.split_at_mut(end + TAG);
        let index = u32::from_be_bytes([word[0], word[1], word[2], word[3]]);
        let index = if index & ENCRYPTED != 0 { u64::from(index & !ENCRYPTED) } else { return None };
        let (clear, sealed) = packet.split_at_mut(RTCP_HEADER);
        let ssrc = u32::from_be_bytes([clear[4], clear[5], clear[6], clear[7]]);
        may_be_new(&mut self.heard_rtcp, ssrc, index)?;
        if !self.inbound_rtcp.open(self.inbound_rtcp.nonce(ssrc, index), rtcp_aad(clear, word), sealed) {
            return None;
        }
        accept(&mut self.heard_rtcp, ssrc, index);
        Some(end)
    }
}

fn may_be_new(heard: &mut Windows, ssrc: u32, index: u64) -> Option<()> {
    let new = match heard.of(ssrc) {
        Some(window) => window.is_new(index),
        None => heard.has_room(),
    };
    new.then_some(())
}

fn accept(heard: &mut Windows, ssrc: u32, index: u64) {
    match heard.of(ssrc) {
        Some(window) => window.accept(index),
        None => heard.add(ssrc, index),
    }
}

/// Fixed header, contributing sources and extension (RFC 3550 § 5.1, § 5.3.1): what is not encrypted.
fn header_length(datagram: &[u8]) -> Option<usize> {
    if datagram.len() < RTP_HEADER || datagram[0] >> 6 != 2 {
        return None;
    }
    let mut length = RTP_HEADER + 4 * usize::from(datagram[0] & 0x0f);
    if datagram[0] & 0x10 != 0 {
        let words = datagram.get(length + 2..length + 4)?;
        length += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    (length <= datagram.len()).then_some(length)
}
