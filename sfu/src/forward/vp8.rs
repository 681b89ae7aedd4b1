//! The VP8 payload descriptor (RFC 7741 § 4.2): in the clear even when the frame behind it is encrypted.

use bytes::{Bytes, BytesMut};

/// Numbers of the descriptor that must go on without a jump for a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Descriptor {
    /// 7 or 15 bits, and where it stands.
    picture_id: Option<PictureId>,
    /// TL0PICIDX and where it stands.
    layer_zero: Option<(u8, usize)>,
    /// First packet of a key frame.
    pub(super) starts_key_frame: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PictureId {
    value: u16,
    wide: bool,
    at: usize,
}

impl Descriptor {
    /// `None` if the payload is shorter than its descriptor says. An empty payload (padding) has none either.
    pub(super) fn parse(payload: &[u8]) -> Option<Descriptor> {
        let first = *payload.first()?;
        let (extended, starts_partition, partition) = (first & 0x80 != 0, first & 0x10 != 0, first & 0x07);
        let mut at = 1;
        let (mut picture_id, mut layer_zero) = (None, None);
        if extended {
            let flags = *payload.get(at)?;
            at += 1;
            if flags & 0x80 != 0 {
                let high = *payload.get(at)?;
                let wide = high & 0x80 != 0;
                let value = match wide {
                    true => u16::from_be_bytes([high & 0x7f, *payload.get(at + 1)?]),
                    false => u16::from(high),
                };
                picture_id = Some(PictureId { value, wide, at });
                at += if wide { 2 } else { 1 };
            }
            if flags & 0x40 != 0 {
                layer_zero = Some((*payload.get(at)?, at));
                at += 1;
            }
            if flags & 0x30 != 0 {
                at += 1;
            }
        }
        // RFC 7741 § 4.3: the inverse key frame flag P is the lowest bit of the first byte of the frame. End-to-end
        // encryption leaves these bytes in the clear (RFC 9605 has no say; our encoded transform keeps ten).
        let inverse_key = *payload.get(at)? & 0x01 != 0;
        let starts_key_frame = starts_partition && partition == 0 && !inverse_key;
        Some(Descriptor { picture_id, layer_zero, starts_key_frame })
    }
}

/// Keeps picture id and TL0PICIDX continuous over changes of the source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Continuity {
    picture_offset: u16,
    layer_zero_offset: u8,
    /// Newest numbers given out.
    picture: Option<u16>,
    layer_zero: Option<u8>,
}

impl Continuity {
    /// The next descriptor belongs to another source: go on behind the newest numbers.
    pub(super) fn start(&mut self, descriptor: &Descriptor) {
        if let (Some(last), Some(id)) = (self.picture, descriptor.picture_id) {
            self.picture_offset = last.wrapping_add(1).wrapping_sub(id.value);
        }
        if let (Some(last), Some((value, _))) = (self.layer_zero, descriptor.layer_zero) {
            self.layer_zero_offset = last.wrapping_add(1).wrapping_sub(value);
        }
    }

    /// The payload to send instead, or `None` if it can go out as it is. `newest`: no later packet went out before.
    pub(super) fn apply(&mut self, descriptor: &Descriptor, payload: &Bytes, newest: bool) -> Option<Bytes> {
        let picture = descriptor.picture_id.map(|id| {
            let mask = if id.wide { 0x7fff } else { 0x7f };
            (id.value.wrapping_add(self.picture_offset) & mask, id)
        });
        let layer_zero = descriptor.layer_zero.map(|(value, at)| (value.wrapping_add(self.layer_zero_offset), at));
        if newest {
            self.picture = picture.map(|(value, _)| value).or(self.picture);
            self.layer_zero = layer_zero.map(|(value, _)| value).or(self.layer_zero);
        }
        if self.picture_offset == 0 && self.layer_zero_offset == 0 {
            return None;
        }
        let mut changed = BytesMut::from(&payload[..]);
        if let Some((value, id)) = picture {
            let [high, low] = value.to_be_bytes();
            if id.wide {
                changed[id.at] = high | 0x80;
                changed[id.at + 1] = low;
            } else {
                changed[id.at] = low;
            }
        }
        if let Some((value, at)) = layer_zero {
            changed[at] = value;
        }
        Some(changed.freeze())
    }
}
