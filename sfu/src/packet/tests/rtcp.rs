use crate::packet::rtcp::{self, Feedback, ReportBlock, SenderInfo, feedbacks};
use bytes::Bytes;
use proptest::prelude::*;
use rtc::rtcp::packet::Packet;
use rtc::rtcp::payload_feedbacks::{
    full_intra_request::{FirEntry, FullIntraRequest},
    picture_loss_indication::PictureLossIndication,
    receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate,
};
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack};
use rtc::rtcp::{receiver_report::ReceiverReport, sender_report::SenderReport};
use rtc::shared::marshal::Marshal;

fn block() -> impl Strategy<Value = ReportBlock> {
    (any::<u32>(), any::<u8>(), 0..0x80_0000i32, any::<[u32; 4]>()).prop_map(
        |(ssrc, fraction_lost, cumulative_lost, [highest_sequence, jitter, last_sender_report, delay])| ReportBlock {
            ssrc,
            fraction_lost,
            cumulative_lost,
            highest_sequence,
            jitter,
            last_sender_report,
            delay,
        },
    )
}

fn theirs(block: &ReportBlock) -> rtc::rtcp::reception_report::ReceptionReport {
    rtc::rtcp::reception_report::ReceptionReport {
        ssrc: block.ssrc,
        fraction_lost: block.fraction_lost,
        total_lost: block.cumulative_lost as u32,
        last_sequence_number: block.highest_sequence,
        jitter: block.jitter,
        last_sender_report: block.last_sender_report,
        delay: block.delay,
    }
}

/// Reads a compound with rtc.
fn with_rtc(bytes: &[u8]) -> Vec<Box<dyn Packet>> {
    rtc::rtcp::packet::unmarshal(&mut Bytes::from(bytes.to_vec())).unwrap()
}

proptest! {
    #[test]
    fn a_compound_says_to_rtc_what_went_in(
        ssrc: u32, media: u32, ntp: u64, words: [u32; 3], blocks in prop::collection::vec(block(), 0..=31),
        name in "[a-z]{0,40}", lost in prop::collection::btree_set(any::<u16>(), 1..40),
    ) {
        let info = SenderInfo { ntp, rtp: words[0], packets: words[1], octets: words[2] };
        let lost: Vec<u16> = lost.into_iter().collect();
        let mut bytes = vec![];
        rtcp::sender_report(&mut bytes, ssrc, &info, &blocks);
        rtcp::cname(&mut bytes, ssrc, &name);
        rtcp::receiver_report(&mut bytes, ssrc, &blocks);
        rtcp::pli(&mut bytes, ssrc, media);
        rtcp::nack(&mut bytes, ssrc, media, &lost);

        let read = with_rtc(&bytes);
        prop_assert_eq!(read.len(), 5);
        let reports: Vec<_> = blocks.iter().map(theirs).collect();
        let sent = read[0].as_any().downcast_ref::<SenderReport>().unwrap();
        prop_assert_eq!((sent.ssrc, sent.ntp_time, sent.rtp_time), (ssrc, ntp, info.rtp));
        prop_assert_eq!((sent.packet_count, sent.octet_count), (info.packets, info.octets));
        prop_assert_eq!(&sent.reports, &reports);
        let description =
            read[1].as_any().downcast_ref::<rtc::rtcp::source_description::SourceDescription>().unwrap();
        prop_assert_eq!(description.chunks[0].source, ssrc);
        prop_assert_eq!(&description.chunks[0].items[0].text[..], name.as_bytes());
        let received = read[2].as_any().downcast_ref::<ReceiverReport>().unwrap();
        prop_assert_eq!((received.ssrc, &received.reports), (ssrc, &reports));
        let asked = read[3].as_any().downcast_ref::<PictureLossIndication>().unwrap();
        prop_assert_eq!((asked.sender_ssrc, asked.media_ssrc), (ssrc, media));
        let nack = read[4].as_any().downcast_ref::<TransportLayerNack>().unwrap();
        prop_assert_eq!(nack.media_ssrc, media);
        let told: Vec<u16> = nack.nacks.iter().flat_map(NackPair::packet_list).collect();
        prop_assert_eq!(&told, &lost);

        // And to ourselves; the CNAME means nothing here.
        let mut ours = feedbacks(&bytes);
        let Some(Feedback::SenderReport { ssrc: by, info: read, blocks: them }) = ours.next() else { panic!() };
        prop_assert_eq!((by, read, them.collect::<Vec<_>>()), (ssrc, info, blocks.clone()));
        let Some(Feedback::ReceiverReport { blocks: them }) = ours.next() else { panic!() };
        prop_assert_eq!(them.collect::<Vec<_>>(), blocks);
        let Some(Feedback::Pli { media: about }) = ours.next() else { panic!() };
        prop_assert_eq!(about, media);
        let Some(Feedback::Nack { media: about, lost: them }) = ours.next() else { panic!() };
        prop_assert_eq!((about, them.collect::<Vec<_>>()), (media, lost));
        prop_assert!(ours.next().is_none());
    }

    #[test]
    fn what_rtc_writes_is_read(
        media: u32, number: u8, pairs: Vec<(u16, u16)>, bitrate in 1.0e3f32..1.0e9,
    ) {
        let nacks: Vec<_> =
            pairs.iter().map(|&(packet_id, lost_packets)| NackPair { packet_id, lost_packets }).collect();
        let expected: Vec<u16> = nacks.iter().flat_map(NackPair::packet_list).collect();
        let packets: Vec<Bytes> = vec![
            TransportLayerNack { sender_ssrc: 1, media_ssrc: media, nacks }.marshal().unwrap().freeze(),
            FullIntraRequest { sender_ssrc: 1, media_ssrc: 0, fir: vec![FirEntry { ssrc: media, sequence_number: number }] }
                .marshal().unwrap().freeze(),
            ReceiverEstimatedMaximumBitrate { sender_ssrc: 1, bitrate, ssrcs: vec![media] }.marshal().unwrap().freeze(),
        ];
        let bytes = packets.concat();
        let mut ours = feedbacks(&bytes);
        let Some(Feedback::Nack { media: about, lost }) = ours.next() else { panic!() };
        prop_assert_eq!((about, lost.collect::<Vec<_>>()), (media, expected));
        let Some(Feedback::Fir(requests)) = ours.next() else { panic!() };
        prop_assert_eq!(requests.collect::<Vec<_>>(), [(media, number)]);
        let Some(Feedback::Remb { bitrate: read }) = ours.next() else { panic!() };
        prop_assert!((read as f32 - bitrate).abs() <= 1.0 + bitrate / 65_536.0, "{read} instead of {bitrate}");
        prop_assert!(ours.next().is_none());
    }
}

#[test]
fn losses_may_be_negative_and_are_clamped_to_24_bits() {
    for (lost, read) in [(-1, -1), (-0x80_0000, -0x80_0000), (i32::MAX, 0x7f_ffff), (i32::MIN, -0x80_0000)] {
        let mut bytes = vec![];
        rtcp::receiver_report(&mut bytes, 1, &[ReportBlock { cumulative_lost: lost, ..ReportBlock::default() }]);
        let Some(Feedback::ReceiverReport { mut blocks, .. }) = feedbacks(&bytes).next() else { panic!() };
        assert_eq!(blocks.next().unwrap().cumulative_lost, read);
    }
}

#[test]
fn reading_ends_at_the_first_malformed_packet() {
    let mut bytes = vec![];
    rtcp::pli(&mut bytes, 1, 2);
    let good = bytes.len();
    rtcp::pli(&mut bytes, 1, 3);
    rtcp::pli(&mut bytes, 1, 4);
    bytes[good] = 0x41; // version 1
    assert_eq!(feedbacks(&bytes).count(), 1);
    bytes[good] = 0x81;
    assert_eq!(feedbacks(&bytes).count(), 3);
    bytes.pop();
    assert_eq!(feedbacks(&bytes).count(), 2);
}
