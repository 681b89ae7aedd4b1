//! Guests of a room: at the door, let in, sent away, and never alone with one another.

use super::seats::{Part, SocketId};
use super::task::{Connection, Newcomer, Room};
use super::wire;
use crate::app::Occupant;
use schemas::GuestId;
use schemas::directory::PersonRef;
use schemas::guest::{Guest, GuestState};
use schemas::problem::ProblemCode;
use schemas::room::{ByeReason, ServerMessage};

impl Room {
    /// A guest's ticket was good: to the door, or straight back in for somebody who was let in before.
    pub(super) async fn guest_comes(&mut self, guest: GuestId, newcomer: Newcomer) {
        let Newcomer { seat, socket, outbox, reply } = newcomer;
        if let Err(code) = self.announce(guest).await {
            // The log may know of the guest; nobody is at the door.
            self.doubt();
            let _ = reply.send(Err(code));
            return;
        }
        self.connections.insert(socket, Connection { outbox, offered: false, session: None });
        if let Some(displaced) = self.door.come(guest, seat.person, socket) {
            self.hang_up(displaced, ByeReason::JoinedElsewhere);
        }
        if reply.send(Ok(())).is_err() {
            // The socket went away while it waited.
            self.connections.remove(&socket);
            return self.lost_at_the_door(guest, socket);
        }
        let may_enter = self.state_of(guest) == Some(GuestState::Admitted);
        if !(may_enter && self.let_in(guest).await) {
            self.tell(socket, ServerMessage::Waiting);
        }
    }

    /// The log learns that a guest is at the door, which alarms the team; and the room what the log makes of it.
    async fn announce(&mut self, guest: GuestId) -> Result<(), ProblemCode> {
        self.shared.app.guest_waits(self.consult, guest).await.map_err(|error| error.code())?;
        self.refresh().await?;
        match self.state_of(guest) {
            Some(GuestState::Removed) | None => Err(ProblemCode::NotAdmitted),
            Some(_) => Ok(()),
        }
    }

    fn guests(&self) -> &[Guest] {
        self.facts.as_ref().map_or(&[], |facts| &facts.guests)
    }

    fn state_of(&self, guest: GuestId) -> Option<GuestState> {
        self.guests().iter().find(|known| known.id == guest).map(|known| known.state)
    }

    /// From the door to a seat. `false` when there is none, or nobody of the team is in the room; the next change
    /// tries again.
    async fn let_in(&mut self, guest: GuestId) -> bool {
        if !self.seats.has_team() {
            return false;
        }
        let Some(waits) = self.door.take(guest) else { return false };
        let (person, socket): (PersonRef, SocketId) = (waits.person, waits.socket);
        let Ok(taken) = self.seats.enter(person.clone(), Part::Guest, socket) else {
            self.door.come(guest, person, socket);
            return false;
        };
        // The log first, as for everybody.
        if let Err(error) = self.shared.app.guest_joined(self.consult, guest).await {
            tracing::warn!(consult = %self.consult, %error, "the log did not take that a guest joined");
            self.seats.vacate(taken.member);
            self.door.come(guest, person, socket);
            return false;
        }
        if let Some(displaced) = taken.displaced {
            self.hang_up(displaced, ByeReason::JoinedElsewhere);
        }
        if let Some(connection) = self.connections.get_mut(&socket) {
            connection.offered = false;
        }
        self.welcome(taken.member, socket);
        true
    }

    /// A guest leaves the door by themselves.
    pub(super) async fn goes_away(&mut self, guest: GuestId, socket: SocketId) {
        self.connections.remove(&socket);
        if self.door.left(guest, socket) {
            self.record_left(Occupant::Guest(guest)).await;
        }
    }

    /// Their connection is gone: the log hears of it when they do not come back.
    pub(super) fn lost_at_the_door(&mut self, guest: GuestId, socket: SocketId) {
        let until = self.shared.clock.now().plus_seconds(self.kept_seconds);
        self.door.lost(guest, socket, until);
    }

    /// Brings door and seats to what log and team want. Called after every input; without guests it does nothing.
    pub(super) async fn settle(&mut self) {
        if self.facts.as_ref().is_some_and(|facts| facts.is_over_for_guests) {
            self.send_guests_home().await;
        }
        let verdict = self.door.judge(self.guests());
        for guest in verdict.removed {
            if let Some(waits) = self.door.take(guest) {
                self.hang_up(waits.socket, ByeReason::Removed);
            }
        }
        for sitter in self.seats.sitters() {
            let Occupant::Guest(guest) = sitter.who else { continue };
            if self.state_of(guest) != Some(GuestState::Admitted) {
                self.expel(sitter.member, ByeReason::Removed).await;
            }
        }
        for guest in verdict.admitted {
            self.let_in(guest).await;
        }
        self.leave_nobody_alone().await;
        self.tell_waiting();
        if self.seats.is_empty() && std::mem::take(&mut self.has_media) {
            // Somebody may still be at the door. What was said and shown in the room ends with it all the same.
            self.shared.sfu.close_room(wire::room_id(self.consult));
        }
    }

    /// The talk is over for them, although the team may stay.
    async fn send_guests_home(&mut self) {
        let ids: Vec<_> = self.guests().iter().map(|guest| guest.id).collect();
        for guest in ids {
            if let Some(waits) = self.door.take(guest) {
                self.hang_up(waits.socket, ByeReason::ConsultEnded);
            }
        }
        for sitter in self.seats.sitters() {
            if matches!(sitter.who, Occupant::Guest(_)) {
                self.expel(sitter.member, ByeReason::ConsultEnded).await;
            }
        }
    }

    /// No room of guests alone: a while after the last of the team has gone they are back at the door, and come in
    /// again by themselves when somebody of the team does.
    async fn leave_nobody_alone(&mut self) {
        if !self.seats.has_guests() || self.seats.has_team() {
            self.alone_until = None;
            return;
        }
        let now = self.shared.clock.now();
        if now < *self.alone_until.get_or_insert(now.plus_seconds(self.kept_seconds)) {
            return;
        }
        self.alone_until = None;
        let roster = self.seats.roster();
        for sitter in self.seats.sitters() {
            let Occupant::Guest(guest) = sitter.who else { continue };
            let Some(freed) = self.seats.vacate(sitter.member) else { continue };
            self.gone(freed).await;
            let person = roster.iter().find(|seat| seat.id == sitter.member).map(|seat| seat.person.clone());
            if let (Some(socket), Some(person)) = (sitter.socket, person) {
                self.door.come(guest, person, socket);
                self.tell(socket, ServerMessage::Waiting);
            }
        }
    }

    /// Tells the team who is at the door, when that has changed.
    fn tell_waiting(&mut self) {
        let waiting = self.door.list(self.guests());
        if waiting == self.told_waiting {
            return;
        }
        for socket in self.seats.sockets(|part| part != Part::Guest) {
            self.tell(socket, ServerMessage::WaitingGuests { guests: waiting.clone() });
        }
        self.told_waiting = waiting;
    }
}
