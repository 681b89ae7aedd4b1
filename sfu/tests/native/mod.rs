//! A client without a browser: the engine as an offering peer on a socket of its own.
#![allow(dead_code, reason = "each test file uses a part of it")]

mod deliver;

use bytes::{Bytes, BytesMut};
use deliver::DeliverRtcp;
use rtc::data_channel::{RTCDataChannelId, RTCDataChannelInit};
use rtc::interceptor::{Registry, Slot as Link};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
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
use sfu::{Keys, MemberId, Offer, PeerEvent, RoomId, Sfu, SfuError, Slot, Source};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

#[allow(clippy::disallowed_methods, reason = "the clock of the test clients")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Nothing here takes long; this only ends a test that would hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Between two frames of a camera.
const FRAME: Duration = Duration::from_millis(33);

/// What carries a client's packets. The engine believes that it is always UDP.
enum Wire {
    Udp(UdpSocket),
    /// RFC 4571.
    Tcp {
        stream: TcpStream,
        /// What was read and is no whole frame yet.
        read: Vec<u8>,
        /// Nothing but a check was sent until now, as browsers do.
        is_fresh: bool,
    },
}

impl Wire {
    /// The next packet and its sender, if one came within a millisecond (or at all, see [`Native::never_wait`]).
    fn receive(&mut self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        match self {
            Wire::Udp(socket) => socket.recv_from(buffer).ok(),
            Wire::Tcp { stream, read, .. } => loop {
                if let Some(length) = read.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)))
                    && read.len() >= 2 + length
                {
                    buffer[..length].copy_from_slice(&read[2..2 + length]);
                    read.drain(..2 + length);
                    return Some((length, stream.peer_addr().ok()?));
                }
                match stream.read(buffer) {
                    Ok(count) if count > 0 => read.extend_from_slice(&buffer[..count]),
                    _ => return None,
                }
            },
        }
    }

    fn send(&mut self, packet: &[u8], to: SocketAddr) {
        match self {
            Wire::Udp(socket) => drop(socket.send_to(packet, to)),
            // RFC 7983: STUN begins with 0 to 3.
            Wire::Tcp { is_fresh: true, .. } if packet[0] > 3 => {}
            Wire::Tcp { stream, is_fresh, .. } => {
                *is_fresh = false;
                let frame = [&(packet.len() as u16).to_be_bytes(), packet].concat();
                let mut rest = &frame[..];
                while !rest.is_empty() {
                    match stream.write(rest) {
                        Ok(count) => rest = &rest[count..],
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                        Err(_) => return,
                    }
                }
            }
        }
    }
}

pub(crate) struct Received {
    pub(crate) mid: String,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    /// The last packet of a frame of pictures.
    pub(crate) marker: bool,
    pub(crate) payload: Bytes,
}

pub(crate) struct Native {
    pub(crate) pc: RTCPeerConnection,
    wire: Wire,
    local: SocketAddr,
    senders: Vec<(Source, RTCRtpTransceiverId, u32)>,
    receivers: Vec<(Source, RTCRtpTransceiverId)>,
    channels: Vec<(String, RTCDataChannelId, bool)>,
    counters: [u16; 3],
    events: UnboundedReceiver<PeerEvent>,
    pub(crate) connected: bool,
    pub(crate) peer_events: Vec<PeerEvent>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) rtp: Vec<Received>,
    pub(crate) frames: Vec<(String, Bytes)>,
    /// The camera was asked for a key frame.
    key_frame_wanted: bool,
    /// When [`Self::film`] has something to send next; absent before the first frame.
    next_frame: Option<Instant>,
    pub(crate) answer: String,
    /// Data channel frames that the next offer asks for.
    pub(crate) keys: Keys,
}

fn kind(source: Source) -> RtpCodecKind {
    if source == Source::Microphone { RtpCodecKind::Audio } else { RtpCodecKind::Video }
}

fn socket(ip: IpAddr) -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((ip, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let local = socket.local_addr().unwrap();
    (socket, local)
}

impl Native {
    /// A client with all three sources and `slots` slots for microphones and cameras, and one for a screen.
    pub(crate) fn new(slots: usize) -> Native {
        Native::at(Ipv4Addr::LOCALHOST.into(), slots)
    }

    /// The same at another address of this machine, and only there.
    pub(crate) fn at(ip: IpAddr, slots: usize) -> Native {
        let settings = SettingEngineBuilder::new()
            .with_ice_connection_attempts(Some(Duration::from_millis(20)), None)
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .build();
        let mut media = MediaEngine::default();
        media.register_default_codecs().unwrap();
        let registry =
            register_default_interceptors(Registry::new().with(Link::from(14_000), DeliverRtcp::default()), &mut media)
                .unwrap();
        let mut pc = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .build(now())
            .unwrap();
        let mut senders = Vec::new();
        for source in Source::ALL {
            let (mime, clock_rate, channels) = match source {
                Source::Microphone => (MIME_TYPE_OPUS, 48_000, 2),
                _ => (MIME_TYPE_VP8, 90_000, 0),
            };
            let codec = RTCRtpCodec { mime_type: mime.into(), clock_rate, channels, ..Default::default() };
            let ssrc: u32 = rand::random();
            let coding = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
            let encoding = RTCRtpEncodingParameters { rtp_coding_parameters: coding, codec, ..Default::default() };
            let name = format!("{source:?}");
            let track = MediaStreamTrack::new("mine".into(), name.clone(), name, kind(source), vec![encoding]);
            let init = RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Sendonly, ..Default::default() };
            senders.push((source, pc.add_transceiver_from_track(track, Some(init)).unwrap(), ssrc));
        }
        let mut receivers = Vec::new();
        for (source, count) in [(Source::Microphone, slots), (Source::Camera, slots), (Source::Screen, 1)] {
            for _ in 0..count {
                let init =
                    RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Recvonly, ..Default::default() };
                receivers.push((source, pc.add_transceiver_from_kind(kind(source), Some(init)).unwrap()));
            }
        }
        let lossy = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
        let channels = [("state", None), ("pointer", Some(lossy))]
            .map(|(label, init)| (label.to_owned(), pc.create_data_channel(label, init).unwrap().id(), false))
            .into();
        let (socket, local) = socket(ip);
        let (_, events) = unbounded_channel();
        Native {
            pc,
            wire: Wire::Udp(socket),
            local,
            senders,
            receivers,
            channels,
            counters: [u16::MAX - 20; 3],
            events,
            connected: false,
            peer_events: Vec::new(),
            slots: Vec::new(),
            rtp: Vec::new(),
            frames: Vec::new(),
            key_frame_wanted: false,
            next_frame: None,
            answer: String::new(),
            keys: Keys::All,
        }
    }

    pub(crate) fn create_offer(&mut self, restart: bool) -> Offer {
        if restart {
            self.pc.restart_ice();
        }
        let offer = self.pc.create_offer(None).unwrap();
        self.pc.set_local_description(now(), offer).unwrap();
        let candidate = format!("candidate:1 1 udp 2130706431 {} {} typ host", self.local.ip(), self.local.port());
        self.pc.add_local_candidate(RTCIceCandidateInit { candidate, ..Default::default() }).unwrap();
        let sdp = self.pc.local_description().unwrap().sdp;
        let mut mid = |id| self.pc.rtp_transceiver(id).unwrap().mid().clone().unwrap();
        let publish = self.senders.iter().map(|(source, id, _)| (mid(*id), *source)).collect();
        let receive = self.receivers.iter().map(|(source, id)| (mid(*id), *source)).collect();
        let (sender, events) = unbounded_channel();
        self.events = events;
        Offer { sdp, publish, receive, restart, keys: self.keys, events: sender }
    }

    pub(crate) async fn join(&mut self, sfu: &Sfu, room: RoomId, member: u32) -> Result<(), SfuError> {
        self.exchange(sfu, room, member, false).await
    }

    pub(crate) async fn restart(&mut self, sfu: &Sfu, room: RoomId, member: u32) -> Result<(), SfuError> {
        self.exchange(sfu, room, member, true).await
    }

    async fn exchange(&mut self, sfu: &Sfu, room: RoomId, member: u32, restart: bool) -> Result<(), SfuError> {
        let offer = self.create_offer(restart);
        let answer = sfu.offer(room, MemberId(member), offer).await?.sdp;
        self.accept(answer);
        Ok(())
    }

    pub(crate) fn accept(&mut self, answer: String) {
        self.pc.set_remote_description(now(), RTCSessionDescription::answer(answer.clone()).unwrap()).unwrap();
        self.answer = answer;
    }

    /// As a NAT that forgets its binding.
    pub(crate) fn move_to_new_port(&mut self) {
        self.wire = Wire::Udp(socket(self.local.ip()).0);
    }

    /// From now on over TCP, as if a firewall let nothing else pass. `to` is the server's address.
    pub(crate) fn use_tcp(&mut self, to: SocketAddr) {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        self.wire = Wire::Tcp { stream, read: Vec::new(), is_fresh: true };
    }

    pub(crate) fn mid_of(&self, source: Source, member: u32) -> Option<String> {
        let slot = self.slots.iter().find(|slot| slot.source == source && slot.member.0 == member)?;
        Some(slot.mid.clone())
    }

    pub(crate) fn is_open(&self, label: &str) -> bool {
        self.channels.iter().any(|(known, _, open)| known == label && *open)
    }

    pub(crate) fn send_frame(&mut self, label: &str, kind: u8, key: &[u8], payload: &[u8]) {
        let frame = [&[kind, key.len() as u8], key, payload].concat();
        self.send_bytes(label, &frame);
    }

    pub(crate) fn send_bytes(&mut self, label: &str, frame: &[u8]) {
        let id = self.channels.iter().find(|(known, _, _)| known == label).unwrap().1;
        self.pc.data_channel(id).unwrap().send(now(), BytesMut::from(frame)).unwrap();
    }

    /// One packet; a video packet is a whole frame.
    pub(crate) fn send_media(&mut self, source: Source, key_frame: bool) {
        self.send_sized(source, key_frame, 0);
    }

    /// One packet whose payload is at least `size` bytes.
    pub(crate) fn send_sized(&mut self, source: Source, key_frame: bool, size: usize) {
        let index = source as usize;
        let n = self.counters[index];
        let mut payload = match source {
            Source::Microphone => b"opus".to_vec(),
            _ => {
                let [high, low] = (n & 0x7fff).to_be_bytes();
                vec![0x90, 0x80, high | 0x80, low, u8::from(!key_frame), index as u8]
            }
        };
        payload.resize(payload.len().max(size), 0);
        self.send_packet(source, payload.into(), u32::from(n).wrapping_mul(3000), true);
    }

    /// The next packet, as it is.
    pub(crate) fn send_packet(&mut self, source: Source, payload: Bytes, timestamp: u32, marker: bool) {
        let index = source as usize;
        let (_, transceiver, ssrc) = self.senders[index];
        let n = self.counters[index];
        self.counters[index] = n.wrapping_add(1);
        let sender_id = self.pc.rtp_transceiver(transceiver).unwrap().sender().unwrap();
        let mut sender = self.pc.rtp_sender(sender_id).unwrap();
        let mime = if source == Source::Microphone { MIME_TYPE_OPUS } else { MIME_TYPE_VP8 };
        let codecs = &sender.get_parameters().rtp_parameters.codecs;
        let payload_type =
            codecs.iter().find(|c| c.rtp_codec.mime_type.eq_ignore_ascii_case(mime)).unwrap().payload_type;
        let header = rtc::rtp::Header {
            version: 2,
            marker,
            payload_type,
            sequence_number: n,
            timestamp,
            ssrc,
            ..Default::default()
        };
        sender.write_rtp(now(), rtc::rtp::Packet { header, payload }).unwrap();
    }

    /// The next packet of a source never comes.
    pub(crate) fn lose(&mut self, source: Source) {
        let number = &mut self.counters[source as usize];
        *number = number.wrapping_add(1);
    }

    /// Sends the camera's frame that is due: a key frame first and when one was asked for, as browsers do.
    pub(crate) fn film(&mut self, size: usize) {
        let now = now();
        if self.next_frame.is_some_and(|at| at > now) {
            return;
        }
        let first = self.next_frame.is_none();
        self.next_frame = Some(now + FRAME);
        let wanted = std::mem::take(&mut self.key_frame_wanted);
        self.send_sized(Source::Camera, first || wanted, size);
    }

    /// From now on [`Self::step`] does not wait for a datagram.
    pub(crate) fn never_wait(&mut self) {
        match &self.wire {
            Wire::Udp(socket) => socket.set_nonblocking(true).unwrap(),
            Wire::Tcp { stream, .. } => stream.set_nonblocking(true).unwrap(),
        }
    }

    /// As [`Self::step`], but media is counted and thrown away undecrypted: many subscribers on few cores.
    pub(crate) fn count_media(&mut self) -> u64 {
        let mut buffer = [0; 2048];
        let mut media = 0;
        for _ in 0..256 {
            let Some((length, from)) = self.wire.receive(&mut buffer) else { break };
            // RFC 7983: 128 to 191 is RTP or RTCP.
            if (128..192).contains(&buffer[0]) {
                media += 1;
            } else {
                self.read(&buffer[..length], from);
            }
        }
        self.write();
        media
    }

    /// Reads, lets time pass, writes. Waits at most a millisecond for a datagram.
    pub(crate) fn step(&mut self) {
        let mut buffer = [0; 2048];
        for _ in 0..64 {
            let Some((length, from)) = self.wire.receive(&mut buffer) else { break };
            self.read(&buffer[..length], from);
        }
        self.write();
    }

    fn read(&mut self, datagram: &[u8], from: SocketAddr) {
        let transport = TransportContext {
            local_addr: self.local,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        let message = BytesMut::from(datagram);
        self.pc.handle_read(TaggedBytesMut { now: now(), transport, message }).unwrap();
        self.drain();
    }

    fn write(&mut self) {
        if self.pc.poll_timeout().is_some_and(|at| at <= now()) {
            self.pc.handle_timeout(now()).unwrap();
        }
        self.drain();
        while let Some(out) = self.pc.poll_write() {
            self.wire.send(&out.message, out.transport.peer_addr);
        }
    }

    fn drain(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            if let PeerEvent::Slots(slots) = &event {
                self.slots.clone_from(slots);
            }
            self.peer_events.push(event);
        }
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => {
                    self.connected = state == RTCPeerConnectionState::Connected;
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                    self.channels.iter_mut().filter(|(_, known, _)| *known == id).for_each(|(_, _, open)| *open = true);
                }
                _ => {}
            }
        }
        while let Some(message) = self.pc.poll_read() {
            match message.message {
                RTCMessage::RtpPacket(_, packet) => {
                    let Some(mid) = self.mid_of_ssrc(packet.header.ssrc) else { continue };
                    self.rtp.push(Received {
                        mid,
                        sequence: packet.header.sequence_number,
                        timestamp: packet.header.timestamp,
                        marker: packet.header.marker,
                        payload: packet.payload,
                    });
                }
                RTCMessage::RtcpPacket(_, packets) => {
                    for packet in packets {
                        let Some(pli) = packet.as_any().downcast_ref::<PictureLossIndication>() else { continue };
                        self.key_frame_wanted |= pli.media_ssrc == self.senders[Source::Camera as usize].2;
                    }
                }
                RTCMessage::DataChannelMessage(id, message) => {
                    let label = self.channels.iter().find(|(_, known, _)| *known == id).unwrap().0.clone();
                    self.frames.push((label, message.data.freeze()));
                }
                _ => {}
            }
        }
    }

    fn mid_of_ssrc(&mut self, ssrc: u32) -> Option<String> {
        let receivers: Vec<RTCRtpTransceiverId> = self.receivers.iter().map(|(_, id)| *id).collect();
        receivers.into_iter().find_map(|id| {
            let transceiver = self.pc.rtp_transceiver(id)?;
            let mid = transceiver.mid().clone()?;
            let receiver = transceiver.receiver()?;
            self.pc.rtp_receiver(receiver)?.track().ssrcs().any(|known| known == ssrc).then_some(mid)
        })
    }
}

/// Runs all clients until the condition holds.
pub(crate) fn run<const N: usize>(
    mut clients: [&mut Native; N],
    what: &str,
    mut until: impl FnMut(&mut [&mut Native; N]) -> bool,
) {
    let start = now();
    loop {
        clients.iter_mut().for_each(|client| client.step());
        if until(&mut clients) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
    }
}
