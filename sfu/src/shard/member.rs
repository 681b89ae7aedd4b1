//! One member's peer with everything around it: path, credentials, liveness, what it receives.

use super::data::Allowances;
use super::downlink::{Downlink, Way};
use super::quality::Quality;
use crate::api::{MemberId, Offer, PeerEvent, Slot};
use crate::net::arena::Arena;
use crate::net::path::Path;
use crate::net::route::Route;
use crate::net::stun::{self, Request};
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
/// How long a client may take from its offer to a connection. More: memory (36 kB) for those who never come, and for those
/// who stop in the midst of it. Less: one who tries TCP and a relay after UDP has to begin anew.
const SETUP: Duration = Duration::from_secs(30);
/// After a (re)connection a key frame that has not come is asked for again: the request may have been lost on a path that
/// was not up in both directions yet. More: the picture stands still for longer. Less: a long round trip costs a second
/// key frame.
const SECOND_REQUEST: Duration = Duration::from_millis(500);
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
    pub(super) allowances: Allowances,
    /// Has datagrams to collect.
    pub(super) dirty: bool,
    /// Between us and the client, as ICE measures it.
    pub(super) round_trip: Duration,
    /// What it was told about how everybody gets here.
    pub(super) quality: Quality,
    path: Path,
    /// Fragment and password; after a restart the older ones stay until the new path works.
    credentials: Vec<(String, String)>,
    /// Fragments of older ones that the shard may still know.
    superseded: Vec<String>,
    /// When it offered to connect, newest.
    offered: Instant,
    heard: Instant,
    /// When the transport has something to do.
    pub(super) peer_deadline: Option<Instant>,
    /// No later than the first thing to do.
    pub(super) wake: Instant,
    events: UnboundedSender<PeerEvent>,
    told: Option<Vec<Slot>>,
    was_connected: bool,
    told_connected: bool,
    /// When it connected, until [`SECOND_REQUEST`] has passed.
    connected: Option<Instant>,
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
            allowances: Allowances::default(),
            dirty: true,
            round_trip: ROUND_TRIP,
            quality: Quality::default(),
            path: Path::default(),
            credentials: vec![credentials],
            superseded: Vec::new(),
            offered: now,
            heard: now,
            peer_deadline: Some(now),
            wake: now,
            events: offer.events.clone(),
            told: None,
            was_connected: false,
            told_connected: false,
            connected: None,
        }
    }

    /// Whether the request is signed with the password that belongs to its fragment; if so, the client may move.
    pub(super) fn authenticate(
        &mut self,
        now: Instant,
        from: Route,
        request: &Request<'_>,
        outbox: &mut Arena,
    ) -> bool {
        let Some(index) = self.credentials.iter().position(|(ufrag, _)| ufrag == request.receiver) else {
            return false;
        };
        if !request.is_signed_with(&self.credentials[index].1) {
            return false;
        }
        self.heard = now;
        // Checks of the session before a restart are no news about where the client is.
        if index + 1 == self.credentials.len() && self.path.request(now, from, request) {
            self.challenge(now, from, outbox);
        }
        true
    }

    /// Media that this client has sealed came from `from`.
    pub(super) fn sent_from(&mut self, now: Instant, from: Route, outbox: &mut Arena) {
        if self.path.spoke(now, from) {
            self.challenge(now, from, outbox);
        }
    }

    fn challenge(&mut self, now: Instant, from: Route, outbox: &mut Arena) {
        let id = self.path.challenge(now, from, rand::random());
        if let Some(check) = id.and_then(|id| self.peer.check(id)) {
            outbox.push(&check, from);
        }
    }

    /// Whether a datagram is a response to a check of [`Member::sent_from`]'s; a good one moves the client.
    pub(super) fn is_answer(&mut self, now: Instant, from: Route, data: &[u8]) -> bool {
        let is_ours = stun::response_to(data).is_some_and(|id| self.path.is_challenged(id));
        if is_ours && self.peer.has_agreed(data) && self.path.answered(now, from) {
            tracing::debug!("the client's address has changed");
        }
        is_ours
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

    /// Media goes there.
    pub(super) fn is_at(&self, route: Route) -> bool {
        self.path.media() == Some(route)
    }

    pub(super) fn closed(&mut self, route: Route) {
        self.routes.retain(|known| *known != route);
        self.path.closed(route);
    }

    /// Fragments under which the shard finds it.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.credentials.iter().map(|(ufrag, _)| ufrag).chain(&self.superseded).map(String::as_str)
    }

    /// Returns fragments that nobody may use any more: all but the new one and that of the path that may still work.
    pub(super) fn restarted(
        &mut self,
        now: Instant,
        credentials: (String, String),
        events: UnboundedSender<PeerEvent>,
    ) -> Vec<String> {
        self.superseded.extend(self.credentials.drain(1..).map(|(ufrag, _)| ufrag));
        self.credentials.push(credentials);
        self.path.checked(false);
        self.offered = now;
        self.events = events;
        self.told = None;
        self.told_connected = false;
        self.dirty = true;
        std::mem::take(&mut self.superseded)
    }

    /// `speaker`: who speaks at the moment.
    pub(super) fn connected(&mut self, now: Instant, speaker: Option<MemberId>) {
        self.downlink.connected(now);
        let superseded = self.credentials.len().saturating_sub(1);
        self.superseded.extend(self.credentials.drain(..superseded).map(|(ufrag, _)| ufrag));
        self.path.checked(true);
        self.was_connected = true;
        self.connected = Some(now);
        self.phase = Phase::Connected;
        if !std::mem::replace(&mut self.told_connected, true) {
            self.tell(PeerEvent::Connected);
            if speaker.is_some() {
                self.tell(PeerEvent::Speaker(speaker));
            }
        }
    }

    /// Since when key frames were to come, once those that did not are to be asked for again.
    pub(super) fn key_frames_due(&mut self, now: Instant) -> Option<Instant> {
        self.connected.take_if(|connected| *connected + SECOND_REQUEST <= now)
    }

    /// Packets of a client that was given up arrive again and the transport never lost its session. During a restart
    /// it says itself when the new path works.
    pub(super) fn is_up(&self) -> bool {
        self.was_connected && self.credentials.len() == 1 && !self.peer.is_closed()
    }

    /// It was never connected.
    pub(super) fn is_new(&self) -> bool {
        !self.was_connected
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

    /// Lets time pass. Returns `false` when the grace of a silent peer is over, or of one that does not connect.
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
        silent < SILENCE + GRACE && (self.was_connected || now < self.offered + SETUP)
    }

    /// When [`Member::timeout`] or its downlink has something to do.
    pub(super) fn deadline(&self, now: Instant) -> Instant {
        let silence = match self.phase {
            Phase::Silent => self.heard + SILENCE + GRACE,
            _ => self.heard + SILENCE,
        };
        let setup = (!self.was_connected).then_some(self.offered + SETUP);
        let media = self.downlink.deadline().filter(|_| self.phase == Phase::Connected && self.path.media().is_some());
        let media = media.map(|at| at.max(now + TICK));
        let key_frames = self.connected.map(|connected| connected + SECOND_REQUEST);
        let held = self.allowances.held_until;
        [self.peer_deadline, media, setup, key_frames, held].into_iter().flatten().fold(silence, Instant::min)
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
