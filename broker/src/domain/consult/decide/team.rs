//! Who belongs to the consult beside who asked, and what they ask one another.

use super::Draft;
use crate::domain::consult::{
    Consult, Event, Refusal,
    deadline::{ASSIGNED_RING_SECONDS, OFFER_SECONDS},
    fields, guard, ladder,
    state::assigned_ring_id,
};
use schemas::{
    PersonId, PrivateText, UnixMillis,
    consult::{ActionName, Part},
};

/// Second specialists and interpreters of one consult. More leaves no seat for requester, specialist and a guest in
/// a room of eight.
pub const MAX_PARTICIPANTS: usize = 4;
/// How long a broken glass lets somebody read. More is access that nobody remembers; less cuts an emergency short.
pub const BREAK_GLASS_SECONDS: i64 = 3600;
/// Shortest reason for breaking the glass, in characters: "Notfall" alone says nothing to who has to judge it.
const MIN_GLASS_REASON: usize = 10;

/// Rings `to` alone while nobody has accepted; the ladder follows with its next step. Offers it afterwards.
pub(super) fn assign(draft: &mut Draft, person: PersonId, to: PersonId) -> Result<(), Refusal> {
    let consult = &draft.consult;
    guard::permit(consult, ActionName::Assign, person)?;
    if consult.requester == to {
        return Err(fields::invalid("to", "is who asks"));
    }
    if !consult.is_on_ladder() {
        return if consult.specialist == Some(to) { Ok(()) } else { offer(draft, person, to, false) };
    }
    if consult.has_declined(to) {
        return Err(fields::invalid("to", "has declined this consult"));
    }
    if consult.active_rings().any(|ring| ring.person == to && ring.assigned) {
        return Ok(());
    }
    ladder::withdraw_all(draft, None);
    let Consult { id, seq, round, step, .. } = draft.consult;
    draft.emit(Event::RingStarted {
        ring_id: assigned_ring_id(id, seq, to),
        person: to,
        round,
        step,
        until: draft.now.plus_seconds(ASSIGNED_RING_SECONDS),
        assigned: true,
        busy: false,
    });
    Ok(())
}

pub(super) fn hand_over(draft: &mut Draft, person: PersonId, to: PersonId) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::HandOver, person)?;
    if to == draft.consult.requester || to == person {
        return Err(fields::invalid("to", "is already part of this consult"));
    }
    offer(draft, person, to, true)
}

/// One offer at a time: a new one ends the one before.
fn offer(draft: &mut Draft, by: PersonId, to: PersonId, is_hand_over: bool) -> Result<(), Refusal> {
    if draft.consult.offer.is_some_and(|open| open.to == to && open.by == by) {
        return Ok(());
    }
    end_offer(draft, false);
    draft.emit(Event::Offered { to, by, until: draft.now.plus_seconds(OFFER_SECONDS), is_hand_over });
    Ok(())
}

/// An offer whose time is over and that nobody has ended yet may still be accepted: it helps and hurts nobody.
pub(super) fn accept_offer(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if draft.consult.specialist == Some(person) && draft.consult.state.is_open() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::AcceptOffer, person)?;
    end_offer(draft, true);
    draft.emit(Event::SpecialistChanged { person });
    Ok(())
}

pub(super) fn decline_offer(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::DeclineOffer, person)?;
    end_offer(draft, false);
    Ok(())
}

pub(super) fn end_offer(draft: &mut Draft, accepted: bool) {
    if let Some(offer) = draft.consult.offer {
        draft.emit(Event::OfferEnded { to: offer.to, accepted });
    }
}

pub(super) fn add_participant(draft: &mut Draft, person: PersonId, who: PersonId, part: Part) -> Result<(), Refusal> {
    let consult = &draft.consult;
    if consult.state.is_open() && consult.part_of(who) == Some(part) {
        return Ok(());
    }
    guard::permit(consult, ActionName::AddParticipant, person)?;
    if consult.requester == who || consult.specialist == Some(who) {
        return Err(fields::invalid("person", "is already part of this consult"));
    }
    if consult.participants.iter().filter(|each| each.person != who).count() >= MAX_PARTICIPANTS {
        return Err(Refusal::RoomFull);
    }
    draft.emit(Event::ParticipantAdded { person: who, part });
    Ok(())
}

pub(super) fn remove_participant(draft: &mut Draft, person: PersonId, who: PersonId) -> Result<(), Refusal> {
    if draft.consult.part_of(who).is_none() {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::RemoveParticipant, person)?;
    draft.emit(Event::ParticipantRemoved { person: who });
    Ok(())
}

pub(super) fn ask_for_more(draft: &mut Draft, person: PersonId, text: &PrivateText) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::AskForMore, person)?;
    fields::check_written("text", text)?;
    if !was_last(&draft.consult, person, true, text) {
        draft.emit(Event::AskedForMore { person, text: text.clone() });
    }
    Ok(())
}

pub(super) fn reply(draft: &mut Draft, person: PersonId, text: &PrivateText) -> Result<(), Refusal> {
    if was_last(&draft.consult, person, false, text) {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::Reply, person)?;
    fields::check_written("text", text)?;
    draft.emit(Event::Replied { person, text: text.clone() });
    Ok(())
}

fn was_last(consult: &Consult, person: PersonId, is_question: bool, text: &PrivateText) -> bool {
    consult
        .exchanges
        .last()
        .is_some_and(|last| (last.person, last.is_question) == (person, is_question) && last.text == *text)
}

/// Any state: also what is over may matter in an emergency. Whoever may read it anyway breaks nothing.
pub(super) fn break_glass(
    draft: &mut Draft,
    person: PersonId,
    until: UnixMillis,
    reason: &PrivateText,
) -> Result<(), Refusal> {
    let consult = &draft.consult;
    if consult.team().contains(&person) || consult.glass_holders(draft.now).contains(&person) {
        return Ok(());
    }
    fields::check_text("reason", &reason.0)?;
    if reason.0.trim().chars().count() < MIN_GLASS_REASON {
        return Err(fields::invalid("reason", "is shorter than 10 characters"));
    }
    if until <= draft.now || until > draft.now.plus_seconds(BREAK_GLASS_SECONDS) {
        return Err(fields::invalid("until", "is not within the next hour"));
    }
    draft.emit(Event::GlassBroken { person, until, reason: reason.clone() });
    Ok(())
}
