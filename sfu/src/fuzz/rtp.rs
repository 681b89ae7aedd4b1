//! Decrypted RTP: the header with its extensions, payload descriptors, retransmissions.

use crate::packet::{HeaderWriter, RtpHeader, extension, vp8, vp9};
use crate::receive::rtx;

/// Other numbers for a descriptor: more bits than either of its fields has.
const PICTURE: u16 = 0xfabc;
const LAYER_ZERO: u8 = 0xa7;

/// A packet, and its payload.
pub fn packet(bytes: &[u8]) {
    let extensions: Vec<(u8, &[u8])> = RtpHeader::extensions(bytes).collect();
    for (_, value) in &extensions {
        if let Some(level) = extension::AudioLevel::read(value) {
            assert_eq!(level.bytes()[..], value[..1]);
        }
        assert!(extension::name(value).is_none_or(|name| name.as_bytes() == *value && name.len() <= 16));
        let _ = extension::transport_wide(value);
    }
    let Some(header) = RtpHeader::parse(bytes) else { return };
    assert!(header.length <= bytes.len());
    let read: usize = extensions.iter().map(|(_, value)| 1 + value.len()).sum();
    assert!(read <= header.length, "extensions are part of the header");
    rewritten(bytes, header, &extensions);
    if let Some(inner) = header.payload(bytes) {
        assert!(header.length + inner.len() <= bytes.len());
        payload(inner);
    }
}

/// As it is sent on it says the same.
fn rewritten(bytes: &[u8], header: RtpHeader, extensions: &[(u8, &[u8])]) {
    let RtpHeader { marker, payload_type, sequence, timestamp, ssrc, has_padding, .. } = header;
    let room: usize = extensions.iter().map(|(_, value)| 2 + value.len()).sum();
    let mut packet = vec![0xff; 12 + 4 + room + 3];
    let length = HeaderWriter { marker, payload_type, sequence, timestamp, ssrc }.write(&mut packet, extensions);
    packet.truncate(length);
    packet.extend_from_slice(&bytes[header.length..]);
    if has_padding {
        HeaderWriter::mark_padded(&mut packet);
    }
    let again = RtpHeader::parse(&packet).expect("a header that was written");
    assert_eq!(again, RtpHeader { length, ..header });
    assert!(RtpHeader::extensions(&packet).eq(extensions.iter().copied()));
    assert_eq!(again.payload(&packet), header.payload(bytes));
}

/// A payload of any codec, sent for the first time or again.
pub fn payload(bytes: &[u8]) {
    let original = rtx::unwrap(bytes).map(|(_, original)| original);
    for payload in [Some(bytes), original].into_iter().flatten() {
        vp8(payload);
        vp9(payload);
    }
}

/// Writing its own numbers over it changes nothing, and others change nothing but the numbers.
fn vp8(payload: &[u8]) {
    let Some(found) = vp8::Descriptor::parse(payload) else { return };
    assert!(found.length < payload.len());
    assert!(!found.starts_key_frame || found.starts_frame);
    let mut copy = payload.to_vec();
    let own = (found.picture_id().unwrap_or_default(), found.layer_zero().unwrap_or_default());
    found.patch_in_place(&mut copy, own.0, own.1);
    assert_eq!(copy, payload);
    found.patch_in_place(&mut copy, PICTURE, LAYER_ZERO);
    let patched = vp8::Descriptor::parse(&copy).expect("a descriptor that was patched");
    assert_eq!(patched.picture_id(), found.picture_id().map(|_| PICTURE & found.picture_id_mask()));
    assert_eq!(patched.layer_zero(), found.layer_zero().map(|_| LAYER_ZERO));
    assert_eq!(copy[found.length..], payload[found.length..]);
    patched.patch_in_place(&mut copy, own.0, own.1);
    assert_eq!(vp8::Descriptor::parse(&copy), Some(found));
}

fn vp9(payload: &[u8]) {
    let Some(found) = vp9::Descriptor::parse(payload) else { return };
    assert!(found.length <= payload.len());
    assert!(found.sizes.get().len() <= vp9::MAX_SPATIAL && usize::from(found.spatial) < vp9::MAX_SPATIAL);
    let mut copy = payload.to_vec();
    let own = (found.picture_id().unwrap_or_default(), found.layer_zero().unwrap_or_default());
    found.patch_in_place(&mut copy, own.0, own.1);
    assert_eq!(copy, payload);
    found.patch_in_place(&mut copy, PICTURE, LAYER_ZERO);
    let patched = vp9::Descriptor::parse(&copy).expect("a descriptor that was patched");
    assert_eq!(patched.picture_id(), found.picture_id().map(|_| PICTURE & found.picture_id_mask()));
    assert_eq!(patched.layer_zero(), found.layer_zero().map(|_| LAYER_ZERO));
    assert_eq!(copy[found.length..], payload[found.length..]);
    patched.patch_in_place(&mut copy, own.0, own.1);
    assert_eq!(vp9::Descriptor::parse(&copy), Some(found));
}
