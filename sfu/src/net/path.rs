//! Where a client is. Pure.
//!
//! The ICE agent never follows a client whose address changes (a NAT that rebinds, a phone changing networks): it selects
//! a pair once. So it is told one constant remote address for everything a client sends, and the real one is kept here.
//!
//! What only the client can have made, and comes from elsewhere, says that it may have moved: media that nobody else can
//! seal, which comes at once and again and again, or a request that is signed with the password, which browsers send
//! every two to five seconds. But a packet can be recorded and sent again from anywhere. So the client is asked, with a
//! check of our own (RFC 8445 § 7.3.1.4), and only its answer *from there* moves it; RFC 9000 § 8.2 and § 9 do the same
//! for QUIC.

use super::route::Route;
use super::stun::{self, TransactionId};
use std::time::{Duration, Instant};

/// Time without media from the current address after which a nomination elsewhere asks the client: until then it is known
/// to be here. More: one that has nothing to send is followed later. Less: a browser with two networks that nominates on
/// both makes it flap between them.
const SPEAKS: Duration = Duration::from_secs(1);
/// Silence of the current address after which any authenticated request from another one asks the client, not only a
/// nominating one. Firefox nominates once and then only checks consent (RFC 7675), so without this one that sends no
/// media could not be followed. More: a longer silence after a rebinding. Less: a client with two networks may flap
/// between them.
const MOVED_AFTER_SILENCE: Duration = Duration::from_secs(2);
/// Least time between two checks of one client, and after a move: what was late on the old way proves nothing. More: when
/// one is lost, the picture stands still for longer. Less: more of them for an address that somebody made up.
const SPACING: Duration = Duration::from_millis(100);
/// Time after which a check to one address makes way for one to another. More: a recorded packet delays a real change by
/// as much. Less: with a longer round trip, two addresses by turns would never be answered.
const MAKES_WAY: Duration = Duration::from_millis(500);
/// Time after which an answer counts no more. More: an old answer may move the client. Less: over a slow path none is in
/// time.
const EXPIRES: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Path {
    current: Option<Route>,
    /// When the current address was last heard, and when with media.
    heard: Option<Instant>,
    spoke: Option<Instant>,
    /// Answers to a check go where the check came from, wherever the media goes.
    asked: Option<(TransactionId, Route)>,
    /// ICE has found that the client answers. Until then it does so by itself, and requests move the client at once.
    is_checked: bool,
    challenge: Option<Challenge>,
    next_challenge: Option<Instant>,
}

/// A check of ours to an address where the client may be.
#[derive(Clone, Copy, Debug)]
struct Challenge {
    id: TransactionId,
    to: Route,
    began: Instant,
}

impl Path {
    /// An authenticated request came from `from`. Returns whether the client may have moved there, see
    /// [`Path::challenge`].
    pub(crate) fn request(&mut self, now: Instant, from: Route, request: &stun::Request<'_>) -> bool {
        self.asked = Some((request.transaction(), from));
        let silent = is_over(now, self.heard, MOVED_AFTER_SILENCE);
        let moves = match self.current {
            None => true,
            Some(current) if current == from => false,
            // Chromium nominates on every pair that works (RFC 5245 § 8.1.1.2): without this its packets would go
            // over UDP and TCP by turns.
            Some(Route::Udp(_)) if matches!(from, Route::Tcp(_)) => silent,
            Some(_) if silent => true,
            Some(_) => request.use_candidate && (!self.is_checked || is_over(now, self.spoke, SPEAKS)),
        };
        if moves && !self.is_checked {
            self.current = Some(from);
        }
        self.heard(now, from);
        moves && self.is_checked
    }

    /// Anything came from `from`.
    pub(crate) fn heard(&mut self, now: Instant, from: Route) {
        if self.current == Some(from) {
            self.heard = Some(now);
        }
    }

    /// Media that only the client can have sealed came from `from`. Returns whether it may have moved there.
    pub(crate) fn spoke(&mut self, now: Instant, from: Route) -> bool {
        let is_here = self.current == Some(from);
        if is_here {
            self.spoke = Some(now);
        }
        !is_here
    }

    /// ICE works, or begins anew.
    pub(crate) fn checked(&mut self, is_checked: bool) {
        self.is_checked = is_checked;
    }

    /// Only the client can have made what came from `from`, where it is not known to be. Returns the transaction of the
    /// check to be sent there, if it is time for one: `fresh`, or an older one again, whose answer still counts.
    pub(crate) fn challenge(&mut self, now: Instant, from: Route, fresh: TransactionId) -> Option<TransactionId> {
        if self.next_challenge.is_some_and(|at| now < at) {
            return None;
        }
        let id = match self.challenge {
            Some(Challenge { id, to, began }) if to == from && now < began + EXPIRES => id,
            Some(Challenge { began, .. }) if now < began + MAKES_WAY => return None,
            _ => {
                self.challenge = Some(Challenge { id: fresh, to: from, began: now });
                fresh
            }
        };
        self.next_challenge = Some(now + SPACING);
        Some(id)
    }

    /// Whether a response is to a check of [`Path::challenge`]'s.
    pub(crate) fn is_challenged(&self, id: TransactionId) -> bool {
        self.challenge.is_some_and(|challenge| challenge.id == id)
    }

    /// An authenticated response to such a check came from `from`. Returns whether the client moved there.
    pub(crate) fn answered(&mut self, now: Instant, from: Route) -> bool {
        let is_valid = |it: &mut Challenge| it.to == from && now < it.began + EXPIRES;
        let moves = self.challenge.take_if(is_valid).is_some();
        if moves {
            (self.current, self.heard, self.spoke) = (Some(from), Some(now), None);
            self.next_challenge = Some(now + SPACING);
        }
        moves
    }

    /// The connection has ended: the next address that the client is found at is where it is.
    pub(crate) fn closed(&mut self, route: Route) {
        if self.current == Some(route) {
            (self.current, self.heard, self.spoke) = (None, None, None);
        }
    }

    /// Where media goes.
    pub(crate) fn media(&self) -> Option<Route> {
        self.current
    }

    /// Where a datagram of the transport goes. `None` as long as nobody has been heard.
    pub(crate) fn route(&self, datagram: &[u8]) -> Option<Route> {
        match (self.asked, stun::response_to(datagram)) {
            (Some((asked, from)), Some(answered)) if asked == answered => Some(from),
            _ => self.current,
        }
    }
}

fn is_over(now: Instant, since: Option<Instant>, time: Duration) -> bool {
    since.is_none_or(|since| now.saturating_duration_since(since) > time)
}
