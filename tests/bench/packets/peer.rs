//! A client for measurements. It offers or answers to any SFU; it sends whole packets, and reads the clear headers of what
//! it gets ([`Heard`]).

use super::deliver::DeliverRtcp;
use super::heard::Heard;
use super::talk::{self, Said};
use super::wire::{Wire, real_time};
use crate::native::{PATIENCE, now};
use anyhow::{Context, Result, ensure};
use bytes::{Bytes, BytesMut};
use rtc::interceptor::{Registry, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{
    configure_nack, configure_rtcp_reports, configure_simulcast_extension_headers, configure_twcc,
};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::RTCIceCandidateInit;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpReceiverId, RTCRtpTransceiverDirection, RTCRtpTransceiverId, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use sfu::Source;
use std::net::Ipv4Addr;

/// One packet of pictures of so many that a publisher sends gets lost on its way, until it is asked for again. See
/// [`super::heard::OVERLOOKED`].
pub(crate) const LOST: u64 = 500;
const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
const TRANSPORT_WIDE: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// What a peer sends and how much it can receive.
#[derive(Clone, Copy, Default)]
pub(crate) struct Media {
    pub(crate) microphone: bool,
    /// `Some(&[])`: one layer.
    pub(crate) camera: Option<&'static [&'static str]>,
    pub(crate) microphones: usize,
    pub(crate) cameras: usize,
    /// Packets in a second of a microphone and of a layer.
    pub(crate) sounds: u32,
    pub(crate) pictures: u32,
}

/// One stream that is sent: a microphone, a camera, a layer of a camera.
struct Sending {
    source: Source,
    transceiver: RTCRtpTransceiverId,
    ssrc: u32,
    rid: &'static str,
    sent: u32,
    /// Of the RTP clock between two packets: every packet is a frame of its own, so that its timestamp tells which one it
    /// is.
    step: u32,
}

pub(crate) struct Peer {
    pc: RTCPeerConnection,
    wire: Wire,
    sending: Vec<Sending>,
    receiving: Vec<(Source, RTCRtpTransceiverId)>,
    /// Where RTCP of our own goes out; any receiver does.
    receiver: Option<RTCRtpReceiverId>,
    /// Identifiers of the extensions that say which line and which layer of it a packet belongs to.
    layer_names: [Option<u8>; 2],
    /// Packets of pictures that went out or got lost.
    sent: u64,
    pub(crate) heard: Heard,
    pub(crate) connected: bool,
}

/// Lines of an offer by mid.
pub(crate) struct Lines {
    pub(crate) publish: Vec<(String, Source)>,
    pub(crate) receive: Vec<(String, Source)>,
}

fn kind(source: Source) -> RtpCodecKind {
    if source == Source::Microphone { RtpCodecKind::Audio } else { RtpCodecKind::Video }
}

fn codec(source: Source) -> (&'static str, u32, u16) {
    if source == Source::Microphone { (MIME_TYPE_OPUS, 48_000, 2) } else { (MIME_TYPE_VP8, 90_000, 0) }
}

impl Peer {
    pub(crate) fn new(ip: Ipv4Addr, media: Media) -> Result<Peer> {
        let settings = SettingEngineBuilder::new()
            .with_ice_connection_attempts(Some(std::time::Duration::from_millis(20)), None)
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .build();
        let mut engine = MediaEngine::default();
        engine.register_default_codecs()?;
        let registry = Registry::new().with(Slot::from(14_000), DeliverRtcp::default());
        let registry = configure_nack(registry, &mut engine);
        configure_simulcast_extension_headers(&mut engine)?;
        let registry = configure_rtcp_reports(configure_twcc(registry, &mut engine)?);
        let pc = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .build(now())?;
        let mut peer = Peer {
            pc,
            wire: Wire::new(ip)?,
            sending: Vec::new(),
            receiving: Vec::new(),
            receiver: None,
            layer_names: [None; 2],
            sent: 0,
            heard: Heard::default(),
            connected: false,
        };
        if media.microphone {
            peer.publish(Source::Microphone, &[], media.sounds)?;
        }
        if let Some(layers) = media.camera {
            peer.publish(Source::Camera, layers, media.pictures)?;
        }
        for (source, count) in [(Source::Microphone, media.microphones), (Source::Camera, media.cameras)] {
            for _ in 0..count {
                let direction = RTCRtpTransceiverDirection::Recvonly;
                let init = RTCRtpTransceiverInit { direction, ..Default::default() };
                peer.receiving.push((source, peer.pc.add_transceiver_from_kind(kind(source), Some(init))?));
            }
        }
        Ok(peer)
    }

    fn publish(&mut self, source: Source, layers: &[&'static str], rate: u32) -> Result<()> {
        let (mime, clock_rate, channels) = codec(source);
        let layers = if layers.is_empty() { &[""] } else { layers };
        let streams: Vec<(u32, &'static str)> = layers.iter().map(|rid| (rand::random(), *rid)).collect();
        let encodings = streams.iter().map(|(ssrc, rid)| {
            let codec = RTCRtpCodec { mime_type: mime.into(), clock_rate, channels, ..Default::default() };
            let rtp_coding_parameters =
                RTCRtpCodingParameters { ssrc: Some(*ssrc), rid: (*rid).into(), ..Default::default() };
            RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() }
        });
        let name = format!("{source:?}");
        let track = MediaStreamTrack::new("mine".into(), name.clone(), name, kind(source), encodings.collect());
        let init = RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Sendonly, ..Default::default() };
        let transceiver = self.pc.add_transceiver_from_track(track, Some(init))?;
        let step = clock_rate / rate;
        let sending = |(ssrc, rid)| Sending { source, transceiver, ssrc, rid, sent: 0, step };
        self.sending.extend(streams.into_iter().map(sending));
        Ok(())
    }

    pub(crate) fn offer(&mut self) -> Result<(String, Lines)> {
        // Ours expects one in every offer, and Janus takes it.
        self.pc.create_data_channel("state", None)?;
        let offer = self.pc.create_offer(None)?;
        let sdp = self.local(offer)?;
        let mut mid = |id| -> Result<String> {
            self.pc.rtp_transceiver(id).and_then(|line| line.mid().clone()).context("a line without mid")
        };
        let mut lines = Lines { publish: Vec::new(), receive: Vec::new() };
        let mut last = None;
        for sending in &self.sending {
            // Layers are one line.
            if last.replace(sending.transceiver) != Some(sending.transceiver) {
                lines.publish.push((mid(sending.transceiver)?, sending.source));
            }
        }
        for (source, transceiver) in &self.receiving {
            lines.receive.push((mid(*transceiver)?, *source));
        }
        Ok((sdp, lines))
    }

    /// The answer to our offer.
    pub(crate) fn accept(&mut self, answer: &str) -> Result<()> {
        self.pc.set_remote_description(now(), RTCSessionDescription::answer(answer.to_owned())?)?;
        self.look_at(answer);
        Ok(())
    }

    /// Our answer to an offer.
    pub(crate) fn answer(&mut self, offer: &str) -> Result<String> {
        self.pc.set_remote_description(now(), RTCSessionDescription::offer(offer.to_owned())?)?;
        let answer = self.pc.create_answer(None)?;
        let answer = self.local(answer)?;
        self.look_at(&answer);
        Ok(answer)
    }

    fn local(&mut self, description: RTCSessionDescription) -> Result<String> {
        self.pc.set_local_description(now(), description)?;
        let local = self.wire.local;
        let candidate = format!("candidate:1 1 udp 2130706431 {} {} typ host", local.ip(), local.port());
        self.pc.add_local_candidate(RTCIceCandidateInit { candidate, ..Default::default() })?;
        Ok(self.pc.local_description().context("no description")?.sdp)
    }

    /// What the numbers in the headers mean, from the description that settled it.
    fn look_at(&mut self, sdp: &str) {
        self.heard.transport_wide = extension(sdp, TRANSPORT_WIDE);
        self.layer_names = [MID, RID].map(|uri| extension(sdp, uri));
        let of = |names: &[&str]| {
            let line = |line: &str| {
                let (number, name) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
                let codec = name.split('/').next()?;
                names.iter().any(|name| name.eq_ignore_ascii_case(codec)).then(|| number.parse().ok())?
            };
            sdp.lines().filter_map(line).collect()
        };
        (self.heard.media, self.heard.repeated, self.heard.rtx) = (of(&["vp8", "opus"]), of(&["vp8"]), of(&["rtx"]));
        self.receiver = self.pc.get_receivers().next();
    }

    /// Sends the next packet of each stream of that source; when it left, in nanoseconds.
    pub(crate) fn send(&mut self, source: Source, is_key: bool, size: usize) -> Result<u64> {
        for n in 0..self.sending.len() {
            if self.sending[n].source == source {
                self.send_one(n, is_key, size)?;
            }
        }
        let at = real_time();
        self.write();
        Ok(at)
    }

    fn send_one(&mut self, index: usize, is_key: bool, size: usize) -> Result<()> {
        let [mid_id, rid_id] = self.layer_names;
        let Sending { source, transceiver, ssrc, rid, sent: n, step } = self.sending[index];
        self.sending[index].sent += 1;
        let line = self.pc.rtp_transceiver(transceiver).context("the line is gone")?;
        let mid = line.mid().clone().unwrap_or_default();
        let sender = line.sender().context("the line does not send")?;
        let mut sender = self.pc.rtp_sender(sender).context("the sender is gone")?;
        let mime = codec(source).0;
        let codecs = &sender.get_parameters().rtp_parameters.codecs;
        let codec = codecs.iter().find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(mime));
        let mut header = rtc::rtp::Header {
            version: 2,
            marker: true,
            payload_type: codec.context("the codec was refused")?.payload_type,
            sequence_number: n as u16,
            timestamp: n.wrapping_mul(step),
            ssrc,
            ..Default::default()
        };
        if !rid.is_empty() {
            for (id, value) in [(mid_id, mid.as_str()), (rid_id, rid)] {
                if let Some(id) = id {
                    header.set_extension(id, Bytes::copy_from_slice(value.as_bytes()))?;
                }
            }
        }
        let mut payload = match source {
            Source::Microphone => Vec::new(),
            _ => {
                let [high, low] = (n as u16 & 0x7fff).to_be_bytes();
                // VP8 (RFC 7741 § 4.2): start of partition 0, a picture id of 15 bits; then the frame's first byte.
                vec![0x90, 0x80, high | 0x80, low, u8::from(!is_key)]
            }
        };
        payload.resize(payload.len().max(size), 0);
        Ok(sender.write_rtp(now(), rtc::rtp::Packet { header, payload: payload.into() })?)
    }

    /// Reads what has come.
    pub(crate) fn receive(&mut self) -> Result<()> {
        let mut buffer = [0; 2048];
        for _ in 0..256 {
            let Some((length, from, at)) = self.wire.receive(&mut buffer) else { break };
            let packet = &buffer[..length];
            if let Kind::Media(_) = kind_of(packet) {
                self.heard.packet(packet, at);
                continue;
            }
            let transport = TransportContext {
                local_addr: self.wire.local,
                peer_addr: from,
                ecn: None,
                transport_protocol: TransportProtocol::UDP,
            };
            self.pc.handle_read(TaggedBytesMut { now: now(), transport, message: BytesMut::from(packet) })?;
            self.drain();
        }
        Ok(())
    }

    /// Of the RTP clock between two packets of that source.
    pub(crate) fn step(&self, source: Source) -> u32 {
        self.sending.iter().find(|sending| sending.source == source).map_or(1, |sending| sending.step)
    }

    /// Lets time pass, says what is to be said.
    pub(crate) fn tick(&mut self) -> Result<()> {
        if self.connected
            && let Some(id) = self.receiver
        {
            let due = self.heard.due(real_time());
            if !due.is_empty() {
                self.pc.rtp_receiver(id).context("the receiver is gone")?.write_rtcp(now(), due)?;
            }
        }
        if self.pc.poll_timeout().is_some_and(|at| at <= now()) {
            self.pc.handle_timeout(now())?;
        }
        self.drain();
        self.write();
        Ok(())
    }

    fn write(&mut self) {
        while let Some(out) = self.pc.poll_write() {
            match kind_of(&out.message) {
                Kind::Media(payload_type) if self.heard.repeated.contains(&payload_type) => {
                    self.sent += 1;
                    if self.sent.is_multiple_of(LOST) {
                        continue;
                    }
                }
                Kind::Media(payload_type) if self.heard.rtx.contains(&payload_type) => {
                    self.heard.talk.count(Said::UpRepeated, 1);
                }
                Kind::Control if talk::is_sender_report(&out.message) => {
                    self.heard.talk.count(Said::UpSenderReport, 1);
                }
                _ => {}
            }
            self.wire.send(&out.message, out.transport.peer_addr);
        }
    }

    fn drain(&mut self) {
        while let Some(event) = self.pc.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.connected = state == RTCPeerConnectionState::Connected;
            }
        }
        while let Some(message) = self.pc.poll_read() {
            let RTCMessage::RtcpPacket(_, packets) = message.message else { continue };
            packets.iter().for_each(|packet| self.heard.control(&**packet, real_time()));
        }
    }
}

enum Kind {
    /// RTP, with its payload type.
    Media(u8),
    /// RTCP.
    Control,
    Other,
}

/// RFC 7983: 128 to 191 is RTP or RTCP; RFC 5761 § 4: of these, 192 to 223 in the second byte is RTCP.
fn kind_of(packet: &[u8]) -> Kind {
    match packet {
        [128..=191, 192..=223, ..] => Kind::Control,
        [128..=191, second, ..] => Kind::Media(second & 0x7f),
        _ => Kind::Other,
    }
}

fn extension(sdp: &str, uri: &str) -> Option<u8> {
    let id = sdp.lines().find(|line| line.starts_with("a=extmap:") && line.split(' ').nth(1) == Some(uri))?;
    id["a=extmap:".len()..].split([' ', '/']).next()?.parse().ok()
}

/// Runs all of them until they are connected.
pub(crate) fn connect(peers: &mut [&mut Peer]) -> Result<()> {
    let start = now();
    while !peers.iter().all(|peer| peer.connected) {
        ensure!(start.elapsed() < PATIENCE, "peers do not get connected");
        for peer in peers.iter_mut() {
            peer.receive()?;
            peer.tick()?;
        }
    }
    Ok(())
}
