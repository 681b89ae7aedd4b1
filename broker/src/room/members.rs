//! Members of the team: they come, are lost, give up and leave.

use super::seats::{Freed, Part, SocketId};
use super::task::{Connection, Newcomer, Place, Room};
use super::wire;
use crate::app::Occupant;
use schemas::MemberId;
use schemas::room::{ByeReason, Publishing, ServerMessage};

impl Room {
    pub(super) async fn enter(&mut self, newcomer: Newcomer) {
        let Newcomer { seat, socket, outbox, reply } = newcomer;
        let (part, person, session) = (Part::of(&seat), seat.person.id, seat.session);
        let taken = match self.seats.enter(seat.person, part, socket) {
            Ok(taken) => taken,
            Err(code) => {
                let _ = reply.send(Err(code));
                return;
            }
        };
        if let Some(displaced) = taken.displaced {
            self.hang_up(displaced, ByeReason::JoinedElsewhere);
        }
        if let Some(freed) = taken.gave_way {
            self.gave_way(freed).await;
        }
        // The log first: nobody is in a room of which the log does not know.
        if let Err(error) = self.shared.app.joined(self.consult, person).await {
            self.seats.leave(taken.member, socket);
            // Somebody who came again was in it before; and what got no answer may be in it all the same.
            self.doubt();
            let _ = reply.send(Err(error.code()));
            self.tell_roster(None);
            return;
        }
        self.connections.insert(socket, Connection { outbox, offered: false, session });
        if reply.send(Ok(())).is_err() {
            // The socket went away while it waited.
            self.lost(socket).await;
            return;
        }
        self.welcome(taken.member, socket);
        if !self.told_waiting.is_empty() {
            self.tell(socket, ServerMessage::WaitingGuests { guests: self.told_waiting.clone() });
        }
    }

    pub(super) fn welcome(&mut self, you: MemberId, socket: SocketId) {
        let encryption = self.encryption.clone();
        self.tell(socket, ServerMessage::Welcome { you, roster: self.seats.roster(), encryption });
        self.tell_roster(Some(socket));
    }

    pub(super) async fn lost(&mut self, socket: SocketId) {
        let place = self.place(socket);
        self.connections.remove(&socket);
        match place {
            None => {}
            Some(Place::Door(guest)) => self.lost_at_the_door(guest, socket),
            Some(Place::Seat(member)) if self.seats.lost(member, socket, self.shared.clock.now()) => {
                // Others would look at a frozen face.
                let (room, member) = (wire::room_id(self.consult), wire::member_id(member));
                self.shared.sfu.set_publishing(room, member, wire::publishing(Publishing::default()));
                self.tell_roster(None);
            }
            Some(Place::Seat(_)) => {}
        }
    }

    pub(super) async fn give_up(&mut self) {
        for freed in self.seats.give_up(self.shared.clock.now()) {
            self.gone(freed).await;
        }
        for guest in self.door.give_up(self.shared.clock.now()) {
            self.record_left(Occupant::Guest(guest)).await;
        }
    }

    /// Takes somebody's seat and connection away.
    pub(super) async fn expel(&mut self, member: MemberId, reason: ByeReason) {
        let Some(freed) = self.seats.vacate(member) else { return };
        if let Some(socket) = freed.socket {
            self.hang_up(socket, reason);
        }
        self.gone(freed).await;
    }

    /// Their client tries again, finds the room full and says so.
    pub(super) async fn gave_way(&mut self, freed: Freed) {
        if let Some(socket) = freed.socket {
            self.hang_up(socket, ByeReason::Lost);
        }
        self.gone(freed).await;
    }

    /// A seat became free.
    pub(super) async fn gone(&mut self, freed: Freed) {
        self.peers.remove(&freed.member);
        self.shared.sfu.leave(wire::room_id(self.consult), wire::member_id(freed.member));
        self.tell_roster(None);
        self.record_left(freed.who).await;
    }
}
