//! The machine's own turn.

use super::Draft;
use crate::domain::{
    consult::{
        Event,
        deadline::{
            answer_late_at, closes_at, next_deadline, not_acknowledged_at, not_started_at, offer_over_at,
            prealert_overdue_at, session_cap_at, session_over_at,
        },
        ladder,
    },
    escalation::Matched,
};
use schemas::{
    UnixMillis,
    consult::{AlarmKind, ConsultState},
};

pub(super) fn tick(draft: &mut Draft, rematch: Option<&Matched>) {
    if next_deadline(&draft.consult).is_none_or(|due| due > draft.now) {
        return;
    }
    if draft.consult.is_on_ladder() {
        ladder::tick(draft, rematch);
    } else if !super::book::time_passes(draft, rematch) {
        time_passes(draft);
    }
}

fn time_passes(draft: &mut Draft) {
    let due = |at: Option<UnixMillis>, draft: &Draft| at.is_some_and(|at| at <= draft.now);
    if due(offer_over_at(&draft.consult), draft) {
        super::team::end_offer(draft, false);
    }
    match draft.consult.state {
        ConsultState::Prealert if due(prealert_overdue_at(&draft.consult), draft) => {
            draft.emit(Event::alarm(AlarmKind::PrealertOverdue));
        }
        ConsultState::Accepted | ConsultState::InSession => {
            if due(session_over_at(&draft.consult), draft) {
                draft.emit(Event::SessionEnded);
                return;
            }
            if due(not_started_at(&draft.consult), draft) {
                draft.emit(Event::alarm(AlarmKind::NotStarted));
            }
            if due(session_cap_at(&draft.consult), draft) {
                draft.emit(Event::alarm(AlarmKind::AnswerLate));
            }
        }
        ConsultState::Reporting if due(answer_late_at(&draft.consult), draft) => {
            draft.emit(Event::alarm(AlarmKind::AnswerLate));
        }
        ConsultState::Reported if due(not_acknowledged_at(&draft.consult), draft) => {
            draft.emit(Event::alarm(AlarmKind::NotAcknowledged));
        }
        ConsultState::Acknowledged if due(closes_at(&draft.consult), draft) => close_or_alarm(draft),
        _ => {}
    }
}

/// It does not close over missing fields by itself: a human completes them, or says why they stay missing.
fn close_or_alarm(draft: &mut Draft) {
    draft.emit(if draft.consult.may_close() {
        Event::Closed { close_out: None, missing_because: Default::default() }
    } else {
        Event::alarm(AlarmKind::FieldsMissing)
    });
}
