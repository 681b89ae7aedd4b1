//! A room at work: its members' peers, what they send one another, and what is kept for late joiners.

use super::member::{Member, Phase};
use crate::api::MemberId;
use crate::engine::{Output, Rtp};
use crate::forward::{KeyframeRequests, Verdict};
use crate::net::arena::Arena;
use crate::net::route::Route;
use crate::room::{Room, Stream};
use crate::state::{Channel, Frame, Kept, Malformed, Retained, end_of_snapshot};
use crate::stats::Counters;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// After a (re)connection key frames are asked for twice: the first one may meet a path that is not up in both
/// directions yet.
const SECOND_REQUEST: Duration = Duration::from_millis(500);
/// Unacknowledged bytes on `pointer` above which its frames are thrown away: at most a quarter of a second on a
/// 1 Mbit/s line. More: the pointer lags behind the hand. Less: it jumps on good lines.
const POINTER_BACKLOG: usize = 32 * 1024;
/// Unacknowledged bytes on `state` above which a member is cut off until it has caught up. It must exceed the largest
/// snapshot. More: memory per slow member. Less: a slow line loses ephemeral messages more often.
const STATE_BACKLOG: usize = 4 * 1024 * 1024;
/// And below which it gets a new snapshot.
const CAUGHT_UP: usize = 64 * 1024;

pub(super) struct LiveRoom {
    pub(super) room: Room,
    pub(super) members: BTreeMap<MemberId, Member>,
    /// Members whose peers were dropped here; the shard forgets their routes.
    pub(super) gone: Vec<MemberId>,
    retained: Retained,
    requests: HashMap<Stream, KeyframeRequests>,
    queue: Vec<(Stream, Rtp)>,
    counters: Arc<Counters>,
}

impl LiveRoom {
    pub(super) fn new(counters: Arc<Counters>, max_members: usize) -> LiveRoom {
        LiveRoom {
            room: Room::new(max_members),
            members: BTreeMap::new(),
            gone: Vec::new(),
            retained: Retained::default(),
            requests: HashMap::new(),
            queue: Vec::new(),
            counters,
        }
    }

    /// Runs what concerns one member's peer. If it panics, that peer is dropped and the room goes on.
    pub(super) fn guarded<T>(
        &mut self,
        member: MemberId,
        counters: &Counters,
        act: impl FnOnce(&mut LiveRoom) -> T,
    ) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(|| act(self))) {
            Ok(result) => Some(result),
            Err(_) => {
                counters.panics.add(1);
                tracing::error!(member = member.0, "handling of a peer panicked; the peer is dropped");
                self.drop_peer(member);
                None
            }
        }
    }

    /// Its seat goes with the next [`LiveRoom::settle`].
    fn drop_peer(&mut self, member: MemberId) {
        if let Some(mut dropped) = self.members.remove(&member) {
            dropped.disconnected();
            self.gone.push(member);
        }
    }

    pub(super) fn datagram(&mut self, now: Instant, id: MemberId, from: Route, data: &[u8]) {
        let mut outputs = Vec::new();
        let Some(member) = self.members.get_mut(&id) else { return };
        if !member.receive(now, from, data, &mut outputs) {
            self.counters.malformed.add(1);
        }
        if member.phase == Phase::Silent && member.is_up() {
            outputs.push(Output::Connected);
        }
        self.handle(now, id, outputs);
    }

    fn handle(&mut self, now: Instant, id: MemberId, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Connected => self.connected(now, id),
                Output::Closed => {
                    if let Some(member) = self.members.get_mut(&id) {
                        member.disconnected();
                    }
                }
                Output::SourceOpened(source) => {
                    let stream = Stream { member: id, source };
                    if source.is_video() && self.is_seen(stream) {
                        self.requests.entry(stream).or_default().want(now);
                    }
                }
                Output::Media(source, packet) => self.queue.push((Stream { member: id, source }, packet)),
                Output::KeyframeWanted { slot } => {
                    let carries =
                        self.members.get(&id).and_then(|member| member.slots.get(slot)).and_then(|s| s.carries);
                    if let Some(stream) = carries {
                        self.requests.entry(stream).or_default().want(now);
                    }
                }
                Output::ChannelOpened(Channel::State) => self.send_snapshot(now, id),
                Output::ChannelOpened(Channel::Pointer) => {}
                Output::Data { channel, text, data } => self.data(now, id, channel, text, &data),
            }
        }
    }

    /// Only now are key frames asked for: an earlier one would be lost on a path that is not up.
    fn connected(&mut self, now: Instant, id: MemberId) {
        let Some(member) = self.members.get_mut(&id) else { return };
        member.connected();
        let streams: Vec<Stream> = member.slots.iter().filter_map(|slot| slot.carries).collect();
        for stream in streams.into_iter().filter(|stream| stream.source.is_video()) {
            let requests = self.requests.entry(stream).or_default();
            requests.want(now);
            requests.want_again_at(now + SECOND_REQUEST);
        }
    }

    fn is_seen(&self, stream: Stream) -> bool {
        self.members.values().any(|member| {
            member.phase == Phase::Connected && member.slots.iter().any(|slot| slot.carries == Some(stream))
        })
    }

    /// Takes over the room's decisions and tells those concerned.
    pub(super) fn apply_slots(&mut self, now: Instant) {
        for (id, member) in &mut self.members {
            let fresh = member.apply(self.room.lines(*id));
            if member.phase == Phase::Connected {
                for stream in fresh {
                    self.requests.entry(stream).or_default().want(now);
                }
            }
            member.tell_slots(self.room.slots(*id));
        }
        let room = &self.members;
        self.requests.retain(|stream, _| room.contains_key(&stream.member));
    }

    /// Tells one member even if nothing changed.
    pub(super) fn tell_slots(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id) {
            member.tell_slots(self.room.slots(id));
        }
    }

    fn data(&mut self, now: Instant, sender: MemberId, channel: Channel, text: bool, data: &Bytes) {
        if text {
            return self.counters.data_malformed.add(1);
        }
        let frame = match Frame::parse(data) {
            Ok(frame) => frame,
            Err(Malformed::TooLarge) => return self.counters.data_too_large.add(1),
            Err(Malformed::Truncated | Malformed::UnknownKind) => return self.counters.data_malformed.add(1),
        };
        // Somebody who may not see the view must not move it either.
        if !self.members.get(&sender).is_some_and(|member| member.reads.covers(&frame.key)) {
            return self.counters.data_malformed.add(1);
        }
        let written = now.checked_sub(frame.age);
        if channel == Channel::State && self.retained.apply(sender, &frame, written) == Kept::Refused {
            self.counters.not_kept.add(1);
        }
        self.counters.data_frames.add(1);
        let relayed = frame.relay(sender);
        let gets = |(id, member): (&MemberId, &Member)| *id != sender && member.reads.gets(&frame.key, written);
        let others: Vec<MemberId> = self.members.iter().filter(|entry| gets(*entry)).map(|(id, _)| *id).collect();
        let counters = self.counters.clone();
        for id in others {
            self.guarded(id, &counters, |room| room.send_data(now, id, channel, &relayed));
        }
    }

    fn send_data(&mut self, now: Instant, id: MemberId, channel: Channel, frame: &Bytes) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let Some(backlog) = member.peer.backlog(channel) else { return };
        let limit = match channel {
            Channel::Pointer => POINTER_BACKLOG,
            Channel::State => STATE_BACKLOG,
        };
        let overrun = backlog + frame.len() > limit;
        if channel == Channel::State {
            member.behind |= overrun;
        }
        if overrun || (channel == Channel::State && member.behind) {
            return self.counters.data_backlog.add(1);
        }
        if member.peer.send_data(now, channel, frame).is_err() {
            self.counters.data_backlog.add(1);
        }
        member.dirty = true;
    }

    fn send_snapshot(&mut self, now: Instant, id: MemberId) {
        let Some(member) = self.members.get_mut(&id) else { return };
        member.behind = false;
        for frame in self.retained.snapshot(member.reads).chain([end_of_snapshot()]) {
            if member.peer.send_data(now, Channel::State, &frame).is_err() {
                self.counters.data_backlog.add(1);
            }
        }
        member.dirty = true;
    }

    pub(super) fn timeout(&mut self, now: Instant) {
        let counters = self.counters.clone();
        let due: Vec<MemberId> =
            self.members.iter().filter(|(_, member)| member.deadline() <= now).map(|(id, _)| *id).collect();
        for id in due {
            self.guarded(id, &counters, |room| {
                let mut outputs = Vec::new();
                let alive = room.members.get_mut(&id).is_some_and(|member| member.timeout(now, &mut outputs));
                room.handle(now, id, outputs);
                if !alive {
                    room.drop_peer(id);
                }
            });
        }
        let due: Vec<Stream> =
            self.requests.iter_mut().filter_map(|(stream, requests)| requests.poll(now).then_some(*stream)).collect();
        for stream in due {
            self.guarded(stream.member, &counters, |room| room.request_keyframe(now, stream));
        }
    }

    fn request_keyframe(&mut self, now: Instant, stream: Stream) {
        let Some(member) = self.members.get_mut(&stream.member) else { return };
        if member.phase == Phase::Connected
            && let Ok(true) = member.peer.request_keyframe(now, stream.source)
        {
            self.counters.pli_sent.add(1);
            member.dirty = true;
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let members = self.members.values().map(Member::deadline);
        let requests = self.requests.values().filter_map(KeyframeRequests::deadline);
        members.chain(requests).min()
    }

    /// Forwards what is queued, then collects datagrams.
    pub(super) fn settle(&mut self, now: Instant, outbox: &mut Arena) {
        let counters = self.counters.clone();
        if !self.gone.is_empty() {
            self.gone.iter().for_each(|member| self.room.leave(*member));
            self.apply_slots(now);
        }
        let queue = std::mem::take(&mut self.queue);
        if !queue.is_empty() {
            let subscribers: Vec<MemberId> = self.members.keys().copied().collect();
            for id in subscribers {
                self.guarded(id, &counters, |room| room.forward(now, id, &queue));
            }
        }
        let dirty: Vec<MemberId> = self.members.iter().filter(|(_, member)| member.dirty).map(|(id, _)| *id).collect();
        for id in dirty {
            self.guarded(id, &counters, |room| {
                if let Some(member) = room.members.get_mut(&id) {
                    member.collect(now, outbox);
                    if member.behind && member.peer.backlog(Channel::State).is_some_and(|bytes| bytes < CAUGHT_UP) {
                        room.send_snapshot(now, id);
                    }
                }
            });
        }
    }

    fn forward(&mut self, now: Instant, id: MemberId, queue: &[(Stream, Rtp)]) {
        let Some(member) = self.members.get_mut(&id) else { return };
        if member.phase != Phase::Connected {
            return;
        }
        for (stream, packet) in queue {
            let Some(index) = member.slots.iter().position(|slot| slot.carries == Some(*stream)) else { continue };
            let rewriter = &mut member.slots[index].rewriter;
            match rewriter.rewrite(now, packet.ssrc, packet.sequence, packet.timestamp, &packet.payload) {
                Verdict::Forward { sequence, timestamp, payload } => {
                    let payload = payload.unwrap_or_else(|| packet.payload.clone());
                    let out = Rtp { sequence, timestamp, payload, ..*packet };
                    if member.peer.send(now, index, out).is_ok() {
                        self.counters.forwarded.add(1);
                        member.dirty = true;
                    }
                }
                Verdict::Stale => {}
                Verdict::NeedsKeyFrame => self.requests.entry(*stream).or_default().still_want(now),
            }
        }
    }
}
