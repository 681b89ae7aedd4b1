//! The ladder: what comes next while nobody has accepted.

use super::{
    Consult, Event, Ring,
    deadline::{PROMISE_GRACE_SECONDS, retry_seconds},
    decide::Draft,
    next_deadline, ring_id,
};
use crate::domain::escalation::{Matched, Plan, PlannedStep};
use schemas::{
    PersonId, PrivateText, UnixMillis,
    consult::{AlarmKind, ConsultState, RingOutcome},
};

/// What the ladder has to do when nobody is being rung.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    /// Somebody is being rung, has promised to come, or the retry is not due.
    Wait,
    /// Ring these people, as this step.
    Ring { step: u32, people: Vec<PersonId>, ring_seconds: u32 },
    /// All steps are done and a round is left.
    NewRound,
    /// All rounds are done.
    GiveUp,
    /// An unanswered consult is due for another attempt.
    Retry,
}

/// `true` when the tick that is due begins a new round or another attempt: rank the people on duty anew and hand the
/// result to [`super::Command::Tick`].
pub fn wants_rematch(consult: &Consult, now: UnixMillis) -> bool {
    if next_deadline(consult).is_none_or(|due| due > now) {
        return false;
    }
    let mut draft = Draft::new(consult.clone(), now);
    end_what_is_due(&mut draft);
    matches!(next(&draft.consult, now), Next::NewRound | Next::Retry)
}

/// The machine's turn while nobody has accepted.
pub(super) fn tick(draft: &mut Draft, rematch: Option<&Matched>) {
    end_what_is_due(draft);
    match next(&draft.consult, draft.now) {
        Next::NewRound | Next::Retry => begin_round(draft, rematch),
        _ => go_on(draft),
    }
}

/// Takes the next step where that needs no new ranking. A new round is left to the tick, which is then due at once.
pub(super) fn go_on(draft: &mut Draft) {
    match next(&draft.consult, draft.now) {
        Next::Ring { step, people, ring_seconds } => ring(draft, step, &people, ring_seconds),
        Next::GiveUp => give_up(draft, AlarmKind::LadderExhausted),
        Next::Wait | Next::NewRound | Next::Retry => {}
    }
}

/// Ends every ring except the one of `answering`: those that still ring, and the one that a promise keeps open.
pub(super) fn withdraw_all(draft: &mut Draft, answering: Option<PersonId>) {
    let promised = draft.consult.promise.map(|promise| promise.person);
    let kept = |ring: &&Ring| ring.outcome == RingOutcome::InFive && Some(ring.person) == promised;
    let last_kept = draft.consult.rings.iter().rev().find(kept);
    let others: Vec<_> = last_kept
        .into_iter()
        .chain(draft.consult.active_rings())
        .filter(|ring| Some(ring.person) != answering)
        .map(|ring| (ring.ring_id, ring.person))
        .collect();
    for (ring_id, person) in others {
        draft.emit(ended(ring_id, person, RingOutcome::Withdrawn));
    }
}

/// The end of a ring without reason or note.
pub(super) fn ended(ring_id: schemas::RingId, person: PersonId, outcome: RingOutcome) -> Event {
    Event::RingEnded { ring_id, person, outcome, reason: None, note: PrivateText::default() }
}

/// Times out rings, promises and take-overs.
fn end_what_is_due(draft: &mut Draft) {
    if draft.consult.taken_over.is_some_and(|held| held.until <= draft.now) {
        draft.emit(Event::TakeOverEnded);
    }
    if let Some(promise) = draft.consult.promise
        && promise.until.plus_seconds(PROMISE_GRACE_SECONDS) <= draft.now
    {
        draft.emit(Event::PromiseBroken { person: promise.person });
    }
    let over: Vec<_> = draft
        .consult
        .active_rings()
        .filter(|ring| ring.until <= draft.now)
        .map(|ring| (ring.ring_id, ring.person))
        .collect();
    for (ring_id, person) in over {
        draft.emit(ended(ring_id, person, RingOutcome::TimedOut));
    }
}

fn next(consult: &Consult, now: UnixMillis) -> Next {
    if is_held(consult) {
        return Next::Wait;
    }
    match consult.retry_at {
        Some(retry_at) if retry_at > now => return Next::Wait,
        Some(_) => return Next::Retry,
        None => {}
    }
    let steps = consult.plan.steps.iter().zip(1u32..).skip_while(|(_, step)| *step <= consult.step);
    for (planned, step) in steps {
        let people = willing(consult, planned);
        if !people.is_empty() {
            return Next::Ring { step, people, ring_seconds: planned.ring_seconds };
        }
    }
    let rounds = consult.round.saturating_sub(consult.rounds_before);
    let rounds_left = consult.state == ConsultState::Ringing && rounds < consult.plan.rounds;
    if rounds_left { Next::NewRound } else { Next::GiveUp }
}

/// The ladder is not to move: it is over, somebody is being rung, has promised to come or sees to it.
fn is_held(consult: &Consult) -> bool {
    let somebody = consult.promise.is_some() || consult.taken_over.is_some() || consult.active_rings().next().is_some();
    somebody || !consult.is_on_ladder()
}

/// The consult waits in the queue, and this ranking names somebody to ring.
pub(super) fn may_leave_the_queue(consult: &Consult, matched: &Matched) -> bool {
    consult.queue.is_some() && !is_held(consult) && !is_nobody(consult, &matched.plan)
}

fn is_nobody(consult: &Consult, plan: &Plan) -> bool {
    plan.steps.iter().all(|step| willing(consult, step).is_empty())
}

fn willing(consult: &Consult, step: &PlannedStep) -> Vec<PersonId> {
    step.people.iter().copied().filter(|person| !consult.has_declined(*person)).collect()
}

/// Begins a round by a ranking; without one the ladder of the round before is used again.
pub(super) fn begin_round(draft: &mut Draft, matched: Option<&Matched>) {
    let consult = &draft.consult;
    let round = consult.round + 1;
    let unanswered = consult.state == ConsultState::Unanswered;
    let plan = matched.map_or(&consult.plan, |matched| &matched.plan);
    let plan = if unanswered { plan.all_at_once() } else { plan.clone() };
    let nobody = is_nobody(consult, &plan);
    let behind = if nobody { busy(consult, matched) } else { vec![] };

    // Of a night without anybody on duty, or free, the log keeps the first explanation, not one for every attempt.
    let said = if behind.is_empty() { consult.alarm == Some(AlarmKind::NobodyOnDuty) } else { consult.queue.is_some() };
    let known = nobody && said;
    match matched {
        _ if known => {}
        Some(matched) => draft.emit(Event::Matched { round, record: matched.record.clone(), plan }),
        None => draft.emit(Event::RoundRepeated { round, plan }),
    }
    if !behind.is_empty() {
        if draft.consult.queue.as_ref().is_none_or(|queue| queue.behind != behind) {
            draft.emit(Event::Queued { behind });
        }
        give_up(draft, AlarmKind::Queued);
    } else if nobody {
        give_up(draft, AlarmKind::NobodyOnDuty);
    } else {
        go_on(draft);
    }
}

/// Who would be rung if they were not busy; without a ranking those of before.
fn busy(consult: &Consult, matched: Option<&Matched>) -> Vec<PersonId> {
    let busy = match matched {
        Some(matched) => &matched.busy,
        None => consult.queue.as_ref().map_or(&[] as &[_], |queue| &queue.behind),
    };
    busy.iter().copied().filter(|person| !consult.has_declined(*person)).collect()
}

fn ring(draft: &mut Draft, step: u32, people: &[PersonId], ring_seconds: u32) {
    let round = draft.consult.round;
    let until = draft.now.plus_seconds(i64::from(ring_seconds));
    for person in people {
        let ring_id = ring_id(draft.consult.id, round, step, *person);
        draft.emit(Event::RingStarted { ring_id, person: *person, round, step, until, assigned: false });
    }
}

fn give_up(draft: &mut Draft, kind: AlarmKind) {
    let retry_at = draft.now.plus_seconds(retry_seconds(&draft.consult));
    draft.emit(Event::Unanswered { retry_at });
    if draft.consult.alarm != Some(kind) {
        draft.emit(Event::AlarmRaised { kind });
    }
}
