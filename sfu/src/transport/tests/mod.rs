//! Whole handshakes against `rtc`'s PeerConnection, in virtual time.

mod client;
mod link;

use super::sdp::BadOffer;
use super::*;
use crate::packet::{Codec, rtcp};
use crate::state::Channel;
use bytes::Bytes;
use client::SSRC;
use link::Link;
use rand::SeedableRng;
use rtc::peer_connection::state::RTCPeerConnectionState;
use sansio::Protocol;
use std::time::Duration;

fn connected() -> Link {
    let mut link = Link::new();
    link.run_while(|link| !(link.is_connected() && link.client.open.len() == 2));
    link
}

fn opened(link: &Link, channel: Channel) -> bool {
    link.outputs.contains(&Output::ChannelOpened(channel))
}

#[test]
fn connects_and_opens_both_channels() {
    let mut link = Link::new();
    let took = link.run_while(|link| !(link.is_connected() && link.client.state == RTCPeerConnectionState::Connected));
    // Round trips of 30 ms: three for ICE, three for DTLS with its cookie.
    assert!(took < Duration::from_millis(300), "{took:?}");
    link.run_while(|link| !(opened(link, Channel::State) && opened(link, Channel::Pointer)));
    assert_eq!(link.outputs.iter().filter(|output| **output == Output::Connected).count(), 1);
    link.run(Duration::from_secs(10));
    let round_trip = link.peer.round_trip(link.now).unwrap();
    assert!((30..50).contains(&round_trip.as_millis()), "{round_trip:?}");
    assert!(!link.peer.is_closed());
}

#[test]
fn media_goes_both_ways() {
    let mut link = connected();
    let negotiated = link.peer.negotiated().clone();
    let (published, slot) = (&negotiated.published[0], &negotiated.slots[0]);
    assert_eq!((published.ssrcs.as_slice(), published.payloads[0].codec), ([SSRC].as_slice(), Codec::Vp8));
    for n in 0..50_u16 {
        link.client.send_media(link.now, published.payloads[0].payload_type, 65_510_u16.wrapping_add(n), b"picture");
        let extended = 65_510 + u64::from(n);
        let mut packet = vec![0x80, 0x80 | slot.payloads[0].payload_type];
        packet.extend((extended as u16).to_be_bytes());
        packet.extend([0, 0, 0, 9]);
        packet.extend(slot.ssrc.to_be_bytes());
        packet.extend(*b"answer");
        packet.extend([0; TAG]);
        link.peer.seal(&mut packet, 12, slot.ssrc, extended).unwrap();
        link.send(&packet);
        link.run(Duration::from_millis(10));
    }
    link.run(Duration::from_millis(100));
    assert_eq!(link.rtp.len(), 50);
    assert!(link.rtp.iter().all(|packet| packet.ends_with(b"picture")));
    assert_eq!(link.client.rtp.len(), 50);
    assert!(link.client.rtp.iter().all(|packet| packet.payload[..] == *b"answer" && packet.header.ssrc == slot.ssrc));
}

#[test]
fn feedback_goes_both_ways() {
    let mut link = connected();
    let mut packet = Vec::new();
    rtcp::pli(&mut packet, 1, SSRC);
    packet.extend([0; RTCP_ROOM]);
    link.peer.seal_rtcp(&mut packet).unwrap();
    assert!(is_rtcp(&packet));
    link.send(&packet);
    link.client.ask(link.now, 9);
    link.run(Duration::from_millis(100));
    assert_eq!(link.client.asked, [SSRC]);
    let asked: Vec<_> = link.rtcp.iter().flat_map(|compound| rtcp::feedbacks(compound)).collect();
    assert!(matches!(asked[..], [rtcp::Feedback::Pli { media: 9 }]), "{asked:?}");
}

#[test]
fn messages_go_both_ways() {
    let mut link = connected();
    link.client.send_data(link.now, "state", b"from the client");
    link.client.send_data(link.now, "pointer", b"there");
    let large = Bytes::from(vec![7; 16 * 1024]);
    for message in [&large, &Bytes::from_static(b"small"), &Bytes::new()] {
        link.peer.send_data(link.now, Channel::State, message).unwrap();
    }
    link.peer.send_data(link.now, Channel::Pointer, &Bytes::from_static(b"here")).unwrap();
    assert!(link.peer.backlog(Channel::State).unwrap() > large.len());
    link.run(Duration::from_millis(500));
    for (channel, data) in [(Channel::State, "from the client"), (Channel::Pointer, "there")] {
        let data = Bytes::from(data);
        assert!(link.outputs.contains(&Output::Data { channel, text: false, data }));
    }
    let got = |label: &'static str| -> Vec<Bytes> {
        let messages = link.client.messages.iter();
        messages.filter(|(known, _)| *known == label).map(|(_, data)| data.clone()).collect()
    };
    assert_eq!(got("state"), [large, Bytes::from_static(b"small"), Bytes::new()]);
    assert_eq!(got("pointer"), [Bytes::from_static(b"here")]);
    assert_eq!(link.peer.backlog(Channel::State), Some(0));
}

#[test]
fn a_client_that_does_not_read_is_seen() {
    let mut link = connected();
    link.loss = 100;
    for _ in 0..200 {
        link.peer.send_data(link.now, Channel::State, &Bytes::from(vec![1; 1_000])).unwrap();
        link.run(Duration::from_millis(5));
    }
    assert!(link.peer.backlog(Channel::State).unwrap() >= 200_000);
    link.loss = 0;
    link.run_while(|link| link.client.messages.len() < 200);
}

#[test]
fn too_large_messages_are_refused() {
    let mut link = connected();
    link.run(Duration::from_millis(300));
    assert!(link.peer.send_data(link.now, Channel::State, &Bytes::from(vec![1; 1 << 20])).is_err());
    assert_eq!(link.peer.backlog(Channel::State), Some(0));
}

#[test]
fn an_ice_restart_keeps_everything() {
    let mut link = connected();
    link.outputs.clear();
    link.restart();
    link.run_while(|link| !link.is_connected());
    // The answer to the client's last check is on its way.
    link.run(Duration::from_millis(50));
    link.client.send_data(link.now, "state", b"still here");
    let payload_type = link.peer.negotiated().published[0].payloads[0].payload_type;
    link.client.send_media(link.now, payload_type, 1, b"picture");
    link.run(Duration::from_millis(300));
    let data = Bytes::from_static(b"still here");
    assert!(link.outputs.contains(&Output::Data { channel: Channel::State, text: false, data }));
    assert_eq!(link.rtp.len(), 1);
}

#[test]
fn a_restart_cannot_bring_another_client_in() {
    let mut link = connected();
    let other = client::Client::new(link.now).offer(link.now, false);
    let refused = link.peer.restart(link.now, &other).err().unwrap();
    assert!(matches!(refused, TransportError::Offer(BadOffer::CertificateChanged)));
    link.outputs.clear();
    link.client.send_data(link.now, "state", b"undisturbed");
    link.run(Duration::from_millis(300));
    assert_eq!(link.outputs.len(), 1);
}

#[test]
fn goodbyes_are_heard() {
    let mut link = connected();
    link.client.pc.close().unwrap();
    link.run_while(|link| !link.outputs.contains(&Output::Closed));
    assert!(link.peer.is_closed());
    assert!(link.peer.seal(&mut [0x80; 40], 12, 1, 1).is_none());

    // The client's connection has no state for this; its channels are what ends.
    let mut link = connected();
    link.peer.close(link.now);
    link.run_while(|link| link.client.closed.len() < 2);
}

#[test]
fn another_certificate_is_refused() {
    let mut link = Link::with_offer(|offer| {
        let at = offer.find("a=fingerprint:sha-256 ").unwrap() + "a=fingerprint:sha-256 ".len();
        let digits = offer[at..].lines().next().unwrap().to_owned();
        let other = if digits.starts_with("00") { "11" } else { "00" };
        offer.replace(&digits, &format!("{other}{}", &digits[2..]))
    })
    .ok()
    .unwrap();
    link.run_while(|link| !link.outputs.contains(&Output::Closed));
    assert!(!link.is_connected());
    assert!(link.peer.open(&mut [0x80; 60]).is_none());
    link.run(Duration::from_secs(2));
    assert!(!link.is_connected());
}

#[test]
fn bad_networks_connect_too() {
    for seed in 0..25 {
        let mut link = Link::new();
        link.random = rand::rngs::StdRng::seed_from_u64(seed);
        link.loss = 20;
        let took = link.run_while(|link| !(link.is_connected() && link.client.open.len() == 2));
        assert!(took < Duration::from_secs(15), "seed {seed}: {took:?}");
    }
}

#[test]
fn a_client_that_never_comes_is_given_up_and_costs_nothing() {
    let mut link = Link::new();
    link.loss = 100;
    assert_eq!(link.peer.deadline(), None);
    link.run(Duration::from_secs(30));
    assert!(link.outputs.is_empty());
}

#[test]
fn a_client_that_stops_in_the_handshake_is_given_up() {
    let mut link = Link::new();
    link.run_while(|link| !link.peer.is_shaking_hands());
    link.loss = 100;
    let took = link.run_while(|link| !link.outputs.contains(&Output::Closed));
    assert!(took < Duration::from_secs(30), "{took:?}");
}
