//! Events of appointments.

use super::{Consult, Event, Recorded};
use crate::domain::{
    consult::{Appointment, Held},
    slots::Slot,
};
use schemas::{
    PersonId, UnixMillis,
    consult::{AlarmKind, ConsultState},
    slots::{AppointmentEnd, AppointmentSide},
};

/// Alarms about an appointment: what is booked, confirmed or given up next answers them.
const ALARMS: [AlarmKind; 3] = [AlarmKind::NoAppointment, AlarmKind::NotConfirmed, AlarmKind::AppointmentMoved];

impl Consult {
    pub(super) fn apply_book(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        match &recorded.event {
            Event::SlotAwaited => self.goes_by_appointment(at),
            Event::SlotBooked { person, from, until, busy, by, confirm_by, specialist, requester } => {
                self.goes_by_appointment(at);
                ALARMS.iter().for_each(|kind| self.clear_alarm(*kind));
                let slot = Slot { from: *from, person: *person, until: *until, busy: *busy };
                let (by, confirm_by) = (*by, *confirm_by);
                let (specialist, requester, begun) = (*specialist, *requester, false);
                let appointment = self.appointment_since(at);
                appointment.since = at;
                appointment.slot = Some(Held { slot, by, confirm_by, specialist, requester, begun });
                self.both_have_confirmed(at);
            }
            Event::SlotConfirmed { side, .. } => {
                if let Some(held) = self.appointment.as_mut().and_then(|appointment| appointment.slot.as_mut()) {
                    match side {
                        AppointmentSide::Specialist => held.specialist = true,
                        AppointmentSide::Requester => held.requester = true,
                    }
                }
                self.both_have_confirmed(at);
            }
            Event::SlotEnded { person, why, .. } => self.slot_ended(*person, *why, at),
            Event::RoomOpened => self.enter(ConsultState::Accepted, at),
            Event::AppointmentBegun => {
                if let Some(held) = self.appointment.as_mut().and_then(|appointment| appointment.slot.as_mut()) {
                    held.begun = true;
                }
            }
            Event::RingsInstead => {
                self.appointment = None;
                self.specialist = None;
                self.accepted_at = None;
                self.alarm = None;
                self.rounds_before = self.round;
                self.attempts = 0;
                self.let_go_of_the_ladder();
                self.enter(ConsultState::Ringing, at);
            }
            _ => {}
        }
    }

    fn appointment_since(&mut self, at: UnixMillis) -> &mut Appointment {
        self.appointment.get_or_insert_with(|| Appointment {
            slot: None,
            since: at,
            before: Default::default(),
            declined: Default::default(),
            last_end: None,
        })
    }

    fn goes_by_appointment(&mut self, at: UnixMillis) {
        self.appointment_since(at);
        self.queue = None;
        self.let_go_of_the_ladder();
        if self.state != ConsultState::Booked {
            self.alarm = None;
            self.enter(ConsultState::Booked, at);
        }
    }

    /// From now on the specialist reads the whole case.
    fn both_have_confirmed(&mut self, at: UnixMillis) {
        let Some(held) = self.held().copied().filter(Held::is_confirmed) else { return };
        self.becomes_specialist(held.slot.person, at);
        ALARMS.iter().for_each(|kind| self.clear_alarm(*kind));
    }

    fn slot_ended(&mut self, person: PersonId, why: AppointmentEnd, at: UnixMillis) {
        let was_specialist = self.specialist == Some(person);
        if was_specialist {
            self.specialist = None;
            self.accepted_at = None;
        }
        let appointment = self.appointment_since(at);
        appointment.slot = None;
        appointment.since = at;
        appointment.last_end = Some(why);
        appointment.before.insert(person);
        if why == AppointmentEnd::Declined {
            appointment.declined.insert(person);
        }
        // Who had said yes sees what became of it.
        if was_specialist && why == AppointmentEnd::DutyChanged {
            self.former.insert(person);
        }
    }
}
