//! By appointment: booking, moving, confirming, and ringing after all.

use super::Draft;
use crate::domain::{
    consult::{
        BookedBy, Consult, Event, Held, Refusal,
        appointment::{
            begins_at, confirm_by, is_to_ring, keeps_unconfirmed, no_slot_alarm_at, not_confirmed_at, room_opens_at,
        },
        deadline::ASSIGNED_RING_SECONDS,
        fields, guard, ladder,
        state::assigned_ring_id,
    },
    escalation::Matched,
    slots::Slot,
};
use schemas::{
    PersonId, UnixMillis,
    consult::{ActionName, AlarmKind, ConsultState, Urgency},
    slots::{AppointmentEnd, AppointmentSide},
};

/// The consult begins by appointment. `slot` absent: it waits for one.
pub(super) fn begin(draft: &mut Draft, slot: Option<&Slot>) -> Result<(), Refusal> {
    let consult = &draft.consult;
    if consult.urgency != Urgency::Elective {
        return Err(fields::invalid("appointment", "is for what is elective"));
    }
    match slot {
        Some(slot) => hold(draft, slot, BookedBy::Requester),
        None => {
            has_deadline(consult, draft.now)?;
            draft.emit(Event::SlotAwaited);
        }
    }
    Ok(())
}

/// By the house that asks, or a coordinator for both. The same slot again by the same is a repeat.
pub(super) fn book(draft: &mut Draft, person: PersonId, slot: &Slot, by: BookedBy) -> Result<(), Refusal> {
    let is_held = |held: &&Held| (held.slot.person, held.slot.from, held.by) == (slot.person, slot.from, by);
    if draft.consult.state == ConsultState::Booked && draft.consult.held().filter(is_held).is_some() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::BookSlot, person)?;
    instead(draft, slot, by);
    Ok(())
}

pub(super) fn await_slot(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if draft.consult.wants_slot() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::AwaitSlot, person)?;
    give_up(draft, AppointmentEnd::Cancelled);
    ladder::withdraw_all(draft, None);
    draft.emit(Event::SlotAwaited);
    Ok(())
}

/// `from` is the appointment that was shown: another one was not.
pub(super) fn confirm(draft: &mut Draft, person: PersonId, from: UnixMillis) -> Result<(), Refusal> {
    let side = draft.consult.side_of_appointment(person);
    let held = shown(&draft.consult, from)?;
    if held.has(side) && draft.consult.state.is_open() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::ConfirmSlot, person)?;
    draft.emit(Event::SlotConfirmed { side, person });
    Ok(())
}

pub(super) fn decline(draft: &mut Draft, person: PersonId, from: UnixMillis) -> Result<(), Refusal> {
    // A repeat: it is gone already.
    let said_no = |consult: &Consult| consult.appointment.as_ref().is_some_and(|of| of.declined.contains(&person));
    if draft.consult.wants_slot() && said_no(&draft.consult) {
        return Ok(());
    }
    shown(&draft.consult, from)?;
    guard::permit(&draft.consult, ActionName::DeclineSlot, person)?;
    let side = draft.consult.side_of_appointment(person);
    give_up(
        draft,
        if side == AppointmentSide::Specialist { AppointmentEnd::Declined } else { AppointmentEnd::NotWanted },
    );
    Ok(())
}

/// By the specialist of the appointment: another time, which the house that asks has to say yes to.
pub(super) fn propose(draft: &mut Draft, person: PersonId, slot: &Slot) -> Result<(), Refusal> {
    let is_held = |held: &&Held| (held.slot.from, held.by) == (slot.from, BookedBy::Specialist);
    if draft.consult.held().filter(is_held).is_some() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::ProposeSlot, person)?;
    if slot.person != person {
        return Err(fields::invalid("slot.person", "is somebody else"));
    }
    instead(draft, slot, BookedBy::Specialist);
    Ok(())
}

pub(super) fn ring_now(draft: &mut Draft, person: PersonId, matched: &Matched) -> Result<(), Refusal> {
    if draft.consult.is_on_ladder() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::RingNow, person)?;
    ring(draft, AppointmentEnd::Rings, Some(matched));
    Ok(())
}

/// Whoever it is booked with has no duty then any more. `to` has, and is free: asked in their place, without asking the
/// house that asks again. Nothing where the appointment is another one by now.
pub(super) fn duty_changed(draft: &mut Draft, person: PersonId, from: UnixMillis, to: Option<&Slot>) {
    let is_meant = |held: &&Held| (held.slot.person, held.slot.from) == (person, from);
    let held = draft.consult.held().filter(is_meant).copied();
    let Some(held) = held.filter(|_| draft.consult.state == ConsultState::Booked) else { return };
    give_up(draft, AppointmentEnd::DutyChanged);
    if let Some(slot) = to {
        hold_for(draft, slot, BookedBy::Duty, held.requester);
    }
    draft.emit(Event::alarm(AlarmKind::AppointmentMoved));
}

/// A more urgent consult does not wait for a day: it rings.
pub(super) fn ring_by_urgency(draft: &mut Draft, matched: Option<&Matched>) {
    ring(draft, AppointmentEnd::Rings, matched);
}

/// The appointment is over before it took place: its slot is free.
pub(super) fn give_up(draft: &mut Draft, why: AppointmentEnd) {
    if let Some(Held { slot, .. }) = draft.consult.held().copied() {
        draft.emit(Event::SlotEnded { person: slot.person, from: slot.from, why });
    }
}

/// The machine's turn in state `booked`, and for an appointment whose room is open. `true`: it rings now, and nothing else
/// is to be looked at.
pub(super) fn time_passes(draft: &mut Draft, rematch: Option<&Matched>) -> bool {
    let due = |at: Option<UnixMillis>, draft: &Draft| at.is_some_and(|at| at <= draft.now);
    if is_to_ring(&draft.consult, draft.now) {
        let came_late = draft.consult.state != ConsultState::Booked;
        ring(draft, if came_late { AppointmentEnd::Missed } else { AppointmentEnd::NotConfirmed }, rematch);
        return true;
    }
    if due(not_confirmed_at(&draft.consult), draft) {
        if draft.consult.held().is_some_and(keeps_unconfirmed) {
            draft.emit(Event::alarm(AlarmKind::NotConfirmed));
        } else {
            give_up(draft, AppointmentEnd::NotConfirmed);
        }
    }
    if due(no_slot_alarm_at(&draft.consult), draft) {
        draft.emit(Event::alarm(AlarmKind::NoAppointment));
    }
    if due(room_opens_at(&draft.consult), draft) {
        draft.emit(Event::RoomOpened);
    }
    if due(begins_at(&draft.consult), draft) {
        draft.emit(Event::AppointmentBegun);
    }
    false
}

/// Ends the appointment and begins the ladder. Who was booked is rung first, alone: it is their consult.
fn ring(draft: &mut Draft, why: AppointmentEnd, matched: Option<&Matched>) {
    let booked = draft.consult.held().map(|held| held.slot.person);
    give_up(draft, why);
    draft.emit(Event::RingsInstead);
    let is_theirs = matches!(why, AppointmentEnd::Missed | AppointmentEnd::NotConfirmed);
    if let Some(person) = booked.filter(|person| is_theirs && !draft.consult.has_declined(*person)) {
        let first = matched.and_then(|matched| matched.plan.steps.iter().find(|step| !step.people.is_empty()));
        let seconds = first.map_or(ASSIGNED_RING_SECONDS, |step| i64::from(step.ring_seconds));
        let Consult { id, seq, round, step, .. } = draft.consult;
        let (ring_id, until) = (assigned_ring_id(id, seq, person), draft.now.plus_seconds(seconds));
        draft.emit(Event::RingStarted { ring_id, person, round, step, until, assigned: true, busy: false });
    }
    ladder::begin_round(draft, matched);
}

fn instead(draft: &mut Draft, slot: &Slot, by: BookedBy) {
    ladder::withdraw_all(draft, None);
    give_up(draft, AppointmentEnd::Moved);
    hold(draft, slot, by);
}

fn hold(draft: &mut Draft, slot: &Slot, by: BookedBy) {
    hold_for(draft, slot, by, by == BookedBy::Requester);
}

fn hold_for(draft: &mut Draft, slot: &Slot, by: BookedBy, requester: bool) {
    let Slot { from, person, until, busy } = *slot;
    let confirm_by = confirm_by(draft.now, slot);
    let specialist = by == BookedBy::Specialist;
    draft.emit(Event::SlotBooked { person, from, until, busy, by, confirm_by, specialist, requester });
}

fn shown(consult: &Consult, from: UnixMillis) -> Result<Held, Refusal> {
    let held = consult.held().filter(|held| held.slot.from == from);
    held.copied().ok_or(Refusal::WrongState { state: consult.state })
}

/// Who waits for a slot waits until a deadline: without one nobody would look.
fn has_deadline(consult: &Consult, now: UnixMillis) -> Result<(), Refusal> {
    let is_ahead = consult.fields.deadline.is_some_and(|deadline| deadline > now);
    if is_ahead { Ok(()) } else { Err(fields::invalid("fields.deadline", "is needed to wait for a slot")) }
}
