//! Picture id and TL0PICIDX go on without a jump over changes of the stream (RFC 7741 § 4.2, RFC 9628 § 4.2).

use super::incoming::Descriptor;

/// What is added to the numbers of one stretch of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) timestamp: u32,
    pub(super) picture: u16,
    pub(super) layer_zero: u8,
}

impl Patch {
    /// Copies `payload` with its changed numbers to the front of `into`, which must hold it.
    pub(super) fn copy(self, descriptor: &Descriptor, payload: &[u8], into: &mut [u8]) {
        let into = &mut into[..payload.len()];
        into.copy_from_slice(payload);
        if self.picture != 0 || self.layer_zero != 0 {
            let picture = descriptor.picture_id().map_or(0, |(id, _)| id.wrapping_add(self.picture));
            let layer_zero = descriptor.layer_zero().map_or(0, |index| index.wrapping_add(self.layer_zero));
            descriptor.write(into, picture, layer_zero);
        }
    }
}

/// The newest numbers that went out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Continuity {
    picture: Option<u16>,
    layer_zero: Option<u8>,
}

impl Continuity {
    /// The stretch that begins with this descriptor goes on behind the newest numbers.
    pub(super) fn begin(&self, descriptor: &Descriptor, patch: &mut Patch) {
        if let (Some(last), Some((id, _))) = (self.picture, descriptor.picture_id()) {
            patch.picture = last.wrapping_add(1).wrapping_sub(id);
        }
        if let (Some(last), Some(index)) = (self.layer_zero, descriptor.layer_zero()) {
            patch.layer_zero = last.wrapping_add(1).wrapping_sub(index);
        }
    }

    /// A packet went out, and none behind it before.
    pub(super) fn sent(&mut self, descriptor: &Descriptor, patch: Patch) {
        if let Some((id, mask)) = descriptor.picture_id() {
            self.picture = Some(id.wrapping_add(patch.picture) & mask);
        }
        if let Some(index) = descriptor.layer_zero() {
            self.layer_zero = Some(index.wrapping_add(patch.layer_zero));
        }
    }
}
