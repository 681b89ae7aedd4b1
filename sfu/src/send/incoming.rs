//! A publisher's packet as all its subscribers see it: read once, not once for each of them.

use crate::packet::{Codec, vp8, vp9};

/// One incoming RTP stream: a voice, or one simulcast layer of a picture, or a VP9 picture with all its spatial layers.
/// Given out by the shard and never given to another stream again, also not if the publisher's SSRC changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StreamId(pub(crate) u32);

/// What a subscriber can be given of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LayerKey {
    pub(crate) stream: StreamId,
    /// Highest spatial layer of the stream (SID, RFC 9628 § 4.2); 0 if the stream is but one layer.
    pub(crate) spatial: u8,
}

/// A plain packet of a stream. The caller passes each extended number once (`receive::Reception` says what is new).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming<'a> {
    pub(crate) stream: StreamId,
    pub(crate) codec: Codec,
    /// Sequence number without wrap-around.
    pub(crate) extended: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    /// Without padding: empty if the packet was nothing else.
    pub(crate) payload: &'a [u8],
    pub(super) descriptor: Descriptor,
}

impl<'a> Incoming<'a> {
    pub(crate) fn new(
        stream: StreamId,
        codec: Codec,
        extended: u64,
        timestamp: u32,
        marker: bool,
        payload: &'a [u8],
    ) -> Incoming<'a> {
        let descriptor = Descriptor::parse(codec, payload);
        Incoming { stream, codec, extended, timestamp, marker, payload, descriptor }
    }

    /// A decoder that knows nothing can begin with this packet.
    pub(crate) fn starts_key_picture(&self) -> bool {
        self.descriptor.starts_key_picture(self.codec)
    }

    /// SID (RFC 9628 § 4.2); 0 if the stream is but one layer.
    pub(crate) fn spatial(&self) -> u8 {
        self.descriptor.spatial()
    }

    /// Heights in pixels that the packet tells: of its stream's spatial layers from the lowest, or of its picture.
    pub(crate) fn heights(&self) -> impl Iterator<Item = u16> {
        let (one, several) = match &self.descriptor {
            Descriptor::None => (None, vp9::Sizes::default()),
            Descriptor::Vp8(found) => (found.size, vp9::Sizes::default()),
            Descriptor::Vp9(found) => (None, found.sizes),
        };
        let several = (0..vp9::MAX_SPATIAL).filter_map(move |at| several.get().get(at).copied());
        one.into_iter().chain(several).map(|(_, height)| height)
    }
}

/// What is readable of a payload; the frame behind it is encrypted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Descriptor {
    /// Opus, or a video payload that is shorter than its descriptor says. Passes as it is.
    None,
    Vp8(vp8::Descriptor),
    Vp9(vp9::Descriptor),
}

impl Descriptor {
    pub(super) fn parse(codec: Codec, payload: &[u8]) -> Descriptor {
        let found = match codec {
            Codec::Opus => None,
            Codec::Vp8 => vp8::Descriptor::parse(payload).map(Descriptor::Vp8),
            Codec::Vp9 => vp9::Descriptor::parse(payload).map(Descriptor::Vp9),
        };
        found.unwrap_or(Descriptor::None)
    }

    /// A decoder that knows nothing can begin with this packet.
    pub(super) fn starts_key_picture(&self, codec: Codec) -> bool {
        match self {
            Descriptor::None => codec == Codec::Opus,
            Descriptor::Vp8(found) => found.starts_key_frame,
            Descriptor::Vp9(found) => found.starts_key_picture(),
        }
    }

    pub(super) fn spatial(&self) -> u8 {
        match self {
            Descriptor::Vp9(found) => found.spatial,
            Descriptor::None | Descriptor::Vp8(_) => 0,
        }
    }

    /// The picture id and the bits it has; 0 bits if there is none.
    pub(super) fn picture_id(&self) -> Option<(u16, u16)> {
        match self {
            Descriptor::None => None,
            Descriptor::Vp8(found) => Some((found.picture_id()?, found.picture_id_mask())),
            Descriptor::Vp9(found) => Some((found.picture_id()?, found.picture_id_mask())),
        }
    }

    /// TL0PICIDX.
    pub(super) fn layer_zero(&self) -> Option<u8> {
        match self {
            Descriptor::None => None,
            Descriptor::Vp8(found) => found.layer_zero(),
            Descriptor::Vp9(found) => found.layer_zero(),
        }
    }

    /// Last packet of the highest layer that is forwarded: it ends the picture (RFC 9628 § 4.1, marker).
    pub(super) fn ends_layer(&self, top: u8) -> bool {
        matches!(self, Descriptor::Vp9(found) if found.ends_frame && found.spatial == top)
    }

    pub(super) fn write(&self, payload: &mut [u8], picture_id: u16, layer_zero: u8) {
        match self {
            Descriptor::None => {}
            Descriptor::Vp8(found) => found.patch_in_place(payload, picture_id, layer_zero),
            Descriptor::Vp9(found) => found.patch_in_place(payload, picture_id, layer_zero),
        }
    }
}
