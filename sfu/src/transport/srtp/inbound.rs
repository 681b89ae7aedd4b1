//! Decrypting in the receive buffer.

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
        let opened = self.read(datagram)?;
        self.unseal(datagram, &opened).then(|| self.heard.accept(opened.ssrc, opened.extended))?;
        Some(opened)
    }

    /// Decrypts a compound RTCP packet in place; its plain bytes are `datagram[..end]`.
    pub(crate) fn open_rtcp(&mut self, datagram: &mut [u8]) -> Option<usize> {
        let (ssrc, index) = self.read_rtcp(datagram)?;
        self.unseal_rtcp(datagram, ssrc, index).then(|| self.heard_rtcp.accept(ssrc, index))?;
        Some(datagram.len() - RTCP_ROOM)
    }

    /// Whether an RTP or RTCP packet names a source that the client has spoken as, and would be new. Cheap; whether it
    /// is genuine, [`Srtp::has_sealed`] says.
    pub(crate) fn may_have_sealed(&self, datagram: &[u8]) -> bool {
        match is_rtcp(datagram) {
            true => self.read_rtcp(datagram).is_some_and(|(ssrc, _)| self.heard_rtcp.of(ssrc).is_some()),
            false => self.read(datagram).is_some_and(|read| self.heard.of(read.ssrc).is_some()),
        }
    }

    /// Whether the client has sent a packet that has not been opened yet. Nothing is changed by it.
    pub(crate) fn has_sealed(&self, datagram: &[u8]) -> bool {
        let mut copy = datagram.to_vec();
        match is_rtcp(datagram) {
            true => self.read_rtcp(datagram).is_some_and(|(ssrc, index)| self.unseal_rtcp(&mut copy, ssrc, index)),
            false => self.read(datagram).is_some_and(|read| self.unseal(&mut copy, &read)),
        }
    }

    /// What an RTP packet says of itself, unless it is malformed or repeated.
    fn read(&self, datagram: &[u8]) -> Option<Opened> {
        let header = header_length(datagram)?;
        let end = datagram.len().checked_sub(TAG).filter(|end| *end >= header)?;
        let sequence = u16::from_be_bytes([datagram[2], datagram[3]]);
        let ssrc = u32::from_be_bytes([datagram[8], datagram[9], datagram[10], datagram[11]]);
        let extended = match self.heard.of(ssrc) {
            Some(window) => window.extend(sequence)?,
            None => u64::from(sequence),
        };
        self.heard.may_accept(ssrc, extended).then_some(Opened { ssrc, extended, header, end })
    }

    fn unseal(&self, datagram: &mut [u8], at: &Opened) -> bool {
        let (clear, sealed) = datagram.split_at_mut(at.header);
        self.inbound.open(self.inbound.nonce(at.ssrc, at.extended), Aad::from(&*clear), sealed)
    }

    /// The same of a compound: source and index.
    fn read_rtcp(&self, datagram: &[u8]) -> Option<(u32, u64)> {
        let end = datagram.len().checked_sub(RTCP_ROOM).filter(|end| *end >= RTCP_HEADER)?;
        if datagram[0] >> 6 != 2 {
            return None;
        }
        let index = u32::from_be_bytes(*datagram[end + TAG..].first_chunk()?);
        let index = if index & ENCRYPTED != 0 { u64::from(index & !ENCRYPTED) } else { return None };
        let ssrc = u32::from_be_bytes([datagram[4], datagram[5], datagram[6], datagram[7]]);
        self.heard_rtcp.may_accept(ssrc, index).then_some((ssrc, index))
    }

    fn unseal_rtcp(&self, datagram: &mut [u8], ssrc: u32, index: u64) -> bool {
        let (packet, word) = datagram.split_at_mut(datagram.len() - (RTCP_ROOM - TAG));
        let (clear, sealed) = packet.split_at_mut(RTCP_HEADER);
        self.inbound_rtcp.open(self.inbound_rtcp.nonce(ssrc, index), rtcp_aad(clear, word), sealed)
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
