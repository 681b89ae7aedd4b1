//! A client without a socket: `rtc`'s PeerConnection with a camera, a camera slot and both data channels.

#[path = "../../../tests/native/deliver.rs"]
mod deliver;

use crate::api::Source;
use bytes::{Bytes, BytesMut};
use deliver::DeliverRtcp;
use rtc::data_channel::{RTCDataChannelId, RTCDataChannelInit};
use rtc::interceptor::{Registry, Slot as Link};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::RTCIceCandidateInit;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverId, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Where it believes itself and the server to be.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5000);
pub(super) const THERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), 6000);
pub(super) const SSRC: u32 = 77;

pub(super) struct Client {
    pub(super) pc: RTCPeerConnection,
    camera: RTCRtpTransceiverId,
    channels: Vec<(&'static str, RTCDataChannelId)>,
    pub(super) open: Vec<&'static str>,
    pub(super) closed: Vec<&'static str>,
    pub(super) state: RTCPeerConnectionState,
    pub(super) rtp: Vec<rtc::rtp::Packet>,
    /// SSRCs of which key frames were asked.
    pub(super) asked: Vec<u32>,
    pub(super) messages: Vec<(&'static str, Bytes)>,
}

impl Client {
    pub(super) fn new(now: Instant) -> Client {
        let settings = SettingEngineBuilder::new()
            .with_ice_connection_attempts(Some(Duration::from_millis(20)), None)
            .with_ice_timeouts(None, Some(Duration::ZERO), None)
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .build();
        let mut media = MediaEngine::default();
        media.register_default_codecs().unwrap();
        let mut pc = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(Registry::new().with(Link::from(14_000), DeliverRtcp::default()))
            .build(now)
            .unwrap();
        let codec = RTCRtpCodec { mime_type: MIME_TYPE_VP8.into(), clock_rate: 90_000, ..Default::default() };
        let rtp_coding_parameters = RTCRtpCodingParameters { ssrc: Some(SSRC), ..Default::default() };
        let encoding = RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() };
        let track = MediaStreamTrack::new("s".into(), "t".into(), "l".into(), RtpCodecKind::Video, vec![encoding]);
        let line = |direction| Some(RTCRtpTransceiverInit { direction, ..Default::default() });
        let camera = pc.add_transceiver_from_track(track, line(RTCRtpTransceiverDirection::Sendonly)).unwrap();
        pc.add_transceiver_from_kind(RtpCodecKind::Video, line(RTCRtpTransceiverDirection::Recvonly)).unwrap();
        let lossy = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
        let channels = [("state", None), ("pointer", Some(lossy))]
            .map(|(label, init)| (label, pc.create_data_channel(label, init).unwrap().id()));
        Client {
            pc,
            camera,
            channels: channels.into(),
            open: Vec::new(),
            closed: Vec::new(),
            state: RTCPeerConnectionState::New,
            rtp: Vec::new(),
            asked: Vec::new(),
            messages: Vec::new(),
        }
    }

    pub(super) fn offer(&mut self, now: Instant, restart: bool) -> String {
        if restart {
            self.pc.restart_ice();
        }
        let offer = self.pc.create_offer(None).unwrap();
        self.pc.set_local_description(now, offer).unwrap();
        let candidate = format!("candidate:1 1 udp 2130706431 {} {} typ host", HERE.ip(), HERE.port());
        self.pc.add_local_candidate(RTCIceCandidateInit { candidate, ..Default::default() }).unwrap();
        self.pc.local_description().unwrap().sdp
    }

    pub(super) fn publish() -> Vec<(String, Source)> {
        vec![("0".to_owned(), Source::Camera)]
    }

    pub(super) fn receive_on() -> Vec<(String, Source)> {
        vec![("1".to_owned(), Source::Camera)]
    }

    pub(super) fn accept(&mut self, now: Instant, answer: String) {
        self.pc.set_remote_description(now, RTCSessionDescription::answer(answer).unwrap()).unwrap();
    }

    pub(super) fn receive(&mut self, now: Instant, datagram: &[u8]) {
        let transport_protocol = TransportProtocol::UDP;
        let transport = TransportContext { local_addr: HERE, peer_addr: THERE, ecn: None, transport_protocol };
        // It complains about repeated records; they are part of the plan.
        let _ = self.pc.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(datagram) });
        self.drain();
    }

    pub(super) fn transmit(&mut self, now: Instant) -> Vec<BytesMut> {
        if self.pc.poll_timeout().is_some_and(|at| at <= now) {
            let _ = self.pc.handle_timeout(now);
        }
        self.drain();
        std::iter::from_fn(|| self.pc.poll_write()).map(|out| out.message).collect()
    }

    fn drain(&mut self) {
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => self.state = state,
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                    self.open.extend(self.channels.iter().find(|(_, known)| *known == id).map(|(label, _)| *label));
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnClose(id)) => {
                    self.closed.extend(self.channels.iter().find(|(_, known)| *known == id).map(|(label, _)| *label));
                }
                _ => {}
            }
        }
        while let Some(message) = self.pc.poll_read() {
            match message.message {
                RTCMessage::RtpPacket(_, packet) => self.rtp.push(packet),
                RTCMessage::RtcpPacket(_, packets) => {
                    let plis = packets.iter().filter_map(|it| it.as_any().downcast_ref::<PictureLossIndication>());
                    self.asked.extend(plis.map(|pli| pli.media_ssrc));
                }
                RTCMessage::DataChannelMessage(id, message) => {
                    let label = self.channels.iter().find(|(_, known)| *known == id).unwrap().0;
                    self.messages.push((label, message.data.freeze()));
                }
                _ => {}
            }
        }
    }

    pub(super) fn send_media(&mut self, now: Instant, payload_type: u8, sequence_number: u16, payload: &'static [u8]) {
        let id = self.pc.rtp_transceiver(self.camera).unwrap().sender().unwrap();
        let header = rtc::rtp::Header {
            version: 2,
            marker: true,
            payload_type,
            sequence_number,
            timestamp: 3_000,
            ssrc: SSRC,
            ..Default::default()
        };
        let packet = rtc::rtp::Packet { header, payload: Bytes::from_static(payload) };
        self.pc.rtp_sender(id).unwrap().write_rtp(now, packet).unwrap();
    }

    pub(super) fn ask(&mut self, now: Instant, media_ssrc: u32) {
        let id = self.pc.rtp_transceiver(self.camera).unwrap().sender().unwrap();
        let pli = PictureLossIndication { sender_ssrc: SSRC, media_ssrc };
        self.pc.rtp_sender(id).unwrap().write_rtcp(now, vec![Box::new(pli)]).unwrap();
    }

    pub(super) fn send_data(&mut self, now: Instant, label: &str, data: &[u8]) {
        let id = self.channels.iter().find(|(known, _)| *known == label).unwrap().1;
        self.pc.data_channel(id).unwrap().send(now, BytesMut::from(data)).unwrap();
    }
}
