//! The ladder: what comes next while nobody has accepted.

use super::{
    Consult, Event, Ring,
    appointment::is_to_ring,
    deadline::{PROMISE_GRACE_SECONDS, retry_seconds},
    decide::Draft,
    next_deadline, ring_id,
};
use crate::domain::escalation::{Matched, Plan, PlannedStep};
use schemas::{
    PersonId, PrivateText, UnixMillis,
    consult::{AlarmKind, ConsultState, RingOutcome},
};

/// What the ladder has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    /// Somebody is being rung and nothing begins beside that, or has promised to come, or the retry is not due.
    Wait,
    /// This step begins: ring these people.
    Step { step: u32, people: Vec<PersonId> },
    /// All steps are done and a round is left.
    NewRound,
    /// All rounds are done.
    GiveUp,
    /// An unanswered consult is due for another attempt.
    Retry,
}

/// The step that follows upon the present one.
struct Following {
    step: u32,
    /// Neither declined nor being rung.
    people: Vec<PersonId>,
    /// Beside those who are being rung; absent: nobody is, and it begins at once.
    at: Option<UnixMillis>,
}

/// `true` when the tick that is due begins a new round or another attempt: rank the people on duty anew and hand the
/// result to [`super::Command::Tick`].
pub fn wants_rematch(consult: &Consult, now: UnixMillis) -> bool {
    if next_deadline(consult).is_none_or(|due| due > now) {
        return false;
    }
    if is_to_ring(consult, now) {
        return true;
    }
    let mut draft = Draft::new(consult.clone(), now);
    end_what_is_due(&mut draft);
    go_on(&mut draft);
    matches!(next(&draft.consult, now), Next::NewRound | Next::Retry)
}

/// The machine's turn while nobody has accepted.
pub(super) fn tick(draft: &mut Draft, rematch: Option<&Matched>) {
    end_what_is_due(draft);
    go_on(draft);
    if matches!(next(&draft.consult, draft.now), Next::NewRound | Next::Retry) {
        begin_round(draft, rematch);
    }
}

/// Takes the next steps where that needs no new ranking. A new round is left to the tick, which is then due at once.
pub(super) fn go_on(draft: &mut Draft) {
    loop {
        match next(&draft.consult, draft.now) {
            // Each is behind the present one: this ends.
            Next::Step { step, people } => begin_step(draft, step, &people),
            Next::GiveUp => return give_up(draft, AlarmKind::LadderExhausted),
            Next::Wait | Next::NewRound | Next::Retry => return,
        }
    }
}

/// When a step begins beside those who are being rung.
pub(super) fn beside_at(consult: &Consult) -> Option<UnixMillis> {
    if is_held(consult) { None } else { following(consult).and_then(|following| following.at) }
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
    let rings = consult.active_rings().next().is_some();
    match consult.retry_at {
        Some(retry_at) if !rings => return if retry_at > now { Next::Wait } else { Next::Retry },
        _ => {}
    }
    match following(consult) {
        Some(Following { step, people, at }) if at.is_none_or(|at| at <= now) => return Next::Step { step, people },
        None if !rings => {}
        _ => return Next::Wait,
    }
    let rounds = consult.round.saturating_sub(consult.rounds_before);
    let rounds_left = consult.state == ConsultState::Ringing && rounds < consult.plan.rounds;
    if rounds_left { Next::NewRound } else { Next::GiveUp }
}

/// The first step behind the present one that has something to do. `None`: there is none, or it waits for the end of
/// what rings.
fn following(consult: &Consult) -> Option<Following> {
    let rings = consult.active_rings().next().is_some();
    let mut at = rings.then(|| consult.step_at.unwrap_or(consult.state_since));
    for (planned, step) in consult.plan.steps.iter().zip(1..).skip_while(|(_, step)| *step <= consult.step) {
        if let Some(at) = &mut at {
            *at = at.plus_seconds(i64::from(planned.beside_after?));
        }
        let mut people = willing(consult, planned);
        people.retain(|person| !consult.is_rung(*person));
        if planned.alarm || !people.is_empty() {
            return Some(Following { step, people, at });
        }
    }
    None
}

/// The ladder is not to move: it is over, or somebody has promised to come, was picked by a coordinator or sees to it.
fn is_held(consult: &Consult) -> bool {
    let picked = consult.active_rings().any(|ring| ring.assigned);
    consult.promise.is_some() || consult.taken_over.is_some() || picked || !consult.is_on_ladder()
}

/// The consult waits in the queue, and this ranking names somebody to ring.
pub(super) fn may_leave_the_queue(consult: &Consult, matched: &Matched) -> bool {
    let is_free = !is_held(consult) && consult.active_rings().next().is_none();
    consult.queue.is_some() && is_free && !is_nobody(consult, &matched.plan)
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

fn begin_step(draft: &mut Draft, step: u32, people: &[PersonId]) {
    let Consult { id, round, .. } = draft.consult;
    let place = usize::try_from(step - 1).unwrap_or(usize::MAX);
    let Some(planned) = draft.consult.plan.steps.get(place).cloned() else { return };
    let until = draft.now.plus_seconds(i64::from(planned.ring_seconds));
    for person in people {
        let (ring_id, busy) = (ring_id(id, round, step, *person), planned.busy.contains(person));
        draft.emit(Event::RingStarted { ring_id, person: *person, round, step, until, assigned: false, busy });
    }
    if planned.alarm {
        draft.emit(Event::AlarmRaised { kind: AlarmKind::NoAnswerYet, step: Some(step) });
    }
}

fn give_up(draft: &mut Draft, kind: AlarmKind) {
    let retry_at = draft.now.plus_seconds(retry_seconds(&draft.consult));
    draft.emit(Event::Unanswered { retry_at });
    if draft.consult.alarm != Some(kind) {
        draft.emit(Event::alarm(kind));
    }
}
