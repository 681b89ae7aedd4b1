//! The VP8 payload descriptor (RFC 7741 § 4.2): in the clear even when the frame behind it is encrypted.

use super::{u8_at, u16_at};

/// What the descriptor says, and where, of one payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    picture_id: Option<PictureId>,
    /// TL0PICIDX and where it stands.
    layer_zero: Option<(u8, usize)>,
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

/// A picture id and where it stands. VP9 has the same field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PictureId {
    value: u16,
    /// 15 bits instead of 7.
    wide: bool,
    at: usize,
}

impl PictureId {
    /// Reads the field at `at`; returns it with the place behind.
    pub(super) fn read(payload: &[u8], at: usize) -> Option<(PictureId, usize)> {
        let first = u8_at(payload, at)?;
        let wide = first & 0x80 != 0;
        let value = if wide { u16_at(payload, at)? & 0x7fff } else { u16::from(first) };
        Some((PictureId { value, wide, at }, at + 1 + usize::from(wide)))
    }

    pub(super) fn value(self) -> u16 {
        self.value
    }

    pub(super) fn mask(self) -> u16 {
        if self.wide { 0x7fff } else { 0x7f }
    }

    pub(super) fn write(self, payload: &mut [u8], value: u16) {
        let value = value & self.mask();
        match self.wide {
            true => payload[self.at..self.at + 2].copy_from_slice(&(value | 0x8000).to_be_bytes()),
            false => payload[self.at] = value as u8,
        }
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
                let (picture_id, behind) = PictureId::read(payload, at)?;
                (found.picture_id, at) = (Some(picture_id), behind);
            }
            if flags & 0x40 != 0 {
                found.layer_zero = Some((u8_at(payload, at)?, at));
                at += 1;
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

    /// 7 or 15 bits, see [`Descriptor::picture_id_mask`].
    pub(crate) fn picture_id(&self) -> Option<u16> {
        self.picture_id.map(PictureId::value)
    }

    /// The bits that the picture id has here; 0 without one.
    pub(crate) fn picture_id_mask(&self) -> u16 {
        self.picture_id.map_or(0, PictureId::mask)
    }

    /// TL0PICIDX.
    pub(crate) fn layer_zero(&self) -> Option<u8> {
        self.layer_zero.map(|(value, _)| value)
    }

    /// Writes other numbers over the descriptor's, in a payload with the very descriptor that was parsed. Fields that
    /// it lacks stay away, lengths stay as they are.
    pub(crate) fn patch_in_place(&self, payload: &mut [u8], picture_id: u16, layer_zero: u8) {
        if let Some(field) = self.picture_id {
            field.write(payload, picture_id);
        }
        if let Some((_, at)) = self.layer_zero {
            payload[at] = layer_zero;
        }
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
