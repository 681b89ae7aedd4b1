use super::offer::{BadOffer, check};
use super::peer::announce;
use crate::net::announce::candidates;
use crate::api::{Keys, Offer, PeerEvent, Source};
use bytes::BytesMut;
use proptest::prelude::*;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::RTCIceCandidateInit;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::net::SocketAddr;
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A client without a socket, for tests in virtual time: one camera, one camera slot, one data channel.
pub(crate) struct Client {
    pc: RTCPeerConnection,
    pub(crate) address: SocketAddr,
    pub(crate) events: UnboundedReceiver<PeerEvent>,
}

impl Client {
    pub(crate) fn new(now: Instant, port: u16) -> (Client, Offer) {
        let mut media = MediaEngine::default();
        media.register_default_codecs().unwrap();
        let mut pc = RTCPeerConnectionBuilder::new().with_media_engine(media).build(now).unwrap();
        let codec = RTCRtpCodec { mime_type: MIME_TYPE_VP8.into(), clock_rate: 90_000, ..Default::default() };
        let rtp_coding_parameters = RTCRtpCodingParameters { ssrc: Some(77), ..Default::default() };
        let encoding = RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() };
        let track = MediaStreamTrack::new("s".into(), "t".into(), "l".into(), RtpCodecKind::Video, vec![encoding]);
        let line = |direction| Some(RTCRtpTransceiverInit { direction, ..Default::default() });
        pc.add_transceiver_from_track(track, line(RTCRtpTransceiverDirection::Sendonly)).unwrap();
        pc.add_transceiver_from_kind(RtpCodecKind::Video, line(RTCRtpTransceiverDirection::Recvonly)).unwrap();
        pc.create_data_channel("state", None).unwrap();
        let offer = pc.create_offer(None).unwrap();
        pc.set_local_description(now, offer).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let candidate = format!("candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host");
        pc.add_local_candidate(RTCIceCandidateInit { candidate, ..Default::default() }).unwrap();
        let sdp = pc.local_description().unwrap().sdp;
        let (sender, events) = unbounded_channel();
        let publish = vec![("0".to_owned(), Source::Camera)];
        let receive = vec![("1".to_owned(), Source::Camera)];
        (
            Client { pc, address, events },
            Offer { sdp, publish, receive, restart: false, keys: Keys::All, events: sender },
        )
    }

    pub(crate) fn accept(&mut self, now: Instant, answer: String) {
        self.pc.set_remote_description(now, RTCSessionDescription::answer(answer).unwrap()).unwrap();
    }

    pub(crate) fn receive(&mut self, now: Instant, from: SocketAddr, data: &[u8]) {
        let transport_protocol = TransportProtocol::UDP;
        let transport = TransportContext { local_addr: self.address, peer_addr: from, ecn: None, transport_protocol };
        self.pc.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(data) }).unwrap();
    }

    /// Lets time pass and hands out the client's datagrams.
    pub(crate) fn transmit(&mut self, now: Instant) -> Vec<BytesMut> {
        if self.pc.poll_timeout().is_some_and(|at| at <= now) {
            self.pc.handle_timeout(now).unwrap();
        }
        while self.pc.poll_event().is_some() {}
        while self.pc.poll_read().is_some() {}
        std::iter::from_fn(|| self.pc.poll_write()).map(|out| out.message).collect()
    }

    pub(crate) fn events(&mut self) -> Vec<PeerEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 00:11\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=ssrc:1 cname:x\r\n\
    a=candidate:1 1 udp 1 10.0.0.1 22 typ host\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=recvonly\r\n";

fn publish(mid: &str, source: Source) -> Vec<(String, Source)> {
    vec![(mid.to_owned(), source)]
}

#[test]
fn a_client_cannot_point_the_server_at_other_hosts() {
    let checked = check(SDP).ok().unwrap();
    assert!(!checked.sdp.contains("candidate"));
    assert!(checked.sdp.ends_with("a=recvonly\r\n"));
}

#[test]
fn lines_are_what_they_are_said_to_be() {
    let checked = check(SDP).ok().unwrap();
    assert_eq!(checked.matches(&publish("0", Source::Microphone), &publish("1", Source::Screen)), Ok(()));
    assert_eq!(checked.matches(&publish("0", Source::Camera), &[]), Err(BadOffer::NotSendonly));
    assert_eq!(checked.matches(&publish("1", Source::Camera), &[]), Err(BadOffer::NotSendonly));
    assert_eq!(checked.matches(&[], &publish("0", Source::Microphone)), Err(BadOffer::NotRecvonly));
    assert_eq!(checked.matches(&publish("7", Source::Camera), &[]), Err(BadOffer::UnknownMid));
}

#[test]
fn every_announced_address_is_offered_once() {
    let sdp =
        "v=0\r\na=candidate:1 1 udp 1 192.0.2.2 9 typ host\r\na=candidate:1 2 udp 1 192.0.2.2 9 typ host\r\na=x\r\n";
    let told = announce(sdp, &candidates(&["10.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()], 8189, true));
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[1], "a=candidate:1 1 udp 2130706431 10.0.0.1 8189 typ host");
    assert_eq!(lines[2], "a=candidate:2 1 udp 2130706175 fd00::1 8189 typ host");
    assert_eq!(lines[3], "a=candidate:3 1 tcp 1520435199 10.0.0.1 8189 typ host tcptype passive");
    assert_eq!(lines[4], "a=candidate:4 1 tcp 1520434943 fd00::1 8189 typ host tcptype passive");
    assert_eq!(lines.len(), 6);
}

proptest! {
    #[test]
    fn any_description_is_survived(cut in 0..SDP.len(), junk in "\\PC{0,40}", at in 0..SDP.len()) {
        let (mut text, at) = (SDP[..cut].to_owned(), at.min(cut));
        text.insert_str(at, &junk);
        if let Ok(checked) = check(&text) {
            let _ = checked.matches(&publish("0", Source::Microphone), &publish("1", Source::Camera));
        }
    }
}
