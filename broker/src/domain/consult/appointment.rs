//! By appointment instead of by ringing: what is held, and when the machine acts on it.

use super::Consult;
use crate::domain::slots::Slot;
use schemas::{
    PersonId, UnixMillis,
    consult::{AlarmKind, ConsultState},
    slots::{AppointmentEnd, AppointmentSide, AppointmentStatus},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a side has to say yes. More holds a slot that nobody may want; less asks people at night.
pub const CONFIRM_WITHIN_SECONDS: i64 = 24 * 3600;
/// And at the latest so long before the appointment. More is no time to say yes; less leaves none to find somebody else.
pub const CONFIRM_BEFORE_SECONDS: i64 = 30 * 60;
/// How long before the appointment people may come in. More has a specialist "accepted" who is somewhere else; less
/// leaves no time to try camera and microphone.
pub const ROOM_OPENS_SECONDS: i64 = 10 * 60;
/// How late the specialist may come before their telephone rings. More lets a patient wait; less rings somebody who is at
/// the door.
pub const MISSED_AFTER_SECONDS: i64 = 5 * 60;
/// How long before its deadline a consult that waits for a slot alarms the coordinator. More alarms for what would have
/// found a slot by itself; less leaves no working day.
pub const NO_SLOT_ALARM_SECONDS: i64 = 24 * 3600;
/// How long before its deadline it rings. More rings for what might still be booked; less leaves no time to answer.
pub const NO_SLOT_RINGS_SECONDS: i64 = 3600;
/// Deadline of one that waits although its case names none any more.
const WITHOUT_DEADLINE_SECONDS: i64 = 7 * 24 * 3600;

/// It goes by appointment. Stays until the consult ends, or rings after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Absent: it waits for one.
    pub slot: Option<Held>,
    /// Since when it waits, or holds the slot.
    pub since: UnixMillis,
    /// With whom it was booked before.
    pub before: BTreeSet<PersonId>,
    /// Who said no.
    pub declined: BTreeSet<PersonId>,
    pub last_end: Option<AppointmentEnd>,
}

/// A slot that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub slot: Slot,
    pub by: BookedBy,
    pub confirm_by: UnixMillis,
    pub specialist: bool,
    pub requester: bool,
    /// It was said that it begins.
    pub begun: bool,
}

/// Who picked the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookedBy {
    /// The house that asks.
    Requester,
    Specialist,
    /// A coordinator, for both.
    Desk,
    /// Nobody: the one before went off duty, and this one has it then.
    Duty,
}

impl Held {
    pub const fn has(&self, side: AppointmentSide) -> bool {
        match side {
            AppointmentSide::Specialist => self.specialist,
            AppointmentSide::Requester => self.requester,
        }
    }

    pub const fn is_confirmed(&self) -> bool {
        self.specialist && self.requester
    }

    pub fn room_opens_at(&self) -> UnixMillis {
        self.slot.from.plus_seconds(-ROOM_OPENS_SECONDS)
    }
}

/// When those have to have said yes who are asked at `now`.
pub(super) fn confirm_by(now: UnixMillis, slot: &Slot) -> UnixMillis {
    let last = slot.from.plus_seconds(-CONFIRM_BEFORE_SECONDS);
    now.plus_seconds(CONFIRM_WITHIN_SECONDS).min(last.max(now))
}

impl Consult {
    /// The slot that is held, while it is.
    pub fn held(&self) -> Option<&Held> {
        self.appointment.as_ref()?.slot.as_ref()
    }

    /// It waits for a slot.
    pub fn wants_slot(&self) -> bool {
        self.state == ConsultState::Booked && self.held().is_none()
    }

    pub fn appointment_status(&self) -> Option<AppointmentStatus> {
        self.appointment.as_ref()?;
        Some(match self.held() {
            None => AppointmentStatus::Waitlist,
            Some(held) if !held.requester => AppointmentStatus::Proposed,
            Some(held) if !held.specialist => AppointmentStatus::Pending,
            Some(_) => AppointmentStatus::Booked,
        })
    }

    /// Which side of the appointment this person is on.
    pub(super) fn side_of_appointment(&self, person: PersonId) -> AppointmentSide {
        let is_theirs = self.held().is_some_and(|held| held.slot.person == person);
        if is_theirs { AppointmentSide::Specialist } else { AppointmentSide::Requester }
    }
}

/// When the machine acts next on a consult in state `booked`.
pub(super) fn deadline(consult: &Consult) -> Option<UnixMillis> {
    let due = [no_slot_alarm_at(consult), not_confirmed_at(consult), room_opens_at(consult), rings_at(consult)];
    due.into_iter().flatten().min()
}

/// Alarm: it waits for a slot, and its deadline is near.
pub(super) fn no_slot_alarm_at(consult: &Consult) -> Option<UnixMillis> {
    let due = last_moment(consult).plus_seconds(-NO_SLOT_ALARM_SECONDS);
    (consult.wants_slot() && consult.alarm != Some(AlarmKind::NoAppointment)).then_some(due)
}

/// Somebody has not said yes in time. What the house that asks has picked stands all the same, with an alarm; everything
/// else waits for a slot again.
pub(super) fn not_confirmed_at(consult: &Consult) -> Option<UnixMillis> {
    let held = consult.held().filter(|held| consult.state == ConsultState::Booked && !held.is_confirmed())?;
    let is_told = keeps_unconfirmed(held) && consult.alarm == Some(AlarmKind::NotConfirmed);
    (!is_told).then_some(held.confirm_by)
}

pub(super) fn keeps_unconfirmed(held: &Held) -> bool {
    held.by == BookedBy::Requester || held.by == BookedBy::Duty && held.requester
}

/// The confirmed appointment is near.
pub(super) fn room_opens_at(consult: &Consult) -> Option<UnixMillis> {
    let held = consult.held().filter(|held| consult.state == ConsultState::Booked && held.is_confirmed())?;
    Some(held.room_opens_at())
}

/// The appointment's time has come: both are reminded.
pub(super) fn begins_at(consult: &Consult) -> Option<UnixMillis> {
    let is_open = matches!(consult.state, ConsultState::Accepted | ConsultState::InSession);
    consult.held().filter(|held| is_open && !held.begun).map(|held| held.slot.from)
}

/// It rings after all: nobody came, nobody said yes, or there is no slot.
pub(super) fn rings_at(consult: &Consult) -> Option<UnixMillis> {
    match (consult.state, consult.held()) {
        (ConsultState::Booked, None) => Some(last_moment(consult).plus_seconds(-NO_SLOT_RINGS_SECONDS)),
        (ConsultState::Booked, Some(held)) if held.is_confirmed() => None,
        (ConsultState::Booked, Some(held)) if keeps_unconfirmed(held) => Some(held.slot.from),
        // It would wait again from then on, and may have no time for that.
        (ConsultState::Booked, Some(held)) => {
            let waits_until = last_moment(consult).plus_seconds(-NO_SLOT_RINGS_SECONDS);
            Some(held.slot.from.min(waits_until.max(held.confirm_by)))
        }
        (ConsultState::Accepted | ConsultState::InSession, Some(held)) => {
            // Who tried the camera before it and left has not come.
            let person = held.slot.person;
            let came = consult.in_room.contains(&person)
                || consult
                    .stays
                    .iter()
                    .any(|stay| stay.person == person && stay.until.is_none_or(|at| at > held.slot.from));
            let is_missed = !came && consult.specialist == Some(person);
            is_missed.then(|| held.slot.from.plus_seconds(MISSED_AFTER_SECONDS))
        }
        _ => None,
    }
}

/// The tick that is due makes it ring, so it wants a ranking.
pub(super) fn is_to_ring(consult: &Consult, now: UnixMillis) -> bool {
    rings_at(consult).is_some_and(|due| due <= now)
}

fn last_moment(consult: &Consult) -> UnixMillis {
    let since = consult.appointment.as_ref().map_or(consult.state_since, |appointment| appointment.since);
    consult.fields.deadline.unwrap_or_else(|| since.plus_seconds(WITHOUT_DEADLINE_SECONDS))
}
