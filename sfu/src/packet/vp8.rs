//! The VP8 payload descriptor (RFC 7741 § 4.2): in the clear even when the frame behind it is encrypted.

use super::numbers::Numbers;
use super::{u8_at, u16_at};
use std::ops::Deref;

/// What the descriptor says, and where, of one payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    numbers: Numbers,
    /// Temporal layer, 0 without layers.
    pub(crate) temporal: u8,
    /// Y: depends on the base layer only, so a subscriber can switch up to this temporal layer here.
    pub(crate) is_sync: bool,
    /// N: no other frame depends on this one.
    pub(crate) is_droppable: bool,
    /// First packet of a frame.
    pub(crate) starts_frame: bool,
    /// First packet of a key frame.
    pub(crate) starts_key_frame: bool,
    /// Width and height in pixels, said by the first packet of a key frame (RFC 6386 § 9.1).
    pub(crate) size: Option<(u16, u16)>,
    /// Bytes of the descriptor; the frame's own bytes follow.
    pub(crate) length: usize,
}

impl Deref for Descriptor {
    type Target = Numbers;

    fn deref(&self) -> &Numbers {
        &self.numbers
    }
}

impl Descriptor {
    /// `None` if the payload is shorter than its descriptor says, or nothing follows it. An empty payload (padding)
    /// has none either.
    pub(crate) fn parse(payload: &[u8]) -> Option<Descriptor> {
        let first = u8_at(payload, 0)?;
        let mut found = Descriptor {
            is_droppable: first & 0x20 != 0,
            starts_frame: first & 0x10 != 0 && first & 0x07 == 0,
            ..Descriptor::default()
        };
        let mut at = 1;
        if first & 0x80 != 0 {
            let flags = u8_at(payload, at)?;
            at += 1;
            if flags & 0x80 != 0 {
                at = found.numbers.read_picture_id(payload, at)?;
            }
            if flags & 0x40 != 0 {
                at = found.numbers.read_layer_zero(payload, at)?;
            }
            if flags & 0x30 != 0 {
                let byte = u8_at(payload, at)?;
                if flags & 0x20 != 0 {
                    (found.temporal, found.is_sync) = (byte >> 6, byte & 0x20 != 0);
                }
                at += 1;
            }
        }
        found.length = at;
        // RFC 7741 § 4.3: the inverse key frame flag P is the lowest bit of the first byte of the frame. Our encoded
        // transform leaves ten bytes of a key frame and three of others in the clear, so this and the size are there.
        let is_key = u8_at(payload, at)? & 0x01 == 0;
        found.starts_key_frame = found.starts_frame && is_key;
        if found.starts_key_frame {
            found.size = size(&payload[at..]);
        }
        Some(found)
    }
}

/// From the start of a key frame: three bytes of tag, the start code, 14 bits each of width and height.
fn size(frame: &[u8]) -> Option<(u16, u16)> {
    if frame.get(3..6)? != [0x9d, 0x01, 0x2a] {
        return None;
    }
    let dimension = |at: usize| Some(u16_at(frame, at)?.swap_bytes() & 0x3fff);
    Some((dimension(6)?, dimension(8)?))
}
