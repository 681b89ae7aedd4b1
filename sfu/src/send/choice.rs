//! Where the highest spatial layer of a VP9 stream may change.

use super::incoming::Descriptor;

/// The highest spatial layer that goes out from this packet on. `top`: until now; `begins_picture`: the packets before
/// were of another picture. The packet is the newest of its stream.
///
/// Down with the next picture: the layers below are whole without. Up with a picture that needs no other, or, one layer
/// at a time, with a frame of the next layer that uses no earlier picture (RFC 9628 § 4.2, P): all that it needs went
/// out. In the second case the layer below said already that the picture ends (marker); decoders take the frame as one
/// more with the same timestamp.
pub(super) fn top(top: u8, wanted: u8, begins_picture: bool, descriptor: &Descriptor) -> u8 {
    let Descriptor::Vp9(found) = descriptor else { return if begins_picture { wanted } else { top } };
    // Each packet of a frame says whether it uses earlier pictures, so the loss of the first one does no harm.
    let is_key_picture = found.spatial == 0 && !found.is_inter_predicted;
    let is_entry = found.starts_frame && !found.is_inter_predicted && found.spatial == top + 1;
    match wanted {
        _ if is_key_picture => wanted,
        _ if wanted < top && begins_picture => wanted,
        _ if wanted > top && is_entry => found.spatial,
        _ => top,
    }
}
