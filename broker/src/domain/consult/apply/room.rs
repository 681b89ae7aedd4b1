//! Events in the room and at its door.

use super::{Consult, Event, Recorded};
use crate::domain::consult::{Guest, GuestStay, Lifted, RecordedConsent, RollCall, Side, Stay};
use schemas::{
    GuestId, PersonId, UnixMillis,
    consult::{AlarmKind, ConsultState},
    guest::GuestState,
};

impl Consult {
    pub(super) fn apply_room(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        match &recorded.event {
            Event::Joined { person } => self.joined(*person, at),
            Event::Left { person } => self.left(*person, at),
            Event::RollCalled { person, present } => {
                self.roll_call = Some(RollCall { at, by: *person, present: present.clone() });
            }
            Event::ConsentRecorded { person, consent } => {
                self.consent = Some(RecordedConsent { consent: *consent, at, by: *person });
            }
            Event::EncryptionLifted { person } => {
                self.encryption_lifted.get_or_insert(Lifted { by: *person, at });
            }
            Event::GuestInvited { guest_id, name, part, person } if self.guest(*guest_id).is_none() => {
                self.guests.push(Guest {
                    id: *guest_id,
                    name: name.clone(),
                    part: *part,
                    state: GuestState::Invited,
                    invited_by: *person,
                    at,
                    admitted_at: None,
                });
            }
            Event::GuestWaits { guest_id } => self.move_guest(*guest_id, GuestState::Waiting),
            Event::GuestAdmitted { guest_id, .. } => {
                self.move_guest(*guest_id, GuestState::Admitted);
                if let Some(guest) = self.guests.iter_mut().find(|guest| guest.id == *guest_id) {
                    guest.admitted_at.get_or_insert(at);
                }
            }
            Event::GuestRemoved { guest_id, .. } => self.move_guest(*guest_id, GuestState::Removed),
            Event::GuestJoined { guest_id } if !self.is_guest_inside(*guest_id) => {
                self.guest_stays.push(GuestStay { guest_id: *guest_id, from: at, until: None });
            }
            Event::GuestLeft { guest_id } => self.guest_left(*guest_id, recorded),
            _ => {}
        }
    }

    pub(in crate::domain::consult) fn is_guest_inside(&self, guest_id: GuestId) -> bool {
        self.guest_stays.iter().any(|stay| stay.guest_id == guest_id && stay.until.is_none())
    }

    fn guest_left(&mut self, guest_id: GuestId, recorded: &Recorded) {
        let open = |stay: &&mut GuestStay| stay.guest_id == guest_id && stay.until.is_none();
        if let Some(stay) = self.guest_stays.iter_mut().find(open) {
            stay.until = Some(recorded.at);
        }
        // Whoever was let in stays so, and comes back without waiting.
        let waits = self.guest(guest_id).is_some_and(|guest| guest.state == GuestState::Waiting);
        if waits && recorded.is_of(2) {
            self.move_guest(guest_id, GuestState::Invited);
        }
    }

    fn move_guest(&mut self, guest_id: GuestId, state: GuestState) {
        if let Some(guest) = self.guests.iter_mut().find(|guest| guest.id == guest_id) {
            guest.state = state;
        }
    }

    fn joined(&mut self, person: PersonId, at: UnixMillis) {
        if self.in_room.insert(person) {
            let side = self.side_of(person);
            self.stays.push(Stay { person, side, from: at, until: None });
        }
        self.room_empty_since = None;
        self.session_started_at.get_or_insert(at);
        if self.specialist == Some(person) {
            self.specialist_joined = true;
            self.clear_alarm(AlarmKind::NotStarted);
        }
        if self.state == ConsultState::Accepted {
            self.enter(ConsultState::InSession, at);
        }
    }

    fn left(&mut self, person: PersonId, at: UnixMillis) {
        if !self.in_room.remove(&person) {
            return;
        }
        self.end_stay(person, at);
        if self.in_room.is_empty() {
            self.room_empty_since = Some(at);
        }
    }

    /// The minutes before and after count for different sides.
    pub(super) fn change_side(&mut self, person: PersonId, side: Side, at: UnixMillis) {
        if self.end_stay(person, at) {
            self.stays.push(Stay { person, side, from: at, until: None });
        }
    }

    fn end_stay(&mut self, person: PersonId, at: UnixMillis) -> bool {
        let open = self.stays.iter_mut().find(|stay| stay.person == person && stay.until.is_none());
        open.map(|stay| stay.until = Some(at)).is_some()
    }
}
