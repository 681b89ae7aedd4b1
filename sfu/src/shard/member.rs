//! One member's peer with everything around it: path, credentials, liveness, slots.

use crate::api::{Offer, PeerEvent, Slot, Source};
use crate::engine::{Output, Peer};
use crate::forward::{Media, Rewriter};
use crate::net::arena::Arena;
use crate::net::path::Path;
use crate::net::route::Route;
use crate::net::stun::Request;
use crate::room::{SlotLine, Stream};
use crate::state::Reads;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Silence after which a member counts as disconnected. More: others look at a frozen face for longer. Less: a train
/// tunnel shows as leaving; browsers send a consent check every five seconds at the latest (RFC 7675 § 5.1).
const SILENCE: Duration = Duration::from_secs(10);
/// How long a silent peer waits for an ICE restart. More: memory for peers that never return. Less: a phone that slept
/// has to join anew (about half a second more).
const GRACE: Duration = Duration::from_secs(120);
/// Least time between two timer runs of one peer: guards the loop against an engine whose deadline stands still.
const TICK: Duration = Duration::from_millis(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Connecting,
    Connected,
    /// Disconnected was reported; an ICE restart or packets bring it back.
    Silent,
}

pub(super) struct OutgoingSlot {
    pub(super) carries: Option<Stream>,
    pub(super) rewriter: Rewriter,
}

pub(super) struct Member {
    pub(super) peer: Peer,
    pub(super) phase: Phase,
    pub(super) slots: Vec<OutgoingSlot>,
    pub(super) routes: VecDeque<Route>,
    pub(super) reads: Reads,
    /// The `state` channel was overrun: nothing more until it is drained, then a new snapshot.
    pub(super) behind: bool,
    /// Has datagrams to collect.
    pub(super) dirty: bool,
    path: Path,
    /// Fragment and password; after a restart the older ones stay until the new path works.
    credentials: Vec<(String, String)>,
    heard: Instant,
    engine_deadline: Option<Instant>,
    events: UnboundedSender<PeerEvent>,
    told: Option<Vec<Slot>>,
    was_connected: bool,
    told_connected: bool,
}

impl Member {
    pub(super) fn new(now: Instant, peer: Peer, offer: &Offer, credentials: (String, String)) -> Member {
        let slot = |source: &Source| OutgoingSlot {
            carries: None,
            rewriter: Rewriter::new(if source.is_video() { Media::Video } else { Media::Audio }, rand::random()),
        };
        Member {
            peer,
            phase: Phase::Connecting,
            slots: offer.receive.iter().map(|(_, source)| slot(source)).collect(),
            routes: VecDeque::new(),
            reads: Reads::new(offer.keys, now),
            behind: false,
            dirty: true,
            path: Path::default(),
            credentials: vec![credentials],
            heard: now,
            engine_deadline: Some(now),
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

    pub(super) fn receive(&mut self, now: Instant, from: Route, data: &[u8], out: &mut Vec<Output>) -> bool {
        self.path.heard(now, from);
        self.heard = now;
        self.dirty = true;
        self.peer.receive(now, data, out).is_ok()
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

    pub(super) fn connected(&mut self) {
        let superseded = self.credentials.len().saturating_sub(1);
        self.credentials.drain(..superseded);
        self.was_connected = true;
        self.phase = Phase::Connected;
        if !std::mem::replace(&mut self.told_connected, true) {
            self.tell(PeerEvent::Connected);
        }
    }

    /// Packets of a client that was given up arrive again and the engine never lost its session. During a restart the
    /// engine says itself when the new path works.
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

    /// Takes over what the room decided. Returns the video streams that are new here.
    pub(super) fn apply(&mut self, lines: &[SlotLine]) -> Vec<Stream> {
        let mut fresh = Vec::new();
        for (slot, line) in self.slots.iter_mut().zip(lines) {
            if slot.carries == line.carries {
                continue;
            }
            slot.carries = line.carries;
            slot.rewriter.switch();
            fresh.extend(line.carries.filter(|stream| stream.source.is_video()));
        }
        fresh
    }

    /// Lets time pass. Returns `false` when the grace of a silent peer is over.
    pub(super) fn timeout(&mut self, now: Instant, out: &mut Vec<Output>) -> bool {
        if self.engine_deadline.is_some_and(|at| at <= now) {
            self.dirty = true;
            if self.peer.timeout(now, out).is_err() {
                out.push(Output::Closed);
            }
            self.reschedule(now + TICK);
        }
        let silent = now.saturating_duration_since(self.heard);
        if silent >= SILENCE {
            self.disconnected();
        }
        silent < SILENCE + GRACE
    }

    pub(super) fn deadline(&self) -> Instant {
        let silence = match self.phase {
            Phase::Silent => SILENCE + GRACE,
            _ => SILENCE,
        };
        let liveness = self.heard + silence;
        self.engine_deadline.map_or(liveness, |at| at.min(liveness))
    }

    /// Moves the engine's datagrams to the outbox.
    pub(super) fn collect(&mut self, now: Instant, outbox: &mut Arena) {
        self.dirty = false;
        while let Some(datagram) = self.peer.transmit() {
            if let Some(to) = self.path.route(&datagram) {
                outbox.push(&datagram, to);
            }
        }
        self.reschedule(now + TICK);
    }

    pub(super) fn close(&mut self, outbox: &mut Arena) {
        self.peer.close();
        while let Some(datagram) = self.peer.transmit() {
            if let Some(to) = self.path.route(&datagram) {
                outbox.push(&datagram, to);
            }
        }
    }

    fn reschedule(&mut self, earliest: Instant) {
        self.engine_deadline = self.peer.deadline().map(|at| at.max(earliest));
    }
}
