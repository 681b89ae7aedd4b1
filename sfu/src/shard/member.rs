//! One member's peer with everything around it: path, credentials, liveness, what it receives.

use super::downlink::{Downlink, Way};
use super::quality::Quality;
use crate::api::{MemberId, Offer, PeerEvent, Slot};
use crate::net::arena::Arena;
use crate::net::path::Path;
use crate::net::route::Route;
use crate::net::stun::Request;
use crate::state::Reads;
use crate::transport::{Output, Peer};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Silence after which a member counts as disconnected. More: others look at a frozen face for longer. Less: a train
/// tunnel shows as leaving; browsers send a consent check every five seconds at the latest (RFC 7675 § 5.1).
const SILENCE: Duration = Duration::from_secs(10);
/// How long a silent peer waits for an ICE restart. More: memory for peers that never return. Less: a phone that slept
/// has to join anew (about half a second more).
const GRACE: Duration = Duration::from_secs(120);
/// Least time between two timer runs of one peer: guards the loop against a deadline that stands still.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// Round trip before one was measured. More: what is lost is asked for later. Less: it is asked for in vain.
const ROUND_TRIP: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Connecting,
    Connected,
    /// Disconnected was reported; an ICE restart or packets bring it back.
    Silent,
}

pub(super) struct Member {
    pub(super) id: MemberId,
    pub(super) peer: Peer,
    pub(super) phase: Phase,
    pub(super) downlink: Downlink,
    pub(super) routes: VecDeque<Route>,
    pub(super) reads: Reads,
    /// The `state` channel was overrun: nothing more until it is drained, then a new snapshot.
    pub(super) behind: bool,
    /// Has datagrams to collect.
    pub(super) dirty: bool,
    /// Between us and the client, as ICE measures it.
    pub(super) round_trip: Duration,
    /// What it was told about how everybody gets here.
    pub(super) quality: Quality,
    path: Path,
    /// Fragment and password; after a restart the older ones stay until the new path works.
    credentials: Vec<(String, String)>,
    heard: Instant,
    peer_deadline: Option<Instant>,
    /// No later than the first thing to do.
    pub(super) wake: Instant,
    events: UnboundedSender<PeerEvent>,
    told: Option<Vec<Slot>>,
    was_connected: bool,
    told_connected: bool,
}

impl Member {
    pub(super) fn new(now: Instant, id: MemberId, peer: Peer, offer: &Offer, credentials: (String, String)) -> Member {
        Member {
            id,
            downlink: Downlink::new(&peer.negotiated().slots),
            peer,
            phase: Phase::Connecting,
            routes: VecDeque::new(),
            reads: Reads::new(offer.keys, now),
            behind: false,
            dirty: true,
            round_trip: ROUND_TRIP,
            quality: Quality::default(),
            path: Path::default(),
            credentials: vec![credentials],
            heard: now,
            peer_deadline: Some(now),
            wake: now,
            events: offer.events.clone(),
            told: None,
            was_connected: false,
            told_connected: false,
        }
    }

    /// Whether the request is signed with the password that belongs to its fragment; if so, the client may move.
    pub(super) fn authenticate(&mut self, now: Instant, from: Route, request: &Request<'_>) -> bool {
        let Some(index) = self.credentials.iter().position(|(ufrag, _)| ufrag == request.receiver) else {
            return false;
        };
        if !request.is_signed_with(&self.credentials[index].1) {
            return false;
        }
        self.heard = now;
        // Checks of the session before a restart are no news about where the client is.
        if index + 1 == self.credentials.len() {
            self.path.request(now, from, request);
        }
        true
    }

    /// Something came from it that is no request.
    pub(super) fn heard(&mut self, now: Instant, from: Route) {
        self.path.heard(now, from);
        self.heard = now;
    }

    pub(super) fn silent_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.heard)
    }

    /// Splits off what media needs to get to the client. `None` while it could not use any.
    pub(super) fn way<'a>(&'a mut self, outbox: &'a mut Arena) -> Option<(&'a mut Downlink, Way<'a>)> {
        let to = self.path.media().filter(|_| self.phase == Phase::Connected)?;
        Some((&mut self.downlink, Way { peer: &mut self.peer, to, outbox }))
    }

    pub(super) fn closed(&mut self, route: Route) {
        self.routes.retain(|known| *known != route);
        self.path.closed(route);
    }

    pub(super) fn restarted(&mut self, credentials: (String, String), events: UnboundedSender<PeerEvent>) {
        self.credentials.push(credentials);
        self.events = events;
        self.told = None;
        self.told_connected = false;
        self.dirty = true;
    }

    /// `speaker`: who speaks at the moment.
    pub(super) fn connected(&mut self, now: Instant, speaker: Option<MemberId>) {
        self.downlink.connected(now);
        let superseded = self.credentials.len().saturating_sub(1);
        self.credentials.drain(..superseded);
        self.was_connected = true;
        self.phase = Phase::Connected;
        if !std::mem::replace(&mut self.told_connected, true) {
            self.tell(PeerEvent::Connected);
            if speaker.is_some() {
                self.tell(PeerEvent::Speaker(speaker));
            }
        }
    }

    /// Packets of a client that was given up arrive again and the transport never lost its session. During a restart
    /// it says itself when the new path works.
    pub(super) fn is_up(&self) -> bool {
        self.was_connected && self.credentials.len() == 1 && !self.peer.is_closed()
    }

    pub(super) fn disconnected(&mut self) {
        if self.phase != Phase::Silent {
            self.phase = Phase::Silent;
            self.told_connected = false;
            self.tell(PeerEvent::Disconnected);
        }
    }

    pub(super) fn tell(&self, event: PeerEvent) {
        // A receiver that is gone will make the member leave; until then there is nobody to tell.
        let _ = self.events.send(event);
    }

    pub(super) fn tell_slots(&mut self, slots: Vec<Slot>) {
        if self.told.as_ref() != Some(&slots) {
            self.told = Some(slots.clone());
            self.tell(PeerEvent::Slots(slots));
        }
    }

    /// Lets time pass. Returns `false` when the grace of a silent peer is over.
    pub(super) fn timeout(&mut self, now: Instant, out: &mut Vec<Output>) -> bool {
        if self.peer_deadline.is_some_and(|at| at <= now) {
            self.dirty = true;
            if self.peer.timeout(now, out).is_err() {
                out.push(Output::Closed);
            }
            self.reschedule(now);
        }
        let silent = self.silent_for(now);
        if silent >= SILENCE {
            self.disconnected();
        }
        silent < SILENCE + GRACE
    }

    /// When [`Member::timeout`] or its downlink has something to do.
    pub(super) fn deadline(&self, now: Instant) -> Instant {
        let silence = match self.phase {
            Phase::Silent => SILENCE + GRACE,
            _ => SILENCE,
        };
        let media = self.downlink.deadline().filter(|_| self.phase == Phase::Connected && self.path.media().is_some());
        let media = media.map(|at| at.max(now + TICK));
        [self.peer_deadline, media].into_iter().flatten().fold(self.heard + silence, Instant::min)
    }

    /// Moves the transport's datagrams to the outbox.
    pub(super) fn collect(&mut self, now: Instant, outbox: &mut Arena) {
        self.dirty = false;
        self.flush(now, outbox);
        self.reschedule(now);
    }

    pub(super) fn close(&mut self, now: Instant, outbox: &mut Arena) {
        self.peer.close(now);
        self.flush(now, outbox);
    }

    fn flush(&mut self, now: Instant, outbox: &mut Arena) {
        while let Some(datagram) = self.peer.transmit(now) {
            if let Some(to) = self.path.route(&datagram) {
                outbox.push(&datagram, to);
            }
        }
    }

    fn reschedule(&mut self, now: Instant) {
        self.peer_deadline = self.peer.deadline().map(|at| at.max(now + TICK));
        self.wake = self.peer_deadline.map_or(self.wake, |at| at.min(self.wake));
    }
}
