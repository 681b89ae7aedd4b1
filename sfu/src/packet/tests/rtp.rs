use crate::packet::{HeaderWriter, RtpHeader};
use bytes::Bytes;
use proptest::prelude::*;
use rtc::shared::marshal::{Marshal, Unmarshal};

fn writer() -> impl Strategy<Value = HeaderWriter> {
    (any::<bool>(), 0..128u8, any::<u16>(), any::<u32>(), any::<u32>()).prop_map(
        |(marker, payload_type, sequence, timestamp, ssrc)| HeaderWriter {
            marker,
            payload_type,
            sequence,
            timestamp,
            ssrc,
        },
    )
}

/// Extensions with ids that differ, all of which fit the one-byte form or not.
pub(super) fn extensions() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    let small = prop::collection::btree_map(1..=14u8, prop::collection::vec(any::<u8>(), 1..=16), 0..5);
    let large = prop::collection::btree_map(1..=255u8, prop::collection::vec(any::<u8>(), 0..=40), 0..5);
    prop_oneof![small, large].prop_map(|all| all.into_iter().collect())
}

pub(super) fn borrowed(extensions: &[(u8, Vec<u8>)]) -> Vec<(u8, &[u8])> {
    extensions.iter().map(|(id, value)| (*id, value.as_slice())).collect()
}

proptest! {
    #[test]
    fn a_written_header_is_read_back(writer in writer(), all in extensions(), payload: Vec<u8>) {
        let mut packet = vec![0xff; 1500];
        let length = writer.write(&mut packet, &borrowed(&all));
        packet.truncate(length);
        packet.extend(&payload);

        let header = RtpHeader::parse(&packet).unwrap();
        let HeaderWriter { marker, payload_type, sequence, timestamp, ssrc } = writer;
        let expected = RtpHeader { marker, payload_type, sequence, timestamp, ssrc, length, has_padding: false };
        prop_assert_eq!(header, expected);
        prop_assert_eq!(header.payload(&packet), Some(payload.as_slice()));
        prop_assert_eq!(RtpHeader::extensions(&packet).collect::<Vec<_>>(), borrowed(&all));
    }

    #[test]
    fn rtc_reads_what_is_written(writer in writer(), all in extensions(), payload: Vec<u8>) {
        let mut packet = vec![0xff; 1500];
        let length = writer.write(&mut packet, &borrowed(&all));
        packet.truncate(length);
        packet.extend(&payload);

        let read = rtc::rtp::Packet::unmarshal(&mut Bytes::from(packet)).unwrap();
        prop_assert_eq!(read.header.marker, writer.marker);
        prop_assert_eq!(read.header.payload_type, writer.payload_type);
        prop_assert_eq!(read.header.sequence_number, writer.sequence);
        prop_assert_eq!(read.header.timestamp, writer.timestamp);
        prop_assert_eq!(read.header.ssrc, writer.ssrc);
        prop_assert_eq!(&read.payload[..], &payload[..]);
        for (id, value) in &all {
            let found = read.header.get_extension(*id);
            prop_assert_eq!(found.as_deref(), Some(value.as_slice()));
        }
    }

    #[test]
    fn what_rtc_writes_is_read(
        writer in writer(), csrc in prop::collection::vec(any::<u32>(), 0..=15), level in 0..=127u8, mid in "[a-z]{1,8}",
        payload in prop::collection::vec(any::<u8>(), 1..50),
    ) {
        let mut header = rtc::rtp::header::Header {
            version: 2,
            marker: writer.marker,
            payload_type: writer.payload_type,
            sequence_number: writer.sequence,
            timestamp: writer.timestamp,
            ssrc: writer.ssrc,
            csrc,
            ..Default::default()
        };
        header.set_extension(3, Bytes::from(mid.clone().into_bytes())).unwrap();
        header.set_extension(5, Bytes::from(vec![level])).unwrap();
        let packet = rtc::rtp::Packet { header, payload: Bytes::from(payload.clone()) }.marshal().unwrap();

        let read = RtpHeader::parse(&packet).unwrap();
        prop_assert_eq!((read.sequence, read.timestamp, read.ssrc), (writer.sequence, writer.timestamp, writer.ssrc));
        prop_assert_eq!(read.payload(&packet), Some(payload.as_slice()));
        prop_assert_eq!(extension_of(&packet, 3), Some(mid.as_bytes()));
        prop_assert_eq!(extension_of(&packet, 5), Some(&[level][..]));
        prop_assert_eq!(extension_of(&packet, 4), None);
    }

    #[test]
    fn a_packet_cut_inside_its_header_is_none(writer in writer(), all in extensions(), cut in 1..1000usize) {
        let mut packet = vec![0; 1500];
        let length = writer.write(&mut packet, &borrowed(&all));
        prop_assert_eq!(RtpHeader::parse(&packet[..length.saturating_sub(cut)]), None);
    }

    #[test]
    fn padding_is_cut_off(writer in writer(), payload: Vec<u8>, padding in 1..=255u8) {
        let mut packet = vec![0; 12];
        writer.write(&mut packet, &[]);
        HeaderWriter::mark_padded(&mut packet);
        packet.extend(&payload);
        packet.resize(packet.len() + usize::from(padding), 0);
        *packet.last_mut().unwrap() = padding;
        let header = RtpHeader::parse(&packet).unwrap();
        prop_assert!(header.has_padding);
        prop_assert_eq!(header.payload(&packet), Some(payload.as_slice()));
    }
}

#[test]
fn padding_longer_than_the_packet_is_no_payload() {
    for (padding, body) in [(0, 4), (5, 4), (255, 4), (1, 0)] {
        let mut packet = vec![0; 12 + body];
        let writer = HeaderWriter { marker: false, payload_type: 96, sequence: 1, timestamp: 2, ssrc: 3 };
        writer.write(&mut packet, &[]);
        HeaderWriter::mark_padded(&mut packet);
        if body > 0 {
            *packet.last_mut().unwrap() = padding;
        }
        assert_eq!(RtpHeader::parse(&packet).unwrap().payload(&packet), None, "{padding} of {body}");
    }
}

fn extension_of(packet: &[u8], id: u8) -> Option<&[u8]> {
    RtpHeader::extensions(packet).find(|(found, _)| *found == id).map(|(_, value)| value)
}
