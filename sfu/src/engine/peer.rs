//! One peer: bytes and time in; bytes, packets, messages and events out.

use super::offer::{self, BadOffer, Checked, Direction, Kind};
use super::setup;
use crate::api::Source;
use crate::forward::Seen;
use crate::net::announce::Candidate;
use crate::state::Channel;
use crate::stats::Counters;
use bytes::{Bytes, BytesMut};
use rtc::data_channel::RTCDataChannelId;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8};
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::RTCIceCandidateInit;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpRtxParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{
    RTCRtpReceiverId, RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverId, RTCRtpTransceiverInit,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

/// Everything a client sends seems to come from here (TEST-NET-1, RFC 5737); `net::path` knows better.
const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);
/// And goes here, whatever address the client uses.
const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 9);
/// ICE priority of a host candidate (RFC 8445 § 5.1.2.1): type 126, local preference 65535, component 1.
const HOST_PRIORITY: u32 = (126 << 24) | (65_535 << 8) | 255;

#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error(transparent)]
    Offer(#[from] BadOffer),
    /// The engine's words are for its developers and may quote the description, so they are not passed on.
    #[error("the description cannot be negotiated")]
    Negotiation(#[from] Error),
}

/// What all peers of a shard share.
#[derive(Clone)]
pub(crate) struct Transport {
    /// What clients are told about where to send to.
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) counters: Arc<Counters>,
}

/// An RTP packet without what is negotiated per peer: payload type and header extensions stay behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rtp {
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Bytes,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Connected,
    /// The client closed, or DTLS failed.
    Closed,
    /// The first packet of a source is there.
    SourceOpened(Source),
    Media(Source, Rtp),
    /// The client's decoder wants a key frame on this slot.
    KeyframeWanted {
        slot: usize,
    },
    ChannelOpened(Channel),
    Data {
        channel: Channel,
        text: bool,
        data: Bytes,
    },
}

struct OutgoingSlot {
    sender: RTCRtpSenderId,
    ssrc: u32,
    payload_type: u8,
}

struct IncomingTrack {
    source: Source,
    receiver: RTCRtpReceiverId,
    payload_type: u8,
    seen: Seen,
}

pub(crate) struct Peer {
    pc: RTCPeerConnection,
    transport: Transport,
    publish: BTreeMap<String, Source>,
    mids: Vec<String>,
    slots: Vec<OutgoingSlot>,
    tracks: HashMap<u32, IncomingTrack>,
    channels: BTreeMap<Channel, RTCDataChannelId>,
    closed: bool,
}

/// What a description of ours says.
pub(crate) struct LocalDescription {
    pub(crate) sdp: String,
    pub(crate) ufrag: String,
    pub(crate) password: String,
}

impl Peer {
    /// Answers a fresh offer. `receive` gives the slots their indices.
    pub(crate) fn answer(
        now: Instant,
        transport: &Transport,
        sdp: &str,
        publish: &[(String, Source)],
        receive: &[(String, Source)],
    ) -> Result<(Peer, LocalDescription), EngineError> {
        let checked = offer::check(sdp)?;
        checked.matches(publish, receive)?;
        let mut pc = setup::build(now, &transport.counters)?;
        let by_mid = add_transceivers(&mut pc, &checked, receive)?;
        let mut peer = Peer {
            pc,
            transport: transport.clone(),
            publish: publish.iter().cloned().collect(),
            mids: checked.lines.iter().map(|line| line.mid.clone()).collect(),
            slots: Vec::new(),
            tracks: HashMap::new(),
            channels: BTreeMap::new(),
            closed: false,
        };
        let local = peer.negotiate(now, checked.sdp)?;
        peer.bind_slots(receive, &by_mid)?;
        Ok((peer, local))
    }

    /// Answers an offer with new ICE credentials. DTLS, slots and channels stay as they are.
    pub(crate) fn restart(&mut self, now: Instant, sdp: &str) -> Result<LocalDescription, EngineError> {
        let checked = offer::check(sdp)?;
        if !checked.lines.iter().map(|line| &line.mid).eq(&self.mids) {
            return Err(BadOffer::LinesChanged.into());
        }
        self.negotiate(now, checked.sdp)
    }

    fn negotiate(&mut self, now: Instant, sdp: String) -> Result<LocalDescription, EngineError> {
        self.pc.set_remote_description(now, RTCSessionDescription::offer(sdp)?)?;
        // One candidate for the agent; a restart has forgotten it.
        let candidate = format!("candidate:1 1 udp {HOST_PRIORITY} {} {} typ host", SERVER.ip(), SERVER.port());
        self.pc.add_local_candidate(RTCIceCandidateInit { candidate, ..Default::default() })?;
        let answer = self.pc.create_answer(None)?;
        self.pc.set_local_description(now, answer)?;
        let sdp = self.pc.local_description().map(|description| description.sdp).unwrap_or_default();
        let credential = |name| offer::attribute(&sdp, name).unwrap_or_default().to_owned();
        let (ufrag, password) = (credential("ice-ufrag"), credential("ice-pwd"));
        Ok(LocalDescription { sdp: announce(&sdp, &self.transport.candidates), ufrag, password })
    }

    /// Finds out which of our transceivers got which mid. Lines of a kind are matched in order, so `by_mid` already
    /// says it; the engine is asked in order to fail here and not on the air.
    fn bind_slots(
        &mut self,
        receive: &[(String, Source)],
        by_mid: &BTreeMap<String, Prepared>,
    ) -> Result<(), EngineError> {
        for (mid, source) in receive {
            let prepared = by_mid.get(mid).ok_or(BadOffer::UnknownMid)?;
            let transceiver =
                self.pc.rtp_transceiver(prepared.transceiver).ok_or(Error::ErrPeerConnTransceiverMidNil)?;
            if transceiver.mid().as_deref() != Some(mid.as_str()) {
                return Err(Error::ErrPeerConnTransceiverMidNil.into());
            }
            let sender = transceiver.sender().ok_or(Error::ErrPeerConnTransceiverMidNil)?;
            let mut handle = self.pc.rtp_sender(sender).ok_or(Error::ErrPeerConnTransceiverMidNil)?;
            let codecs = &handle.get_parameters().rtp_parameters.codecs;
            let payload_type =
                payload_type(codecs.iter().map(|c| (c.rtp_codec.mime_type.as_str(), c.payload_type)), *source)
                    .ok_or(Error::ErrSenderWithNoCodecs)?;
            self.slots.push(OutgoingSlot { sender, ssrc: prepared.ssrc, payload_type });
        }
        Ok(())
    }

    /// One datagram of this peer. The engine logs and drops what does not authenticate.
    pub(crate) fn receive(&mut self, now: Instant, datagram: &[u8], out: &mut Vec<Output>) -> Result<(), EngineError> {
        let transport = TransportContext {
            local_addr: SERVER,
            peer_addr: CLIENT,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        let result = self.pc.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(datagram) });
        self.pump(out);
        Ok(result?)
    }

    pub(crate) fn timeout(&mut self, now: Instant, out: &mut Vec<Output>) -> Result<(), EngineError> {
        let result = self.pc.handle_timeout(now);
        self.pump(out);
        Ok(result?)
    }

    pub(crate) fn deadline(&mut self) -> Option<Instant> {
        self.pc.poll_timeout()
    }

    /// The next datagram for the client.
    pub(crate) fn transmit(&mut self) -> Option<BytesMut> {
        self.pc.poll_write().map(|tagged| tagged.message)
    }

    pub(crate) fn send(&mut self, now: Instant, slot: usize, packet: Rtp) -> Result<(), EngineError> {
        let Some(slot) = self.slots.get(slot) else { return Ok(()) };
        let header = rtc::rtp::Header {
            version: 2,
            marker: packet.marker,
            payload_type: slot.payload_type,
            sequence_number: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: slot.ssrc,
            ..Default::default()
        };
        let Some(mut sender) = self.pc.rtp_sender(slot.sender) else { return Ok(()) };
        sender.write_rtp(now, rtc::rtp::Packet { header, payload: packet.payload })?;
        Ok(())
    }

    /// Asks this peer for a key frame. Returns whether there was somebody to ask: before its first packet a source has
    /// no track, and then begins with a key frame anyway.
    pub(crate) fn request_keyframe(&mut self, now: Instant, source: Source) -> Result<bool, EngineError> {
        let Some((ssrc, track)) = self.tracks.iter().find(|(_, track)| track.source == source) else {
            return Ok(false);
        };
        let Some(mut receiver) = self.pc.rtp_receiver(track.receiver) else { return Ok(false) };
        // RFC 4585 § 6.3.1: the sender SSRC only names us; we send no media under it.
        receiver.write_rtcp(now, vec![Box::new(PictureLossIndication { sender_ssrc: 1, media_ssrc: *ssrc })])?;
        Ok(true)
    }

    /// Bytes given to [`Peer::send_data`] that the client has not acknowledged; `None` if the channel is not open.
    pub(crate) fn backlog(&mut self, channel: Channel) -> Option<usize> {
        let id = *self.channels.get(&channel)?;
        Some(self.pc.data_channel(id)?.outstanding_bytes())
    }

    pub(crate) fn send_data(&mut self, now: Instant, channel: Channel, data: &[u8]) -> Result<(), EngineError> {
        let Some(id) = self.channels.get(&channel) else { return Ok(()) };
        let Some(mut handle) = self.pc.data_channel(*id) else { return Ok(()) };
        handle.send(now, BytesMut::from(data))?;
        Ok(())
    }

    /// Whether the connection has ended for good, as opposed to being out of reach.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Says goodbye; [`Peer::transmit`] has the last datagrams.
    pub(crate) fn close(&mut self) {
        // The peer is thrown away whatever comes of it.
        let _ = self.pc.close();
    }

    /// Events first: a track's opening comes before its packets.
    fn pump(&mut self, out: &mut Vec<Output>) {
        while let Some(event) = self.pc.poll_event() {
            self.on_event(event, out);
        }
        while let Some(message) = self.pc.poll_read() {
            match message.message {
                RTCMessage::RtpPacket(_, packet) => self.on_rtp(packet, out),
                RTCMessage::RtcpPacket(_, packets) => self.on_rtcp(&packets, out),
                RTCMessage::DataChannelMessage(id, message) => {
                    let Some((channel, _)) = self.channels.iter().find(|(_, known)| **known == id) else { continue };
                    out.push(Output::Data { channel: *channel, text: message.is_string, data: message.data.freeze() });
                }
                _ => {}
            }
        }
    }

    fn on_event(&mut self, event: RTCPeerConnectionEvent, out: &mut Vec<Output>) {
        match event {
            RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) => {
                out.push(Output::Connected);
            }
            RTCPeerConnectionEvent::OnConnectionStateChangeEvent(
                RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed,
            ) => {
                self.closed = true;
                out.push(Output::Closed);
            }
            RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(track)) => {
                let Some(mid) = self.pc.rtp_transceiver(track.receiver_id.into()).and_then(|t| t.mid().clone()) else {
                    return;
                };
                let Some(source) = self.publish.get(&mid).copied() else { return };
                let Some(mut receiver) = self.pc.rtp_receiver(track.receiver_id) else { return };
                let codecs = &receiver.get_parameters().rtp_parameters.codecs;
                let codecs = codecs.iter().map(|c| (c.rtp_codec.mime_type.as_str(), c.payload_type));
                let Some(payload_type) = payload_type(codecs, source) else { return };
                // A restart opens its tracks anew.
                let seen = self.tracks.remove(&track.ssrc).map(|known| known.seen).unwrap_or_default();
                self.tracks.retain(|_, known| known.source != source);
                let opened = IncomingTrack { source, receiver: track.receiver_id, payload_type, seen };
                self.tracks.insert(track.ssrc, opened);
                out.push(Output::SourceOpened(source));
            }
            RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                let label = self.pc.data_channel(id).map(|channel| channel.label().to_owned());
                if let Some(channel) = label.as_deref().and_then(Channel::from_label) {
                    self.channels.insert(channel, id);
                    out.push(Output::ChannelOpened(channel));
                }
            }
            RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnClose(id)) => {
                self.channels.retain(|_, known| *known != id);
            }
            _ => {}
        }
    }

    fn on_rtp(&mut self, packet: rtc::rtp::Packet, out: &mut Vec<Output>) {
        let header = packet.header;
        let Some(track) = self.tracks.get_mut(&header.ssrc) else { return };
        if track.payload_type != header.payload_type || !track.seen.first_time(header.sequence_number) {
            return;
        }
        let rtp = Rtp {
            ssrc: header.ssrc,
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            marker: header.marker,
            payload: packet.payload,
        };
        out.push(Output::Media(track.source, rtp));
    }

    /// The tag of a compound packet names only its first part, so each part is looked up by its own SSRC.
    fn on_rtcp(&mut self, packets: &[Box<dyn rtc::rtcp::Packet>], out: &mut Vec<Output>) {
        for packet in packets {
            let packet = packet.as_any();
            let mut wanted: Vec<u32> = Vec::new();
            if let Some(pli) = packet.downcast_ref::<PictureLossIndication>() {
                wanted.push(pli.media_ssrc);
            } else if let Some(fir) = packet.downcast_ref::<FullIntraRequest>() {
                wanted.extend(fir.fir.iter().map(|entry| entry.ssrc));
            }
            for ssrc in wanted {
                if let Some(slot) = self.slots.iter().position(|slot| slot.ssrc == ssrc) {
                    self.transport.counters.pli_received.add(1);
                    out.push(Output::KeyframeWanted { slot });
                }
            }
        }
    }
}

/// A transceiver that waits for its m-line.
struct Prepared {
    transceiver: RTCRtpTransceiverId,
    ssrc: u32,
}

/// The engine matches m-lines to transceivers by kind and direction, in order. Receiving ones first and all before the
/// remote description, or it makes its own. Returns the sending ones by the mid they will get.
fn add_transceivers(
    pc: &mut RTCPeerConnection,
    checked: &Checked,
    receive: &[(String, Source)],
) -> Result<BTreeMap<String, Prepared>, EngineError> {
    for line in checked.lines.iter().filter(|line| line.direction == Direction::Sendonly) {
        if let Some(kind) = codec_kind(line.kind) {
            let init = RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Recvonly, ..Default::default() };
            pc.add_transceiver_from_kind(kind, Some(init))?;
        }
    }
    let mut by_mid = BTreeMap::new();
    for line in checked.lines.iter().filter(|line| line.direction == Direction::Recvonly) {
        let Some(kind) = codec_kind(line.kind) else { continue };
        let track = slot_track(kind, &line.mid, receive);
        let ssrc = track.ssrcs().next().unwrap_or_default();
        let init = RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Sendonly, ..Default::default() };
        let transceiver = pc.add_transceiver_from_track(track, Some(init))?;
        by_mid.insert(line.mid.clone(), Prepared { transceiver, ssrc });
    }
    Ok(by_mid)
}

fn codec_kind(kind: Kind) -> Option<RtpCodecKind> {
    match kind {
        Kind::Audio => Some(RtpCodecKind::Audio),
        Kind::Video => Some(RtpCodecKind::Video),
        Kind::Application => None,
    }
}

/// The n-th microphone slot and the n-th camera slot share a media stream; `room::assign` gives them to one member.
fn slot_track(kind: RtpCodecKind, mid: &str, receive: &[(String, Source)]) -> MediaStreamTrack {
    let stream = match receive.iter().position(|(known, _)| known == mid) {
        Some(index) => {
            let source = receive[index].1;
            let rank = receive[..index].iter().filter(|(_, other)| *other == source).count();
            if source == Source::Screen { format!("screen{rank}") } else { format!("seat{rank}") }
        }
        None => format!("unused-{mid}"),
    };
    let (mime_type, clock_rate, channels) = match kind {
        RtpCodecKind::Audio => (MIME_TYPE_OPUS, 48_000, 2),
        _ => (MIME_TYPE_VP8, 90_000, 0),
    };
    let codec = RTCRtpCodec { mime_type: mime_type.to_owned(), clock_rate, channels, ..Default::default() };
    let rtx = (kind == RtpCodecKind::Video).then(|| RTCRtpRtxParameters { ssrc: rand::random() });
    let rtp_coding_parameters = RTCRtpCodingParameters { ssrc: Some(rand::random()), rtx, ..Default::default() };
    let encoding = RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() };
    MediaStreamTrack::new(stream, format!("slot-{mid}"), format!("slot-{mid}"), kind, vec![encoding])
}

fn payload_type<'a>(mut codecs: impl Iterator<Item = (&'a str, u8)>, source: Source) -> Option<u8> {
    let mime_type = if source.is_video() { MIME_TYPE_VP8 } else { MIME_TYPE_OPUS };
    codecs.find(|(known, _)| known.eq_ignore_ascii_case(mime_type)).map(|(_, payload_type)| payload_type)
}

/// Puts the addresses that clients can reach in the place of the one that the agent knows.
pub(super) fn announce(sdp: &str, candidates: &[Candidate]) -> String {
    let mut out = String::with_capacity(sdp.len() + 80 * candidates.len());
    let mut announced = false;
    for text in sdp.lines() {
        if !text.starts_with("a=candidate:") {
            out.push_str(text.trim_end());
            out.push_str("\r\n");
            continue;
        }
        // The engine repeats its candidate for RTCP, which is multiplexed here.
        if !std::mem::replace(&mut announced, true) {
            candidates.iter().for_each(|candidate| out.push_str(&format!("a={candidate}\r\n")));
        }
    }
    out
}
