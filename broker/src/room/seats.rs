//! Who sits where. Pure: told the time.
//!
//! Invariants: a person or guest has one seat and, while the room lives, always the same [`MemberId`]; a seat has one socket at
//! most; a seat without a socket is kept for a while and then given up; whatever the crowd, specialist and requester find
//! a seat each, also after a hand-over.

use crate::app::Occupant;
use schemas::directory::PersonRef;
use schemas::problem::ProblemCode;
use schemas::room::{MAX_MEMBERS, Member, Publishing};
use schemas::{GuestId, MemberId, PersonId, UnixMillis};
use std::collections::BTreeMap;

/// One connection; a reload of the page is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// What somebody is in the consult. The order is that in which people give way in a full room, last first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Specialist,
    Requester,
    /// Somebody else of the team.
    Other,
    /// Somebody without an account.
    Guest,
}

impl Part {
    /// The part of whoever a ticket was for.
    pub fn of(seat: &crate::app::Seat) -> Self {
        match (seat.guest.as_ref(), seat.is_specialist, seat.is_requester) {
            (Some(_), _, _) => Self::Guest,
            (None, true, _) => Self::Specialist,
            (None, false, true) => Self::Requester,
            (None, false, false) => Self::Other,
        }
    }

    /// Without these two there is no consult.
    fn is_needed(self) -> bool {
        matches!(self, Self::Specialist | Self::Requester)
    }
}

/// The seats of one room.
#[derive(Debug)]
pub struct Seats {
    /// Kept for the room's whole life, so that what somebody drew stays theirs after coming back.
    numbers: BTreeMap<Occupant, MemberId>,
    taken: BTreeMap<MemberId, Seat>,
    kept_seconds: i64,
}

#[derive(Debug)]
struct Seat {
    /// A guest's id is theirs as a guest ([`schemas::room::Member`]).
    person: PersonRef,
    part: Part,
    socket: Option<SocketId>,
    media: bool,
    publishing: Publishing,
    /// When the seat is given up; set while there is no socket.
    until: Option<UnixMillis>,
}

/// A seat was taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Taken {
    pub member: MemberId,
    /// The same person's other connection, which loses the seat.
    pub displaced: Option<SocketId>,
    /// Somebody who had to stand up for a specialist or requester.
    pub gave_way: Option<Freed>,
}

/// A seat became free.
#[derive(Debug, PartialEq, Eq)]
pub struct Freed {
    pub member: MemberId,
    pub who: Occupant,
    pub socket: Option<SocketId>,
}

/// Somebody who sits or has a seat kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sitter {
    pub member: MemberId,
    pub who: Occupant,
    /// Absent while the seat is kept.
    pub socket: Option<SocketId>,
}

impl Seat {
    fn who(&self) -> Occupant {
        occupant(self.person.id, self.part)
    }
}

impl Seats {
    /// Seats without a socket are kept for `kept_seconds`.
    pub fn new(kept_seconds: i64) -> Self {
        Self { numbers: BTreeMap::new(), taken: BTreeMap::new(), kept_seconds }
    }

    /// `person` comes in by `socket`, for the first time, again, or from elsewhere.
    ///
    /// # Errors
    /// [`ProblemCode::RoomFull`] when [`MAX_MEMBERS`] other people sit or have a seat kept. The seats of a specialist and
    /// a requester who are not here yet count as taken. These two always get in: after a hand-over in a full room
    /// somebody gives way.
    pub fn enter(&mut self, person: PersonRef, part: Part, socket: SocketId) -> Result<Taken, ProblemCode> {
        let next = MemberId(u32::try_from(self.numbers.len()).unwrap_or(u32::MAX - 1) + 1);
        let who = occupant(person.id, part);
        let known = self.numbers.get(&who).copied();
        let member = known.unwrap_or(next);
        let mut gave_way = None;
        if !self.taken.contains_key(&member) && self.taken.len() + self.reserved(part) >= MAX_MEMBERS {
            gave_way = self.give_way(part);
            if gave_way.is_none() {
                return Err(ProblemCode::RoomFull);
            }
        }
        self.numbers.insert(who, member);
        let publishing = Publishing::default();
        let seat = Seat { person, part, socket: Some(socket), media: false, publishing, until: None };
        let displaced = self.taken.insert(member, seat).and_then(|seat| seat.socket);
        Ok(Taken { member, displaced, gave_way })
    }

    /// Who are specialist and requester now. `true` when that changes somebody's part.
    pub fn appoint(&mut self, specialist: Option<PersonId>, requester: PersonId) -> bool {
        let mut changed = false;
        for seat in self.taken.values_mut().filter(|seat| seat.part != Part::Guest) {
            let part = match seat.person.id {
                person if Some(person) == specialist => Part::Specialist,
                person if person == requester => Part::Requester,
                _ => Part::Other,
            };
            changed |= std::mem::replace(&mut seat.part, part) != part;
        }
        changed
    }

    /// The connection is gone without a word. `false` when it no longer held the seat.
    pub fn lost(&mut self, member: MemberId, socket: SocketId, now: UnixMillis) -> bool {
        let until = now.plus_seconds(self.kept_seconds);
        let Some(seat) = self.holder(member, socket) else { return false };
        seat.socket = None;
        seat.media = false;
        seat.publishing = Publishing::default();
        seat.until = Some(until);
        true
    }

    /// Leaves on purpose. `None` when the connection no longer held the seat.
    pub fn leave(&mut self, member: MemberId, socket: SocketId) -> Option<Freed> {
        self.holder(member, socket)?;
        self.vacate(member)
    }

    /// Takes the seat away from whoever has it.
    pub fn vacate(&mut self, member: MemberId) -> Option<Freed> {
        let seat = self.taken.remove(&member)?;
        Some(Freed { member, who: seat.who(), socket: seat.socket })
    }

    /// Media came up or went down. `true` when that is news.
    pub fn media(&mut self, member: MemberId, socket: SocketId, connected: bool) -> bool {
        self.holder(member, socket).is_some_and(|seat| std::mem::replace(&mut seat.media, connected) != connected)
    }

    /// What the member sends from now on. `true` when that is news.
    pub fn publish(&mut self, member: MemberId, socket: SocketId, publishing: Publishing) -> bool {
        self.holder(member, socket)
            .is_some_and(|seat| std::mem::replace(&mut seat.publishing, publishing) != publishing)
    }

    /// Gives up the seats whose time is over.
    pub fn give_up(&mut self, now: UnixMillis) -> Vec<Freed> {
        let over = |seat: &Seat| seat.until.is_some_and(|until| until <= now);
        let members: Vec<_> = self.taken.iter().filter(|(_, seat)| over(seat)).map(|(member, _)| *member).collect();
        members.into_iter().filter_map(|member| self.vacate(member)).collect()
    }

    /// When [`Seats::give_up`] has something to do next.
    pub fn next_deadline(&self) -> Option<UnixMillis> {
        self.taken.values().filter_map(|seat| seat.until).min()
    }

    /// The seat that this connection holds.
    pub fn seat_of(&self, socket: SocketId) -> Option<MemberId> {
        self.taken.iter().find(|(_, seat)| seat.socket == Some(socket)).map(|(member, _)| *member)
    }

    /// Connections of those whose part is `wanted`.
    pub fn sockets(&self, wanted: impl Fn(Part) -> bool) -> Vec<SocketId> {
        self.taken.values().filter(|seat| wanted(seat.part)).filter_map(|seat| seat.socket).collect()
    }

    /// Everybody, by seat.
    pub fn roster(&self) -> Vec<Member> {
        self.taken
            .iter()
            .map(|(id, seat)| Member {
                id: *id,
                person: seat.person.clone(),
                is_specialist: seat.part == Part::Specialist,
                is_guest: seat.part == Part::Guest,
                connected: seat.media,
                publishing: seat.publishing,
            })
            .collect()
    }

    /// Everybody who sits or has a seat kept.
    pub fn sitters(&self) -> Vec<Sitter> {
        let sitter =
            |(member, seat): (&MemberId, &Seat)| Sitter { member: *member, who: seat.who(), socket: seat.socket };
        self.taken.iter().map(sitter).collect()
    }

    /// Somebody of the team is connected. A kept seat does not count: it hears nothing and can send nobody away.
    pub fn has_team(&self) -> bool {
        self.taken.values().any(|seat| seat.part != Part::Guest && seat.socket.is_some())
    }

    pub fn has_guests(&self) -> bool {
        self.taken.values().any(|seat| seat.part == Part::Guest)
    }

    pub fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// Seats that a newcomer with this part must leave free.
    fn reserved(&self, newcomer: Part) -> usize {
        let parts = [Part::Specialist, Part::Requester].into_iter().filter(|part| *part != newcomer);
        parts.filter(|part| !self.taken.values().any(|seat| seat.part == *part)).count()
    }

    /// Frees a seat for somebody without whom there is no consult: a kept one first, then a guest's, then the team's,
    /// the newest first.
    fn give_way(&mut self, newcomer: Part) -> Option<Freed> {
        if !newcomer.is_needed() {
            return None;
        }
        let others = self.taken.iter().filter(|(_, seat)| !seat.part.is_needed());
        let (member, _) = others.max_by_key(|(member, seat)| (seat.socket.is_none(), seat.part, **member))?;
        self.vacate(*member)
    }

    fn holder(&mut self, member: MemberId, socket: SocketId) -> Option<&mut Seat> {
        self.taken.get_mut(&member).filter(|seat| seat.socket == Some(socket))
    }
}

fn occupant(id: PersonId, part: Part) -> Occupant {
    match part {
        Part::Guest => Occupant::Guest(GuestId(id.0)),
        Part::Specialist | Part::Requester | Part::Other => Occupant::Person(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::HospitalId;
    use uuid::Uuid;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    fn person(n: u128) -> PersonRef {
        PersonRef {
            id: PersonId(Uuid::from_u128(n)),
            name: format!("Person {n}"),
            hospital_id: HospitalId(Uuid::nil()),
            hospital: "Haus".to_owned(),
            phone: None,
        }
    }

    #[test]
    fn somebody_who_reloads_keeps_the_seat_and_the_old_page_loses_it() {
        let mut seats = Seats::new(60);
        let first = seats.enter(person(1), Part::Specialist, SocketId(1)).unwrap();
        assert_eq!(first, Taken { member: MemberId(1), displaced: None, gave_way: None });
        let again = seats.enter(person(1), Part::Specialist, SocketId(2)).unwrap();
        assert_eq!(again, Taken { member: MemberId(1), displaced: Some(SocketId(1)), gave_way: None });
        assert!(!seats.lost(MemberId(1), SocketId(1), NOW), "the old page's end changes nothing");
        assert!(!seats.publish(MemberId(1), SocketId(1), Publishing { camera: true, ..Publishing::default() }));
        assert_eq!(seats.leave(MemberId(1), SocketId(1)), None);
        assert_eq!(seats.seat_of(SocketId(2)), Some(MemberId(1)));
    }

    #[test]
    fn a_lost_seat_is_kept_for_a_minute_and_its_number_for_ever() {
        let mut seats = Seats::new(60);
        seats.enter(person(1), Part::Other, SocketId(1)).unwrap();
        seats.enter(person(2), Part::Other, SocketId(2)).unwrap();
        assert!(seats.media(MemberId(1), SocketId(1), true));
        assert!(seats.lost(MemberId(1), SocketId(1), NOW));
        assert!(!seats.roster()[0].connected);
        assert_eq!(seats.next_deadline(), Some(NOW.plus_seconds(60)));
        assert!(seats.give_up(NOW.plus_seconds(59)).is_empty());
        let freed = Freed { member: MemberId(1), who: Occupant::Person(person(1).id), socket: None };
        assert_eq!(seats.give_up(NOW.plus_seconds(60)), vec![freed]);
        assert_eq!(seats.next_deadline(), None);
        assert_eq!(seats.enter(person(1), Part::Other, SocketId(3)).unwrap().member, MemberId(1));
        assert_eq!(seats.enter(person(3), Part::Other, SocketId(4)).unwrap().member, MemberId(3));
    }

    #[test]
    fn nobody_gets_a_ninth_seat_but_everybody_may_come_back() {
        let mut seats = Seats::new(60);
        for n in 1..=MAX_MEMBERS as u64 {
            let part = [Part::Specialist, Part::Requester, Part::Other][(n as usize - 1).min(2)];
            seats.enter(person(u128::from(n)), part, SocketId(n)).unwrap();
        }
        assert_eq!(seats.enter(person(99), Part::Other, SocketId(99)), Err(ProblemCode::RoomFull));
        assert!(seats.enter(person(1), Part::Specialist, SocketId(100)).is_ok());
        seats.leave(MemberId(3), SocketId(3)).unwrap();
        assert!(seats.enter(person(99), Part::Other, SocketId(101)).is_ok());
    }

    #[test]
    fn a_crowd_leaves_specialist_and_requester_a_seat_each() {
        let mut seats = Seats::new(60);
        for n in 1..=MAX_MEMBERS as u64 - 2 {
            seats.enter(person(u128::from(n)), Part::Other, SocketId(n)).unwrap();
        }
        assert_eq!(seats.enter(person(50), Part::Other, SocketId(50)), Err(ProblemCode::RoomFull));
        assert!(seats.enter(person(60), Part::Requester, SocketId(60)).is_ok());
        assert_eq!(seats.enter(person(50), Part::Other, SocketId(51)), Err(ProblemCode::RoomFull));
        assert!(seats.enter(person(70), Part::Specialist, SocketId(70)).is_ok());
        assert_eq!(seats.roster().len(), MAX_MEMBERS);
    }

    #[test]
    fn guests_leave_both_sides_a_seat_each() {
        let mut seats = Seats::new(60);
        seats.enter(person(1), Part::Other, SocketId(1)).unwrap();
        for n in 2..=6 {
            seats.enter(person(n), Part::Guest, SocketId(n as u64)).unwrap();
        }
        assert_eq!(seats.enter(person(7), Part::Guest, SocketId(7)), Err(ProblemCode::RoomFull));
        assert!(seats.enter(person(8), Part::Specialist, SocketId(8)).is_ok());
        assert!(seats.enter(person(9), Part::Requester, SocketId(9)).is_ok());
        assert!(seats.roster().iter().filter(|member| member.is_guest).count() == 5);
    }

    #[test]
    fn after_a_hand_over_in_a_full_room_the_new_specialist_gets_in() {
        let mut seats = Seats::new(60);
        seats.enter(person(1), Part::Requester, SocketId(1)).unwrap();
        seats.enter(person(2), Part::Specialist, SocketId(2)).unwrap();
        seats.enter(person(3), Part::Guest, SocketId(3)).unwrap();
        for n in 4..=8 {
            seats.enter(person(n), Part::Other, SocketId(n as u64)).unwrap();
        }
        assert!(seats.appoint(Some(person(20).id), person(1).id), "the old one is one of the team now");
        assert!(!seats.appoint(Some(person(20).id), person(1).id));
        assert!(!seats.roster()[1].is_specialist);
        let taken = seats.enter(person(20), Part::Specialist, SocketId(20)).unwrap();
        let who = Occupant::Guest(GuestId(person(3).id.0));
        let guest = Freed { member: MemberId(3), who, socket: Some(SocketId(3)) };
        assert_eq!(taken.gave_way, Some(guest));
        assert_eq!(seats.roster().len(), MAX_MEMBERS);
        // And again, with nobody but the team: the newest stands up, never the requester.
        seats.appoint(Some(person(21).id), person(1).id);
        let gave_way = seats.enter(person(21), Part::Specialist, SocketId(21)).unwrap().gave_way.unwrap();
        assert_eq!(gave_way.who, Occupant::Person(person(20).id));
    }

    #[test]
    fn a_guest_with_somebodys_id_does_not_take_their_seat() {
        let mut seats = Seats::new(60);
        let specialist = seats.enter(person(1), Part::Specialist, SocketId(1)).unwrap();
        let guest = seats.enter(person(1), Part::Guest, SocketId(2)).unwrap();
        assert_ne!(specialist.member, guest.member);
        assert_eq!((guest.displaced, seats.seat_of(SocketId(1))), (None, Some(specialist.member)));
        assert_eq!(seats.sitters().len(), 2);
    }

    #[test]
    fn a_kept_seat_is_no_company_for_guests() {
        let mut seats = Seats::new(60);
        seats.enter(person(1), Part::Other, SocketId(1)).unwrap();
        seats.enter(person(2), Part::Guest, SocketId(2)).unwrap();
        assert!(seats.has_team() && seats.has_guests());
        seats.lost(MemberId(1), SocketId(1), NOW);
        assert!(!seats.has_team());
    }

    #[test]
    fn only_news_is_news() {
        let mut seats = Seats::new(60);
        seats.enter(person(1), Part::Other, SocketId(1)).unwrap();
        let on = Publishing { microphone: true, ..Publishing::default() };
        assert!(seats.publish(MemberId(1), SocketId(1), on));
        assert!(!seats.publish(MemberId(1), SocketId(1), on));
        assert!(!seats.media(MemberId(1), SocketId(1), false));
    }
}
