//! The history, and the reasons behind the rings.

use super::Resolve;
use crate::domain::{
    consult::{Event, Occupant, Recorded, fields},
    matching::explanation,
};
use schemas::{
    consult::{CaseFields, TimelineEntry, TimelineWhat},
    matching::MatchExplanation,
};

/// The history, without patient data. Events that only steer the machine are left out, and why somebody declined where
/// `with_declines` says so.
pub fn timeline(log: &[Recorded], with_declines: bool, resolve: Resolve) -> Vec<TimelineEntry> {
    // What is still missing is a fold: the log holds only the changes.
    let mut case = CaseFields::default();
    let mut entries = Vec::with_capacity(log.len());
    for recorded in log {
        match &recorded.event {
            Event::Requested { fields: first, .. } | Event::Prealerted { fields: first, .. } => case.clone_from(first),
            Event::FieldsCompleted { fields: patch } | Event::RequestMade { fields: patch, .. } => {
                fields::merge(&mut case, patch);
            }
            _ => {}
        }
        if let Some(what) = what(&recorded.event, &case, with_declines, resolve) {
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
            Event::Matched { round, record, .. } => Some(explanation(record, recorded.at, *round, resolve)),
            _ => None,
        })
        .collect()
}

fn what(event: &Event, case: &CaseFields, with_declines: bool, resolve: Resolve) -> Option<TimelineWhat> {
    let person = |who| match who {
        Occupant::Person(person) => Some(resolve(person)),
        Occupant::Guest(_) => None,
    };
    Some(match event {
        Event::Requested { urgency, .. } | Event::RequestMade { urgency, .. } => {
            TimelineWhat::Requested { urgency: *urgency }
        }
        Event::Prealerted { fields, notified, .. } => TimelineWhat::Prealerted {
            eta: fields.eta,
            notified: notified.iter().map(|person| resolve(*person)).collect(),
        },
        Event::FieldsCompleted { .. } => TimelineWhat::FieldsCompleted { missing: case.missing() },
        Event::UrgencyChanged { urgency } => TimelineWhat::UrgencyChanged { urgency: *urgency },
        Event::SlotAwaited => TimelineWhat::SlotAwaited,
        Event::SlotBooked { person, from, .. } => TimelineWhat::SlotBooked { person: resolve(*person), start: *from },
        Event::SlotConfirmed { side, .. } => TimelineWhat::SlotConfirmed { side: *side },
        Event::SlotEnded { person, from, why } => {
            TimelineWhat::SlotEnded { person: resolve(*person), start: *from, why: *why }
        }
        Event::RoomOpened => TimelineWhat::RoomOpened,
        Event::AppointmentBegun => TimelineWhat::AppointmentBegun,
        Event::RingsInstead => TimelineWhat::RingsInstead,
        Event::Stamped { stamp, at } => TimelineWhat::Stamped { stamp: *stamp, at: *at },
        Event::Matched { round, record, .. } => TimelineWhat::Matched { round: *round, eligible: record.eligible },
        Event::RingStarted { person, round, step, .. } => {
            TimelineWhat::RingStarted { person: resolve(*person), round: *round, step: *step }
        }
        Event::RingDelivered { person, .. } => TimelineWhat::RingDelivered { person: resolve(*person) },
        Event::RingSeen { person, .. } => TimelineWhat::RingSeen { person: resolve(*person) },
        Event::RingEnded { person, outcome, reason, .. } => TimelineWhat::RingEnded {
            person: resolve(*person),
            outcome: *outcome,
            declined_because: reason.filter(|_| with_declines),
        },
        Event::Promised { until, .. } => TimelineWhat::Promised { until: *until },
        Event::PromiseBroken { .. } => TimelineWhat::PromiseBroken,
        Event::TakenOver { .. } => TimelineWhat::TakenOver,
        Event::Queued { behind } => {
            TimelineWhat::Queued { behind: behind.iter().map(|person| resolve(*person)).collect() }
        }
        Event::AlarmRaised { kind, .. } => TimelineWhat::Alarm { kind: *kind },
        Event::Accepted { .. } => TimelineWhat::Accepted,
        Event::Offered { to, is_hand_over, .. } => {
            TimelineWhat::Offered { to: resolve(*to), is_hand_over: *is_hand_over }
        }
        Event::OfferEnded { to, accepted } => TimelineWhat::OfferEnded { to: resolve(*to), accepted: *accepted },
        Event::ParticipantAdded { person, part } => {
            TimelineWhat::ParticipantAdded { person: resolve(*person), part: *part }
        }
        Event::ParticipantRemoved { person } => TimelineWhat::ParticipantRemoved { person: resolve(*person) },
        Event::AskedForMore { .. } => TimelineWhat::AskedForMore,
        Event::Replied { .. } => TimelineWhat::Replied,
        Event::StudyAttached { study_id } => TimelineWhat::StudyAttached { study_id: *study_id },
        Event::StudyDetached { study_id, .. } => TimelineWhat::StudyDetached { study_id: *study_id },
        Event::Joined { .. } => TimelineWhat::Joined,
        Event::Left { .. } => TimelineWhat::Left,
        Event::RollCalled { present, .. } => TimelineWhat::RollCalled { present: super::count(present.len()) },
        Event::ConsentRecorded { consent, .. } => TimelineWhat::ConsentRecorded { consent: *consent },
        Event::GuestInvited { part, .. } => TimelineWhat::GuestInvited { part: *part },
        Event::GuestWaits { .. } => TimelineWhat::GuestWaits,
        Event::GuestAdmitted { .. } => TimelineWhat::GuestAdmitted,
        Event::GuestRemoved { .. } => TimelineWhat::GuestRemoved,
        Event::EncryptionLifted { .. } => TimelineWhat::EncryptionLifted,
        Event::GroupReplaced { .. } => TimelineWhat::GroupReplaced,
        Event::GroupFault { about, code, .. } => TimelineWhat::GroupFault {
            code: code.clone(),
            about: about.and_then(person),
            is_about_guest: matches!(about, Some(Occupant::Guest(_))),
        },
        Event::GroupBarred { who } => TimelineWhat::GroupBarred { person: person(*who) },
        Event::SessionEnded => TimelineWhat::SessionEnded,
        Event::Answered { .. } => TimelineWhat::Answered,
        Event::Amended { version, .. } => TimelineWhat::Amended { version: *version },
        Event::Acknowledged { .. } => TimelineWhat::Acknowledged,
        Event::ReportTakenOver { .. } => TimelineWhat::ReportTakenOver,
        Event::Closed { .. } => TimelineWhat::Closed,
        Event::OutcomeFedBack { .. } => TimelineWhat::FedBack,
        Event::GlassBroken { person, .. } => TimelineWhat::GlassBroken { person: resolve(*person) },
        Event::Cancelled { .. } => TimelineWhat::Cancelled,
        Event::RoundRepeated { .. }
        | Event::TakeOverEnded
        | Event::Unanswered { .. }
        | Event::SpecialistChanged { .. }
        | Event::GuestJoined { .. }
        | Event::GuestLeft { .. } => return None,
    })
}
