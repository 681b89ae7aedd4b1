//! Where a client is. Pure.
//!
//! The ICE agent never follows a client whose source port changes (a NAT that rebinds, a phone changing networks): it
//! selects a pair once. So it is told one constant remote address for everything a client sends, and the real address
//! is kept here. Only requests that carry the right password move it.

use super::route::Route;
use super::stun::{self, TransactionId};
use std::time::{Duration, Instant};

/// Silence of the current address after which any authenticated request from another one moves the client, not only a
/// nominating one. Firefox nominates once and then only checks consent (RFC 7675), so without this a rebinding NAT
/// would cut it off. More: a longer freeze after a rebinding. Less: a client with two networks may flap between them.
const MOVE_AFTER_SILENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Path {
    current: Option<Route>,
    /// When the current address was last heard.
    heard: Option<Instant>,
    /// Answers to a check go where the check came from, wherever the media goes.
    asked: Option<(TransactionId, Route)>,
}

impl Path {
    /// An authenticated request came from `from`. Returns whether the client moved there.
    pub(crate) fn request(&mut self, now: Instant, from: Route, request: &stun::Request<'_>) -> bool {
        self.asked = Some((request.transaction(), from));
        let silent = self.heard.is_none_or(|heard| now.saturating_duration_since(heard) > MOVE_AFTER_SILENCE);
        let moves = match self.current {
            None => true,
            Some(current) if current == from => false,
            // Chromium nominates on every pair that works (RFC 5245 § 8.1.1.2): without this its packets would go
            // over UDP and TCP by turns.
            Some(Route::Udp(_)) if matches!(from, Route::Tcp(_)) => silent,
            Some(_) => request.use_candidate || silent,
        };
        if moves {
            self.current = Some(from);
        }
        self.heard(now, from);
        moves
    }

    /// Anything came from `from`.
    pub(crate) fn heard(&mut self, now: Instant, from: Route) {
        if self.current == Some(from) {
            self.heard = Some(now);
        }
    }

    /// The connection has ended: the next authenticated request says where the client is.
    pub(crate) fn closed(&mut self, route: Route) {
        if self.current == Some(route) {
            (self.current, self.heard) = (None, None);
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
