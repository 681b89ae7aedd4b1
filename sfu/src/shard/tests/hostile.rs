//! What bad clients can do: bounded harm, counted by its cause, and nobody else notices.

use super::stage::{ROOM, Stage};
use super::wire::{VP8, Wire};
use super::*;
use crate::api::PeerEvent;
use crate::packet::{HeaderWriter, rtcp};
use crate::shard::tests::counting;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const SECOND: Duration = Duration::from_secs(1);

/// A publisher, a viewer, and a third who does what it likes.
fn room() -> (Stage, usize, usize, usize) {
    let mut stage = Stage::new();
    let (a, b, bad) = (stage.join(2), stage.join(2), stage.join(2));
    stage.publish(a, true, false);
    stage.run(3 * SECOND);
    (stage, a, b, bad)
}

/// The viewer still sees what it should.
fn assert_undisturbed(stage: &mut Stage, b: usize) {
    stage.layers_of(b, "c0");
    stage.run(SECOND);
    let layers = stage.layers_of(b, "c0");
    assert!(layers.iter().sum::<usize>() > 25, "{layers:?}");
    assert_eq!(stage.shard.counters.panics.get(), 0);
    assert!(!stage.people[b].events.contains(&PeerEvent::Disconnected));
}

#[test]
fn replayed_and_forged_packets_are_counted_and_go_nowhere() {
    let (mut stage, a, b, bad) = room();
    stage.people[bad].films = true;
    stage.run(SECOND / 10);
    let header = HeaderWriter { marker: true, payload_type: VP8, sequence: 9_000, timestamp: 0, ssrc: 80 };
    stage.people[bad].wire.send_rtp(header, 9_000, "cam", None, None, &[1; 50]);
    let genuine = stage.people[bad].wire.outgoing().back().unwrap().clone();
    let refused = stage.shard.counters.media_refused.get();
    for n in 0..100 {
        let mut copy = genuine.clone();
        if n % 2 == 0 {
            copy[20 + n / 2] ^= 1;
        }
        stage.people[bad].wire.send_raw(copy);
    }
    // Another client's packets from one's own address do not open either.
    let others = {
        let header = HeaderWriter { ssrc: 4_000, ..header };
        stage.people[a].wire.send_rtp(header, 9_000, "cam", None, None, &[1; 50]);
        stage.people[a].wire.outgoing().back().unwrap().clone()
    };
    stage.people[bad].wire.send_raw(others);
    stage.run(SECOND / 5);
    assert_eq!(stage.shard.counters.media_refused.get() - refused, 101);
    assert_undisturbed(&mut stage, b);
}

#[test]
fn sources_that_were_not_offered_are_no_sources() {
    let (mut stage, _, b, bad) = room();
    for ssrc in 1_000..1_200 {
        let header = HeaderWriter { marker: true, payload_type: VP8, sequence: 1, timestamp: 0, ssrc };
        stage.people[bad].wire.send_rtp(header, 1, "none", None, None, &[1; 50]);
    }
    stage.run(SECOND / 5);
    let counters = &stage.shard.counters;
    // SRTP keeps state for 64 sources; beyond those nothing is even opened.
    assert!(counters.unknown_source.get() > 0 && counters.media_refused.get() > 100);
    assert_undisturbed(&mut stage, b);
}

#[test]
fn nobody_can_speak_about_the_streams_of_others() {
    let (mut stage, a, b, bad) = room();
    let viewers = stage.people[b].wire.ssrc_of("c0");
    let before = (stage.shard.counters.rtx_sent.get(), stage.shard.counters.pli_received.get());
    let mut compound = Vec::new();
    rtcp::pli(&mut compound, 9, viewers);
    rtcp::nack(&mut compound, 9, viewers, &(0..500).collect::<Vec<_>>());
    rtcp::sender_report(&mut compound, 80, &rtcp::SenderInfo::default(), &[]);
    let block = rtcp::ReportBlock { ssrc: viewers, fraction_lost: 255, ..Default::default() };
    rtcp::receiver_report(&mut compound, 9, &[block]);
    stage.people[bad].wire.send_rtcp(&compound);
    stage.run(SECOND / 5);
    let counters = stage.shard.counters.clone();
    assert_eq!(counters.foreign_rtcp.get(), 4);
    assert_eq!((counters.rtx_sent.get(), counters.pli_received.get()), before);
    assert_eq!(stage.people[a].layers, 3);
    assert_undisturbed(&mut stage, b);
}

#[test]
fn a_flood_of_key_frame_requests_becomes_four_a_second() {
    let (mut stage, _, b, bad) = room();
    // Until all have their largest layer: each change asks once.
    stage.run(5 * SECOND);
    let (ssrc, sent) = (stage.people[bad].wire.ssrc_of("c0"), stage.shard.counters.pli_sent.get());
    let mut compound = Vec::new();
    (0..20).for_each(|_| rtcp::pli(&mut compound, 9, ssrc));
    for _ in 0..200 {
        (0..5).for_each(|_| stage.people[bad].wire.send_rtcp(&compound));
        stage.run(SECOND / 100);
    }
    let sent = stage.shard.counters.pli_sent.get() - sent;
    assert!((4..=9).contains(&sent), "{sent} in two seconds");
    assert!(stage.shard.counters.pli_received.get() >= 19_000);
    assert_undisturbed(&mut stage, b);
}

#[test]
fn a_flood_of_questions_is_answered_as_far_as_the_path_carries() {
    let (mut stage, _, b, bad) = room();
    let ssrc = stage.people[bad].wire.ssrc_of("c0");
    let bytes = |stage: &Stage| stage.shard.counters.rtx_sent.get() * 1_150;
    let begun = bytes(&stage);
    for _ in 0..100 {
        let newest = stage.people[bad].wire.got.iter().rfind(|got| got.mid == "c0" && !got.is_rtx).unwrap().sequence;
        let lost: Vec<u16> = (0..250).map(|n| newest.wrapping_sub(250 - n)).collect();
        let mut compound = Vec::new();
        rtcp::nack(&mut compound, 9, ssrc, &lost);
        (0..3).for_each(|_| stage.people[bad].wire.send_rtcp(&compound));
        stage.run(SECOND / 50);
    }
    let rate = (bytes(&stage) - begun) * 8 / 2;
    let live = stage.shard.rooms.get_mut(&ROOM).unwrap();
    let place = live.place_of(MemberId(bad as u32)).unwrap();
    let target = live.member_mut(place).unwrap().downlink.estimate().target().as_bits();
    assert!(rate < target / 2, "{rate} of {target}");
    assert!(stage.shard.counters.rtx_held_back.get() > 0);
    assert_undisturbed(&mut stage, b);
}

/// Offers of others, `numbers`, from whom nothing else comes, in rooms of eight.
pub(super) fn half_open(stage: &mut Stage, numbers: Range<u32>) -> UnboundedReceiver<PeerEvent> {
    let (_, template) = Wire::new(stage.now, 9, 7);
    let (events, heard) = unbounded_channel();
    for n in numbers {
        let offer = Offer {
            sdp: template.sdp.clone(),
            publish: template.publish.clone(),
            receive: template.receive.clone(),
            restart: false,
            keys: template.keys,
            events: events.clone(),
        };
        let mut room = [3; 16];
        room[..4].copy_from_slice(&(n / 8).to_be_bytes());
        assert!(stage.shard.offer(stage.now, RoomId(room), MemberId(n % 8), offer).is_ok());
    }
    heard
}

#[test]
fn ten_thousand_half_open_joins_take_bounded_memory_and_are_forgotten() {
    let (mut stage, _, b, _) = room();
    let count = 10_000;
    let (before, routes) = (counting::bytes(), stage.shard.routes.sizes());
    let mut told = half_open(&mut stage, 0..count);
    let counters = stage.shard.counters.clone();
    let most = newcomers::MOST as u64;
    // The three who are connected, and those who came last.
    assert_eq!((counters.peers.get(), counters.crowded_out.get()), (3 + most, u64::from(count) - most));
    let gone = std::iter::from_fn(|| told.try_recv().ok()).filter(|event| *event == PeerEvent::Disconnected).count();
    assert_eq!(gone as u64, u64::from(count) - most, "who makes way is told, and may come again");
    assert_eq!(stage.shard.routes.sizes(), (routes.0 + newcomers::MOST, routes.1));
    let held = counting::bytes() - before;
    assert!(held < 64 << 20, "{held} bytes");
    assert_undisturbed(&mut stage, b);
    // Somebody who means it gets in.
    let honest = stage.join(2);
    assert_undisturbed(&mut stage, honest);
    for _ in 0..14 {
        stage.run(SECOND);
        assert_undisturbed(&mut stage, b);
    }
    stage.run(SECOND);
    assert_eq!((counters.peers.get(), stage.shard.routes.sizes()), (4, (routes.0 + 1, routes.1 + 1)));
    let each = (counting::bytes() - before) / i64::from(count);
    assert!(each < 2_048, "{each} bytes are left of each: of its room");
}

#[test]
fn in_a_flood_of_offers_who_has_connected_stays_and_who_connects_in_time_gets_in() {
    let (mut stage, _, b, _) = room();
    let honest = stage.offer(2);
    let _events = half_open(&mut stage, 0..newcomers::MOST as u32 - 1);
    stage.connect(honest);
    // All of those before it are gone, and it is nobody's turn any more.
    let _more = half_open(&mut stage, 10_000..12_000);
    assert_undisturbed(&mut stage, honest);
    assert_undisturbed(&mut stage, b);
    assert_eq!(stage.shard.counters.peers.get(), 4 + newcomers::MOST as u64);
}

#[test]
fn what_is_cut_or_garbled_is_dropped_wherever_it_comes_from() {
    let (mut stage, _, b, bad) = room();
    let mut random = rand::rngs::StdRng::seed_from_u64(5);
    let own = stage.people[bad].wire.address;
    let genuine = [stage.unsent(bad), stage.people[bad].nomination.clone(), vec![22, 254, 253, 0, 0, 0, 0, 0]];
    for from in [own, SocketAddr::from(([192, 0, 2, 66], 6))] {
        let sent = stage.shard.outbox.packets().count();
        for packet in &genuine {
            for _ in 0..500 {
                let mut packet = packet[..random.random_range(0..=packet.len())].to_vec();
                if let Some(at) = packet.len().checked_sub(1).map(|last| random.random_range(0..=last)) {
                    packet[at] ^= 1 << random.random_range(0..8);
                }
                stage.shard.datagram(stage.now, from.into(), &mut packet);
            }
        }
        if from != own {
            assert_eq!(stage.shard.outbox.packets().count(), sent, "a stranger gets no answer");
        }
    }
    stage.shard.outbox.clear();
    stage.run(SECOND);
    assert_undisturbed(&mut stage, b);
    assert_undisturbed(&mut stage, bad);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    /// Also behind authentication: any compound, any packet.
    #[test]
    fn any_bytes_of_a_member_are_survived(
        compounds in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 8..120), 1..20),
        payloads in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..200), any::<u16>(), 94..115u8), 1..40),
    ) {
        let (mut stage, _, b, bad) = room();
        for compound in &compounds {
            let mut compound = compound.clone();
            compound[0] = 0x80 | (compound[0] & 0x3f);
            compound[1] = 200 + compound[1] % 8;
            compound.truncate(compound.len() / 4 * 4);
            stage.people[bad].wire.send_rtcp(&compound);
        }
        for (at, (payload, timestamp, payload_type)) in payloads.iter().enumerate() {
            let extended = 20_000 + at as u64 * u64::from(*timestamp % 3_000 + 1);
            let header = HeaderWriter {
                marker: at % 2 == 0,
                payload_type: *payload_type,
                sequence: extended as u16,
                timestamp: u32::from(*timestamp) << 12,
                ssrc: 90 + (at % 4) as u32,
            };
            let rid = Some((super::wire::RID, super::wire::RIDS[at % 3]));
            stage.people[bad].wire.send_rtp(header, extended, "cam", rid, None, payload);
        }
        stage.publish(bad, true, true);
        stage.people[bad].films = false;
        stage.run(SECOND);
        assert_undisturbed(&mut stage, b);
    }
}
