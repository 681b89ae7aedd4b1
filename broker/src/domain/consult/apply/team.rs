//! Events about who belongs to the consult.

use super::{Consult, Event, Recorded};
use crate::domain::consult::{Exchange, Glass, Offer, Participant, Side};
use schemas::{
    PersonId, UnixMillis,
    consult::{ConsultState, Part},
};

impl Consult {
    pub(super) fn apply_team(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        match &recorded.event {
            Event::Offered { to, by, until, is_hand_over } => {
                self.offer = Some(Offer { to: *to, by: *by, at, until: *until, is_hand_over: *is_hand_over });
            }
            Event::OfferEnded { .. } => self.offer = None,
            Event::SpecialistChanged { person } => self.specialist_changed(*person, recorded),
            Event::ParticipantAdded { person, part } => {
                self.participants.retain(|each| each.person != *person);
                self.participants.push(Participant { person: *person, part: *part, since: at });
            }
            Event::ParticipantRemoved { person } => self.participants.retain(|each| each.person != *person),
            Event::AskedForMore { person, text } => {
                self.exchanges.push(Exchange { at, person: *person, is_question: true, text: text.clone() });
            }
            Event::Replied { person, text } => {
                self.exchanges.push(Exchange { at, person: *person, is_question: false, text: text.clone() });
            }
            Event::GlassBroken { person, until, .. } => self.glass.push(Glass { person: *person, until: *until }),
            _ => {}
        }
    }

    pub(super) fn accepted(&mut self, person: PersonId, at: UnixMillis) {
        self.enter(ConsultState::Accepted, at);
        self.becomes_specialist(person, at);
        self.alarm = None;
        self.queue = None;
        self.let_go_of_the_ladder();
    }

    fn specialist_changed(&mut self, person: PersonId, recorded: &Recorded) {
        let at = recorded.at;
        let before = self.specialist.filter(|before| *before != person);
        self.becomes_specialist(person, at);
        self.appointment = None;
        self.work_goes_on(recorded);
        if let Some(before) = before {
            self.former.insert(before);
            self.change_side(before, Side::Other, at);
        }
        self.change_side(person, Side::Specialist, at);
    }

    pub(super) fn becomes_specialist(&mut self, person: PersonId, at: UnixMillis) {
        self.specialist = Some(person);
        self.accepted_at = Some(at);
        self.specialist_joined = self.in_room.contains(&person);
        self.former.remove(&person);
        self.participants.retain(|each| each.person != person);
    }

    /// Who somebody who joins now is to the talk.
    pub(super) fn side_of(&self, person: PersonId) -> Side {
        let helps = matches!(self.part_of(person), Some(Part::SecondSpecialist | Part::Interpreter));
        if self.specialist == Some(person) {
            Side::Specialist
        } else if helps || self.former.contains(&person) {
            Side::Other
        } else {
            Side::Requesting
        }
    }
}
