//! Guests who have come and are not in the room. Pure.
//!
//! Invariant: a guest stands at the door once, with one connection, or has a place kept there and none. Who lost the
//! network comes back within moments: neither the log nor the team need hear of it, and who is let in meanwhile stays so.

use super::seats::SocketId;
use schemas::directory::PersonRef;
use schemas::guest::{Guest, GuestState};
use schemas::{GuestId, UnixMillis};
use std::collections::BTreeMap;

/// Who stands at the door of one room.
#[derive(Debug, Default)]
pub struct Door {
    waiting: BTreeMap<GuestId, Waits>,
    /// Who lost their connection, and until when their place is kept.
    lost: BTreeMap<GuestId, UnixMillis>,
}

/// One guest at the door.
#[derive(Debug, PartialEq)]
pub struct Waits {
    pub person: PersonRef,
    pub socket: SocketId,
}

/// What the log says about those at the door.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Somebody let them in.
    pub admitted: Vec<GuestId>,
    /// Sent away, or unknown.
    pub removed: Vec<GuestId>,
}

impl Door {
    /// A guest comes. Their other connection, which loses its place.
    pub fn come(&mut self, guest: GuestId, person: PersonRef, socket: SocketId) -> Option<SocketId> {
        self.lost.remove(&guest);
        self.waiting.insert(guest, Waits { person, socket }).map(|before| before.socket)
    }

    /// They leave by themselves. `false` when that connection no longer held the place.
    pub fn left(&mut self, guest: GuestId, socket: SocketId) -> bool {
        let held = self.waiting.get(&guest).is_some_and(|waits| waits.socket == socket);
        if held {
            self.waiting.remove(&guest);
        }
        held
    }

    /// The connection is gone; the place is kept until `until`, if it still held it.
    pub fn lost(&mut self, guest: GuestId, socket: SocketId, until: UnixMillis) {
        if self.left(guest, socket) {
            self.lost.insert(guest, until);
        }
    }

    /// Whose place is kept no longer.
    pub fn give_up(&mut self, now: UnixMillis) -> Vec<GuestId> {
        self.lost.extract_if(.., |_, until| *until <= now).map(|(guest, _)| guest).collect()
    }

    pub fn next_deadline(&self) -> Option<UnixMillis> {
        self.lost.values().min().copied()
    }

    /// Takes a guest from the door, in or away. `None` for a place that was kept.
    pub fn take(&mut self, guest: GuestId) -> Option<Waits> {
        self.lost.remove(&guest);
        self.waiting.remove(&guest)
    }

    /// The guest who waits by this connection.
    pub fn guest_at(&self, socket: SocketId) -> Option<GuestId> {
        self.waiting.iter().find(|(_, waits)| waits.socket == socket).map(|(guest, _)| *guest)
    }

    /// Those at the door as the team sees them, in the order in which they were invited. Somebody who was let in and
    /// finds no seat is among them: they are not in the room yet. So is who can be let in before they are back.
    pub fn list(&self, guests: &[Guest]) -> Vec<Guest> {
        let kept = |guest: &Guest| guest.state == GuestState::Waiting && self.lost.contains_key(&guest.id);
        guests.iter().filter(|guest| self.waiting.contains_key(&guest.id) || kept(guest)).cloned().collect()
    }

    pub fn judge(&self, guests: &[Guest]) -> Verdict {
        let mut verdict = Verdict::default();
        for id in self.guests() {
            match guests.iter().find(|guest| guest.id == id).map(|guest| guest.state) {
                Some(GuestState::Admitted) if self.lost.contains_key(&id) => {}
                Some(GuestState::Admitted) => verdict.admitted.push(id),
                Some(GuestState::Invited | GuestState::Waiting) => {}
                Some(GuestState::Removed) | None => verdict.removed.push(id),
            }
        }
        verdict
    }

    /// Everybody at the door, those included whose place is kept.
    pub fn guests(&self) -> impl Iterator<Item = GuestId> {
        self.waiting.keys().chain(self.lost.keys()).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.lost.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::guest::GuestPart;
    use schemas::{HospitalId, PersonId};
    use uuid::Uuid;

    fn person(n: u128) -> PersonRef {
        PersonRef {
            id: PersonId(Uuid::from_u128(n)),
            name: format!("Person {n}"),
            hospital_id: HospitalId(Uuid::nil()),
            hospital: "Haus".to_owned(),
            phone: None,
        }
    }

    fn guest(n: u128, state: GuestState) -> Guest {
        Guest {
            id: GuestId(Uuid::from_u128(n)),
            name: format!("Gast {n}").into(),
            part: GuestPart::Relative,
            state,
            invited_by: person(100),
            at: UnixMillis(0),
        }
    }

    #[test]
    fn the_log_decides_over_those_who_are_there() {
        let guests = [
            guest(1, GuestState::Waiting),
            guest(2, GuestState::Admitted),
            guest(3, GuestState::Removed),
            guest(4, GuestState::Admitted),
        ];
        let mut door = Door::default();
        for n in [1, 2, 3, 5] {
            assert_eq!(door.come(GuestId(Uuid::from_u128(n)), person(n), SocketId(n as u64)), None);
        }
        let id = |n| GuestId(Uuid::from_u128(n));
        assert_eq!(door.judge(&guests), Verdict { admitted: vec![id(2)], removed: vec![id(3), id(5)] });
        assert_eq!(door.list(&guests).len(), 3, "who is not there is not listed");
    }

    #[test]
    fn a_second_connection_takes_the_place_and_the_first_ones_end_changes_nothing() {
        let mut door = Door::default();
        let id = GuestId(Uuid::from_u128(1));
        door.come(id, person(1), SocketId(1));
        assert_eq!(door.come(id, person(1), SocketId(2)), Some(SocketId(1)));
        assert!(!door.left(id, SocketId(1)));
        assert!(door.left(id, SocketId(2)));
        assert!(door.is_empty());
    }

    #[test]
    fn a_lost_place_is_kept_for_a_while() {
        let mut door = Door::default();
        let id = GuestId(Uuid::from_u128(1));
        let until = UnixMillis(60);
        door.come(id, person(1), SocketId(1));
        door.lost(id, SocketId(7), until);
        assert_eq!(door.next_deadline(), None, "another connection's end");
        door.lost(id, SocketId(1), until);
        assert_eq!((door.guest_at(SocketId(1)), door.next_deadline()), (None, Some(until)));
        assert!(!door.is_empty());
        assert_eq!(door.list(&[guest(1, GuestState::Waiting)]).len(), 1, "and can be let in");
        assert_eq!(door.judge(&[guest(1, GuestState::Admitted)]), Verdict::default(), "but not without them");
        assert!(door.list(&[guest(1, GuestState::Admitted)]).is_empty());
        assert_eq!(door.judge(&[guest(1, GuestState::Removed)]).removed, [id]);
        assert_eq!(door.give_up(UnixMillis(59)), []);
        assert_eq!(door.come(id, person(1), SocketId(2)), None);
        assert_eq!((door.give_up(until), door.next_deadline()), (vec![], None), "they are back");
        door.lost(id, SocketId(2), until);
        assert_eq!(door.give_up(until), [id]);
        assert!(door.is_empty());
    }
}
