//! Links that are put into the engine's interceptor chain.

use crate::stats::Counters;
use rtc::interceptor::{Attribute, Interceptor, NackGeneratorInterceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

/// A look at every packet on its way in.
pub(super) trait Tap: Send + Sync + 'static {
    fn read(&mut self, message: &mut TaggedPacket);
    fn bind_remote(&mut self, _: &StreamInfo) {}
    fn unbind_remote(&mut self, _: &StreamInfo) {}
}

/// A [`Tap`] as a link of the chain: everything passes, in order, at once.
pub(super) struct Tapped<T> {
    tap: T,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl<T: Tap> Tapped<T> {
    pub(super) fn new(tap: T) -> Self {
        Self { tap, read: VecDeque::new(), write: VecDeque::new() }
    }
}

impl<T: Tap> Protocol<TaggedPacket, TaggedPacket, ()> for Tapped<T> {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut message: TaggedPacket) -> Result<(), Error> {
        self.tap.read(&mut message);
        self.read.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }

    fn handle_timeout(&mut self, _: Instant) -> Result<(), Error> {
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        None
    }
}

impl<T: Tap> Interceptor for Tapped<T> {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}

    fn bind_remote_stream(&mut self, info: &StreamInfo) {
        self.tap.bind_remote(info);
    }

    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.tap.unbind_remote(info);
    }
}

/// Lets subscribers' key frame requests through to the application; without it they vanish and nothing is decoded.
pub(super) struct DeliverKeyframeRequests {
    pub(super) counters: Arc<Counters>,
}

impl Tap for DeliverKeyframeRequests {
    fn read(&mut self, message: &mut TaggedPacket) {
        let Packet::Rtcp(packets) = &message.message.packet else { return };
        let nacks = packets.iter().filter(|packet| packet.as_any().is::<TransportLayerNack>()).count();
        self.counters.nack_received.add(nacks as u64);
        let wanted = packets
            .iter()
            .any(|packet| packet.as_any().is::<PictureLossIndication>() || packet.as_any().is::<FullIntraRequest>());
        if wanted {
            message.message.add(Attribute::DeliverToApplication);
        }
    }
}

/// Turns retransmissions back into what they repair (RFC 4588 § 4) before the NACK generator sees them; otherwise it
/// asks for the same packets until they fall out of its window.
pub(super) struct UnwrapRtx {
    counters: Arc<Counters>,
    /// RTX SSRC → SSRC and payload type of the repaired stream.
    repairs: HashMap<u32, (u32, u8)>,
}

impl UnwrapRtx {
    pub(super) fn new(counters: Arc<Counters>) -> Self {
        Self { counters, repairs: HashMap::new() }
    }
}

impl Tap for UnwrapRtx {
    fn read(&mut self, message: &mut TaggedPacket) {
        if let Packet::Rtp(packet) = &mut message.message.packet
            && let Some((ssrc, payload_type)) = self.repairs.get(&packet.header.ssrc)
            // Shorter ones are padding for bandwidth probes: nothing to repair.
            && let Some(original) = packet.payload.first_chunk::<2>()
        {
            packet.header.sequence_number = u16::from_be_bytes(*original);
            packet.header.ssrc = *ssrc;
            packet.header.payload_type = *payload_type;
            packet.header.padding = false;
            packet.payload = packet.payload.slice(2..);
            self.counters.rtx_received.add(1);
        }
    }

    fn bind_remote(&mut self, info: &StreamInfo) {
        if let Some(rtx) = info.ssrc_rtx {
            self.repairs.insert(rtx, (info.ssrc, info.payload_type));
        }
    }

    fn unbind_remote(&mut self, info: &StreamInfo) {
        self.repairs.retain(|_, (ssrc, _)| *ssrc != info.ssrc);
    }
}

/// The NACK generator, kept from watching RTX streams: since repaired packets leave them, they are all gaps.
pub(super) struct NackOriginals {
    inner: NackGeneratorInterceptor,
    repairs: HashSet<u32>,
}

impl NackOriginals {
    pub(super) fn new(inner: NackGeneratorInterceptor) -> Self {
        Self { inner, repairs: HashSet::new() }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for NackOriginals {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.inner.handle_read(message)
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inner.poll_read()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.inner.handle_write(message)
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.inner.poll_write()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.inner.handle_timeout(now)
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.inner.poll_timeout()
    }
}

impl Interceptor for NackOriginals {
    fn bind_local_stream(&mut self, info: &StreamInfo) {
        self.inner.bind_local_stream(info);
    }

    fn unbind_local_stream(&mut self, info: &StreamInfo) {
        self.inner.unbind_local_stream(info);
    }

    /// A stream is bound before the one that repairs it.
    fn bind_remote_stream(&mut self, info: &StreamInfo) {
        self.repairs.extend(info.ssrc_rtx);
        if !self.repairs.contains(&info.ssrc) {
            self.inner.bind_remote_stream(info);
        }
    }

    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.repairs.remove(&info.ssrc);
        self.inner.unbind_remote_stream(info);
    }
}
