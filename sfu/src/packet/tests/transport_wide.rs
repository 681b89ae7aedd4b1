use crate::packet::rtcp::{Feedback, feedbacks};
use crate::packet::transport_wide::{Report, write};
use bytes::Bytes;
use proptest::prelude::*;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::{PacketStatusChunk, SymbolTypeTcc, TransportLayerCc};
use rtc::shared::marshal::{Marshal, Unmarshal};

/// Arrival times in ticks, out of order now and then, with losses alone and in runs.
fn arrivals() -> impl Strategy<Value = Vec<Option<i64>>> {
    let gap = prop_oneof![
        8 => 0..300i64,
        1 => -2_000..2_000i64,
        1 => -40_000..40_000i64,
    ];
    let piece = prop_oneof![
        6 => prop::collection::vec(gap.prop_map(Some), 1..30),
        2 => (1..4usize).prop_map(|lost| vec![None; lost]),
        1 => (10..300usize).prop_map(|lost| vec![None; lost]),
    ];
    (0..1i64 << 33, prop::collection::vec(piece, 1..20)).prop_map(|(mut now, pieces)| {
        let mut tick = |gap: i64| {
            now += gap;
            now
        };
        pieces.concat().into_iter().map(|gap| gap.map(&mut tick)).collect()
    })
}

fn symbols(chunk: &PacketStatusChunk) -> Vec<SymbolTypeTcc> {
    match chunk {
        PacketStatusChunk::RunLengthChunk(run) => vec![run.packet_status_symbol; usize::from(run.run_length)],
        PacketStatusChunk::StatusVectorChunk(vector) => vector.symbol_list.clone(),
    }
}

/// What rtc says a report says: arrival times in ticks since the epoch, modulo the reference time's 2^24 × 64 ms.
fn told_by_rtc(report: &TransportLayerCc) -> Vec<Option<i64>> {
    let (mut at, mut deltas) = (i64::from(report.reference_time) * 256, report.recv_deltas.iter());
    let mut told = Vec::new();
    for symbol in report.packet_chunks.iter().flat_map(symbols).take(usize::from(report.packet_status_count)) {
        told.push((symbol != SymbolTypeTcc::PacketNotReceived).then(|| {
            at += deltas.next().unwrap().delta / 250;
            at
        }));
    }
    told
}

/// Both clocks may lie multiples of 2^32 ticks apart.
fn wrapped(all: &[Option<i64>]) -> Vec<Option<i64>> {
    let epoch = all.iter().flatten().next().map_or(0, |first| first.div_euclid(256) * 256);
    all.iter().map(|at| at.map(|at| at - epoch)).collect()
}

proptest! {
    #[test]
    fn a_report_says_to_rtc_and_to_us_what_went_in(base: u16, count: u8, arrivals in arrivals()) {
        let mut bytes = vec![];
        let covered = write(&mut bytes, 1, 2, base, count, arrivals.iter().copied());
        prop_assert!(bytes.len() <= 1_104);
        prop_assume!(covered > 0);
        let expected = wrapped(&arrivals[..covered]);

        let theirs = TransportLayerCc::unmarshal(&mut Bytes::from(bytes.clone())).unwrap();
        prop_assert_eq!((theirs.sender_ssrc, theirs.media_ssrc), (1, 2));
        prop_assert_eq!((theirs.base_sequence_number, theirs.fb_pkt_count), (base, count));
        prop_assert_eq!(usize::from(theirs.packet_status_count), covered);
        prop_assert_eq!(wrapped(&told_by_rtc(&theirs)), expected.clone());

        let Some(Feedback::TransportWide(packet)) = feedbacks(&bytes).next() else { panic!("not recognized") };
        let ours = Report::parse(packet).unwrap();
        prop_assert_eq!((ours.base, ours.count, usize::from(ours.statuses)), (base, count, covered));
        let (numbers, times): (Vec<_>, Vec<_>) = ours.packets().unzip();
        prop_assert_eq!(wrapped(&times), expected);
        prop_assert_eq!(numbers, (0..covered as u16).map(|n| base.wrapping_add(n)).collect::<Vec<_>>());
    }

    #[test]
    fn what_rtc_writes_is_read(base: u16, arrivals in arrivals()) {
        // The same contents, through the other writer: padding is marked there, chunks are kept.
        let mut bytes = vec![];
        prop_assume!(write(&mut bytes, 1, 2, base, 0, arrivals.iter().copied()) > 0);
        let theirs = TransportLayerCc::unmarshal(&mut Bytes::from(bytes)).unwrap();
        let bytes = theirs.marshal().unwrap();
        let Some(Feedback::TransportWide(packet)) = feedbacks(&bytes).next() else { panic!("not recognized") };
        let times: Vec<_> = Report::parse(packet).unwrap().packets().map(|(_, at)| at).collect();
        prop_assert_eq!(wrapped(&times), wrapped(&told_by_rtc(&theirs)));
    }
}

#[test]
fn without_an_arrival_there_is_nothing_to_report() {
    let mut bytes = vec![];
    assert_eq!(write(&mut bytes, 1, 2, 3, 0, std::iter::repeat_n(None, 50)), 0);
    assert!(bytes.is_empty());
}

#[test]
fn a_report_ends_before_a_gap_of_time_that_does_not_fit() {
    let mut bytes = vec![];
    let arrivals = [Some(1_000), None, Some(1_100), None, Some(1_100 + 32_768), Some(40_000)];
    assert_eq!(write(&mut bytes, 1, 2, 3, 0, arrivals.into_iter()), 3);
    let times: Vec<_> = Report::parse(&bytes).unwrap().packets().map(|(_, at)| at).collect();
    assert_eq!(times, arrivals[..3]);
}

#[test]
fn a_report_with_fewer_times_than_arrivals_is_refused() {
    let mut bytes = vec![];
    write(&mut bytes, 1, 2, 3, 0, (0..40).map(|at| Some(at * 300)));
    assert!(Report::parse(&bytes).is_some());
    assert!(Report::parse(&bytes[..bytes.len() - 8]).is_none());
}
