use crate::packet::{vp8, vp9};
use bytes::Bytes;
use proptest::prelude::*;
use rtc::rtp::codec::{vp8::Vp8Packet, vp9::Vp9Packet};
use rtc::rtp::packetizer::Depacketizer;

/// Payloads whose first byte chooses any combination of fields, long enough for all.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..120)
}

/// Clears the reserved bits of a scalability structure: rtc takes them for its flag G.
fn clear_reserved(payload: &mut [u8]) {
    let flags = payload[0];
    payload[0] = flags & !0x02;
    let structure = vp9::Descriptor::parse(payload).map(|without| without.length);
    payload[0] = flags;
    if let Some(head) = structure.and_then(|at| payload.get_mut(at)).filter(|_| flags & 0x02 != 0) {
        *head &= !0x07;
    }
}

proptest! {
    #[test]
    fn a_vp8_descriptor_reads_as_rtc_reads_it(payload in payload()) {
        let mut theirs = Vp8Packet::default();
        let body = theirs.depacketize(&Bytes::from(payload.clone()));
        let Some(ours) = vp8::Descriptor::parse(&payload) else { return Ok(()) };
        prop_assume!(payload.len() >= 4); // rtc takes no shorter ones
        let Ok(body) = body else { return Err(TestCaseError::fail("rtc refuses it")) };
        prop_assert_eq!(&payload[ours.length..], &body[..]);
        prop_assert_eq!(ours.picture_id(), (theirs.i == 1).then_some(theirs.picture_id));
        prop_assert_eq!(ours.layer_zero(), (theirs.l == 1).then_some(theirs.tl0_pic_idx));
        if theirs.t == 1 {
            prop_assert_eq!((ours.temporal, ours.is_sync), (theirs.tid, theirs.y == 1));
        }
        prop_assert_eq!(ours.starts_frame, theirs.s == 1 && theirs.pid == 0);
        prop_assert_eq!(ours.starts_key_frame, ours.starts_frame && body[0] & 1 == 0);
    }

    #[test]
    fn a_vp9_descriptor_reads_as_rtc_reads_it(payload in payload()) {
        let mut payload = payload;
        clear_reserved(&mut payload);
        let mut theirs = Vp9Packet::default();
        let body = theirs.depacketize(&Bytes::from(payload.clone()));
        let (Some(ours), Ok(body)) = (vp9::Descriptor::parse(&payload), body) else { return Ok(()) };
        prop_assert_eq!(&payload[ours.length..], &body[..]);
        prop_assert_eq!(ours.picture_id(), theirs.i.then_some(theirs.picture_id));
        prop_assert_eq!(ours.layer_zero(), (theirs.l && !theirs.f).then_some(theirs.tl0picidx));
        prop_assert_eq!((ours.temporal, ours.spatial), (theirs.tid, theirs.sid));
        prop_assert_eq!((ours.is_switching_up, ours.is_inter_layer), (theirs.u, theirs.d));
        prop_assert_eq!((ours.starts_frame, ours.ends_frame), (theirs.b, theirs.e));
        prop_assert_eq!((ours.is_inter_predicted, ours.is_not_reference), (theirs.p, theirs.z));
        let sizes: Vec<_> = theirs.width.iter().copied().zip(theirs.height.iter().copied()).collect();
        prop_assert_eq!(ours.sizes.get(), sizes);
    }

    #[test]
    fn patching_vp8_changes_the_two_numbers_and_nothing_else(payload in payload(), picture_id: u16, layer_zero: u8) {
        let Some(before) = vp8::Descriptor::parse(&payload) else { return Ok(()) };
        let mut patched = payload.clone();
        before.patch_in_place(&mut patched, picture_id, layer_zero);
        let after = vp8::Descriptor::parse(&patched).unwrap();
        prop_assert_eq!(after.picture_id(), before.picture_id().map(|_| picture_id & before.picture_id_mask()));
        prop_assert_eq!(after.layer_zero(), before.layer_zero().map(|_| layer_zero));
        after.patch_in_place(&mut patched, before.picture_id().unwrap_or(0), before.layer_zero().unwrap_or(0));
        prop_assert_eq!(patched, payload);
    }

    #[test]
    fn patching_vp9_changes_the_two_numbers_and_nothing_else(payload in payload(), picture_id: u16, layer_zero: u8) {
        let Some(before) = vp9::Descriptor::parse(&payload) else { return Ok(()) };
        let mut patched = payload.clone();
        before.patch_in_place(&mut patched, picture_id, layer_zero);
        let after = vp9::Descriptor::parse(&patched).unwrap();
        prop_assert_eq!(after.picture_id(), before.picture_id().map(|_| picture_id & before.picture_id_mask()));
        prop_assert_eq!(after.layer_zero(), before.layer_zero().map(|_| layer_zero));
        after.patch_in_place(&mut patched, before.picture_id().unwrap_or(0), before.layer_zero().unwrap_or(0));
        prop_assert_eq!(patched, payload);
    }
}

#[test]
fn a_vp8_key_frame_says_its_size() {
    let payload = [0x90, 0x80, 0x81, 0x23, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41];
    let found = vp8::Descriptor::parse(&payload).unwrap();
    assert!(found.starts_key_frame);
    assert_eq!((found.picture_id(), found.length), (Some(0x123), 4));
    assert_eq!(found.size, Some((640, 360)), "the upper two bits are the scale");
    assert!(!vp8::Descriptor::parse(&[0x80, 0x80, 0x81, 0x23, 0x10]).unwrap().starts_key_frame, "no start");
    assert!(!vp8::Descriptor::parse(&[0x90, 0x80, 0x81, 0x23, 0x11]).unwrap().starts_key_frame, "another frame");
}

#[test]
fn a_vp9_key_picture_starts_in_its_lowest_layer() {
    // I, L, B, E, V; 15 bits of picture id; two spatial layers with sizes, one picture in the group with one reference.
    let structure = [0x38, 0x01, 0x40, 0x00, 0xb4, 0x02, 0x80, 0x01, 0x68, 1, 0x04, 1];
    let mut payload = vec![0xae, 0x80, 0x07, 0x00, 0x55];
    payload.extend(structure);
    payload.push(0xff);
    let found = vp9::Descriptor::parse(&payload).unwrap();
    assert!(found.starts_key_picture());
    assert_eq!(found.sizes.get(), [(320, 180), (640, 360)]);
    assert_eq!(found.length, payload.len() - 1);
    assert_eq!((found.picture_id(), found.layer_zero()), (Some(7), Some(0x55)));

    let upper = vp9::Descriptor::parse(&[0xa8, 0x80, 0x07, 0x03, 0x55, 0xff]).unwrap();
    assert_eq!((upper.spatial, upper.is_inter_layer), (1, true));
    assert!(!upper.starts_key_picture());
    assert!(!vp9::Descriptor::parse(&[0xe8, 0x80, 0x07, 0x00, 0x55, 0xff]).unwrap().starts_key_picture(), "P");
}
