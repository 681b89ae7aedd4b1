//! Rooms on one thread: commands, datagrams and time in; datagrams and events out. No IO here but in [`run`].

mod allowance;
mod data;
mod downlink;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod layer;
mod live;
mod media;
mod member;
mod newcomers;
mod publication;
mod quality;
mod routes;
mod run;
mod sharing;
mod slots;
#[cfg(test)]
mod tests;
mod tick;
mod uplink;
#[cfg(any(test, fuzzing))]
#[cfg_attr(fuzzing, allow(dead_code, reason = "the tests use the rest of it"))]
#[path = "tests/wire.rs"]
mod wire;

pub(crate) use run::run;

use crate::api::{Answer, MemberId, Offer, Publishing, RoomId, SfuError};
use crate::net::arena::Arena;
use crate::net::route::Route;
use crate::net::stun::Protocol;
use crate::stats::Counters;
use crate::transport::{Peer, Transport, TransportError};
use live::LiveRoom;
use member::Member;
use newcomers::Newcomers;
use routes::{Home, Routes};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

pub(crate) enum Command {
    Offer { room: RoomId, member: MemberId, offer: Offer, reply: oneshot::Sender<Result<Answer, SfuError>> },
    Publishing { room: RoomId, member: MemberId, publishing: Publishing },
    View { room: RoomId, member: MemberId, sizes: Vec<(String, u16)> },
    Leave { room: RoomId, member: MemberId },
    CloseRoom { room: RoomId },
    Stop { done: Option<oneshot::Sender<()>> },
}

pub(crate) struct Shard {
    transport: Transport,
    counters: Arc<Counters>,
    max_members: usize,
    rooms: HashMap<RoomId, LiveRoom>,
    routes: Routes,
    newcomers: Newcomers,
    /// Rooms with datagrams to collect.
    touched: Vec<RoomId>,
    /// Used again and again: rooms with something to do.
    due: Vec<RoomId>,
    pub(crate) outbox: Arena,
}

impl Shard {
    pub(crate) fn new(transport: Transport, counters: Arc<Counters>, max_members: usize) -> Shard {
        Shard {
            transport,
            counters,
            max_members,
            rooms: HashMap::new(),
            routes: Routes::default(),
            newcomers: Newcomers::default(),
            touched: Vec::new(),
            due: Vec::new(),
            outbox: Arena::default(),
        }
    }

    /// One packet. Returns whether something that belongs to a peer comes from there.
    pub(crate) fn datagram(&mut self, now: Instant, from: Route, data: &mut [u8]) -> bool {
        self.counters.packets_in.add(1);
        self.counters.bytes_in.add(data.len() as u64);
        let known = self.routes.at(from);
        let Some(protocol) = Protocol::of(data) else {
            self.counters.malformed.add(1);
            return known.is_some();
        };
        let Some(home) = self.home_of(now, (from, known), protocol, data) else { return known.is_some() };
        let done = self.in_room(home.room, |room, outbox| {
            room.guarded(home.place, |room| room.datagram(now, home.place, (from, protocol), data, outbox));
        });
        if done.is_none() {
            return false;
        }
        // An answer to a check goes where this check came from, so it is collected before the next one is read. The
        // rest is cheaper in batches.
        if protocol == Protocol::Stun {
            self.settle(now, home.room);
        } else if self.touched.last() != Some(&home.room) {
            self.touched.push(home.room);
        }
        true
    }

    /// Nothing will come from there any more, and nothing can be sent there.
    pub(crate) fn closed(&mut self, route: Route) {
        let Some(home) = self.routes.closed(route) else { return };
        let member = self.rooms.get_mut(&home.room).and_then(|live| live.member_mut(home.place));
        if let Some(member) = member {
            member.closed(route);
        }
    }

    /// No more datagrams for the moment.
    pub(crate) fn batch_done(&mut self, now: Instant) {
        while let Some(room) = self.touched.pop() {
            self.settle(now, room);
        }
    }

    /// Everything but [`Command::Stop`].
    pub(crate) fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Offer { room, member, offer, reply } => {
                let answer = self.offer(now, room, member, offer);
                // Nobody waits for the answer any more if its task was cancelled; the peer then times out.
                let _ = reply.send(answer);
            }
            Command::Publishing { room, member, publishing } => {
                self.in_room(room, |live, _| {
                    live.room.set_publishing(member, publishing);
                    live.apply_slots(now);
                });
                self.settle(now, room);
            }
            Command::View { room, member, sizes } => {
                self.in_room(room, |live, _| live.set_view(now, member, &sizes));
                self.settle(now, room);
            }
            Command::Leave { room, member } => {
                self.remove(now, room, member);
                self.in_room(room, |live, _| {
                    live.room.leave(member);
                    live.tick.forget(member);
                    live.apply_slots(now);
                });
                self.settle(now, room);
            }
            Command::CloseRoom { room } => self.close_room(now, room),
            Command::Stop { .. } => {}
        }
    }

    fn offer(&mut self, now: Instant, room: RoomId, member: MemberId, offer: Offer) -> Result<Answer, SfuError> {
        let _span = tracing::debug_span!("offer", room = ?room, member = member.0, restart = offer.restart).entered();
        let answer = match offer.restart {
            true => self.restart(now, room, member, offer),
            false => self.join(now, room, member, offer),
        };
        self.settle(now, room);
        answer
    }

    fn join(&mut self, now: Instant, room: RoomId, id: MemberId, offer: Offer) -> Result<Answer, SfuError> {
        if self.rooms.get(&room).is_some_and(|live| !live.room.has_place_for(id)) {
            return Err(SfuError::RoomFull);
        }
        let built = catch_unwind(AssertUnwindSafe(|| {
            Peer::answer(now, &self.transport, &offer.sdp, &offer.publish, &offer.receive)
        }));
        let (peer, local) = match built {
            Ok(built) => built.map_err(refusal)?,
            Err(_) => {
                self.counters.panics.add(1);
                return Err(SfuError::InvalidSdp("the description cannot be negotiated".to_owned()));
            }
        };
        self.remove(now, room, id);
        let member = Member::new(now, id, peer, &offer, (local.ufrag.clone(), local.password));
        let (counters, most) = (&self.counters, self.max_members);
        self.rooms.entry(room).or_insert_with(|| {
            counters.rooms.add(1);
            LiveRoom::new(now, room, counters.clone(), most)
        });
        let place = self
            .in_room(room, |live, _| {
                let publish = offer.publish.iter().map(|(_, source)| *source);
                live.room.join(id, publish, offer.receive).map_err(|_| SfuError::RoomFull)?;
                let place = live.add(member);
                live.apply_slots(now);
                live.tell_slots(place);
                Ok(place)
            })
            .unwrap_or(Err(SfuError::Stopped))?;
        let home = Home { room, member: id, place };
        self.routes.name(local.ufrag, home);
        self.make_way(now, home);
        Ok(Answer { sdp: local.sdp })
    }

    /// A member has come who is not connected yet; if there are too many of those, one goes.
    fn make_way(&mut self, now: Instant, newest: Home) {
        let rooms = &self.rooms;
        let member = |home: &Home| rooms.get(&home.room)?.member(home.place).filter(|member| member.id == home.member);
        let is_new = |home: &Home| member(home).is_some_and(Member::is_new);
        let Some(oldest) = self.newcomers.joined(newest, is_new) else { return };
        self.counters.crowded_out.add(1);
        self.in_room(oldest.room, |live, _| live.drop_peer(oldest.place));
        self.settle(now, oldest.room);
    }

    fn restart(&mut self, now: Instant, room: RoomId, id: MemberId, offer: Offer) -> Result<Answer, SfuError> {
        let no_peer = || SfuError::InvalidSdp("there is no peer to restart; rejoin with a fresh offer".to_owned());
        let live = self.rooms.get_mut(&room).ok_or_else(no_peer)?;
        let place = live.place_of(id).ok_or_else(no_peer)?;
        let local = live
            .guarded(place, |live| Some(live.member_mut(place)?.peer.restart(now, &offer.sdp)))
            .flatten()
            .ok_or_else(no_peer)?
            .map_err(refusal)?;
        let member = live.member_mut(place).ok_or_else(no_peer)?;
        let over = member.restarted(now, (local.ufrag.clone(), local.password), offer.events);
        over.iter().for_each(|ufrag| self.routes.forget_name(ufrag));
        self.routes.name(local.ufrag, Home { room, member: id, place });
        live.stir(place);
        live.tell_slots(place);
        live.tell_wanted_again(place);
        live.member(place).into_iter().for_each(quality::tell_again);
        Ok(Answer { sdp: local.sdp })
    }

    fn close_room(&mut self, now: Instant, room: RoomId) {
        let Some(live) = self.rooms.get(&room) else { return };
        let members: Vec<MemberId> = live.members.iter().flatten().map(|member| member.id).collect();
        for member in members {
            self.remove(now, room, member);
        }
        if let Some(mut closed) = self.rooms.remove(&room) {
            closed.count_as(Default::default());
            self.counters.rooms.set(self.rooms.len() as u64);
        }
    }

    pub(crate) fn close_all(&mut self, now: Instant) {
        let rooms: Vec<RoomId> = self.rooms.keys().copied().collect();
        for room in rooms {
            self.close_room(now, room);
        }
    }

    /// Closes the peer of a member, if there is one; its seat stays.
    fn remove(&mut self, now: Instant, room: RoomId, member: MemberId) {
        let Some(live) = self.rooms.get_mut(&room) else { return };
        let Some(place) = live.place_of(member) else { return };
        let Some(mut taken) = live.take(place) else { return };
        self.routes.forget(Home { room, member, place }, &taken);
        let outbox = &mut self.outbox;
        // A peer whose goodbye panics goes without one.
        let _ = catch_unwind(AssertUnwindSafe(|| taken.close(now, outbox)));
    }

    /// Everything that is due.
    pub(crate) fn timeout(&mut self, now: Instant) {
        let is_due = |live: &LiveRoom| live.wake.is_some_and(|at| at <= now);
        self.due.extend(self.rooms.iter().filter(|(_, live)| is_due(live)).map(|(id, _)| *id));
        while let Some(room) = self.due.pop() {
            self.in_room(room, |live, outbox| live.timeout(now, outbox));
            self.settle(now, room);
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.rooms.values().filter_map(|live| live.wake).min()
    }

    /// Collects a room's datagrams; peers that are gone lose their routes.
    fn settle(&mut self, now: Instant, room: RoomId) {
        let gone = self.in_room(room, |live, outbox| {
            live.settle(now, outbox);
            std::mem::take(&mut live.gone)
        });
        for (place, member) in gone.into_iter().flatten() {
            self.routes.forget(Home { room, member: member.id, place }, &member);
        }
    }

    /// Does something for one room. What concerns one peer is guarded in the room itself; if all the same it panics, the
    /// room is closed and the others go on.
    fn in_room<T>(&mut self, room: RoomId, act: impl FnOnce(&mut LiveRoom, &mut Arena) -> T) -> Option<T> {
        let (live, outbox) = (self.rooms.get_mut(&room)?, &mut self.outbox);
        let done = catch_unwind(AssertUnwindSafe(|| act(live, outbox)));
        if done.is_err() {
            self.broken(room);
        }
        done.ok()
    }

    /// It may be in any state, so nothing of it is used any more; its members may open it anew.
    fn broken(&mut self, room: RoomId) {
        self.counters.panics.add(1);
        tracing::error!(?room, "handling of a room panicked; the room is closed");
        let Some(mut live) = self.rooms.remove(&room) else { return };
        live.count_as(Default::default());
        self.counters.rooms.set(self.rooms.len() as u64);
        self.counters.peers.change(live.members.iter().flatten().count() as u64, 0);
        let members = live.members.into_iter().enumerate().filter_map(|(place, member)| Some((place, member?)));
        for (place, mut member) in members.chain(live.gone) {
            member.disconnected();
            self.routes.forget(Home { room, member: member.id, place }, &member);
        }
    }
}

fn refusal(error: TransportError) -> SfuError {
    SfuError::InvalidSdp(error.to_string())
}
