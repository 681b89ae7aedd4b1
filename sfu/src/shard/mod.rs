//! Rooms on one thread: commands, datagrams and time in; datagrams and events out. No IO here but in [`run`].

mod live;
mod member;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use run::run;

use crate::api::{Answer, MemberId, Offer, Publishing, RoomId, SfuError};
use crate::engine::{EngineError, Peer, Transport};
use crate::net::arena::Arena;
use crate::net::route::Route;
use crate::net::stun::{Protocol, Request, is_request};
use live::LiveRoom;
use member::Member;
use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use tokio::sync::oneshot;

pub(crate) enum Command {
    Offer { room: RoomId, member: MemberId, offer: Offer, reply: oneshot::Sender<Result<Answer, SfuError>> },
    Publishing { room: RoomId, member: MemberId, publishing: Publishing },
    #[expect(dead_code, reason = "not used until the transport is integrated")]
    View { room: RoomId, member: MemberId, sizes: Vec<(String, u16)> },
    Leave { room: RoomId, member: MemberId },
    CloseRoom { room: RoomId },
    Stop { done: Option<oneshot::Sender<()>> },
}

/// Addresses and connections of one client that are remembered. A client has a few networks and NAT bindings; one with its password
/// could otherwise fill the table from made-up addresses.
const ROUTES_PER_PEER: usize = 16;

/// Where a peer lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Home {
    room: RoomId,
    member: MemberId,
}

pub(crate) struct Shard {
    transport: Transport,
    max_members: usize,
    rooms: HashMap<RoomId, LiveRoom>,
    by_ufrag: HashMap<String, Home>,
    by_route: HashMap<Route, Home>,
    /// Rooms with packets to forward.
    touched: BTreeSet<RoomId>,
    pub(crate) outbox: Arena,
}

impl Shard {
    pub(crate) fn new(transport: Transport, max_members: usize) -> Shard {
        Shard {
            transport,
            max_members,
            rooms: HashMap::new(),
            by_ufrag: HashMap::new(),
            by_route: HashMap::new(),
            touched: BTreeSet::new(),
            outbox: Arena::default(),
        }
    }

    /// One packet. Requests find their peer by the user name in them, since an address may be used again by another
    /// client; everything else by where it came from, which only an authenticated request can enter. Returns whether
    /// something that belongs to a peer comes from there.
    pub(crate) fn datagram(&mut self, now: Instant, from: Route, data: &mut [u8]) -> bool {
        let counters = self.transport.counters.clone();
        counters.packets_in.add(1);
        counters.bytes_in.add(data.len() as u64);
        let protocol = Protocol::of(data);
        let known = self.by_route.get(&from).copied();
        let home = match protocol {
            None => {
                counters.malformed.add(1);
                return known.is_some();
            }
            Some(Protocol::Stun) if is_request(data) => {
                let Some(home) = self.authenticate(now, from, data) else {
                    counters.unauthenticated.add(1);
                    return known.is_some();
                };
                home
            }
            Some(_) => {
                let Some(home) = known else {
                    counters.unknown_address.add(1);
                    return false;
                };
                home
            }
        };
        let Some(room) = self.rooms.get_mut(&home.room) else { return false };
        room.guarded(home.member, &counters, |room| room.datagram(now, home.member, from, data));
        // An answer to a check goes where this check came from, so it is collected before the next one is read. The
        // rest is cheaper in batches.
        if protocol == Some(Protocol::Stun) {
            self.settle(now, home.room);
        } else {
            self.touched.insert(home.room);
        }
        true
    }

    /// Nothing will come from there any more, and nothing can be sent there.
    pub(crate) fn closed(&mut self, route: Route) {
        let Some(home) = self.by_route.remove(&route) else { return };
        let member = self.rooms.get_mut(&home.room).and_then(|live| live.members.get_mut(&home.member));
        if let Some(member) = member {
            member.closed(route);
        }
    }

    /// No more datagrams for the moment.
    pub(crate) fn batch_done(&mut self, now: Instant) {
        for room in std::mem::take(&mut self.touched) {
            self.settle(now, room);
        }
    }

    fn authenticate(&mut self, now: Instant, from: Route, data: &[u8]) -> Option<Home> {
        let request = Request::parse(data)?;
        let home = *self.by_ufrag.get(request.receiver)?;
        let member = self.rooms.get_mut(&home.room)?.members.get_mut(&home.member)?;
        if !member.authenticate(now, from, &request) {
            return None;
        }
        if self.by_route.insert(from, home) != Some(home) {
            member.routes.push_back(from);
            if member.routes.len() > ROUTES_PER_PEER
                && let Some(oldest) = member.routes.pop_front()
                && self.by_route.get(&oldest) == Some(&home)
            {
                self.by_route.remove(&oldest);
            }
        }
        Some(home)
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
                let Some(live) = self.rooms.get_mut(&room) else { return };
                live.room.set_publishing(member, publishing);
                live.apply_slots(now);
                self.settle(now, room);
            }
            Command::Leave { room, member } => {
                self.remove(Home { room, member });
                if let Some(live) = self.rooms.get_mut(&room) {
                    live.room.leave(member);
                    live.apply_slots(now);
                }
                self.settle(now, room);
            }
            Command::CloseRoom { room } => self.close_room(room),
            Command::View { .. } | Command::Stop { .. } => {}
        }
    }

    fn offer(&mut self, now: Instant, room: RoomId, member: MemberId, offer: Offer) -> Result<Answer, SfuError> {
        let home = Home { room, member };
        let answer = match offer.restart {
            true => self.restart(now, home, offer),
            false => self.join(now, home, offer),
        };
        self.settle(now, room);
        answer
    }

    fn join(&mut self, now: Instant, home: Home, offer: Offer) -> Result<Answer, SfuError> {
        if self.rooms.get(&home.room).is_some_and(|live| !live.room.has_place_for(home.member)) {
            return Err(SfuError::RoomFull);
        }
        let built = catch_unwind(AssertUnwindSafe(|| {
            Peer::answer(now, &self.transport, &offer.sdp, &offer.publish, &offer.receive)
        }));
        let (peer, local) = match built {
            Ok(built) => built.map_err(refusal)?,
            Err(_) => {
                self.transport.counters.panics.add(1);
                return Err(SfuError::InvalidSdp("the description cannot be negotiated".to_owned()));
            }
        };
        self.remove(home);
        self.by_ufrag.insert(local.ufrag.clone(), home);
        let member = Member::new(now, peer, &offer, (local.ufrag, local.password));
        let live = self
            .rooms
            .entry(home.room)
            .or_insert_with(|| LiveRoom::new(self.transport.counters.clone(), self.max_members));
        live.room
            .join(home.member, offer.publish.iter().map(|(_, source)| *source), offer.receive)
            .map_err(|_| SfuError::RoomFull)?;
        live.members.insert(home.member, member);
        live.apply_slots(now);
        live.tell_slots(home.member);
        Ok(Answer { sdp: local.sdp })
    }

    fn restart(&mut self, now: Instant, home: Home, offer: Offer) -> Result<Answer, SfuError> {
        let no_peer = || SfuError::InvalidSdp("there is no peer to restart; rejoin with a fresh offer".to_owned());
        let live = self.rooms.get_mut(&home.room).ok_or_else(no_peer)?;
        let counters = self.transport.counters.clone();
        let local = live
            .guarded(home.member, &counters, |live| {
                let member = live.members.get_mut(&home.member)?;
                Some(member.peer.restart(now, &offer.sdp))
            })
            .flatten()
            .ok_or_else(no_peer)?
            .map_err(refusal)?;
        let member = live.members.get_mut(&home.member).ok_or_else(no_peer)?;
        member.restarted((local.ufrag.clone(), local.password), offer.events);
        self.by_ufrag.insert(local.ufrag, home);
        live.tell_slots(home.member);
        Ok(Answer { sdp: local.sdp })
    }

    fn close_room(&mut self, room: RoomId) {
        let Some(live) = self.rooms.get(&room) else { return };
        let members: Vec<MemberId> = live.members.keys().copied().collect();
        for member in members {
            self.remove(Home { room, member });
        }
        self.rooms.remove(&room);
        self.count();
    }

    pub(crate) fn close_all(&mut self) {
        let rooms: Vec<RoomId> = self.rooms.keys().copied().collect();
        for room in rooms {
            self.close_room(room);
        }
    }

    /// Closes the peer of a member, if there is one; its seat stays.
    fn remove(&mut self, home: Home) {
        let Some(live) = self.rooms.get_mut(&home.room) else { return };
        if let Some(mut member) = live.members.remove(&home.member) {
            let outbox = &mut self.outbox;
            // A peer whose goodbye panics goes without one.
            let _ = catch_unwind(AssertUnwindSafe(|| member.close(outbox)));
        }
        self.forget_routes(home);
    }

    fn forget_routes(&mut self, home: Home) {
        self.by_ufrag.retain(|_, known| *known != home);
        self.by_route.retain(|_, known| *known != home);
    }

    /// Everything that is due.
    pub(crate) fn timeout(&mut self, now: Instant) {
        let due: Vec<RoomId> = self
            .rooms
            .iter()
            .filter(|(_, live)| live.deadline().is_some_and(|at| at <= now))
            .map(|(id, _)| *id)
            .collect();
        for room in due {
            if let Some(live) = self.rooms.get_mut(&room) {
                live.timeout(now);
            }
            self.settle(now, room);
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.rooms.values().filter_map(LiveRoom::deadline).min()
    }

    /// Forwards what a room has queued and collects its datagrams; peers that are gone lose their routes.
    fn settle(&mut self, now: Instant, room: RoomId) {
        let Some(live) = self.rooms.get_mut(&room) else { return };
        live.settle(now, &mut self.outbox);
        for member in std::mem::take(&mut live.gone) {
            self.forget_routes(Home { room, member });
        }
        self.count();
    }

    fn count(&self) {
        self.transport.counters.rooms.set(self.rooms.len() as u64);
        self.transport.counters.peers.set(self.rooms.values().map(|live| live.members.len() as u64).sum());
    }
}

fn refusal(error: EngineError) -> SfuError {
    SfuError::InvalidSdp(error.to_string())
}
