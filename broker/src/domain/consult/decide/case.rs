//! What is asked: the request, its fields, its studies, its clock, its cancelling.

use super::Draft;
use crate::domain::{
    consult::{Command, Consult, EVENT_VERSION, Event, Recorded, Refusal, WantedSlot, fields, guard, ladder},
    escalation::Matched,
};
use schemas::{
    PersonId, PrivateText, StudyId, UnixMillis,
    consult::{ActionName, CaseFields, ClockStamp, ConsultState, Urgency},
    slots::AppointmentEnd,
};

/// How far in the future something may have happened: clocks differ. More would take a typing error.
const STAMP_AHEAD_SECONDS: i64 = 5 * 60;
/// How long before the request something may have happened. More would take a wrong year.
const STAMP_BEHIND_SECONDS: i64 = 7 * 86_400;

/// The first command: there is no consult yet.
pub(super) fn begin(command: &Command, now: UnixMillis) -> Result<Vec<Event>, Refusal> {
    let Command::Request {
        id,
        service_id,
        network_id,
        hospital_id,
        requester,
        urgency,
        fields,
        prealert,
        test,
        matched,
        appointment,
    } = command
    else {
        return Err(Refusal::NotFound);
    };
    fields::check(fields, now)?;
    let (service_id, network_id, hospital_id, requester, urgency, fields) =
        (*service_id, *network_id, *hospital_id, *requester, *urgency, fields.clone());
    let event = if *prealert {
        let notified = matched.plan.first_rung().to_vec();
        Event::Prealerted { service_id, network_id, hospital_id, requester, urgency, fields, notified }
    } else {
        fields::check_request(urgency, &fields)?;
        Event::Requested { service_id, network_id, hospital_id, requester, urgency, fields, test: *test }
    };
    let recorded = Recorded { seq: 1, at: now, actor: Some(requester), version: EVENT_VERSION, event };
    // The event above begins a consult, so this is always the first branch.
    let Some(consult) = Consult::begin(*id, &recorded) else { return Err(Refusal::NotFound) };
    let mut draft = Draft::new(consult, now);
    draft.events.push(recorded.event);
    match appointment {
        Some(_) if *prealert => return Err(fields::invalid("appointment", "is not for a patient who is on the way")),
        Some(WantedSlot::Whenever) => super::book::begin(&mut draft, None)?,
        Some(WantedSlot::Slot(slot)) => super::book::begin(&mut draft, Some(slot))?,
        None if *prealert => {}
        None => ladder::begin_round(&mut draft, Some(matched)),
    }
    Ok(draft.events)
}

/// The first command again. Another content must not be acknowledged as if it were stored.
pub(super) fn begun_before(consult: &Consult, command: &Command) -> Result<(), Refusal> {
    let Command::Request { service_id, hospital_id, requester, urgency, fields, prealert, .. } = command else {
        return Ok(());
    };
    let stored = (consult.service_id, consult.hospital_id, consult.requester, consult.urgency, consult.was_prealert);
    let same = stored == (*service_id, *hospital_id, *requester, *urgency, *prealert);
    if same && is_stored(consult, fields) { Ok(()) } else { Err(Refusal::Conflict) }
}

pub(super) fn request_now(
    draft: &mut Draft,
    person: PersonId,
    urgency: Urgency,
    patch: &CaseFields,
    matched: &Matched,
) -> Result<(), Refusal> {
    let consult = &draft.consult;
    let done = consult.was_prealert && consult.state != ConsultState::Prealert && consult.state.is_open();
    if done && consult.urgency == urgency && is_stored(consult, patch) {
        return Ok(());
    }
    guard::permit(consult, ActionName::RequestNow, person)?;
    let fields = fields::changes(&consult.fields, patch);
    fields::check(&fields, draft.now)?;
    let mut merged = consult.fields.clone();
    fields::merge(&mut merged, patch);
    fields::check_request(urgency, &merged)?;
    draft.emit(Event::RequestMade { urgency, fields });
    ladder::begin_round(draft, Some(matched));
    Ok(())
}

pub(super) fn complete_fields(draft: &mut Draft, person: PersonId, patch: &CaseFields) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::CompleteFields, person)?;
    // What stands there already was checked when it came.
    let fields = fields::changes(&draft.consult.fields, patch);
    fields::check(&fields, draft.now)?;
    if fields != CaseFields::default() {
        draft.emit(Event::FieldsCompleted { fields });
    }
    Ok(())
}

/// While nobody has accepted the ladder begins anew, also instead of an appointment; a question is not asked for: a coordinator could not write it.
pub(super) fn change_urgency(
    draft: &mut Draft,
    person: PersonId,
    urgency: Urgency,
    matched: Option<&Matched>,
) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::ChangeUrgency, person)?;
    if draft.consult.urgency == urgency {
        return Ok(());
    }
    let on_ladder = draft.consult.is_on_ladder();
    if on_ladder {
        ladder::withdraw_all(draft, None);
    }
    draft.emit(Event::UrgencyChanged { urgency });
    if on_ladder {
        ladder::begin_round(draft, matched);
    } else if draft.consult.state == ConsultState::Booked {
        super::book::ring_by_urgency(draft, matched);
    }
    Ok(())
}

pub(super) fn stamp(draft: &mut Draft, person: PersonId, stamp: ClockStamp, at: UnixMillis) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::Stamp, person)?;
    if at > draft.now.plus_seconds(STAMP_AHEAD_SECONDS) {
        return Err(fields::invalid("at", "lies in the future"));
    }
    if at < draft.consult.created_at.plus_seconds(-STAMP_BEHIND_SECONDS) {
        return Err(fields::invalid("at", "lies more than a week before the request"));
    }
    if draft.consult.clock.get(stamp) != Some(at) {
        draft.emit(Event::Stamped { stamp, at });
    }
    Ok(())
}

pub(super) fn cancel(draft: &mut Draft, person: PersonId, reason: &PrivateText) -> Result<(), Refusal> {
    if draft.consult.state == ConsultState::Cancelled {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::Cancel, person)?;
    fields::check_text("reason", &reason.0)?;
    if reason.is_blank() && guard::cancel_needs_reason(draft.consult.state) {
        return Err(fields::invalid("reason", "is empty, and the consult has already begun"));
    }
    ladder::withdraw_all(draft, None);
    super::team::end_offer(draft, false);
    if draft.consult.state == ConsultState::Booked {
        super::book::give_up(draft, AppointmentEnd::Cancelled);
    }
    draft.emit(Event::Cancelled { reason: reason.clone() });
    Ok(())
}

/// What a person has detached does not come back by itself when another image of it arrives.
pub(super) fn attach_study(draft: &mut Draft, person: Option<PersonId>, study_id: StudyId) -> Result<(), Refusal> {
    let consult = &draft.consult;
    if consult.studies.contains(&study_id) || (person.is_none() && consult.detached.contains(&study_id)) {
        return Ok(());
    }
    guard::permit(consult, ActionName::AttachStudy, person.unwrap_or(consult.requester))?;
    draft.emit(Event::StudyAttached { study_id });
    Ok(())
}

pub(super) fn detach_study(
    draft: &mut Draft,
    person: PersonId,
    study_id: StudyId,
    reason: &PrivateText,
) -> Result<(), Refusal> {
    if draft.consult.detached.contains(&study_id) {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::DetachStudy, person)?;
    fields::check_text("reason", &reason.0)?;
    if !draft.consult.studies.contains(&study_id) {
        return Err(fields::invalid("study_id", "is not attached"));
    }
    draft.emit(Event::StudyDetached { study_id, reason: reason.clone() });
    Ok(())
}

fn is_stored(consult: &Consult, patch: &CaseFields) -> bool {
    let mut merged = consult.fields.clone();
    fields::merge(&mut merged, patch);
    merged == consult.fields
}
