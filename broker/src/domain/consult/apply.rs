//! Folding one event into the state. Total: whatever the log says is taken as it is, nothing here refuses or panics.

use super::{Consult, Event, Promise, Recorded, Ring, Signed, fields};
use crate::domain::escalation::Plan;
use schemas::{
    ConsultId, PersonId, RingId, UnixMillis,
    consult::{AlarmKind, ConsultState, RingOutcome},
};

impl Consult {
    /// The consult after its first event. `None` when that is not a request.
    pub(super) fn begin(id: ConsultId, recorded: &Recorded) -> Option<Self> {
        let Event::Requested { service_id, network_id, hospital_id, requester, urgency, fields } = &recorded.event
        else {
            return None;
        };
        Some(Self {
            id,
            seq: recorded.seq,
            service_id: *service_id,
            network_id: *network_id,
            hospital_id: *hospital_id,
            requester: *requester,
            urgency: *urgency,
            fields: fields.clone(),
            state: ConsultState::Ringing,
            state_since: recorded.at,
            created_at: recorded.at,
            specialist: None,
            accepted_at: None,
            round: 0,
            step: 0,
            plan: Plan::default(),
            retry_at: None,
            rings: vec![],
            promise: None,
            alarm: None,
            studies: vec![],
            in_room: Default::default(),
            session_started_at: None,
            specialist_joined: false,
            room_empty_since: None,
            answer: None,
        })
    }

    /// Folds the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        self.seq = recorded.seq;
        match &recorded.event {
            // A second request cannot be in a log; if it is, the first one counts.
            Event::Requested { .. } => {}
            Event::FieldsCompleted { fields } => fields::merge(&mut self.fields, fields),
            Event::Matched { round, plan, .. } | Event::RoundRepeated { round, plan } => self.begin_round(*round, plan),
            Event::RingStarted { ring_id, person, round, step, until } => {
                self.start_ring(*ring_id, *person, (*round, *step), at, *until);
            }
            Event::RingDelivered { ring_id, .. } => self.with_ring(*ring_id, |ring| {
                ring.delivered_at.get_or_insert(at);
            }),
            Event::RingSeen { ring_id, .. } => self.with_ring(*ring_id, |ring| {
                ring.delivered_at.get_or_insert(at);
                ring.seen_at.get_or_insert(at);
            }),
            Event::RingEnded { ring_id, outcome, .. } => self.with_ring(*ring_id, |ring| {
                // A promise ends a ring for the time being; its holder still answers it.
                if ring.is_active() || ring.outcome == RingOutcome::InFive {
                    ring.outcome = *outcome;
                    ring.ended_at = Some(at);
                }
            }),
            Event::Promised { person, until } => self.promise = Some(Promise { person: *person, until: *until }),
            Event::PromiseBroken { .. } => self.promise = None,
            Event::Unanswered { retry_at } => {
                self.enter(ConsultState::Unanswered, at);
                self.retry_at = Some(*retry_at);
            }
            Event::AlarmRaised { kind } => self.alarm = Some(*kind),
            Event::Accepted { person } => self.accepted(*person, at),
            Event::StudyAttached { study_id } => {
                if !self.studies.contains(study_id) {
                    self.studies.push(*study_id);
                }
            }
            Event::Joined { person } => self.joined(*person, at),
            Event::Left { person } => {
                if self.in_room.remove(person) && self.in_room.is_empty() {
                    self.room_empty_since = Some(at);
                }
            }
            Event::SessionEnded => {
                self.enter(ConsultState::Reporting, at);
                self.clear_alarm(AlarmKind::NotStarted);
            }
            Event::Answered { person, answer } => {
                self.answer = Some(Signed { answer: answer.clone(), author: *person, signed_at: at });
                self.enter(ConsultState::Reported, at);
                self.alarm = None;
            }
            Event::Acknowledged { .. } => {
                self.enter(ConsultState::Acknowledged, at);
                self.alarm = None;
            }
            Event::Closed => self.end(ConsultState::Closed, at),
            Event::Cancelled { .. } => self.end(ConsultState::Cancelled, at),
        }
    }

    /// `state_since` stays when the state does.
    fn enter(&mut self, state: ConsultState, at: UnixMillis) {
        if self.state != state {
            self.state = state;
            self.state_since = at;
        }
    }

    fn end(&mut self, state: ConsultState, at: UnixMillis) {
        self.enter(state, at);
        self.alarm = None;
        self.promise = None;
        self.retry_at = None;
    }

    fn begin_round(&mut self, round: u32, plan: &Plan) {
        self.round = round;
        self.step = 0;
        self.plan = plan.clone();
        self.retry_at = None;
    }

    fn start_ring(&mut self, ring_id: RingId, person: PersonId, place: (u32, u32), at: UnixMillis, until: UnixMillis) {
        let (round, step) = place;
        self.round = round;
        self.step = step;
        if self.rings.iter().all(|ring| ring.ring_id != ring_id) {
            self.rings.push(Ring {
                ring_id,
                person,
                round,
                step,
                started_at: at,
                until,
                delivered_at: None,
                seen_at: None,
                outcome: RingOutcome::Ringing,
                ended_at: None,
            });
        }
    }

    fn with_ring(&mut self, ring_id: RingId, change: impl FnOnce(&mut Ring)) {
        // Receipts and ends mean recent rings: look from the end.
        if let Some(ring) = self.rings.iter_mut().rev().find(|ring| ring.ring_id == ring_id) {
            change(ring);
        }
    }

    fn accepted(&mut self, person: PersonId, at: UnixMillis) {
        self.enter(ConsultState::Accepted, at);
        self.specialist = Some(person);
        self.accepted_at = Some(at);
        self.specialist_joined = self.in_room.contains(&person);
        self.alarm = None;
        self.promise = None;
        self.retry_at = None;
    }

    fn joined(&mut self, person: PersonId, at: UnixMillis) {
        self.in_room.insert(person);
        self.room_empty_since = None;
        self.session_started_at.get_or_insert(at);
        if self.specialist == Some(person) {
            self.specialist_joined = true;
            self.clear_alarm(AlarmKind::NotStarted);
        }
        if self.state == ConsultState::Accepted {
            self.enter(ConsultState::InSession, at);
        }
    }

    fn clear_alarm(&mut self, kind: AlarmKind) {
        if self.alarm == Some(kind) {
            self.alarm = None;
        }
    }
}
