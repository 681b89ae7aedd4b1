//! Who is asked, and what they say.

use super::Draft;
use crate::domain::{
    consult::{
        Consult, Event, Refusal,
        deadline::{PROMISE_SECONDS, TAKE_OVER_SECONDS},
        fields, guard, ladder,
    },
    escalation::Matched,
};
use schemas::{
    PersonId, PrivateText, RingId,
    consult::{ActionName, ConsultState, DeclineReason, Receipt, RingOutcome},
};

pub(super) fn accept(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if draft.consult.specialist == Some(person) && draft.consult.state != ConsultState::Cancelled {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::Accept, person)?;
    if let Some(ring_id) = open_ring(&draft.consult, person) {
        draft.emit(ladder::ended(ring_id, person, RingOutcome::Accepted));
    }
    ladder::withdraw_all(draft, Some(person));
    draft.emit(Event::Accepted { person });
    Ok(())
}

pub(super) fn promise(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if has_promised(&draft.consult, person) {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::AcceptInFive, person)?;
    if let Some(ring_id) = open_ring(&draft.consult, person) {
        draft.emit(ladder::ended(ring_id, person, RingOutcome::InFive));
    }
    ladder::withdraw_all(draft, Some(person));
    draft.emit(Event::Promised { person, until: draft.now.plus_seconds(PROMISE_SECONDS) });
    Ok(())
}

/// Pass on or decline; also takes a promise back.
pub(super) fn step_back(
    draft: &mut Draft,
    person: PersonId,
    answered: Option<RingId>,
    outcome: RingOutcome,
    reason: Option<DeclineReason>,
    note: &PrivateText,
) -> Result<(), Refusal> {
    let consult = &draft.consult;
    if let Some(answered) = answered {
        let ring = consult.rings.iter().find(|ring| ring.ring_id == answered && ring.person == person);
        if ring.ok_or(Refusal::NotRung)?.outcome == outcome {
            return Ok(());
        }
    }
    let action = if outcome == RingOutcome::Declined { ActionName::Decline } else { ActionName::PassOn };
    guard::permit(consult, action, person)?;
    fields::check_text("note", &note.0)?;
    let open = open_ring(consult, person);
    if answered.is_some() && answered != open {
        return Err(Refusal::NotRung);
    }
    if let Some(ring_id) = open {
        draft.emit(Event::RingEnded { ring_id, person, outcome, reason, note: note.clone() });
    }
    if has_promised(&draft.consult, person) {
        draft.emit(Event::PromiseBroken { person });
    }
    ladder::go_on(draft);
    Ok(())
}

pub(super) fn receipt(draft: &mut Draft, person: PersonId, ring_id: RingId, receipt: Receipt) -> Result<(), Refusal> {
    let ring = draft.consult.rings.iter().find(|ring| ring.ring_id == ring_id && ring.person == person);
    let ring = ring.ok_or(Refusal::NotRung)?;
    // A receipt that comes after the end of its ring tells nobody anything any more.
    let news = ring.is_active()
        && match receipt {
            Receipt::Delivered => ring.delivered_at.is_none(),
            Receipt::Seen => ring.seen_at.is_none(),
        };
    match receipt {
        Receipt::Delivered if news => draft.emit(Event::RingDelivered { ring_id, person }),
        Receipt::Seen if news => draft.emit(Event::RingSeen { ring_id, person }),
        _ => {}
    }
    Ok(())
}

/// Whoever was rung may still accept. A repeat gains no time; after the time is over, the coordinator may take over
/// again.
pub(super) fn take_over(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::TakeOver, person)?;
    let holds = draft.consult.taken_over.is_some_and(|held| held.person == person && held.until > draft.now);
    if !holds {
        ladder::withdraw_all(draft, None);
        draft.emit(Event::TakenOver { person, until: draft.now.plus_seconds(TAKE_OVER_SECONDS) });
    }
    Ok(())
}

/// Somebody whom the consult waited for is free. Nothing to do while somebody is rung or sees to it: at the end of
/// that the ladder looks for itself.
pub(super) fn freed(draft: &mut Draft, matched: &Matched) -> Result<(), Refusal> {
    if ladder::may_leave_the_queue(&draft.consult, matched) {
        ladder::begin_round(draft, Some(matched));
    }
    Ok(())
}

/// The ring that a person can still answer: the active one, or the one that their promise keeps open.
fn open_ring(consult: &Consult, person: PersonId) -> Option<RingId> {
    let promised = has_promised(consult, person);
    consult
        .rings
        .iter()
        .rev()
        .find(|ring| ring.person == person && (ring.is_active() || (promised && ring.outcome == RingOutcome::InFive)))
        .map(|ring| ring.ring_id)
}

fn has_promised(consult: &Consult, person: PersonId) -> bool {
    consult.promise.is_some_and(|promise| promise.person == person)
}
