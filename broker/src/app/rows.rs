//! A consult as rows: what lists and queries look at, and who has to do with it.

use super::{
    Error, Result,
    ports::{BookingRow, ConsultPersonRow, CourseRow, SnapshotRow},
    validate::name_of,
};
use crate::domain::consult::{Consult, Event, Recorded, view};
use schemas::{
    PersonId, UnixMillis,
    consult::{ConsultState, RingOutcome},
};
use std::collections::BTreeMap;

pub(super) fn snapshot(consult: &Consult, log: &[Recorded], deadline: Option<UnixMillis>) -> Result<SnapshotRow> {
    Ok(SnapshotRow {
        consult_id: consult.id.0,
        seq: consult.seq,
        label: view::label(consult.id),
        state: name_of(&consult.state),
        urgency: name_of(&consult.urgency),
        is_open: consult.state.is_open(),
        is_queued: consult.state == ConsultState::Unanswered && consult.queue.is_some(),
        service_id: consult.service_id.0,
        network_id: consult.network_id.0,
        hospital_id: consult.hospital_id.0,
        requester: consult.requester.0,
        specialist: consult.specialist.map(|person| person.0),
        created_at: consult.created_at.0,
        state_since: consult.state_since.0,
        next_deadline: deadline.map(|at| at.0),
        taken_over_at: consult.report_taken_over_at.map(|at| at.0),
        ended_at: consult.ended_at.map(|at| at.0),
        purged_at: None,
        course: course(consult, log),
        detail: serde_json::to_string(consult).map_err(|error| Error::bug("writing a snapshot", error))?,
    })
}

fn course(consult: &Consult, log: &[Recorded]) -> CourseRow {
    let first_accept = log.iter().find(|recorded| matches!(recorded.event, Event::Accepted { .. }));
    CourseRow {
        asked_at: consult.asked_since().map(|at| at.0),
        accepted_at: first_accept.map(|recorded| recorded.at.0),
        declines: consult.rings.iter().filter(|ring| ring.outcome == RingOutcome::Declined).map(|_| 1).sum(),
        escalated: consult.rings.iter().any(|ring| (ring.round, ring.step) > (1, 1)),
        unanswered: log.iter().any(|recorded| matches!(recorded.event, Event::Unanswered { .. })),
        is_test: consult.test.is_some(),
    }
}

/// The slot that it holds.
pub(super) fn booking(consult: &Consult) -> Option<BookingRow> {
    let slot = consult.held()?.slot;
    Some(BookingRow {
        consult_id: consult.id.0,
        person_id: slot.person.0,
        service_id: consult.service_id.0,
        starts_at: slot.from.0,
        ends_at: slot.until.0,
        busy_from: slot.busy.0.0,
        busy_until: slot.busy.1.0,
    })
}

/// Everybody who has to do with it, each since the first time. Rows that an earlier state wrote stay: a former
/// specialist still finds the consult.
pub(super) fn people(consult: &Consult) -> Vec<ConsultPersonRow> {
    let mut rows = BTreeMap::new();
    let mut add = |person: PersonId, relation: &'static str, since: UnixMillis| {
        rows.entry((person, relation)).or_insert(since);
    };
    add(consult.requester, "requester", consult.created_at);
    consult.notified.iter().for_each(|person| add(*person, "notified", consult.created_at));
    for ring in &consult.rings {
        add(ring.person, "rung", ring.started_at);
    }
    if let Some((person, since)) = consult.specialist.zip(consult.accepted_at) {
        add(person, "specialist", since);
    }
    consult.participants.iter().for_each(|each| add(each.person, "participant", each.since));
    consult.offer.iter().for_each(|offer| add(offer.to, "offered", offer.at));
    if let Some((held, appointment)) = consult.held().zip(consult.appointment.as_ref()) {
        add(held.slot.person, "appointment", appointment.since);
    }
    if let Some(queue) = &consult.queue {
        queue.behind.iter().for_each(|person| add(*person, "queued_behind", queue.since));
    }
    // Since when does not matter here: access hangs on until when, which the state knows.
    consult.glass.iter().for_each(|glass| add(glass.person, "glass", consult.created_at));
    let row = |((person, relation), since): ((PersonId, &str), UnixMillis)| ConsultPersonRow {
        person_id: person.0,
        relation: relation.to_owned(),
        since: since.0,
    };
    rows.into_iter().map(row).collect()
}
