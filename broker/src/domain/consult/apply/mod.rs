//! Folding one event into the state. Total: whatever the log says is taken as it is, nothing here refuses or panics.

mod begin;
mod book;
mod room;
mod team;

use super::{Consult, Event, Overflow, Promise, Queue, Recorded, Ring, Signed, TakenOver, fields};
use crate::domain::{escalation::Plan, matching::Partner};
use schemas::{
    RingId, UnixMillis,
    consult::{AlarmKind, CaseFields, ConsultState, RingOutcome},
};

impl Consult {
    /// Folds the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        self.seq = recorded.seq;
        match &recorded.event {
            // A second beginning cannot be in a log; if it is, the first one counts.
            Event::Requested { .. } | Event::Prealerted { .. } => {}
            Event::RequestMade { urgency, fields } => self.request_made(*urgency, fields, at),
            Event::FieldsCompleted { fields } => self.fields_completed(fields),
            Event::UrgencyChanged { urgency } => {
                self.urgency = *urgency;
                if self.is_on_ladder() {
                    self.rounds_before = self.round;
                    self.attempts = 0;
                    self.let_go_of_the_ladder();
                }
            }
            Event::SlotAwaited
            | Event::SlotBooked { .. }
            | Event::SlotConfirmed { .. }
            | Event::SlotEnded { .. }
            | Event::RoomOpened
            | Event::AppointmentBegun
            | Event::RingsInstead => self.apply_book(recorded),
            Event::Stamped { stamp, at } => self.clock.set(*stamp, *at),
            Event::Matched { round, plan, record } => {
                self.begin_round(*round, plan);
                if let Some(Partner { service_id, network_id, .. }) = record.overflow() {
                    self.overflow.get_or_insert(Overflow { service_id, network_id, since: at });
                }
            }
            Event::RoundRepeated { round, plan } => self.begin_round(*round, plan),
            Event::RingStarted { ring_id, person, round, step, until, assigned, busy } => {
                self.round = *round;
                self.begin_step(*step, at);
                if *assigned {
                    self.promise = None;
                    self.taken_over = None;
                }
                self.start_ring(Ring {
                    ring_id: *ring_id,
                    person: *person,
                    round: *round,
                    step: *step,
                    started_at: at,
                    until: *until,
                    delivered_at: None,
                    seen_at: None,
                    outcome: RingOutcome::Ringing,
                    ended_at: None,
                    assigned: *assigned,
                    declined_because: None,
                    busy: *busy,
                });
            }
            Event::RingDelivered { ring_id, .. } => self.with_ring(*ring_id, |ring| {
                ring.delivered_at.get_or_insert(at);
            }),
            Event::RingSeen { ring_id, .. } => self.with_ring(*ring_id, |ring| {
                ring.delivered_at.get_or_insert(at);
                ring.seen_at.get_or_insert(at);
            }),
            Event::RingEnded { ring_id, outcome, reason, .. } => self.with_ring(*ring_id, |ring| {
                // A promise ends a ring for the time being; its holder still answers it.
                if ring.is_active() || ring.outcome == RingOutcome::InFive {
                    ring.outcome = *outcome;
                    ring.declined_because = *reason;
                    ring.ended_at = Some(at);
                }
            }),
            Event::Promised { person, until } => self.promise = Some(Promise { person: *person, until: *until }),
            Event::PromiseBroken { .. } => self.promise = None,
            Event::TakenOver { person, until } => {
                self.promise = None;
                self.taken_over = Some(TakenOver { person: *person, until: *until });
            }
            Event::TakeOverEnded => self.taken_over = None,
            Event::Queued { behind } => {
                let since = self.queue.as_ref().map_or(at, |queue| queue.since);
                self.queue = (!behind.is_empty()).then(|| Queue { since, behind: behind.clone() });
            }
            Event::Unanswered { retry_at } => {
                self.enter(ConsultState::Unanswered, at);
                self.retry_at = Some(*retry_at);
                self.attempts = self.attempts.saturating_add(1);
            }
            Event::AlarmRaised { kind, step } => {
                self.alarm = Some(*kind);
                step.iter().for_each(|step| self.begin_step(*step, at));
            }
            Event::Accepted { person } => self.accepted(*person, at),
            Event::Offered { .. }
            | Event::OfferEnded { .. }
            | Event::SpecialistChanged { .. }
            | Event::ParticipantAdded { .. }
            | Event::ParticipantRemoved { .. }
            | Event::AskedForMore { .. }
            | Event::Replied { .. }
            | Event::GlassBroken { .. } => self.apply_team(recorded),
            Event::StudyAttached { study_id } => {
                self.detached.retain(|study| study != study_id);
                if !self.studies.contains(study_id) {
                    self.studies.push(*study_id);
                }
            }
            Event::StudyDetached { study_id, .. } => {
                self.studies.retain(|study| study != study_id);
                if !self.detached.contains(study_id) {
                    self.detached.push(*study_id);
                }
            }
            Event::Joined { .. }
            | Event::Left { .. }
            | Event::RollCalled { .. }
            | Event::ConsentRecorded { .. }
            | Event::GuestInvited { .. }
            | Event::GuestWaits { .. }
            | Event::GuestAdmitted { .. }
            | Event::GuestRemoved { .. }
            | Event::GuestJoined { .. }
            | Event::GuestLeft { .. }
            | Event::EncryptionLifted { .. } => self.apply_room(recorded),
            // For those who read the log.
            Event::GroupReplaced { .. } | Event::GroupFault { .. } | Event::GroupBarred { .. } => {}
            Event::SessionEnded => {
                self.enter(ConsultState::Reporting, at);
                self.work_goes_on(recorded);
            }
            Event::Answered { person, answer } => {
                self.versions.push(Signed {
                    version: self.next_version(),
                    reason: Default::default(),
                    answer: answer.clone(),
                    author: *person,
                    signed_at: at,
                });
                self.offer = None;
                self.enter(ConsultState::Reported, at);
                self.alarm = None;
            }
            Event::Amended { person, version, reason, answer } => {
                self.versions.push(Signed {
                    version: *version,
                    reason: reason.clone(),
                    answer: answer.clone(),
                    author: *person,
                    signed_at: at,
                });
                // What lies in the hospital's record is the old version: the new one is taken over anew.
                self.report_taken_over_at = None;
                // And it is read anew, also where everything was over already.
                let was_closed = self.state == ConsultState::Closed && recorded.is_of(2);
                if self.state == ConsultState::Acknowledged || was_closed {
                    self.enter(ConsultState::Reported, at);
                    self.alarm = None;
                    self.ended_at = None;
                }
            }
            Event::Acknowledged { .. } => {
                self.enter(ConsultState::Acknowledged, at);
                self.alarm = None;
            }
            Event::ReportTakenOver { .. } => {
                self.report_taken_over_at.get_or_insert(at);
            }
            Event::Closed { close_out, missing_because } => {
                // The second close after an amendment need not answer again what the first one did.
                if close_out.is_some() {
                    self.close_out.clone_from(close_out);
                }
                if !missing_because.is_blank() {
                    self.missing_because.clone_from(missing_because);
                }
                self.end(ConsultState::Closed, at);
            }
            Event::OutcomeFedBack { outcome, .. } => self.outcomes.push(outcome.clone()),
            Event::Cancelled { reason } => {
                self.cancelled_because.clone_from(reason);
                self.end(ConsultState::Cancelled, at);
            }
        }
    }

    fn fields_completed(&mut self, patch: &CaseFields) {
        fields::merge(&mut self.fields, patch);
        if patch.eta.is_some() {
            self.clear_alarm(AlarmKind::PrealertOverdue);
        }
        if self.fields.missing().is_empty() {
            self.clear_alarm(AlarmKind::FieldsMissing);
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
        self.ended_at.get_or_insert(at);
        self.alarm = None;
        self.offer = None;
        self.queue = None;
        self.appointment = None;
        self.let_go_of_the_ladder();
    }

    /// Nobody holds it and nothing is planned on it any more.
    const fn let_go_of_the_ladder(&mut self) {
        self.promise = None;
        self.taken_over = None;
        self.retry_at = None;
    }

    fn begin_round(&mut self, round: u32, plan: &Plan) {
        self.round = round;
        self.step = 0;
        self.step_at = None;
        self.plan = plan.clone();
        self.retry_at = None;
        self.queue = None;
    }

    /// Everybody of a step is rung at its beginning; somebody whom a coordinator picked is rung within it.
    const fn begin_step(&mut self, step: u32, at: UnixMillis) {
        if self.step != step || self.step_at.is_none() {
            self.step = step;
            self.step_at = Some(at);
        }
    }

    fn start_ring(&mut self, ring: Ring) {
        if self.rings.iter().all(|known| known.ring_id != ring.ring_id) {
            self.rings.push(ring);
        }
    }

    fn with_ring(&mut self, ring_id: RingId, change: impl FnOnce(&mut Ring)) {
        // Receipts and ends mean recent rings: look from the end.
        if let Some(ring) = self.rings.iter_mut().rev().find(|ring| ring.ring_id == ring_id) {
            change(ring);
        }
    }

    fn next_version(&self) -> u32 {
        u32::try_from(self.versions.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// An alarm about the work so far would hide the one about what follows.
    fn work_goes_on(&mut self, recorded: &Recorded) {
        self.clear_alarm(AlarmKind::NotStarted);
        if recorded.is_of(2) {
            self.clear_alarm(AlarmKind::AnswerLate);
        }
    }

    fn clear_alarm(&mut self, kind: AlarmKind) {
        if self.alarm == Some(kind) {
            self.alarm = None;
        }
    }
}
