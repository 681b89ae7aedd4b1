//! Every reader on arbitrary bytes, and on good packets with a few bytes changed: what a fuzz target would do.

use crate::fuzz::{compound, packet, payload, stream};
use proptest::prelude::*;

/// Reads the bytes as everything that they could be, to the end.
fn read_as_everything(bytes: &[u8]) {
    [packet, payload, compound, stream].iter().for_each(|read| read(bytes));
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
