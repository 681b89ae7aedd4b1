use crate::api::{Keys, Offer, PeerEvent, Source};
use bytes::{Bytes, BytesMut};
use rtc::data_channel::{RTCDataChannelId, RTCDataChannelInit};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::message::RTCMessage;
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

/// A client without a socket, for tests in virtual time: one camera, one camera slot, both data channels.
pub(super) struct Client {
    pc: RTCPeerConnection,
    channels: [RTCDataChannelId; 2],
    /// What came on either channel.
    pub(super) frames: Vec<Bytes>,
    pub(super) address: SocketAddr,
    pub(super) events: UnboundedReceiver<PeerEvent>,
}

impl Client {
    pub(super) fn new(now: Instant, port: u16) -> (Client, Offer) {
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
        let lossy = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
        let channels = [("state", None), ("pointer", Some(lossy))]
            .map(|(label, init)| pc.create_data_channel(label, init).unwrap().id());
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
            Client { pc, channels, frames: Vec::new(), address, events },
            Offer { sdp, publish, receive, restart: false, keys: Keys::All, events: sender },
        )
    }

    pub(super) fn accept(&mut self, now: Instant, answer: String) {
        self.pc.set_remote_description(now, RTCSessionDescription::answer(answer).unwrap()).unwrap();
    }

    pub(super) fn receive(&mut self, now: Instant, from: SocketAddr, data: &[u8]) {
        let transport_protocol = TransportProtocol::UDP;
        let transport = TransportContext { local_addr: self.address, peer_addr: from, ecn: None, transport_protocol };
        self.pc.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(data) }).unwrap();
    }

    /// Lets time pass and hands out the client's datagrams.
    pub(super) fn transmit(&mut self, now: Instant) -> Vec<BytesMut> {
        if self.pc.poll_timeout().is_some_and(|at| at <= now) {
            // A handshake that comes to nothing is an error.
            let _ = self.pc.handle_timeout(now);
        }
        while self.pc.poll_event().is_some() {}
        while let Some(message) = self.pc.poll_read() {
            if let RTCMessage::DataChannelMessage(_, message) = message.message {
                self.frames.push(message.data.freeze());
            }
        }
        std::iter::from_fn(|| self.pc.poll_write()).map(|out| out.message).collect()
    }

    /// On `state` (0) or `pointer` (1). Waits in the client as long as it must.
    pub(super) fn send(&mut self, now: Instant, channel: usize, frame: &[u8]) {
        self.pc.data_channel(self.channels[channel]).unwrap().send(now, BytesMut::from(frame)).unwrap();
    }

    pub(super) fn events(&mut self) -> Vec<PeerEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}
