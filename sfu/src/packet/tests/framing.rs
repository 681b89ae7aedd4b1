use crate::packet::rfc4571::{MAX_FRAME, Reader, TooLong, frame};
use proptest::prelude::*;

proptest! {
    #[test]
    fn packets_survive_any_cut_of_the_stream(
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=MAX_FRAME), 0..12),
        reads in prop::collection::vec(1..3000usize, 1..40),
    ) {
        let mut stream = Vec::new();
        packets.iter().for_each(|packet| frame(&mut stream, packet));
        let mut reader = Reader::default();
        let (mut rest, mut got, mut reads) = (stream.as_slice(), Vec::new(), reads.iter().cycle());
        while !rest.is_empty() {
            let spare = reader.spare();
            let count = spare.len().min(rest.len()).min(*reads.next().unwrap());
            prop_assert!(count > 0, "there is always room");
            spare[..count].copy_from_slice(&rest[..count]);
            rest = &rest[count..];
            reader.filled(count);
            while let Some(packet) = reader.next_frame().unwrap() {
                got.push(packet.to_vec());
            }
        }
        let sent: Vec<_> = packets.into_iter().filter(|packet| !packet.is_empty()).collect();
        prop_assert_eq!(got, sent);
    }
}

#[test]
fn a_frame_longer_than_any_packet_is_an_error_at_once() {
    let mut reader = Reader::default();
    reader.spare()[..2].copy_from_slice(&1501u16.to_be_bytes());
    reader.filled(2);
    assert_eq!(reader.next_frame(), Err(TooLong(1501)));
    assert_eq!(reader.next_frame(), Err(TooLong(1501)));
}
