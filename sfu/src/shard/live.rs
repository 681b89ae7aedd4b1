//! A room at work: its members' peers, what they send one another, and what is kept for late joiners.

use super::data::CAUGHT_UP;
use super::member::{Member, Phase};
use super::tick::Tick;
use super::uplink::Uplink;
use crate::api::{MemberId, RoomId};
use crate::congestion::Acked;
use crate::net::arena::Arena;
use crate::net::route::Route;
use crate::net::stun::Protocol;
use crate::room::Room;
use crate::state::{Channel, Retained};
use crate::stats::Counters;
use crate::transport::{Output, is_rtcp};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Members have *places*: indices that stay as long as the member does, so that a packet finds its way without a search.
pub(super) struct LiveRoom {
    pub(super) id: RoomId,
    pub(super) room: Room,
    pub(super) members: Vec<Option<Box<Member>>>,
    /// What each place sends. Apart from the members, so that a packet can be read from here while one is written to.
    pub(super) uplinks: Vec<Uplink>,
    /// Members whose peers were dropped here, and where they were; the shard forgets their routes.
    pub(super) gone: Vec<(usize, Box<Member>)>,
    pub(super) retained: Retained,
    pub(super) counters: Arc<Counters>,
    pub(super) next_stream: u32,
    pub(super) tick: Tick,
    /// No later than the first thing to do.
    pub(super) wake: Option<Instant>,
    /// Places with datagrams to collect.
    dirty: Vec<usize>,
    /// Used again and again: for a compound and for what a feedback says.
    pub(super) compound: Vec<u8>,
    pub(super) acked: Vec<Acked>,
}

impl LiveRoom {
    pub(super) fn new(now: Instant, id: RoomId, counters: Arc<Counters>, max_members: usize) -> LiveRoom {
        LiveRoom {
            id,
            room: Room::new(max_members),
            members: Vec::new(),
            uplinks: Vec::new(),
            gone: Vec::new(),
            retained: Retained::default(),
            counters,
            next_stream: 0,
            tick: Tick::new(now),
            wake: Some(now),
            dirty: Vec::new(),
            compound: Vec::new(),
            acked: Vec::new(),
        }
    }

    pub(super) fn place_of(&self, id: MemberId) -> Option<usize> {
        self.members.iter().position(|member| member.as_ref().is_some_and(|member| member.id == id))
    }

    pub(super) fn member(&self, place: usize) -> Option<&Member> {
        self.members.get(place)?.as_deref()
    }

    pub(super) fn member_mut(&mut self, place: usize) -> Option<&mut Member> {
        self.members.get_mut(place)?.as_deref_mut()
    }

    pub(super) fn add(&mut self, member: Member) -> usize {
        let uplink = Uplink::new(&member.peer.negotiated().published);
        let free = self.members.iter().position(Option::is_none);
        let place = free.unwrap_or_else(|| {
            self.members.push(None);
            self.uplinks.push(Uplink::default());
            self.members.len() - 1
        });
        self.counters.peers.add(1);
        self.members[place] = Some(Box::new(member));
        self.uplinks[place] = uplink;
        self.stir(place);
        place
    }

    /// Takes a member out. Its place may be given to another one once [`LiveRoom::apply_slots`] has run.
    pub(super) fn take(&mut self, place: usize) -> Option<Box<Member>> {
        self.uplinks[place] = Uplink::default();
        let taken = self.members[place].take();
        self.counters.peers.change(taken.is_some().into(), 0);
        taken
    }

    /// Has datagrams to collect.
    pub(super) fn stir(&mut self, place: usize) {
        if let Some(member) = self.members.get_mut(place).and_then(Option::as_mut) {
            member.dirty = true;
            if !self.dirty.contains(&place) {
                self.dirty.push(place);
            }
        }
    }

    pub(super) fn wake_at(&mut self, place: usize, at: Option<Instant>) {
        let Some(at) = at else { return };
        if let Some(member) = self.member_mut(place) {
            member.wake = member.wake.min(at);
            self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
        }
    }

    /// Runs what concerns one member's peer. If it panics, that peer is dropped and the room goes on.
    pub(super) fn guarded<T>(&mut self, place: usize, act: impl FnOnce(&mut LiveRoom) -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(|| act(self))) {
            Ok(result) => Some(result),
            Err(_) => {
                self.panicked(place);
                None
            }
        }
    }

    pub(super) fn panicked(&mut self, place: usize) {
        self.counters.panics.add(1);
        let id = self.member(place).map(|member| member.id.0);
        tracing::error!(room = ?self.id, member = id, "handling of a peer panicked; the peer is dropped");
        self.drop_peer(place);
    }

    /// Its seat goes with the next [`LiveRoom::settle`].
    pub(super) fn drop_peer(&mut self, place: usize) {
        if let Some(mut dropped) = self.take(place) {
            dropped.disconnected();
            self.gone.push((place, dropped));
        }
    }

    pub(super) fn datagram(
        &mut self,
        now: Instant,
        place: usize,
        (from, protocol): (Route, Protocol),
        data: &mut [u8],
        outbox: &mut Arena,
    ) {
        let Some(member) = self.member_mut(place) else { return };
        member.heard(now, from);
        if member.phase == Phase::Silent && member.is_up() {
            self.connected(now, place);
        }
        if protocol == Protocol::Media {
            return match is_rtcp(data) {
                true => self.rtcp(now, (place, from), data, outbox),
                false => self.rtp(now, (place, from), data, outbox),
            };
        }
        let mut outputs = Vec::new();
        let room = self.id;
        let Some(member) = self.member_mut(place) else { return };
        let _span = tracing::debug_span!("peer", ?room, member = member.id.0).entered();
        if protocol == Protocol::Stun && member.is_answer(now, from, data) {
            return;
        }
        if member.peer.receive(now, data, &mut outputs).is_err() {
            self.counters.malformed.add(1);
        }
        self.stir(place);
        self.handle(now, place, outputs);
    }

    pub(super) fn handle(&mut self, now: Instant, place: usize, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Connected => self.connected(now, place),
                Output::Closed => {
                    if let Some(member) = self.member_mut(place) {
                        member.disconnected();
                    }
                }
                Output::ChannelOpened(Channel::State) => self.send_snapshot(now, place),
                Output::ChannelOpened(Channel::Pointer) => {}
                Output::Data { channel, text, data } => self.data(now, place, channel, text, &data),
            }
        }
    }

    /// Only now are key frames asked for: an earlier one would be lost on a path that is not up.
    fn connected(&mut self, now: Instant, place: usize) {
        let (room, dominant) = (self.id, self.tick.dominant());
        let Some(member) = self.member_mut(place) else { return };
        tracing::debug!(?room, member = member.id.0, "connected");
        member.connected(now, dominant);
        self.allocate(now, place);
        for slot in 0..self.members[place].as_ref().map_or(0, |member| member.downlink.slots.len()) {
            self.request_for(now, place, slot, |requests| requests.want(now));
        }
    }

    pub(super) fn timeout(&mut self, now: Instant, outbox: &mut Arena) {
        for place in 0..self.members.len() {
            if self.member(place).is_some_and(|member| member.wake <= now) {
                self.guarded(place, |room| room.member_timeout(now, place, outbox));
            }
        }
        if self.tick.is_due(now) {
            self.tick(now, outbox);
        }
        let wakes = self.members.iter().flatten().map(|member| member.wake);
        self.wake = wakes.chain([self.tick.deadline()]).min();
    }

    fn member_timeout(&mut self, now: Instant, place: usize, outbox: &mut Arena) {
        let mut outputs = Vec::new();
        let Some(member) = self.member_mut(place) else { return };
        let alive = member.timeout(now, &mut outputs);
        if member.dirty {
            self.stir(place);
        }
        self.handle(now, place, outputs);
        if !alive {
            return self.drop_peer(place);
        }
        self.resume_data(now, place);
        if let Some(since) = self.member_mut(place).and_then(|member| member.key_frames_due(now)) {
            self.request_unanswered(now, place, since);
        }
        self.feedback(now, place, outbox);
        self.probe(now, place, outbox);
        let uplink = self.uplinks[place].deadline(now);
        if let Some(member) = self.member_mut(place) {
            let next = member.deadline(now);
            member.wake = uplink.map_or(next, |at| at.max(now + super::member::TICK).min(next));
        }
    }

    /// Collects datagrams, and lets those go who are gone.
    pub(super) fn settle(&mut self, now: Instant, outbox: &mut Arena) {
        for (_, member) in &self.gone {
            self.room.leave(member.id);
            self.tick.forget(member.id);
        }
        if !self.gone.is_empty() {
            self.apply_slots(now);
        }
        while let Some(place) = self.dirty.pop() {
            self.guarded(place, |room| {
                let Some(member) = room.member_mut(place) else { return };
                member.collect(now, outbox);
                let wake = member.wake;
                if member.behind && member.peer.backlog(Channel::State).is_some_and(|bytes| bytes < CAUGHT_UP) {
                    room.send_snapshot(now, place);
                }
                room.wake_at(place, Some(wake));
            });
        }
    }
}
