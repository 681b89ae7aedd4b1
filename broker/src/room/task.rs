//! One room: takes inputs one after the other, tells sockets, SFU and log what follows.

use super::door::Door;
use super::mls::Mls;
use super::notes::Notes;
use super::seats::{Seats, SocketId};
use super::{Outgoing, Shared, wire};
use crate::app::{Occupant, RoomFacts, Seat};
use schemas::guest::Guest;
use schemas::mls::Encryption;
use schemas::problem::ProblemCode;
use schemas::room::{ByeReason, ClientMessage, ServerMessage};
use schemas::{ConsultId, GuestId, MemberId, PersonId, SessionId, UnixMillis};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

pub(super) struct Newcomer {
    pub seat: Seat,
    pub socket: SocketId,
    pub outbox: mpsc::Sender<Outgoing>,
    /// `Ok` before the first message to the socket.
    pub reply: oneshot::Sender<Result<(), ProblemCode>>,
}

pub(super) enum Input {
    Enter(Newcomer),
    Message {
        socket: SocketId,
        message: ClientMessage,
    },
    /// The connection is gone.
    Lost {
        socket: SocketId,
    },
    Media {
        member: MemberId,
        peer: u64,
        event: sfu::PeerEvent,
    },
    /// What a look at the log has shown.
    Looked(Result<RoomFacts, ProblemCode>),
    End(ByeReason),
}

/// What woke the task.
enum Turn {
    Input(Box<Input>),
    Changed,
    Due,
}

pub(super) async fn run(
    shared: Arc<Shared>,
    consult: ConsultId,
    inputs: mpsc::WeakSender<Input>,
    mut received: mpsc::Receiver<Input>,
    changed: Arc<Notify>,
) {
    let kept_seconds = i64::try_from(shared.times.seat_kept.as_secs()).unwrap_or(i64::MAX);
    let mut room = Room {
        shared: Arc::clone(&shared),
        consult,
        inputs,
        facts: None,
        encryption: Encryption::Required,
        looking: Looking::No,
        mls: Mls::new(Notes::open(Arc::clone(&shared.app), consult)),
        seats: Seats::new(kept_seconds),
        door: Door::default(),
        connections: BTreeMap::new(),
        peers: BTreeMap::new(),
        next_peer: 0,
        kept_seconds,
        alone_until: None,
        told_waiting: Vec::new(),
        has_media: false,
        in_doubt: true,
        grace_until: Some(shared.clock.now().plus_seconds(kept_seconds)),
    };
    tracing::info!(%consult, "room opened");
    room.look();
    loop {
        let turn = tokio::select! {
            input = received.recv() => match input {
                Some(input) => Turn::Input(Box::new(input)),
                None => break,
            },
            () = changed.notified() => Turn::Changed,
            () = room.due() => Turn::Due,
        };
        let over = match turn {
            Turn::Input(input) => room.take(*input).await,
            Turn::Changed => {
                room.look();
                None
            }
            Turn::Due => {
                room.give_up().await;
                room.end_grace();
                None
            }
        };
        if let Some(reason) = over {
            room.end(reason).await;
            shared.open().rooms.remove(&consult);
            break;
        }
        room.settle().await;
        room.follow_seats();
        if room.close_if_empty(&mut received) {
            break;
        }
    }
    shared.sfu.close_room(wire::room_id(consult));
    if let Err(error) = shared.app.release_room(consult).await {
        tracing::warn!(%consult, %error, "the room's lease was not released; it lapses by itself");
    }
    // Who came meanwhile has found the lease good and opened the room anew.
    let is_open_again = shared.open().rooms.contains_key(&consult);
    if is_open_again && let Err(error) = shared.app.renew_room(consult).await {
        tracing::warn!(%consult, %error, "the lease of the room that was opened again is renewed later");
    }
    room.mls.notes.close(consult).await;
    tracing::info!(%consult, "room closed");
}

pub(super) struct Room {
    pub(super) shared: Arc<Shared>,
    pub(super) consult: ConsultId,
    /// Weak, so that a room nobody holds any more comes to its end.
    pub(super) inputs: mpsc::WeakSender<Input>,
    /// What the log said last; absent until the first look.
    pub(super) facts: Option<RoomFacts>,
    /// What was last heard of it, by facts or by a seat: it changes once.
    pub(super) encryption: Encryption,
    pub(super) looking: Looking,
    pub(super) seats: Seats,
    pub(super) mls: Mls,
    pub(super) door: Door,
    pub(super) connections: BTreeMap<SocketId, Connection>,
    /// The SFU peer that counts for each member; events of older ones are late.
    pub(super) peers: BTreeMap<MemberId, Peer>,
    pub(super) next_peer: u64,
    pub(super) kept_seconds: i64,
    /// Guests sit here without the team; then they go back to the door.
    pub(super) alone_until: Option<UnixMillis>,
    pub(super) told_waiting: Vec<Guest>,
    /// The SFU may hold something of this room.
    pub(super) has_media: bool,
    /// The log may have somebody in here who is not; see `departures`.
    pub(super) in_doubt: bool,
    /// Until then whoever an earlier run of the room had in it may come back; absent once that is settled.
    pub(super) grace_until: Option<UnixMillis>,
}

/// A look at the log runs beside the room: a database that hangs must not hold up who talks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Looking {
    No,
    Now,
    /// The log has changed meanwhile.
    NowAndAgain,
}

pub(super) struct Connection {
    pub(super) outbox: mpsc::Sender<Outgoing>,
    /// An offer was answered on this connection: the next one is an ICE restart.
    pub(super) offered: bool,
    /// Whose ticket opened it; absent for guests.
    pub(super) session: Option<SessionId>,
}

pub(super) struct Peer {
    pub(super) number: u64,
    pub(super) socket: SocketId,
}

/// Where a connection stands.
pub(super) enum Place {
    Seat(MemberId),
    Door(GuestId),
}

impl Room {
    /// Some reason when the room is over.
    async fn take(&mut self, input: Input) -> Option<ByeReason> {
        match input {
            Input::Enter(newcomer) => {
                self.learn_encryption(newcomer.seat.encryption.clone());
                match newcomer.seat.guest {
                    Some(guest) => self.guest_comes(guest.id, newcomer).await,
                    None => self.enter(newcomer).await,
                }
            }
            Input::Message { socket, message } => self.message(socket, message).await,
            Input::Lost { socket } => self.lost(socket).await,
            Input::Media { member, peer, event } => self.media(member, peer, event),
            Input::Looked(facts) => return self.looked(facts).await,
            Input::End(reason) => return Some(reason),
        }
        None
    }

    /// Waits for what is due next.
    async fn due(&self) {
        let mls = self.mls.delivery.next_deadline();
        let times = [self.seats.next_deadline(), self.door.next_deadline(), self.alone_until, self.grace_until, mls];
        let Some(at) = times.into_iter().flatten().min() else {
            return std::future::pending().await;
        };
        let millis = u64::try_from(at.0.saturating_sub(self.shared.clock.now().0)).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// Begins to read the consult anew; [`Input::Looked`] brings what it has come to.
    pub(super) fn look(&mut self) {
        if self.looking != Looking::No {
            self.looking = Looking::NowAndAgain;
            return;
        }
        self.looking = Looking::Now;
        let (shared, inputs, consult) = (Arc::clone(&self.shared), self.inputs.clone(), self.consult);
        let team = self.team();
        tokio::spawn(async move {
            let facts = shared.app.room_facts(consult, &team).await.map_err(|error| error.code());
            // Without the room nobody wants to know.
            if let Some(inputs) = inputs.upgrade() {
                let _ = inputs.send(Input::Looked(facts)).await;
            }
        });
    }

    /// Some reason when the consult has ended.
    async fn looked(&mut self, facts: Result<RoomFacts, ProblemCode>) -> Option<ByeReason> {
        let again = std::mem::replace(&mut self.looking, Looking::No) == Looking::NowAndAgain;
        match facts {
            Ok(facts) => {
                self.learn(facts).await;
                if !again {
                    self.record_missing().await;
                }
            }
            Err(code) => {
                tracing::warn!(consult = %self.consult, ?code, "cannot see what the consult has come to");
                // Nothing but an outage is waited for.
                self.in_doubt &= code == ProblemCode::Unavailable;
            }
        }
        if again {
            self.look();
        }
        self.facts.as_ref().is_some_and(|facts| !facts.is_open).then_some(ByeReason::ConsultEnded)
    }

    /// Reads the consult anew and waits for it: who comes in now is judged by what holds now.
    pub(super) async fn refresh(&mut self) -> Result<(), ProblemCode> {
        let facts = self.shared.app.room_facts(self.consult, &self.team()).await.map_err(|error| error.code())?;
        self.learn(facts).await;
        Ok(())
    }

    /// Those with an account, each with the session whose ticket holds the seat; a kept seat is held by none.
    fn team(&self) -> Vec<(PersonId, Option<SessionId>)> {
        let sitters = self.seats.sitters().into_iter();
        let team = sitters.filter_map(|sitter| match sitter.who {
            Occupant::Person(person) => Some((person, sitter.socket.and_then(|socket| self.session_of(socket)))),
            Occupant::Guest(_) => None,
        });
        team.collect()
    }

    fn session_of(&self, socket: SocketId) -> Option<SessionId> {
        self.connections.get(&socket)?.session
    }

    async fn learn(&mut self, facts: RoomFacts) {
        for sitter in self.seats.sitters() {
            let Occupant::Person(person) = sitter.who else { continue };
            let session = sitter.socket.and_then(|socket| self.session_of(socket));
            if facts.barred.contains(&person) {
                self.expel(sitter.member, ByeReason::Removed).await;
            } else if session.is_some_and(|session| facts.signed_out.contains(&session)) {
                // Whose browser it is asks for another ticket, and learns that it is signed out.
                self.expel(sitter.member, ByeReason::Lost).await;
            }
        }
        if self.seats.appoint(facts.specialist, facts.requester) {
            self.tell_roster(None);
        }
        self.learn_encryption(facts.encryption.clone());
        self.facts = Some(facts);
    }

    /// One way: whoever has opened the room did not mean to close it.
    fn learn_encryption(&mut self, encryption: Encryption) {
        if self.encryption == Encryption::Required && encryption != Encryption::Required {
            self.encryption = encryption.clone();
            let sockets: Vec<_> = self.connections.keys().copied().collect();
            for socket in sockets {
                self.tell(socket, ServerMessage::Encryption { encryption: encryption.clone() });
            }
        }
    }

    async fn message(&mut self, socket: SocketId, message: ClientMessage) {
        match (self.place(socket), message) {
            // Hung up on; what it still says is late.
            (None, _) => {}
            (Some(_), ClientMessage::Ping { nonce }) => self.tell(socket, ServerMessage::Pong { nonce }),
            (Some(_), ClientMessage::Hello { .. } | ClientMessage::Knock { .. } | ClientMessage::Enter) => {
                self.refuse(socket, ProblemCode::UnknownMessage, Some("hello was said already".to_owned()));
            }
            (Some(Place::Seat(member)), ClientMessage::Offer { sdp, publish, receive, restart }) => {
                self.offer(member, socket, sdp, publish, receive, restart).await;
            }
            (Some(Place::Seat(member)), ClientMessage::Publishing { publishing }) => {
                self.publish(member, socket, publishing);
            }
            (Some(Place::Seat(member)), ClientMessage::View { sizes }) => self.view(member, socket, sizes),
            (Some(Place::Seat(member)), ClientMessage::Leave) => {
                if let Some(freed) = self.seats.leave(member, socket) {
                    self.connections.remove(&socket);
                    self.gone(freed).await;
                }
            }
            (Some(Place::Seat(member)), ClientMessage::Mls { message }) => self.mls(member, socket, message),
            (Some(Place::Door(guest)), ClientMessage::Leave) => self.goes_away(guest, socket).await,
            (
                Some(Place::Door(_)),
                ClientMessage::Offer { .. }
                | ClientMessage::Publishing { .. }
                | ClientMessage::View { .. }
                | ClientMessage::Mls { .. },
            ) => {
                self.refuse(socket, ProblemCode::NotAdmitted, None);
            }
        }
    }

    /// Seats and door know it; a copy in the connection could disagree with them.
    pub(super) fn place(&self, socket: SocketId) -> Option<Place> {
        let seat = self.seats.seat_of(socket).map(Place::Seat);
        seat.or_else(|| self.door.guest_at(socket).map(Place::Door))
    }

    /// Everybody out.
    async fn end(&mut self, reason: ByeReason) {
        let sockets: Vec<_> = self.connections.keys().copied().collect();
        for socket in sockets {
            self.hang_up(socket, reason);
        }
        for who in self.leaving(reason) {
            self.record_left(who).await;
        }
    }

    /// Takes the room off the map when nobody sits in it, nobody is at the door, and the log knows it.
    fn close_if_empty(&self, received: &mut mpsc::Receiver<Input>) -> bool {
        if !self.seats.is_empty() || !self.door.is_empty() || self.in_doubt {
            return false;
        }
        let mut open = self.shared.open();
        // Whoever sends after this finds a closed channel and opens the room anew.
        let empty = received.is_empty();
        if empty {
            open.rooms.remove(&self.consult);
            received.close();
        }
        empty
    }

    pub(super) fn hang_up(&mut self, socket: SocketId, reason: ByeReason) {
        if let Some(connection) = self.connections.remove(&socket) {
            // A full outbox is dropped with the connection: the client sees the socket close.
            let _ = connection.outbox.try_send(Outgoing::Bye(reason));
        }
    }

    pub(super) fn refuse(&mut self, socket: SocketId, code: ProblemCode, detail: Option<String>) {
        self.tell(socket, ServerMessage::Refused { code, detail });
    }

    pub(super) fn tell_roster(&mut self, except: Option<SocketId>) {
        let roster = self.seats.roster();
        for socket in self.seats.sockets(|_| true).into_iter().filter(|socket| Some(*socket) != except) {
            self.tell(socket, ServerMessage::Roster { roster: roster.clone() });
        }
    }

    /// A client that does not read is hung up on: dropping its outbox closes the socket, whose end frees the place.
    pub(super) fn tell(&mut self, socket: SocketId, message: ServerMessage) {
        let Some(connection) = self.connections.get(&socket) else { return };
        if connection.outbox.try_send(Outgoing::Message(message)).is_err() {
            tracing::info!(consult = %self.consult, "a room socket does not read; hung up");
            self.connections.remove(&socket);
        }
    }
}
