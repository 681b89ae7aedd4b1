//! What others see of a consult. Names come from outside: every function takes a resolver from ids to people.

use super::{Consult, Event, Recorded, Ring, actions, next_deadline};
use crate::domain::{
    access::{self, Permission},
    directory::Actor,
};
use schemas::{
    ConsultId, PersonId,
    consult::{self as wire, ConsultDetail, ConsultSummary, SignedAnswer, StudyStatus, TimelineEntry, TimelineWhat},
    directory::{HospitalRef, PersonRef, Service},
    matching::{Candidate, MatchExplanation},
};

/// From an id to a person as colleagues see them.
pub type Resolve<'a> = &'a dyn Fn(PersonId) -> PersonRef;

/// Short name for the telephone, `TK-7F3A`: the last four hexadecimal digits of the id, which are random in a UUIDv7.
/// Two consults of the same day share one in about 1 of 65,536 cases; software never uses it.
pub fn label(id: ConsultId) -> String {
    let [.., high, low] = *id.0.as_bytes();
    format!("TK-{high:02X}{low:02X}")
}

/// The line in a list. `hospital` is the one that asks. Holds no patient data.
pub fn summary(consult: &Consult, hospital: HospitalRef, service: Service, resolve: Resolve) -> ConsultSummary {
    ConsultSummary {
        id: consult.id,
        label: label(consult.id),
        seq: consult.seq,
        state: consult.state,
        urgency: consult.urgency,
        hospital,
        service,
        requester: resolve(consult.requester),
        specialist: consult.specialist.map(resolve),
        created_at: consult.created_at,
        state_since: consult.state_since,
        eta: consult.fields.eta,
        deadline: consult.fields.deadline,
        ringing: consult.active_rings().map(|ring| resolve(ring.person)).collect(),
        promised_until: consult.promise.map(|promise| promise.until),
        promised_by: consult.promise.map(|promise| resolve(promise.person)),
        next_deadline: next_deadline(consult),
        alarm: consult.alarm,
        missing: consult.fields.missing(),
        studies: u32::try_from(consult.studies.len()).unwrap_or(u32::MAX),
        in_room: consult.in_room.iter().map(|person| resolve(*person)).collect(),
    }
}

/// Everything that this person may see of a consult; the caller has checked [`Permission::ReadConsult`]. `studies`
/// belong to the consult and are left out for people who may not read them.
pub fn detail(
    consult: &Consult,
    log: &[Recorded],
    summary: ConsultSummary,
    studies: Vec<StudyStatus>,
    actor: &Actor,
    resolve: Resolve,
) -> ConsultDetail {
    let facts = consult.facts();
    let may = |permission| access::may(actor, Some(&facts), permission);
    let answer = consult.answer.as_ref().filter(|_| may(Permission::ReadAnswer)).map(|signed| SignedAnswer {
        answer: signed.answer.clone(),
        author: resolve(signed.author),
        signed_at: signed.signed_at,
    });
    ConsultDetail {
        summary,
        fields: match (may(Permission::ReadIdentity), may(Permission::ReadFields)) {
            (true, _) => Some(consult.fields.clone()),
            (false, true) => Some(consult.fields.without_identity()),
            (false, false) => None,
        },
        rings: consult.rings.iter().map(|each| ring(each, resolve)).collect(),
        studies: if may(Permission::ReadStudy) { studies } else { vec![] },
        answer,
        timeline: timeline(log, resolve),
        actions: actions(consult, actor),
    }
}

pub fn ring(ring: &Ring, resolve: Resolve) -> wire::Ring {
    wire::Ring {
        ring_id: ring.ring_id,
        person: resolve(ring.person),
        round: ring.round,
        step: ring.step,
        started_at: ring.started_at,
        until: ring.until,
        delivered_at: ring.delivered_at,
        seen_at: ring.seen_at,
        outcome: ring.outcome,
        ended_at: ring.ended_at,
    }
}

/// The history, without patient data. Events that only steer the machine are left out.
pub fn timeline(log: &[Recorded], resolve: Resolve) -> Vec<TimelineEntry> {
    // What is still missing is a fold: the log holds only the changes.
    let mut fields = wire::CaseFields::default();
    let mut entries = Vec::with_capacity(log.len());
    for recorded in log {
        match &recorded.event {
            Event::Requested { fields: first, .. } => fields.clone_from(first),
            Event::FieldsCompleted { fields: patch } => super::fields::merge(&mut fields, patch),
            _ => {}
        }
        if let Some(what) = what(&recorded.event, &fields, resolve) {
            let actor = recorded.actor.map(resolve);
            entries.push(TimelineEntry { seq: recorded.seq, at: recorded.at, actor, what });
        }
    }
    entries
}

/// Why these people, once for each ranking.
pub fn explanations(log: &[Recorded], resolve: Resolve) -> Vec<MatchExplanation> {
    log.iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Matched { round, record, .. } => Some(MatchExplanation {
                decided_at: recorded.at,
                round: *round,
                rota_revision: record.rota_revision,
                directory_revision: record.directory_revision,
                considered: record.considered,
                candidates: record
                    .candidates
                    .iter()
                    .map(|candidate| Candidate {
                        person: resolve(candidate.person),
                        rank: candidate.rank,
                        score: candidate.score,
                        rules: candidate.rules.clone(),
                    })
                    .collect(),
                failed: record.failed.clone(),
            }),
            _ => None,
        })
        .collect()
}

fn what(event: &Event, fields: &wire::CaseFields, resolve: Resolve) -> Option<TimelineWhat> {
    Some(match event {
        Event::Requested { urgency, .. } => TimelineWhat::Requested { urgency: *urgency },
        Event::FieldsCompleted { .. } => TimelineWhat::FieldsCompleted { missing: fields.missing() },
        Event::Matched { round, record, .. } => TimelineWhat::Matched { round: *round, eligible: record.eligible },
        Event::RingStarted { person, round, step, .. } => {
            TimelineWhat::RingStarted { person: resolve(*person), round: *round, step: *step }
        }
        Event::RingDelivered { person, .. } => TimelineWhat::RingDelivered { person: resolve(*person) },
        Event::RingSeen { person, .. } => TimelineWhat::RingSeen { person: resolve(*person) },
        Event::RingEnded { person, outcome, .. } => {
            TimelineWhat::RingEnded { person: resolve(*person), outcome: *outcome }
        }
        Event::Promised { until, .. } => TimelineWhat::Promised { until: *until },
        Event::PromiseBroken { .. } => TimelineWhat::PromiseBroken,
        Event::AlarmRaised { kind } => TimelineWhat::Alarm { kind: *kind },
        Event::Accepted { .. } => TimelineWhat::Accepted,
        Event::StudyAttached { study_id } => TimelineWhat::StudyAttached { study_id: *study_id },
        Event::Joined { .. } => TimelineWhat::Joined,
        Event::Left { .. } => TimelineWhat::Left,
        Event::SessionEnded => TimelineWhat::SessionEnded,
        Event::Answered { .. } => TimelineWhat::Answered,
        Event::Acknowledged { .. } => TimelineWhat::Acknowledged,
        Event::Closed => TimelineWhat::Closed,
        Event::Cancelled { .. } => TimelineWhat::Cancelled,
        Event::RoundRepeated { .. } | Event::Unanswered { .. } => return None,
    })
}
