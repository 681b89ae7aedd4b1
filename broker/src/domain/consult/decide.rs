//! From a command to events, or to a refusal.

use super::{
    Command, Consult, Event, Recorded, Refusal,
    deadline::{
        PROMISE_SECONDS, answer_late_at, next_deadline, not_acknowledged_at, not_started_at, session_cap_at,
        session_over_at,
    },
    event::EVENT_VERSION,
    fields, guard, ladder,
};
use schemas::{
    PersonId, PrivateText, RingId, UnixMillis,
    consult::{ActionName, AlarmKind, CaseFields, ConsultState, DeclineReason, Receipt, RingOutcome},
};

/// Decides one command. No events and no refusal: it was already done, the caller's first response was lost.
///
/// # Errors
/// A [`Refusal`]; nothing has changed then.
pub fn decide(consult: Option<&Consult>, command: &Command, now: UnixMillis) -> Result<Vec<Event>, Refusal> {
    let Some(consult) = consult else { return request(command, now) };
    let mut draft = Draft::new(consult.clone(), now);
    let permit = |action, person| guard::permit(consult, action, person);
    match command {
        Command::Request { service_id, hospital_id, requester, urgency, fields, .. } => {
            let stored = (consult.service_id, consult.hospital_id, consult.requester, consult.urgency);
            let mut merged = consult.fields.clone();
            fields::merge(&mut merged, fields);
            // Another content must not be acknowledged as if it were stored.
            if stored != (*service_id, *hospital_id, *requester, *urgency) || merged != consult.fields {
                return Err(Refusal::Conflict);
            }
        }
        Command::CompleteFields { person, fields } => {
            permit(ActionName::CompleteFields, *person)?;
            complete_fields(&mut draft, fields)?;
        }
        Command::Accept { person } if is_winner(consult, *person) => {}
        Command::Accept { person } => {
            permit(ActionName::Accept, *person)?;
            accept(&mut draft, *person);
        }
        Command::AcceptInFive { person } if has_promised(consult, *person) => {}
        Command::AcceptInFive { person } => {
            permit(ActionName::AcceptInFive, *person)?;
            promise(&mut draft, *person);
        }
        Command::PassOn { person } => {
            permit(ActionName::PassOn, *person)?;
            step_back(&mut draft, *person, RingOutcome::PassedOn, None, PrivateText::default());
        }
        Command::Decline { person, reason, note } => {
            permit(ActionName::Decline, *person)?;
            fields::check_text("note", &note.0)?;
            step_back(&mut draft, *person, RingOutcome::Declined, Some(*reason), note.clone());
        }
        Command::RingReceipt { person, ring_id, receipt } => receipt_of(&mut draft, *person, *ring_id, *receipt)?,
        Command::Cancel { .. } if consult.state == ConsultState::Cancelled => {}
        Command::Cancel { person, reason } => {
            permit(ActionName::Cancel, *person)?;
            cancel(&mut draft, reason)?;
        }
        Command::AttachStudy { study_id, .. } if consult.studies.contains(study_id) => {}
        Command::AttachStudy { person, study_id } => {
            permit(ActionName::AttachStudy, person.unwrap_or(consult.requester))?;
            draft.emit(Event::StudyAttached { study_id: *study_id });
        }
        Command::Joined { person } => {
            permit(ActionName::Join, *person)?;
            if !consult.in_room.contains(person) {
                draft.emit(Event::Joined { person: *person });
            }
        }
        Command::Left { person } => {
            if consult.in_room.contains(person) {
                draft.emit(Event::Left { person: *person });
            }
        }
        Command::EndSession { person } if is_winner(consult, *person) && consult.state == ConsultState::Reporting => {}
        Command::EndSession { person } => {
            permit(ActionName::EndSession, *person)?;
            draft.emit(Event::SessionEnded);
        }
        Command::SubmitAnswer { person, answer }
            if consult.answer.as_ref().is_some_and(|signed| (&signed.answer, signed.author) == (answer, *person)) => {}
        Command::SubmitAnswer { person, answer } => {
            permit(ActionName::SubmitAnswer, *person)?;
            fields::check_answer(answer)?;
            draft.emit(Event::Answered { person: *person, answer: answer.clone() });
        }
        Command::Acknowledge { .. } if consult.state == ConsultState::Acknowledged => {}
        Command::Acknowledge { person } => {
            permit(ActionName::Acknowledge, *person)?;
            draft.emit(Event::Acknowledged { person: *person });
        }
        Command::Close { .. } if consult.state == ConsultState::Closed => {}
        Command::Close { person } => {
            permit(ActionName::Close, *person)?;
            draft.emit(Event::Closed);
        }
        Command::Tick { rematch } => {
            if next_deadline(consult).is_some_and(|due| due <= now) {
                match consult.state {
                    ConsultState::Ringing | ConsultState::Unanswered => ladder::tick(&mut draft, rematch.as_ref()),
                    _ => time_passes(&mut draft),
                }
            }
        }
    }
    Ok(draft.events)
}

/// A working copy: each event is applied as soon as it is decided, so that the next decision sees it.
pub(super) struct Draft {
    pub(super) consult: Consult,
    pub(super) now: UnixMillis,
    events: Vec<Event>,
}

impl Draft {
    pub(super) const fn new(consult: Consult, now: UnixMillis) -> Self {
        Self { consult, now, events: vec![] }
    }

    pub(super) fn emit(&mut self, event: Event) {
        let recorded = Recorded { seq: self.consult.seq + 1, at: self.now, actor: None, version: EVENT_VERSION, event };
        self.consult.apply(&recorded);
        self.events.push(recorded.event);
    }
}

/// The first command: there is no consult yet.
fn request(command: &Command, now: UnixMillis) -> Result<Vec<Event>, Refusal> {
    let Command::Request { id, service_id, network_id, hospital_id, requester, urgency, fields, matched } = command
    else {
        return Err(Refusal::NotFound);
    };
    fields::check(fields)?;
    fields::check_request(*urgency, fields)?;
    let event = Event::Requested {
        service_id: *service_id,
        network_id: *network_id,
        hospital_id: *hospital_id,
        requester: *requester,
        urgency: *urgency,
        fields: fields.clone(),
    };
    let recorded = Recorded { seq: 1, at: now, actor: Some(*requester), version: EVENT_VERSION, event };
    // The event above is a request, so this is always the first branch.
    let Some(consult) = Consult::begin(*id, &recorded) else { return Err(Refusal::NotFound) };
    let mut draft = Draft::new(consult, now);
    draft.events.push(recorded.event);
    ladder::begin_round(&mut draft, Some(matched));
    Ok(draft.events)
}

fn complete_fields(draft: &mut Draft, patch: &CaseFields) -> Result<(), Refusal> {
    fields::check(patch)?;
    let fields = fields::changes(&draft.consult.fields, patch);
    if fields != CaseFields::default() {
        draft.emit(Event::FieldsCompleted { fields });
    }
    Ok(())
}

fn accept(draft: &mut Draft, person: PersonId) {
    if let Some(ring_id) = open_ring(&draft.consult, person) {
        draft.emit(ladder::ended(ring_id, person, RingOutcome::Accepted));
    }
    withdraw_all(draft, Some(person));
    draft.emit(Event::Accepted { person });
}

fn promise(draft: &mut Draft, person: PersonId) {
    if let Some(ring_id) = open_ring(&draft.consult, person) {
        draft.emit(ladder::ended(ring_id, person, RingOutcome::InFive));
    }
    withdraw_all(draft, Some(person));
    draft.emit(Event::Promised { person, until: draft.now.plus_seconds(PROMISE_SECONDS) });
}

/// Pass on or decline; also takes a promise back.
fn step_back(
    draft: &mut Draft,
    person: PersonId,
    outcome: RingOutcome,
    reason: Option<DeclineReason>,
    note: PrivateText,
) {
    if let Some(ring_id) = open_ring(&draft.consult, person) {
        draft.emit(Event::RingEnded { ring_id, person, outcome, reason, note });
    }
    if has_promised(&draft.consult, person) {
        draft.emit(Event::PromiseBroken { person });
    }
    ladder::go_on(draft);
}

fn receipt_of(draft: &mut Draft, person: PersonId, ring_id: RingId, receipt: Receipt) -> Result<(), Refusal> {
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

fn cancel(draft: &mut Draft, reason: &PrivateText) -> Result<(), Refusal> {
    fields::check_text("reason", &reason.0)?;
    if reason.is_blank() && guard::cancel_needs_reason(draft.consult.state) {
        return Err(fields::invalid("reason", "is empty, and the consult has already begun"));
    }
    withdraw_all(draft, None);
    draft.emit(Event::Cancelled { reason: reason.clone() });
    Ok(())
}

/// Ends the rings of everybody else, also the one that a promise keeps open.
fn withdraw_all(draft: &mut Draft, except: Option<PersonId>) {
    let promised = draft.consult.promise.map(|promise| promise.person).filter(|person| Some(*person) != except);
    if let Some((person, ring_id)) = promised.and_then(|person| Some((person, open_ring(&draft.consult, person)?))) {
        draft.emit(ladder::ended(ring_id, person, RingOutcome::Withdrawn));
    }
    ladder::withdraw(draft, except);
}

/// The machine's turn after the accept.
fn time_passes(draft: &mut Draft) {
    let due = |at: Option<UnixMillis>, draft: &Draft| at.is_some_and(|at| at <= draft.now);
    match draft.consult.state {
        ConsultState::Accepted | ConsultState::InSession => {
            if due(session_over_at(&draft.consult), draft) {
                draft.emit(Event::SessionEnded);
                return;
            }
            if due(not_started_at(&draft.consult), draft) {
                draft.emit(Event::AlarmRaised { kind: AlarmKind::NotStarted });
            }
            if due(session_cap_at(&draft.consult), draft) {
                draft.emit(Event::AlarmRaised { kind: AlarmKind::AnswerLate });
            }
        }
        ConsultState::Reporting if due(answer_late_at(&draft.consult), draft) => {
            draft.emit(Event::AlarmRaised { kind: AlarmKind::AnswerLate });
        }
        ConsultState::Reported if due(not_acknowledged_at(&draft.consult), draft) => {
            draft.emit(Event::AlarmRaised { kind: AlarmKind::NotAcknowledged });
        }
        ConsultState::Acknowledged => draft.emit(Event::Closed),
        _ => {}
    }
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

/// Accepted this consult, and the consult was not cancelled since.
fn is_winner(consult: &Consult, person: PersonId) -> bool {
    consult.specialist == Some(person) && consult.state != ConsultState::Cancelled
}
