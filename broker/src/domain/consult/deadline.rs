//! When the machine acts next by itself.

use super::{Consult, appointment, ladder};
use schemas::{
    UnixMillis,
    consult::{AlarmKind, ConsultState},
};

/// From the announced arrival of a pre-alerted patient until the coordinator is alarmed because nobody has made it a
/// request. More leaves a forgotten patient; less alarms for every ambulance in traffic.
pub const PREALERT_GRACE_SECONDS: i64 = 20 * 60;
/// The same, from the pre-alert on, where nobody said when the patient arrives. An ambulance is rarely longer under
/// way.
pub const PREALERT_WITHOUT_ETA_SECONDS: i64 = 60 * 60;
/// "In five minutes." More lets a patient wait for one person; less is not what the button says.
pub const PROMISE_SECONDS: i64 = 5 * 60;
/// After a promise has run out, for the last thumb and a slow network. More is more waiting for nobody.
pub const PROMISE_GRACE_SECONDS: i64 = 30;
/// A coordinator who took over has this long to find somebody by telephone. More lets a patient wait for one person
/// who may have been called away; less rings into their telephone call.
pub const TAKE_OVER_SECONDS: i64 = 5 * 60;
/// Ring of somebody whom a coordinator picked: long enough to reach for a phone, since they were not expecting it.
/// More is time lost when they do not answer.
pub const ASSIGNED_RING_SECONDS: i64 = 60;
/// How long an offer stands. More leaves a shift change open; less runs out while both still talk about it.
pub const OFFER_SECONDS: i64 = 10 * 60;
/// Between the attempts of an unanswered consult. More loses time when somebody comes on duty; less rings the same
/// people without a pause.
pub const RETRY_SECONDS: i64 = 120;
/// Attempts, an hour or more of them, after which the pause doubles. More fills the log of a forgotten consult with
/// rankings of fifty candidates that nobody reads; less slows down while somebody may still look at the alarm.
pub const ATTEMPTS_EACH_PAUSE: u32 = 30;
/// The longest pause. More lets a patient wait longer for whoever comes on duty at last; less fills the log faster.
pub const LONGEST_RETRY_SECONDS: i64 = 15 * 60;
/// From the accept until the specialist is in the room, before the coordinator is alarmed. Less alarms while somebody
/// is still starting a computer.
pub const START_WITHIN_SECONDS: i64 = 15 * 60;
/// Length of a session before the coordinator looks at it. More leaves a forgotten session unseen.
pub const SESSION_CAP_SECONDS: i64 = 4 * 3600;
/// An empty room after which the talk counts as over. Less would end it while both fetch a coffee or a new CT.
pub const EMPTY_ROOM_SECONDS: i64 = 30 * 60;
/// From the end of the talk to the signed answer, before the alarm.
pub const ANSWER_WITHIN_SECONDS: i64 = 24 * 3600;
/// From the answer to its acknowledgement, before the alarm.
pub const ACKNOWLEDGE_WITHIN_SECONDS: i64 = 24 * 3600;
/// From the acknowledgement until the consult closes itself. More keeps it on everybody's list.
pub const CLOSES_AFTER_SECONDS: i64 = 24 * 3600;

/// When the next [`super::Command::Tick`] is due; may lie in the past. `None`: nothing will happen by itself, because
/// the consult has ended, or an alarm stands and it is a human's turn.
pub fn next_deadline(consult: &Consult) -> Option<UnixMillis> {
    let earliest = |times: &[Option<UnixMillis>]| times.iter().flatten().min().copied();
    match consult.state {
        ConsultState::Prealert => prealert_overdue_at(consult),
        ConsultState::Ringing | ConsultState::Unanswered => Some(ladder_deadline(consult)),
        ConsultState::Accepted | ConsultState::InSession => earliest(&[
            appointment::begins_at(consult),
            appointment::rings_at(consult),
            offer_over_at(consult),
            not_started_at(consult),
            session_over_at(consult),
            session_cap_at(consult),
        ]),
        ConsultState::Reporting => earliest(&[offer_over_at(consult), answer_late_at(consult)]),
        ConsultState::Reported => not_acknowledged_at(consult),
        ConsultState::Acknowledged => closes_at(consult),
        ConsultState::Booked => appointment::deadline(consult),
        ConsultState::Closed | ConsultState::Cancelled => None,
    }
}

/// Alarm: the patient must have come, and nobody has made it a request.
pub(super) fn prealert_overdue_at(consult: &Consult) -> Option<UnixMillis> {
    let due = match consult.fields.eta {
        Some(eta) => eta.plus_seconds(PREALERT_GRACE_SECONDS),
        None => consult.created_at.plus_seconds(PREALERT_WITHOUT_ETA_SECONDS),
    };
    (consult.alarm != Some(AlarmKind::PrealertOverdue)).then_some(due)
}

/// How long an unanswered consult rests before the next attempt.
pub(super) fn retry_seconds(consult: &Consult) -> i64 {
    let factor = 2i64.saturating_pow(consult.attempts / ATTEMPTS_EACH_PAUSE);
    RETRY_SECONDS.saturating_mul(factor).min(LONGEST_RETRY_SECONDS)
}

fn ladder_deadline(consult: &Consult) -> UnixMillis {
    if let Some(promise) = consult.promise {
        return promise.until.plus_seconds(PROMISE_GRACE_SECONDS);
    }
    if let Some(taken_over) = consult.taken_over {
        return taken_over.until;
    }
    let ring_end = consult.active_rings().map(|ring| ring.until).chain(ladder::beside_at(consult)).min();
    // Nobody is rung and no retry is set: the round is over and the next one is due at once.
    ring_end.or(consult.retry_at).unwrap_or(consult.state_since)
}

/// The offer runs out.
pub(super) fn offer_over_at(consult: &Consult) -> Option<UnixMillis> {
    consult.offer.map(|offer| offer.until)
}

/// Alarm: accepted, and the specialist never came.
pub(super) fn not_started_at(consult: &Consult) -> Option<UnixMillis> {
    let due = consult.accepted_at?.plus_seconds(START_WITHIN_SECONDS);
    // Whoever misses an appointment is rung.
    (!consult.specialist_joined && consult.alarm.is_none() && consult.held().is_none()).then_some(due)
}

/// The talk took place and everybody has left.
pub(super) fn session_over_at(consult: &Consult) -> Option<UnixMillis> {
    let since = consult.room_empty_since.filter(|_| consult.state == ConsultState::InSession)?;
    consult.specialist_joined.then(|| since.plus_seconds(EMPTY_ROOM_SECONDS))
}

/// Alarm: the session takes so long that it was probably forgotten. A new specialist has the whole time again.
pub(super) fn session_cap_at(consult: &Consult) -> Option<UnixMillis> {
    let started = consult.session_started_at.filter(|_| consult.state == ConsultState::InSession)?;
    let since = consult.accepted_at.map_or(started, |accepted| accepted.max(started));
    (consult.alarm != Some(AlarmKind::AnswerLate)).then(|| since.plus_seconds(SESSION_CAP_SECONDS))
}

/// Alarm: the report is not signed. A new specialist has the whole time again.
pub(super) fn answer_late_at(consult: &Consult) -> Option<UnixMillis> {
    let since = consult.accepted_at.map_or(consult.state_since, |accepted| accepted.max(consult.state_since));
    let due = since.plus_seconds(ANSWER_WITHIN_SECONDS);
    (consult.alarm != Some(AlarmKind::AnswerLate)).then_some(due)
}

pub(super) fn not_acknowledged_at(consult: &Consult) -> Option<UnixMillis> {
    let due = consult.state_since.plus_seconds(ACKNOWLEDGE_WITHIN_SECONDS);
    (consult.alarm != Some(AlarmKind::NotAcknowledged)).then_some(due)
}

/// Closes itself, unless fields of § 3(2) are missing and somebody was told so.
pub(super) fn closes_at(consult: &Consult) -> Option<UnixMillis> {
    let due = consult.state_since.plus_seconds(CLOSES_AFTER_SECONDS);
    (consult.alarm != Some(AlarmKind::FieldsMissing)).then_some(due)
}
