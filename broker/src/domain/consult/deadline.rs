//! When the machine acts next by itself.

use super::Consult;
use schemas::{
    UnixMillis,
    consult::{AlarmKind, ConsultState},
};

/// "In five minutes." More lets a patient wait for one person; less is not what the button says.
pub const PROMISE_SECONDS: i64 = 5 * 60;
/// After a promise has run out, for the last thumb and a slow network. More is more waiting for nobody.
pub const PROMISE_GRACE_SECONDS: i64 = 30;
/// Between the attempts of an unanswered consult. More loses time when somebody comes on duty; less rings the same
/// people without a pause.
pub const RETRY_SECONDS: i64 = 120;
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
    match consult.state {
        ConsultState::Ringing | ConsultState::Unanswered => Some(ladder_deadline(consult)),
        ConsultState::Accepted | ConsultState::InSession => {
            [not_started_at(consult), session_over_at(consult), session_cap_at(consult)].into_iter().flatten().min()
        }
        ConsultState::Reporting => answer_late_at(consult),
        ConsultState::Reported => not_acknowledged_at(consult),
        ConsultState::Acknowledged => Some(consult.state_since.plus_seconds(CLOSES_AFTER_SECONDS)),
        // No event leads into the first two yet: a pre-alert rings at once, and nothing books slots.
        ConsultState::Prealert | ConsultState::Booked | ConsultState::Closed | ConsultState::Cancelled => None,
    }
}

fn ladder_deadline(consult: &Consult) -> UnixMillis {
    if let Some(promise) = consult.promise {
        return promise.until.plus_seconds(PROMISE_GRACE_SECONDS);
    }
    let ring_end = consult.active_rings().map(|ring| ring.until).min();
    // Nobody is rung and no retry is set: the round is over and the next one is due at once.
    ring_end.or(consult.retry_at).unwrap_or(consult.state_since)
}

/// Alarm: accepted, and the specialist never came.
pub(super) fn not_started_at(consult: &Consult) -> Option<UnixMillis> {
    let due = consult.accepted_at?.plus_seconds(START_WITHIN_SECONDS);
    (!consult.specialist_joined && consult.alarm.is_none()).then_some(due)
}

/// The talk took place and everybody has left.
pub(super) fn session_over_at(consult: &Consult) -> Option<UnixMillis> {
    let since = consult.room_empty_since.filter(|_| consult.state == ConsultState::InSession)?;
    consult.specialist_joined.then(|| since.plus_seconds(EMPTY_ROOM_SECONDS))
}

/// Alarm: the session takes so long that it was probably forgotten.
pub(super) fn session_cap_at(consult: &Consult) -> Option<UnixMillis> {
    let since = consult.session_started_at.filter(|_| consult.state == ConsultState::InSession)?;
    (consult.alarm != Some(AlarmKind::AnswerLate)).then(|| since.plus_seconds(SESSION_CAP_SECONDS))
}

pub(super) fn answer_late_at(consult: &Consult) -> Option<UnixMillis> {
    let due = consult.state_since.plus_seconds(ANSWER_WITHIN_SECONDS);
    (consult.alarm != Some(AlarmKind::AnswerLate)).then_some(due)
}

pub(super) fn not_acknowledged_at(consult: &Consult) -> Option<UnixMillis> {
    let due = consult.state_since.plus_seconds(ACKNOWLEDGE_WITHIN_SECONDS);
    (consult.alarm != Some(AlarmKind::NotAcknowledged)).then_some(due)
}
