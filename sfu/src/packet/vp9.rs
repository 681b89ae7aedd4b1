//! The VP9 payload descriptor (RFC 9628 § 4.2): in the clear even when the frame behind it is encrypted.

use super::numbers::Numbers;
use super::{u8_at, u16_at};
use std::ops::Deref;

/// Spatial layers that a scalability structure can name (N_S has three bits).
pub(crate) const MAX_SPATIAL: usize = 8;

/// What the descriptor says, and where, of one payload. Without layer indices both layers are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// TL0PICIDX is there in non-flexible mode only.
    numbers: Numbers,
    /// P: uses an earlier picture. If not, switching up to this spatial layer from the one below is possible here.
    pub(crate) is_inter_predicted: bool,
    /// F: references are listed in every packet.
    pub(crate) is_flexible: bool,
    /// B: first packet of a frame (of one spatial layer of a picture).
    pub(crate) starts_frame: bool,
    /// E: last packet of a frame.
    pub(crate) ends_frame: bool,
    /// Z: no higher spatial layer of this picture uses this frame.
    pub(crate) is_not_reference: bool,
    /// TID.
    pub(crate) temporal: u8,
    /// SID.
    pub(crate) spatial: u8,
    /// U: switching up to higher temporal layers is possible after this frame.
    pub(crate) is_switching_up: bool,
    /// D: uses the spatial layer below of the same picture.
    pub(crate) is_inter_layer: bool,
    /// Sizes in pixels of the spatial layers, if the packet has a scalability structure that says them.
    pub(crate) sizes: Sizes,
    /// Bytes of the descriptor; the frame's own bytes follow.
    pub(crate) length: usize,
}

/// Width and height of each spatial layer, lowest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    count: usize,
    all: [(u16, u16); MAX_SPATIAL],
}

impl Sizes {
    pub(crate) fn get(&self) -> &[(u16, u16)] {
        &self.all[..self.count]
    }
}

impl Deref for Descriptor {
    type Target = Numbers;

    fn deref(&self) -> &Numbers {
        &self.numbers
    }
}

impl Descriptor {
    /// `None` if the payload is shorter than its descriptor says, or lists more references than it may. An empty
    /// payload (padding) has none either.
    pub(crate) fn parse(payload: &[u8]) -> Option<Descriptor> {
        let flags = u8_at(payload, 0)?;
        let mut found = Descriptor {
            is_inter_predicted: flags & 0x40 != 0,
            is_flexible: flags & 0x10 != 0,
            starts_frame: flags & 0x08 != 0,
            ends_frame: flags & 0x04 != 0,
            is_not_reference: flags & 0x01 != 0,
            ..Descriptor::default()
        };
        let mut at = 1;
        if flags & 0x80 != 0 {
            at = found.numbers.read_picture_id(payload, at)?;
        }
        if flags & 0x20 != 0 {
            let layers = u8_at(payload, at)?;
            at += 1;
            found.temporal = layers >> 5;
            found.is_switching_up = layers & 0x10 != 0;
            found.spatial = layers >> 1 & 0x07;
            found.is_inter_layer = layers & 0x01 != 0;
            if !found.is_flexible {
                at = found.numbers.read_layer_zero(payload, at)?;
            }
        }
        if found.is_flexible && found.is_inter_predicted {
            at = behind_references(payload, at)?;
        }
        if flags & 0x02 != 0 {
            (found.sizes, at) = structure(payload, at)?;
        }
        found.length = at;
        Some(found)
    }

    /// First packet of a picture that needs none before it: where a new subscriber can begin.
    pub(crate) fn starts_key_picture(&self) -> bool {
        self.starts_frame && self.spatial == 0 && !self.is_inter_predicted && !self.is_inter_layer
    }
}

/// P_DIFF: one to three bytes, the lowest bit says that one more follows.
fn behind_references(payload: &[u8], start: usize) -> Option<usize> {
    for at in start..start + 3 {
        if u8_at(payload, at)? & 0x01 == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The scalability structure (§ 4.2.1): sizes of the layers and the place behind it. The picture group's pattern is
/// stepped over: the packets themselves say what switching needs.
fn structure(payload: &[u8], mut at: usize) -> Option<(Sizes, usize)> {
    let head = u8_at(payload, at)?;
    at += 1;
    let mut sizes = Sizes::default();
    if head & 0x10 != 0 {
        sizes.count = usize::from(head >> 5) + 1;
        for size in &mut sizes.all[..sizes.count] {
            *size = (u16_at(payload, at)?, u16_at(payload, at + 2)?);
            at += 4;
        }
    }
    if head & 0x08 != 0 {
        let pictures = u8_at(payload, at)?;
        at += 1;
        for _ in 0..pictures {
            at += 1 + usize::from(u8_at(payload, at)? >> 2 & 0x03);
        }
        if at > payload.len() {
            return None;
        }
    }
    Some((sizes, at))
}
