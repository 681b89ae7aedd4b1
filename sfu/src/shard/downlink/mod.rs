//! What one member receives: its slots, what its path carries, and what was sent on it.

mod probing;
mod slot;

use super::layer::HeardReport;
use super::uplink::{OVERHEAD, Publication};
use crate::alloc::Switching;
use crate::congestion::{Acked, DataRate, Estimate};
use crate::net::arena::{Arena, SLOT};
use crate::net::route::Route;
use crate::packet::HeaderWriter;
use crate::packet::extension::AudioLevel;
use crate::packet::rtcp::{self, ReportBlock};
use crate::room::Stream;
use crate::send::{Incoming, Outgoing, SentLog, StreamId, Verdict};
use crate::stats::Counters;
use crate::transport::{self, Peer, RTCP_ROOM, TAG};
use probing::Tally;
use slot::write_header;
pub(super) use slot::{Carried, OutgoingSlot};
use std::time::{Duration, Instant};

/// Packets that one NACK is answered with at most, whatever the path carries. More: one datagram costs more.
const RESENT: usize = 128;
/// Round trip before one was measured. More: packets that are lost again come later. Less: they are sent twice.
const ROUND_TRIP: Duration = Duration::from_millis(100);

pub(super) struct Downlink {
    pub(super) slots: Vec<OutgoingSlot>,
    pub(super) switching: Switching<Option<Stream>>,
    pub(super) round_trip: Duration,
    pub(super) connected: Option<Instant>,
    /// The client sends transport-wide feedback.
    pub(super) answers: bool,
    /// What the client says that its path carries (REMB). Without transport-wide feedback it is all there is.
    pub(super) claimed: Option<DataRate>,
    tally: Tally,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Yes,
    NeedsKeyFrame,
    No,
}

/// Where a peer's packets go.
pub(super) struct Way<'a> {
    pub(super) peer: &'a mut Peer,
    pub(super) to: Route,
    pub(super) outbox: &'a mut Arena,
}

impl Downlink {
    pub(super) fn new(slots: &[transport::Slot]) -> Downlink {
        Downlink {
            slots: slots.iter().map(OutgoingSlot::new).collect(),
            switching: Switching::default(),
            round_trip: ROUND_TRIP,
            connected: None,
            answers: false,
            claimed: None,
            tally: Tally { log: None, estimate: Estimate::default(), probe: None },
        }
    }

    pub(super) fn connected(&mut self, now: Instant) {
        self.connected.get_or_insert(now);
        self.tally.log.get_or_insert_with(|| SentLog::new(now));
    }

    pub(super) fn estimate(&mut self) -> &mut Estimate {
        &mut self.tally.estimate
    }

    /// The path has been found to carry less than what everybody begins with.
    pub(super) fn is_congested(&self) -> bool {
        self.tally.estimate.target() < Estimate::default().target()
    }

    pub(super) fn slot_of(&self, ssrc: u32) -> Option<usize> {
        self.slots.iter().position(|slot| slot.outgoing.ssrc == ssrc)
    }

    /// Sends a publisher's packet on a slot that shows its source, if it is of what the slot shows.
    pub(super) fn forward(
        &mut self,
        now: Instant,
        at: usize,
        packet: &Incoming<'_>,
        level: Option<AudioLevel>,
        way: &mut Way<'_>,
    ) -> Sent {
        let Some(slot) = self.slots.get_mut(at) else { return Sent::No };
        let Some((payload_type, _)) = slot.payload_types(packet.codec) else { return Sent::No };
        let header = slot.header_length(level);
        let bytes = way.outbox.slot();
        let forwarded = match slot.outgoing.packet(now, packet, &mut bytes[header..SLOT - TAG]) {
            Verdict::Forward(forwarded) => forwarded,
            Verdict::NeedsKeyFrame => return Sent::NeedsKeyFrame,
            Verdict::Stale | Verdict::NotChosen => return Sent::No,
        };
        let length = header + forwarded.length + TAG;
        let number = slot.extensions.transport_wide.and_then(|_| self.tally.number(now, length));
        let writer = HeaderWriter {
            marker: forwarded.marker,
            payload_type,
            sequence: forwarded.sequence as u16,
            timestamp: forwarded.timestamp,
            ssrc: slot.outgoing.ssrc,
        };
        let written = write_header(bytes, writer, &slot.extensions, number, level);
        debug_assert_eq!(written, header);
        if way.peer.seal(&mut bytes[..length], header, slot.outgoing.ssrc, forwarded.sequence).is_none() {
            return Sent::No;
        }
        way.outbox.commit(length, way.to);
        Sent::Yes
    }

    /// Answers a NACK for packets of a slot that shows `publication`.
    pub(super) fn resend(
        &mut self,
        now: Instant,
        at: usize,
        lost: impl Iterator<Item = u16>,
        publication: &Publication,
        way: &mut Way<'_>,
        counters: &Counters,
    ) {
        for sequence in lost.take(RESENT) {
            let slot = &mut self.slots[at];
            let Some(ssrc) = slot.outgoing.rtx_ssrc else { return };
            let Some(resend) = slot.outgoing.resend(now, self.round_trip, sequence) else { continue };
            let Some((_, Some(payload_type))) = slot.payload_types(resend.codec) else { continue };
            let store = publication.layer(resend.stream).and_then(|layer| layer.store.as_ref());
            let Some(stored) = store.and_then(|store| store.get(resend.extended)) else { continue };
            let header = slot.header_length(None);
            if !self.tally.estimate.may_resend(now, header + 2 + stored.payload.len() + TAG + OVERHEAD) {
                // What is asked for in vain is asked for again.
                return counters.rtx_held_back.add(1);
            }
            let bytes = way.outbox.slot();
            let into = &mut bytes[header..SLOT - TAG];
            let Some(repeated) = resend.write(stored.timestamp, stored.marker, stored.payload, into) else { continue };
            let number = slot.outgoing.next_rtx();
            let writer = HeaderWriter {
                marker: repeated.marker,
                payload_type,
                sequence: number as u16,
                timestamp: repeated.timestamp,
                ssrc,
            };
            let length = header + repeated.length + TAG;
            let wide = slot.extensions.transport_wide.and_then(|_| self.tally.number(now, length));
            write_header(bytes, writer, &slot.extensions, wide, None);
            if way.peer.seal(&mut bytes[..length], header, ssrc, number).is_some() {
                way.outbox.commit(length, way.to);
                counters.rtx_sent.add(1);
            }
        }
    }

    /// Transport-wide feedback of the client. `acked` is scratch.
    pub(super) fn heard_feedback(&mut self, now: Instant, feedback: &[u8], acked: &mut Vec<Acked>) {
        acked.clear();
        if let Some(log) = &mut self.tally.log {
            log.acknowledged(feedback, now, acked);
            self.answers |= !acked.is_empty();
            self.tally.estimate.on_feedback(now, acked);
        }
    }

    /// A block of the client's receiver report. `false`: it is about nothing of ours.
    pub(super) fn heard_block(&mut self, now: Instant, block: &ReportBlock) -> bool {
        let is_meant = |it: &&Outgoing| it.ssrc == block.ssrc || it.rtx_ssrc == Some(block.ssrc);
        let Some(outgoing) = self.slots.iter().map(|slot| &slot.outgoing).find(is_meant) else { return false };
        if outgoing.ssrc == block.ssrc {
            if let Some(time) = outgoing.round_trip(now, block.last_sender_report, block.delay) {
                self.round_trip = time;
            }
            self.tally.estimate.on_loss_report(now, f64::from(block.fraction_lost) / 256.0);
        }
        true
    }

    /// A full intra request; `true` if it is a new one.
    pub(super) fn heard_intra_request(&mut self, at: usize, number: u8) -> bool {
        self.slots[at].intra_request.replace(number) != Some(number)
    }

    /// The publisher's sender report, or one that was heard before a slot came to show it.
    pub(super) fn heard_report(&mut self, at: usize, stream: StreamId, (ntp, rtp, when): HeardReport) {
        if let Some(slot) = self.slots.get_mut(at) {
            slot.outgoing.heard_report(stream, ntp, rtp, when);
        }
    }

    /// Appends the sender reports that are due, as many as one datagram holds.
    pub(super) fn reports(&mut self, now: Instant, into: &mut Vec<u8>) {
        for slot in &mut self.slots {
            if into.len() + 80 + slot.cname.len() > SLOT - RTCP_ROOM {
                return;
            }
            if slot.outgoing.report_deadline().is_none_or(|at| at > now) {
                continue;
            }
            if let Some(info) = slot.outgoing.sender_report(now) {
                rtcp::sender_report(into, slot.outgoing.ssrc, &info, &[]);
                rtcp::cname(into, slot.outgoing.ssrc, &slot.cname);
            }
        }
    }
}

impl Way<'_> {
    /// A compound of ours.
    pub(super) fn send_rtcp(&mut self, compound: &[u8]) {
        let length = compound.len() + RTCP_ROOM;
        let Some(bytes) = self.outbox.slot().get_mut(..length) else { return };
        bytes[..compound.len()].copy_from_slice(compound);
        if self.peer.seal_rtcp(bytes).is_some() {
            self.outbox.commit(length, self.to);
        }
    }
}
