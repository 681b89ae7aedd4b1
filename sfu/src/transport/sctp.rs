//! Data channels: SCTP over DTLS (RFC 8831), opened by the client (RFC 8832), told apart by their labels.

use super::Output;
use super::ice::{CLIENT, SERVER};
use super::reach::Reach;
use crate::state::Channel;
use bytes::{Bytes, BytesMut};
use rtc_datachannel::data_channel::DataChannel;
use rtc_datachannel::message::Message;
use rtc_datachannel::message::message_channel_ack::DataChannelAck;
use rtc_sctp::{
    Association, AssociationHandle, DatagramEvent, Endpoint, EndpointConfig, Event, Payload, PayloadProtocolIdentifier,
    ServerConfig, StreamEvent, StreamId, TransportConfig,
};
use rtc_shared::TransportProtocol;
use rtc_shared::error::Error;
use rtc_shared::marshal::{Marshal, Unmarshal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// Bytes of one message, either way. It must exceed `api::MAX_DATA_FRAME` with its envelope. More lets one message take
/// more memory; too large ones within it are refused with a reason by `state`.
pub(super) const MAX_MESSAGE: usize = 64 * 1024;
/// Bytes that may wait for being put together. More: memory that a client can claim by leaving a gap. Less: slower over
/// long lines (256 kB are 10 Mbit/s at 200 ms).
const RECEIVE_BUFFER: u32 = 256 * 1024;
/// Streams of a client; two are used. More: memory for a client that opens them all. Browsers number theirs from 0 or 1
/// in steps of two.
const STREAMS: u16 = 64;
/// Handshakes that a client may begin before one is complete: each repeated INIT begins another. More: memory for a
/// client that only begins. Less: with loss, data channels that never open.
const ASSOCIATIONS: usize = 8;

pub(super) struct Sctp {
    endpoint: Endpoint,
    reach: Reach,
    /// Those that were begun; once one is established, it alone.
    associations: Vec<(AssociationHandle, Association)>,
    channels: BTreeMap<Channel, StreamId>,
    /// Streams with something to read that has to wait: until the association is established, or while it is `held`.
    readable: BTreeSet<StreamId>,
    held: Option<StreamId>,
    /// What the client takes as one message.
    remote_limit: usize,
}

impl Sctp {
    /// The client begins: it is the DTLS client, and both RFC 8831 and browsers let that side do so.
    pub(super) fn new(remote_limit: usize) -> Sctp {
        let transport = TransportConfig::default()
            .with_max_message_size(MAX_MESSAGE as u32)
            .with_max_receive_buffer_size(RECEIVE_BUFFER)
            .with_max_num_inbound_streams(STREAMS)
            .with_max_num_outbound_streams(STREAMS);
        let server = Some(Arc::new(ServerConfig::new(transport)));
        Sctp {
            endpoint: Endpoint::new(SERVER, TransportProtocol::UDP, Arc::new(EndpointConfig::default()), server),
            reach: Reach::default(),
            associations: Vec::new(),
            channels: BTreeMap::new(),
            readable: BTreeSet::new(),
            held: None,
            remote_limit,
        }
    }

    /// One packet out of DTLS.
    pub(super) fn receive(&mut self, now: Instant, packet: Bytes, out: &mut Vec<Output>) -> Result<(), Error> {
        if !self.reach.admits(&packet) {
            return Ok(());
        }
        let Some((handle, event)) = self.endpoint.handle(now, CLIENT, None, packet) else { return Ok(()) };
        match event {
            DatagramEvent::NewAssociation(association) => {
                self.associations.push((handle, association));
                if self.associations.len() >= ASSOCIATIONS {
                    self.endpoint.reject_new_associations();
                }
            }
            DatagramEvent::AssociationEvent(event) => {
                if let Some((_, association)) = self.associations.iter_mut().find(|(known, _)| *known == handle) {
                    association.handle_event(event);
                }
            }
            _ => {}
        }
        self.pump(now, out)
    }

    fn pump(&mut self, now: Instant, out: &mut Vec<Output>) -> Result<(), Error> {
        let mut established = None;
        for (handle, association) in &mut self.associations {
            while let Some(event) = association.poll() {
                match event {
                    Event::Connected => established = Some(*handle),
                    Event::Stream(StreamEvent::Readable { id }) => {
                        self.readable.insert(id);
                    }
                    // The stream was reset, or everything is over.
                    Event::AssociationLost { id, .. } => self.channels.retain(|_, stream| *stream != id),
                    _ => {}
                }
            }
        }
        if let Some(handle) = established {
            self.associations.retain(|(known, _)| *known == handle);
            self.endpoint.reject_new_associations();
        }
        self.forget_drained();
        let established = self.associations.first().is_some_and(|(_, association)| !association.is_handshaking());
        if !established {
            return Ok(());
        }
        let held = self.held;
        let streams: Vec<StreamId> = self.readable.extract_if(.., |stream| Some(*stream) != held).collect();
        streams.into_iter().try_for_each(|stream| self.read(now, stream, out))
    }

    /// Reads nothing of a channel, one at most, until [`Sctp::resume`].
    pub(super) fn hold(&mut self, channel: Channel) {
        self.held = self.channels.get(&channel).copied();
    }

    pub(super) fn resume(&mut self, now: Instant, out: &mut Vec<Output>) -> Result<(), Error> {
        self.held = None;
        self.pump(now, out)
    }

    fn forget_drained(&mut self) {
        let Sctp { endpoint, associations, channels, .. } = self;
        associations.retain_mut(|(handle, association)| {
            let mut kept = true;
            while let Some(event) = association.poll_endpoint_event() {
                endpoint.handle_event(*handle, event);
                kept = false;
            }
            kept
        });
        if associations.is_empty() {
            channels.clear();
        }
    }

    /// All complete messages of a stream; [`RECEIVE_BUFFER`] bounds them.
    fn read(&mut self, now: Instant, id: StreamId, out: &mut Vec<Output>) -> Result<(), Error> {
        let Some((_, association)) = self.associations.first_mut() else { return Ok(()) };
        loop {
            // A stream may have been reset since it became readable.
            let Ok(mut stream) = association.stream(id) else { return Ok(()) };
            let Ok(Some(chunks)) = stream.read_sctp() else { return Ok(()) };
            let channel = self.channels.iter().find(|(_, known)| **known == id).map(|(channel, _)| *channel);
            if chunks.ppi == PayloadProtocolIdentifier::Dcep {
                let payload = chunks.to_payload(MAX_MESSAGE)?;
                let Message::DataChannelOpen(open) = Message::unmarshal(&mut &payload[..])? else { continue };
                let (unordered, reliability) = DataChannel::get_reliability_params(open.channel_type);
                stream.set_reliability_params(unordered, reliability, open.reliability_parameter)?;
                let acknowledgement = Message::DataChannelAck(DataChannelAck {}).marshal()?;
                stream.write_sctp(now, &acknowledgement.freeze(), PayloadProtocolIdentifier::Dcep)?;
                // One with another label opens, and nobody listens.
                if let Some(channel) = std::str::from_utf8(&open.label).ok().and_then(Channel::from_label) {
                    self.channels.insert(channel, id);
                    out.push(Output::ChannelOpened(channel));
                }
            } else if let Some(channel) = channel {
                let (text, empty) = match chunks.ppi {
                    PayloadProtocolIdentifier::String => (true, false),
                    PayloadProtocolIdentifier::StringEmpty => (true, true),
                    PayloadProtocolIdentifier::Binary => (false, false),
                    PayloadProtocolIdentifier::BinaryEmpty => (false, true),
                    _ => continue,
                };
                // SCTP carries no empty message: one byte stands for nothing (RFC 8831 § 6.6).
                let data = if empty { BytesMut::new() } else { chunks.to_payload(MAX_MESSAGE)? };
                out.push(Output::Data { channel, text, data: data.freeze() });
            }
        }
    }

    /// Bytes given to [`Sctp::send`] that the client has not acknowledged; `None` if the channel is not open.
    pub(super) fn backlog(&mut self, channel: Channel) -> Option<usize> {
        let id = *self.channels.get(&channel)?;
        let (_, association) = self.associations.first_mut()?;
        association.stream(id).ok()?.buffered_amount().ok()
    }

    /// A binary message. Nothing happens if the channel is not open.
    pub(super) fn send(&mut self, now: Instant, channel: Channel, data: &Bytes) -> Result<(), Error> {
        let Some(id) = self.channels.get(&channel) else { return Ok(()) };
        let Some((_, association)) = self.associations.first_mut() else { return Ok(()) };
        if data.len() > self.remote_limit {
            return Err(Error::ErrOutboundPacketTooLarge);
        }
        let mut stream = association.stream(*id)?;
        if data.is_empty() {
            stream.write_sctp(now, &Bytes::from_static(&[0]), PayloadProtocolIdentifier::BinaryEmpty)?;
        } else {
            stream.write_sctp(now, data, PayloadProtocolIdentifier::Binary)?;
        }
        Ok(())
    }

    pub(super) fn timeout(&mut self, now: Instant, out: &mut Vec<Output>) -> Result<(), Error> {
        if self.deadline().is_none_or(|at| at > now) {
            return Ok(());
        }
        self.associations.iter_mut().for_each(|(_, association)| association.handle_timeout(now));
        self.pump(now, out)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.associations.iter().filter_map(|(_, association)| association.poll_timeout()).min()
    }

    /// Packets that are to be sent over DTLS now. Called once after several inputs, it makes one acknowledgement of many.
    pub(super) fn transmit(&mut self, now: Instant, packets: &mut Vec<Bytes>) {
        for (_, association) in &mut self.associations {
            while let Some(transmit) = association.poll_transmit(now) {
                if let Payload::RawEncode(raw) = transmit.message {
                    packets.extend(raw);
                }
            }
        }
    }

    pub(super) fn close(&mut self) {
        for (_, association) in &mut self.associations {
            // The association is thrown away whatever comes of it.
            let _ = association.abort();
        }
    }
}
