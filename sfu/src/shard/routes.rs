//! Which peer a packet belongs to. Requests find it by the user name in them, since an address may be used again by
//! another client; everything else by where it came from, which only something authenticated can enter.

use super::Shard;
use super::member::Member;
use crate::api::{MemberId, RoomId};
use crate::net::route::Route;
use crate::net::stun::{Protocol, Request, is_request};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Addresses and connections of one client that are remembered. A client has a few networks and NAT bindings; one with its
/// password could otherwise fill the table from made-up addresses.
const ROUTES_PER_PEER: usize = 16;
/// Looks at all peers of a shard for the one whose media came from a new address, and packets that are tried to be opened
/// for it, a second. More: garbage costs more (5 µs each among 500 peers). Less: when a router restarts
/// and everybody's address changes at once, some have to wait until their next request.
const SEARCHES: u32 = 400;

/// Where a peer lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Home {
    pub(super) room: RoomId,
    pub(super) member: MemberId,
    pub(super) place: usize,
}

#[derive(Default)]
pub(super) struct Routes {
    /// By the ICE fragment of ours that a request is for.
    by_ufrag: HashMap<String, Home>,
    by_route: HashMap<Route, Home>,
    searches: Budget,
}

impl Routes {
    pub(super) fn at(&self, route: Route) -> Option<Home> {
        self.by_route.get(&route).copied()
    }

    pub(super) fn name(&mut self, ufrag: String, home: Home) {
        self.by_ufrag.insert(ufrag, home);
    }

    pub(super) fn forget_name(&mut self, ufrag: &str) {
        self.by_ufrag.remove(ufrag);
    }

    /// Something that only this client can have made came from there.
    fn enter(&mut self, route: Route, home: Home, member: &mut Member) {
        if self.by_route.insert(route, home) == Some(home) {
            return;
        }
        member.routes.push_back(route);
        // Where it is stays known: a recorded request comes from as many made-up addresses as somebody likes.
        if member.routes.len() > ROUTES_PER_PEER
            && let Some(oldest) = member.routes.iter().position(|known| !member.is_at(*known))
            && let Some(oldest) = member.routes.remove(oldest)
        {
            self.forget_route(oldest, home);
        }
    }

    /// It may be another client's by now.
    fn forget_route(&mut self, route: Route, home: Home) {
        if self.at(route) == Some(home) {
            self.by_route.remove(&route);
        }
    }

    /// `member` is gone. Costs what that one has, not what the shard has: thousands may go at once.
    pub(super) fn forget(&mut self, home: Home, member: &Member) {
        member.names().for_each(|ufrag| self.forget_name(ufrag));
        member.routes.iter().for_each(|route| self.forget_route(*route, home));
    }

    pub(super) fn closed(&mut self, route: Route) -> Option<Home> {
        self.by_route.remove(&route)
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.by_ufrag.len(), self.by_route.len())
    }
}

impl Shard {
    /// Whose packet it is; `known`: who is known to be where it came from. `None`, counted by its cause, if nobody's.
    pub(super) fn home_of(
        &mut self,
        now: Instant,
        (from, known): (Route, Option<Home>),
        protocol: Protocol,
        data: &[u8],
    ) -> Option<Home> {
        let (home, cause) = match protocol {
            Protocol::Stun if is_request(data) => (self.authenticate(now, from, data), &self.counters.unauthenticated),
            Protocol::Media if known.is_none() => (self.recognise(now, from, data), &self.counters.unknown_address),
            _ => (known, &self.counters.unknown_address),
        };
        if home.is_none() {
            cause.add(1);
        }
        home
    }

    fn authenticate(&mut self, now: Instant, from: Route, data: &[u8]) -> Option<Home> {
        let request = Request::parse(data)?;
        let home = *self.routes.by_ufrag.get(request.receiver)?;
        let member = self.rooms.get_mut(&home.room)?.member_mut(home.place)?;
        if !member.authenticate(now, from, &request, &mut self.outbox) {
            return None;
        }
        self.routes.enter(from, home, member);
        Some(home)
    }

    /// A client whose address has changed goes on sending media, long before its next request: who else could have
    /// sealed it? Over TCP there is a request first.
    fn recognise(&mut self, now: Instant, from: Route, data: &[u8]) -> Option<Home> {
        if matches!(from, Route::Tcp(_)) || !self.routes.searches.take(now) {
            return None;
        }
        for (room, live) in &mut self.rooms {
            for (place, member) in live.members.iter_mut().enumerate() {
                let Some(member) = member.as_deref_mut().filter(|member| member.peer.may_have_sent(data)) else {
                    continue;
                };
                if self.routes.searches.take(now) && member.peer.has_sent(data) {
                    let home = Home { room: *room, member: member.id, place };
                    self.routes.enter(from, home, member);
                    return Some(home);
                }
            }
        }
        None
    }
}

/// So much a second.
#[derive(Default)]
struct Budget {
    since: Option<Instant>,
    used: u32,
}

impl Budget {
    fn take(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now >= since + Duration::from_secs(1)) {
            (self.since, self.used) = (Some(now), 0);
        }
        self.used += 1;
        self.used <= SEARCHES
    }
}
