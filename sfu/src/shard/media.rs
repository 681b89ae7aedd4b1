//! Media of a room: a publisher's packet goes to all who show it, and what subscribers say about theirs comes back.

use super::downlink::Sent;
use super::layer::Layer;
use super::live::LiveRoom;
use super::publication::Watcher;
use super::uplink::{Heard, Ignored};
use crate::congestion::DataRate;
use crate::net::arena::Arena;
use crate::net::route::Route;
use crate::packet::rtcp::{self, Blocks, Feedback};
use crate::send::KeyframeRequests;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

impl LiveRoom {
    /// An RTP packet, as it came. It is decrypted where it is, once, and sealed for each subscriber where it is sent from.
    pub(super) fn rtp(&mut self, now: Instant, (place, from): (usize, Route), data: &mut [u8], outbox: &mut Arena) {
        let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) else { return };
        let Some(opened) = member.peer.open(data) else { return self.counters.media_refused.add(1) };
        member.sent_from(now, from, outbox);
        let packet = &data[..opened.end];
        let heard = self.uplinks[place].receive(now, packet, &mut self.next_stream, &self.counters);
        let heard = match heard {
            Ok(heard) => heard,
            Err(Ignored::Malformed) => return self.counters.malformed.add(1),
            Err(Ignored::UnknownSource) => return self.counters.unknown_source.add(1),
            Err(Ignored::Repeated) => return self.counters.repeated.add(1),
            Err(Ignored::Padding) => {
                let deadline = self.uplinks[place].deadline(now);
                return self.wake_at(place, deadline);
            }
        };
        self.tick.media(now);
        if let Some(level) = heard.level {
            let id = self.members[place].as_ref().map(|member| member.id);
            id.into_iter().for_each(|id| self.tick.heard(now, id, level));
        }
        if heard.is_first {
            self.stream_began(now, place, heard.publication);
        }
        self.forward(now, place, &heard, outbox);
        let deadline = self.uplinks[place].deadline_of(now, heard.publication, heard.layer);
        self.wake_at(place, deadline);
    }

    /// Before its first packet goes on: it is a key frame, and the next one may be far.
    fn stream_began(&mut self, now: Instant, place: usize, publication: usize) {
        for at in 0..self.uplinks[place].publications[publication].watchers.len() {
            let watcher = self.uplinks[place].publications[publication].watchers[at];
            self.allocate(now, watcher.place);
        }
    }

    fn forward(&mut self, now: Instant, place: usize, heard: &Heard<'_>, outbox: &mut Arena) {
        let LiveRoom { members, uplinks, counters, .. } = self;
        let line = &mut uplinks[place].publications[heard.publication];
        let (mut forwarded, mut needs_key_frame, mut panicked) = (0, false, None);
        for Watcher { place, slot } in &line.watchers {
            let Some(member) = members.get_mut(*place).and_then(Option::as_mut) else { continue };
            let sent = catch_unwind(AssertUnwindSafe(|| match member.way(outbox) {
                Some((downlink, mut way)) => downlink.forward(now, *slot, &heard.incoming, heard.level, &mut way),
                None => Sent::No,
            }));
            match sent {
                Ok(Sent::Yes) => forwarded += 1,
                Ok(Sent::NeedsKeyFrame) => needs_key_frame = true,
                Ok(Sent::No) => {}
                // One packet has one at most: the others are served by the next.
                Err(_) => {
                    panicked = Some(*place);
                    break;
                }
            }
        }
        counters.forwarded.add(forwarded);
        if needs_key_frame && let Some(layer) = line.layers[heard.layer].as_mut() {
            layer.requests.still_want(now);
        }
        if let Some(place) = panicked {
            self.panicked(place);
        }
    }

    pub(super) fn rtcp(&mut self, now: Instant, (place, from): (usize, Route), data: &mut [u8], outbox: &mut Arena) {
        let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) else { return };
        let Some(end) = member.peer.open_rtcp(data) else { return self.counters.media_refused.add(1) };
        member.sent_from(now, from, outbox);
        for feedback in rtcp::feedbacks(&data[..end]) {
            match feedback {
                Feedback::SenderReport { ssrc, info, blocks } => {
                    self.sender_report(now, place, ssrc, &info);
                    self.blocks(now, place, blocks);
                }
                Feedback::ReceiverReport { blocks, .. } => self.blocks(now, place, blocks),
                Feedback::Pli { media } => self.key_frame(now, place, media, None),
                Feedback::Fir(entries) => {
                    entries.for_each(|(media, number)| self.key_frame(now, place, media, Some(number)));
                }
                Feedback::Nack { media, lost } => self.nack(now, place, media, lost, outbox),
                Feedback::TransportWide(packet) => {
                    let LiveRoom { members, acked, counters, .. } = self;
                    let Some(member) = members.get_mut(place).and_then(Option::as_mut) else { return };
                    member.downlink.heard_feedback(now, packet, acked);
                    counters.lost_out.add(acked.iter().filter(|packet| packet.arrival.is_none()).count() as u64);
                    let deadline = member.deadline(now);
                    self.wake_at(place, Some(deadline));
                }
                Feedback::Remb { bitrate } => {
                    let Some(member) = self.member_mut(place) else { return };
                    member.downlink.claimed = Some(DataRate::bits(bitrate));
                }
            }
        }
    }

    fn sender_report(&mut self, now: Instant, place: usize, ssrc: u32, info: &rtcp::SenderInfo) {
        let LiveRoom { members, uplinks, .. } = self;
        let Some((publication, stream)) = uplinks[place].heard_report(now, ssrc, info) else {
            return self.counters.foreign_rtcp.add(1);
        };
        for Watcher { place, slot } in &uplinks[place].publications[publication].watchers {
            if let Some(member) = members.get_mut(*place).and_then(Option::as_mut) {
                member.downlink.heard_report(*slot, stream, (info.ntp, info.rtp, now));
            }
        }
    }

    fn blocks(&mut self, now: Instant, place: usize, blocks: Blocks<'_>) {
        let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) else { return };
        for block in blocks {
            if !member.downlink.heard_block(now, &block) {
                self.counters.foreign_rtcp.add(1);
            }
        }
    }

    /// The client's decoder wants a key frame on a slot.
    fn key_frame(&mut self, now: Instant, place: usize, media: u32, number: Option<u8>) {
        let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) else { return };
        let Some(slot) = member.downlink.slot_of(media) else { return self.counters.foreign_rtcp.add(1) };
        self.counters.pli_received.add(1);
        if number.is_none_or(|number| member.downlink.heard_intra_request(slot, number)) {
            self.request_for(now, place, slot, |requests| requests.want(now));
        }
    }

    /// Asks the publisher for what would show what a slot is to show.
    pub(super) fn request_for(
        &mut self,
        now: Instant,
        place: usize,
        slot: usize,
        ask: impl FnOnce(&mut KeyframeRequests),
    ) {
        if let Some((source, layer)) = self.layer_for(place, slot) {
            ask(&mut layer.requests);
            let deadline = layer.deadline(now);
            self.wake_at(source, deadline);
        }
    }

    /// Asks again for what was asked for at `since` and has not begun to come.
    pub(super) fn request_unanswered(&mut self, now: Instant, place: usize, since: Instant) {
        for slot in 0..self.member(place).map_or(0, |member| member.downlink.slots.len()) {
            if self.layer_for(place, slot).is_some_and(|(_, layer)| !layer.had_key_frame_since(since)) {
                self.request_for(now, place, slot, |requests| requests.want(now));
            }
        }
    }

    /// Whose picture would show what a slot is to show, with the place of its sender.
    fn layer_for(&mut self, place: usize, slot: usize) -> Option<(usize, &mut Layer)> {
        let slot = self.members.get(place)?.as_ref()?.downlink.slots.get(slot).filter(|slot| slot.source.is_video())?;
        let (carried, stream) = slot.carries.zip(slot.outgoing.key_frame_stream())?;
        let line = self.uplinks.get_mut(carried.place)?.publications.get_mut(carried.publication)?;
        Some((carried.place, line.layer_mut(stream)?))
    }

    fn nack(&mut self, now: Instant, place: usize, media: u32, lost: impl Iterator<Item = u16>, outbox: &mut Arena) {
        self.counters.nack_received.add(1);
        let LiveRoom { members, uplinks, counters, .. } = self;
        let Some(member) = members.get_mut(place).and_then(Option::as_mut) else { return };
        let Some(at) = member.downlink.slot_of(media) else { return counters.foreign_rtcp.add(1) };
        let Some(carried) = member.downlink.slots[at].carries else { return };
        let line = uplinks.get(carried.place).and_then(|uplink| uplink.publications.get(carried.publication));
        if let (Some(line), Some((downlink, mut way))) = (line, member.way(outbox)) {
            downlink.resend(now, at, lost, line, &mut way, counters);
        }
    }

    /// Sends a publisher what is due about its packets.
    pub(super) fn feedback(&mut self, now: Instant, place: usize, outbox: &mut Arena) {
        let LiveRoom { members, uplinks, counters, compound, .. } = self;
        let Some(member) = members.get_mut(place).and_then(Option::as_mut) else { return };
        let round_trip = member.round_trip;
        while uplinks[place].feedback(now, round_trip, compound, counters) {
            if let Some((_, mut way)) = member.way(outbox) {
                way.send_rtcp(compound);
            }
        }
    }

    pub(super) fn probe(&mut self, now: Instant, place: usize, outbox: &mut Arena) {
        let LiveRoom { members, counters, .. } = self;
        let Some(member) = members.get_mut(place).and_then(Option::as_mut) else { return };
        if let Some((downlink, mut way)) = member.way(outbox) {
            downlink.probe(now, &mut way, counters);
        }
    }
}
