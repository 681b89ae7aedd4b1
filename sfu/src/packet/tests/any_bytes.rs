//! Every reader on arbitrary bytes, and on good packets with a few bytes changed: what a fuzz target would do.

use crate::packet::{RtpHeader, extension, rfc4571, rtcp, transport_wide, vp8, vp9};
use proptest::prelude::*;

/// Reads the bytes as everything that they could be, to the end.
fn read_as_everything(bytes: &[u8]) {
    if let Some(header) = RtpHeader::parse(bytes) {
        assert!(header.length <= bytes.len());
        let payload = header.payload(bytes).unwrap_or(&[]);
        read_descriptors(payload);
        for (_, value) in RtpHeader::extensions(bytes) {
            let _ = (extension::AudioLevel::read(value), extension::name(value), extension::transport_wide(value));
        }
    }
    let _ = RtpHeader::extensions(bytes).count();
    read_descriptors(bytes);
    read_rtcp(bytes);
    let mut reader = rfc4571::Reader::default();
    for part in bytes.chunks(700) {
        reader.spare()[..part.len()].copy_from_slice(part);
        reader.filled(part.len());
        while let Ok(Some(frame)) = reader.next_frame() {
            assert!(!frame.is_empty() && frame.len() <= rfc4571::MAX_FRAME);
        }
        if reader.next_frame().is_err() {
            break;
        }
    }
}

fn read_descriptors(payload: &[u8]) {
    let mut copy = payload.to_vec();
    if let Some(found) = vp8::Descriptor::parse(payload) {
        assert!(found.length < payload.len());
        found.patch_in_place(&mut copy, 0x7abc, 7);
    }
    let mut copy = payload.to_vec();
    if let Some(found) = vp9::Descriptor::parse(payload) {
        assert!(found.length <= payload.len());
        found.patch_in_place(&mut copy, 0x7abc, 7);
        assert!(found.sizes.get().len() <= vp9::MAX_SPATIAL);
    }
}

fn read_rtcp(compound: &[u8]) {
    use rtcp::Feedback;
    for feedback in rtcp::feedbacks(compound) {
        match feedback {
            Feedback::SenderReport { blocks, .. } | Feedback::ReceiverReport { blocks, .. } => {
                assert!(blocks.count() <= rtcp::MAX_BLOCKS);
            }
            Feedback::Nack { lost, .. } => assert!(lost.count() <= 17 * compound.len() / 4),
            Feedback::Fir(requests) => assert!(requests.count() <= compound.len() / 8),
            Feedback::TransportWide(packet) => {
                if let Some(report) = transport_wide::Report::parse(packet) {
                    assert_eq!(report.packets().count(), usize::from(report.statuses));
                }
            }
            Feedback::Pli { .. } | Feedback::Remb { .. } => {}
        }
    }
}

/// A kind of packet whose fields then are whatever comes: bytes without a plan are refused by the first check.
fn nearly_good() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![
        Just(vec![0x90, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 3]),
        Just(vec![0xb0, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x10, 0x00, 0, 3]),
        (0x80..=0xbfu8, 200..=207u8, 0..20u8).prop_map(|(flags, kind, words)| vec![flags, kind, 0, words]),
        (0..6u8).prop_map(|words| vec![0x8f, 205, 0, words + 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 40]),
        (0..4u8).prop_map(|high| vec![high, 0xff]),
    ];
    (kind, prop::collection::vec(any::<u8>(), 0..120)).prop_map(|(mut start, rest)| {
        start.extend(rest);
        start
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..1600)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn no_nearly_good_packet_makes_a_reader_panic(packets in prop::collection::vec(nearly_good(), 1..4)) {
        read_as_everything(&packets.concat());
    }
}
