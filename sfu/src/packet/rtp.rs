//! RTP packets in place (RFC 3550 § 5.1).

use super::extension::{self, Extensions};
use super::{u8_at, u16_at, u32_at};

/// Header without CSRCs and extensions.
const FIXED_LENGTH: usize = 12;

/// What every packet says of itself. Readable before decryption: SRTP leaves the header in the clear (RFC 3711 § 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RtpHeader {
    pub(crate) marker: bool,
    /// 7 bits.
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    /// In ticks of the payload's clock.
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    /// Bytes of the header with CSRCs and extensions; never beyond the packet it was read from.
    pub(crate) length: usize,
    pub(crate) has_padding: bool,
}

impl RtpHeader {
    /// `None` if this is no RTP version 2 or is shorter than its header says.
    pub(crate) fn parse(packet: &[u8]) -> Option<RtpHeader> {
        let (flags, second) = (u8_at(packet, 0)?, u8_at(packet, 1)?);
        if flags >> 6 != 2 {
            return None;
        }
        let mut length = extension_start(flags);
        if flags & 0x10 != 0 {
            length += 4 + 4 * usize::from(u16_at(packet, length + 2)?);
        }
        if length > packet.len() {
            return None;
        }
        Some(RtpHeader {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16_at(packet, 2)?,
            timestamp: u32_at(packet, 4)?,
            ssrc: u32_at(packet, 8)?,
            length,
            has_padding: flags & 0x20 != 0,
        })
    }

    /// What stands behind the header of a *decrypted* packet, without padding; empty for a packet of padding only.
    /// `None` if the padding is longer than what it pads.
    pub(crate) fn payload<'a>(&self, packet: &'a [u8]) -> Option<&'a [u8]> {
        let body = packet.get(self.length..)?;
        if !self.has_padding {
            return Some(body);
        }
        match usize::from(*body.last()?) {
            0 => None, // the count counts itself
            padding => body.get(..body.len().checked_sub(padding)?),
        }
    }

    /// The header extensions of a packet (RFC 8285), none if it has none or they are malformed.
    pub(crate) fn extensions(packet: &[u8]) -> Extensions<'_> {
        let block = || {
            let flags = u8_at(packet, 0)?;
            if flags & 0x10 == 0 {
                return None;
            }
            let start = extension_start(flags);
            let bytes = 4 * usize::from(u16_at(packet, start + 2)?);
            Some((u16_at(packet, start)?, packet.get(start + 4..start + 4 + bytes)?))
        };
        let (profile, elements) = block().unwrap_or((0, &[]));
        Extensions::new(profile, elements)
    }
}

/// Where the extension block stands, if there is one.
fn extension_start(flags: u8) -> usize {
    FIXED_LENGTH + 4 * usize::from(flags & 0x0f)
}

/// The fields of a header to write. No CSRCs: nothing is mixed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderWriter {
    pub(crate) marker: bool,
    /// 7 bits.
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

impl HeaderWriter {
    /// Writes the header with `extensions` (id, value) to the front of `into` and returns its length: 12 without
    /// extensions, 20 with a transport-wide number alone. One-byte elements where all fit (ids 1–14, values of 1–16
    /// bytes), else two-byte ones.
    ///
    /// # Panics
    /// If `into` is too short: the caller owns the buffer and the extensions, it can not come from the network.
    pub(crate) fn write(&self, into: &mut [u8], extensions: &[(u8, &[u8])]) -> usize {
        let fixed = &mut into[..FIXED_LENGTH];
        fixed[0] = if extensions.is_empty() { 0x80 } else { 0x90 };
        fixed[1] = u8::from(self.marker) << 7 | self.payload_type & 0x7f;
        fixed[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        fixed[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        fixed[8..].copy_from_slice(&self.ssrc.to_be_bytes());
        match extensions {
            [] => FIXED_LENGTH,
            _ => FIXED_LENGTH + extension::write(&mut into[FIXED_LENGTH..], extensions),
        }
    }

    /// Says that the packet ends in padding. After [`HeaderWriter::write`]; the caller writes the padding.
    pub(crate) fn mark_padded(packet: &mut [u8]) {
        packet[0] |= 0x20;
    }
}
