//! What comes of it: the report and its versions, the acknowledgement, the end, what became of the patient.

use super::Draft;
use crate::domain::consult::{Event, Refusal, answer as check, fields, guard};
use schemas::{
    PersonId, PrivateText,
    consult::{ActionName, Answer, ConsultState},
    report::{CloseOut, Outcome},
};

/// How often a house tells how it went on. More would be a diary.
const MAX_OUTCOMES: usize = 20;

/// The first version ends the specialist's work. A later one replaces it: an acknowledged or closed consult goes back
/// to `reported`, so that somebody reads the new version, and it has to be taken over into the hospital's record before
/// anything is purged.
pub(super) fn sign(
    draft: &mut Draft,
    person: PersonId,
    answer: &Answer,
    after_version: u32,
    reason: &PrivateText,
) -> Result<(), Refusal> {
    let consult = &draft.consult;
    let index = usize::try_from(after_version).unwrap_or(usize::MAX);
    let repeats = consult.versions.get(index).is_some_and(|signed| {
        signed.author == person && signed.answer == *answer && (index == 0 || signed.reason == *reason)
    });
    if repeats {
        return Ok(());
    }
    let is_first = consult.versions.is_empty();
    guard::permit_author(consult, person)?;
    if index != consult.versions.len() {
        let current = u32::try_from(consult.versions.len()).unwrap_or(u32::MAX);
        return Err(Refusal::VersionConflict { current });
    }
    guard::permit(consult, if is_first { ActionName::SignReport } else { ActionName::Amend }, person)?;
    check::check(answer, &consult.studies)?;
    if is_first {
        super::team::end_offer(draft, false);
        draft.emit(Event::Answered { person, answer: answer.clone() });
    } else {
        fields::check_written("reason", reason)?;
        let version = after_version.saturating_add(1);
        draft.emit(Event::Amended { person, version, reason: reason.clone(), answer: answer.clone() });
    }
    Ok(())
}

pub(super) fn acknowledge(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if draft.consult.state != ConsultState::Acknowledged {
        guard::permit(&draft.consult, ActionName::Acknowledge, person)?;
        draft.emit(Event::Acknowledged { person });
    }
    Ok(())
}

pub(super) fn taken_over(draft: &mut Draft, person: PersonId) -> Result<(), Refusal> {
    if draft.consult.report_taken_over_at.is_none() {
        guard::permit(&draft.consult, ActionName::ReportTakenOver, person)?;
        draft.emit(Event::ReportTakenOver { person });
    }
    Ok(())
}

/// § 3(2) fields are completed before the end, or somebody says why they cannot be.
pub(super) fn close(
    draft: &mut Draft,
    person: PersonId,
    close_out: Option<&CloseOut>,
    missing_because: &PrivateText,
) -> Result<(), Refusal> {
    if draft.consult.state == ConsultState::Closed {
        return Ok(());
    }
    guard::permit(&draft.consult, ActionName::Close, person)?;
    fields::check_text("missing_because", &missing_because.0)?;
    if let Some(close_out) = close_out {
        fields::check_text("close_out.note", &close_out.note.0)?;
    }
    if missing_because.is_blank() && !draft.consult.may_close() {
        return Err(fields::invalid("missing_because", "is empty, and fields of § 3(2) are missing"));
    }
    draft.emit(Event::Closed { close_out: close_out.cloned(), missing_because: missing_because.clone() });
    Ok(())
}

pub(super) fn feed_back(draft: &mut Draft, person: PersonId, outcome: &Outcome) -> Result<(), Refusal> {
    guard::permit(&draft.consult, ActionName::FeedBack, person)?;
    fields::check_text("outcome.note", &outcome.note.0)?;
    let last = draft.consult.outcomes.last();
    if last.is_some_and(|last| *last == Outcome { at: last.at, ..outcome.clone() }) {
        return Ok(());
    }
    if draft.consult.outcomes.len() >= MAX_OUTCOMES {
        return Err(fields::invalid("outcome", "was told 20 times already"));
    }
    draft.emit(Event::OutcomeFedBack { person, outcome: Outcome { at: draft.now, ..outcome.clone() } });
    Ok(())
}
