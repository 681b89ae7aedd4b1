//! The numbers of a payload descriptor that count on from picture to picture. VP8 (RFC 7741 § 4.2) and VP9 (RFC 9628
//! § 4.2) have the same two, and a stream that is made of several must count on as one.

use super::{u8_at, u16_at};

/// What they are in one payload, and where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    picture_id: Option<PictureId>,
    /// TL0PICIDX.
    layer_zero: Option<(u8, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PictureId {
    value: u16,
    /// 15 bits instead of 7.
    wide: bool,
    at: usize,
}

impl PictureId {
    fn mask(self) -> u16 {
        if self.wide { 0x7fff } else { 0x7f }
    }
}

impl Numbers {
    /// Reads the picture id at `at`; returns the place behind it.
    pub(super) fn read_picture_id(&mut self, payload: &[u8], at: usize) -> Option<usize> {
        let first = u8_at(payload, at)?;
        let wide = first & 0x80 != 0;
        let value = if wide { u16_at(payload, at)? & 0x7fff } else { u16::from(first) };
        self.picture_id = Some(PictureId { value, wide, at });
        Some(at + 1 + usize::from(wide))
    }

    /// The same of TL0PICIDX.
    pub(super) fn read_layer_zero(&mut self, payload: &[u8], at: usize) -> Option<usize> {
        self.layer_zero = Some((u8_at(payload, at)?, at));
        Some(at + 1)
    }

    /// 7 or 15 bits, see [`Numbers::picture_id_mask`].
    pub(crate) fn picture_id(&self) -> Option<u16> {
        self.picture_id.map(|field| field.value)
    }

    /// The bits that the picture id has here; 0 without one.
    pub(crate) fn picture_id_mask(&self) -> u16 {
        self.picture_id.map_or(0, PictureId::mask)
    }

    /// TL0PICIDX.
    pub(crate) fn layer_zero(&self) -> Option<u8> {
        self.layer_zero.map(|(value, _)| value)
    }

    /// Writes other numbers over them, in a payload with the very descriptor that was parsed. Fields that it lacks stay
    /// away, lengths stay as they are.
    pub(crate) fn patch_in_place(&self, payload: &mut [u8], picture_id: u16, layer_zero: u8) {
        if let Some(field) = self.picture_id {
            let value = picture_id & field.mask();
            match field.wide {
                true => payload[field.at..field.at + 2].copy_from_slice(&(value | 0x8000).to_be_bytes()),
                false => payload[field.at] = value as u8,
            }
        }
        if let Some((_, at)) = self.layer_zero {
            payload[at] = layer_zero;
        }
    }
}
