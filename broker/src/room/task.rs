//! One room: takes inputs one after the other, tells sockets, SFU and log what follows.

use super::seats::{Part, Seats, SocketId};
use super::{Outgoing, Shared, wire};
use schemas::directory::PersonRef;
use schemas::problem::ProblemCode;
use schemas::room::{ByeReason, ClientMessage, PublishLine, Publishing, ReceiveLine, ServerMessage};
use schemas::{ConsultId, MemberId, PersonId, PrivateText};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The SFU answers an offer in milliseconds; a member must not wait longer for one that hangs.
const OFFER_TIME: Duration = Duration::from_secs(5);
/// m-lines of one direction. A room of eight needs fifteen; more would only cost parsing.
const MAX_LINES: usize = 32;

pub(super) struct Newcomer {
    pub person: PersonRef,
    pub part: Part,
    pub socket: SocketId,
    pub outbox: mpsc::Sender<Outgoing>,
    pub reply: oneshot::Sender<Result<MemberId, ProblemCode>>,
}

pub(super) enum Input {
    Enter(Newcomer),
    Message {
        member: MemberId,
        socket: SocketId,
        message: ClientMessage,
    },
    /// The connection is gone.
    Lost {
        member: MemberId,
        socket: SocketId,
    },
    Media {
        member: MemberId,
        peer: u64,
        event: sfu::PeerEvent,
    },
    /// Who sits here, kept seats included.
    People(oneshot::Sender<Vec<PersonId>>),
    End(ByeReason),
}

pub(super) async fn run(
    shared: Arc<Shared>,
    consult: ConsultId,
    inputs: mpsc::WeakSender<Input>,
    mut received: mpsc::Receiver<Input>,
) {
    let kept = i64::try_from(shared.seat_kept.as_secs()).unwrap_or(i64::MAX);
    let mut room = Room {
        shared: Arc::clone(&shared),
        consult,
        inputs,
        seats: Seats::new(kept),
        connections: BTreeMap::new(),
        peers: BTreeMap::new(),
        next_peer: 0,
    };
    tracing::info!(%consult, "room opened");
    loop {
        let deadline = room.seats.next_deadline();
        let input = match deadline {
            None => received.recv().await,
            Some(at) => {
                let millis = u64::try_from(at.0.saturating_sub(shared.clock.now().0)).unwrap_or(0);
                tokio::select! {
                    input = received.recv() => input,
                    () = tokio::time::sleep(Duration::from_millis(millis)) => {
                        room.give_up().await;
                        if room.close_if_empty(&mut received) { break }
                        continue;
                    }
                }
            }
        };
        match input {
            Some(Input::Enter(newcomer)) => room.enter(newcomer).await,
            Some(Input::Message { member, socket, message }) => room.message(member, socket, message).await,
            Some(Input::Lost { member, socket }) => room.lost(member, socket),
            Some(Input::Media { member, peer, event }) => room.media(member, peer, event),
            Some(Input::People(reply)) => {
                let _ = reply.send(room.seats.people());
            }
            Some(Input::End(reason)) => {
                room.end(reason).await;
                shared.open().rooms.remove(&consult);
                break;
            }
            None => break,
        }
        if room.close_if_empty(&mut received) {
            break;
        }
    }
    shared.sfu.close_room(wire::room_id(consult));
    if let Err(error) = shared.app.release_room(consult).await {
        tracing::warn!(%consult, %error, "the room's lease was not released; it lapses by itself");
    }
    tracing::info!(%consult, "room closed");
}

struct Room {
    shared: Arc<Shared>,
    consult: ConsultId,
    /// Weak, so that a room nobody holds any more comes to its end.
    inputs: mpsc::WeakSender<Input>,
    seats: Seats,
    connections: BTreeMap<SocketId, Connection>,
    /// The SFU peer that counts for each member; events of older ones are late.
    peers: BTreeMap<MemberId, Peer>,
    next_peer: u64,
}

struct Connection {
    outbox: mpsc::Sender<Outgoing>,
    /// An offer was answered on this connection: the next one is an ICE restart.
    offered: bool,
}

struct Peer {
    number: u64,
    socket: SocketId,
}

impl Room {
    async fn enter(&mut self, newcomer: Newcomer) {
        let Newcomer { person, part, socket, outbox, reply } = newcomer;
        let person_id = person.id;
        let taken = match self.seats.enter(person, part, socket) {
            Ok(taken) => taken,
            Err(code) => {
                let _ = reply.send(Err(code));
                return;
            }
        };
        if let Some(displaced) = taken.displaced {
            self.hang_up(displaced, ByeReason::JoinedElsewhere);
        }
        // The log first: nobody is in a room of which the log does not know.
        if let Err(error) = self.shared.app.joined(self.consult, person_id).await {
            self.seats.leave(taken.member, socket);
            let _ = reply.send(Err(error.code()));
            self.tell_roster(None);
            return;
        }
        self.connections.insert(socket, Connection { outbox, offered: false });
        if reply.send(Ok(taken.member)).is_err() {
            // The socket went away while it waited.
            self.lost(taken.member, socket);
            return;
        }
        self.tell(socket, ServerMessage::Welcome { you: taken.member, roster: self.seats.roster() });
        self.tell_roster(Some(socket));
    }

    async fn message(&mut self, member: MemberId, socket: SocketId, message: ClientMessage) {
        if !self.seats.holds(member, socket) {
            return;
        }
        match message {
            ClientMessage::Offer { sdp, publish, receive } => self.offer(member, socket, sdp, publish, receive).await,
            ClientMessage::Publishing { publishing } => self.publish(member, socket, publishing),
            ClientMessage::Leave => {
                if let Some(person) = self.seats.leave(member, socket) {
                    self.connections.remove(&socket);
                    self.gone(member, person).await;
                }
            }
            ClientMessage::Ping { nonce } => self.tell(socket, ServerMessage::Pong { nonce }),
            ClientMessage::Hello { .. } => {
                self.refuse(socket, ProblemCode::UnknownMessage, Some("hello was said already".to_owned()));
            }
        }
    }

    async fn offer(
        &mut self,
        member: MemberId,
        socket: SocketId,
        sdp: PrivateText,
        publish: Vec<PublishLine>,
        receive: Vec<ReceiveLine>,
    ) {
        if publish.len() > MAX_LINES || receive.len() > MAX_LINES {
            return self.refuse(socket, ProblemCode::InvalidSdp, Some("too many m-lines".to_owned()));
        }
        let restart = self.connections.get(&socket).is_some_and(|connection| connection.offered);
        let (events, mut happened) = mpsc::unbounded_channel();
        let offer = sfu::Offer {
            sdp: sdp.0,
            publish: publish.into_iter().map(|line| (line.mid, wire::source(line.source))).collect(),
            receive: receive.into_iter().map(|line| (line.mid, wire::source(line.source))).collect(),
            restart,
            events,
        };
        let room = wire::room_id(self.consult);
        let answered = self.shared.sfu.offer(room, wire::member_id(member), offer);
        let answer = match tokio::time::timeout(OFFER_TIME, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                let (code, detail) = wire::problem(&error);
                return self.refuse(socket, code, detail);
            }
            Err(_) => return self.refuse(socket, ProblemCode::Unavailable, None),
        };
        self.next_peer += 1;
        let number = self.next_peer;
        self.peers.insert(member, Peer { number, socket });
        if let Some(connection) = self.connections.get_mut(&socket) {
            connection.offered = true;
        }
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            while let Some(event) = happened.recv().await {
                let Some(inputs) = inputs.upgrade() else { break };
                if inputs.send(Input::Media { member, peer: number, event }).await.is_err() {
                    break;
                }
            }
        });
        self.tell(socket, ServerMessage::Answer { sdp: PrivateText(answer.sdp) });
    }

    fn publish(&mut self, member: MemberId, socket: SocketId, publishing: Publishing) {
        // Always on to the SFU: a fresh peer starts silent although the seat's state is the same.
        self.shared.sfu.set_publishing(
            wire::room_id(self.consult),
            wire::member_id(member),
            wire::publishing(publishing),
        );
        if self.seats.publish(member, socket, publishing) {
            self.tell_roster(None);
        }
    }

    fn lost(&mut self, member: MemberId, socket: SocketId) {
        self.connections.remove(&socket);
        if self.seats.lost(member, socket, self.shared.clock.now()) {
            // Others would look at a frozen face.
            let (room, member) = (wire::room_id(self.consult), wire::member_id(member));
            self.shared.sfu.set_publishing(room, member, sfu::Publishing::default());
            self.tell_roster(None);
        }
    }

    fn media(&mut self, member: MemberId, number: u64, event: sfu::PeerEvent) {
        let Some(peer) = self.peers.get(&member).filter(|peer| peer.number == number) else { return };
        let socket = peer.socket;
        match event {
            sfu::PeerEvent::Slots(slots) => {
                self.tell(socket, ServerMessage::Slots { slots: slots.into_iter().map(wire::slot).collect() });
            }
            sfu::PeerEvent::Connected => {
                if self.seats.media(member, socket, true) {
                    self.tell_roster(None);
                }
            }
            sfu::PeerEvent::Disconnected => {
                if self.seats.media(member, socket, false) {
                    self.tell_roster(None);
                }
            }
        }
    }

    async fn give_up(&mut self) {
        for (member, person) in self.seats.give_up(self.shared.clock.now()) {
            self.gone(member, person).await;
        }
    }

    /// A seat became free.
    async fn gone(&mut self, member: MemberId, person: PersonId) {
        self.peers.remove(&member);
        self.shared.sfu.leave(wire::room_id(self.consult), wire::member_id(member));
        self.tell_roster(None);
        self.record_left(person).await;
    }

    async fn record_left(&self, person: PersonId) {
        if let Err(error) = self.shared.app.left(self.consult, person).await {
            tracing::warn!(consult = %self.consult, %error, "the log did not take that somebody left");
        }
    }

    /// Everybody out.
    async fn end(&mut self, reason: ByeReason) {
        let sockets: Vec<_> = self.connections.keys().copied().collect();
        for socket in sockets {
            self.hang_up(socket, reason);
        }
        // After a restart people come back by themselves; who does not was not there any more.
        for person in self.seats.people() {
            self.record_left(person).await;
        }
    }

    /// Takes the room off the map when nobody sits in it and nobody is at the door.
    fn close_if_empty(&self, received: &mut mpsc::Receiver<Input>) -> bool {
        if !self.seats.is_empty() {
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

    fn hang_up(&mut self, socket: SocketId, reason: ByeReason) {
        if let Some(connection) = self.connections.remove(&socket) {
            // A full outbox is dropped with the connection: the client sees the socket close.
            let _ = connection.outbox.try_send(Outgoing::Bye(reason));
        }
    }

    fn refuse(&mut self, socket: SocketId, code: ProblemCode, detail: Option<String>) {
        self.tell(socket, ServerMessage::Refused { code, detail });
    }

    fn tell_roster(&mut self, except: Option<SocketId>) {
        let roster = self.seats.roster();
        let sockets: Vec<_> = self.connections.keys().copied().filter(|socket| Some(*socket) != except).collect();
        for socket in sockets {
            self.tell(socket, ServerMessage::Roster { roster: roster.clone() });
        }
    }

    /// A client that does not read is hung up on: dropping its outbox closes the socket, whose end frees the seat.
    fn tell(&mut self, socket: SocketId, message: ServerMessage) {
        let Some(connection) = self.connections.get(&socket) else { return };
        if connection.outbox.try_send(Outgoing::Message(message)).is_err() {
            tracing::info!(consult = %self.consult, "a room socket does not read; hung up");
            self.connections.remove(&socket);
        }
    }
}
