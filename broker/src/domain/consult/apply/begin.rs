//! The beginning of a consult.

use super::{Consult, Event, Recorded, fields};
use crate::domain::{consult::Clock, escalation::Plan};
use schemas::{
    ConsultId, PrivateText, UnixMillis,
    consult::{CaseFields, ConsultState, Urgency},
};

impl Consult {
    /// The consult after its first event. `None` when that is neither a request nor a pre-alert.
    pub(in crate::domain::consult) fn begin(id: ConsultId, recorded: &Recorded) -> Option<Self> {
        let none = vec![];
        let (service_id, network_id, hospital_id, requester, urgency, fields, notified, state) = match &recorded.event {
            Event::Requested { service_id, network_id, hospital_id, requester, urgency, fields, test: _ } => {
                (service_id, network_id, hospital_id, requester, urgency, fields, &none, ConsultState::Ringing)
            }
            Event::Prealerted { service_id, network_id, hospital_id, requester, urgency, fields, notified } => {
                (service_id, network_id, hospital_id, requester, urgency, fields, notified, ConsultState::Prealert)
            }
            _ => return None,
        };
        Some(Self {
            id,
            seq: recorded.seq,
            service_id: *service_id,
            network_id: *network_id,
            hospital_id: *hospital_id,
            requester: *requester,
            test: match &recorded.event {
                Event::Requested { test, .. } => *test,
                _ => None,
            },
            urgency: *urgency,
            fields: fields.clone(),
            state,
            state_since: recorded.at,
            created_at: recorded.at,
            requested_at: (state == ConsultState::Ringing).then_some(recorded.at),
            was_prealert: state == ConsultState::Prealert,
            notified: notified.iter().copied().collect(),
            clock: Clock::default(),
            specialist: None,
            accepted_at: None,
            former: Default::default(),
            offer: None,
            participants: vec![],
            round: 0,
            rounds_before: 0,
            attempts: 0,
            step: 0,
            step_at: None,
            plan: Plan::default(),
            retry_at: None,
            rings: vec![],
            promise: None,
            taken_over: None,
            queue: None,
            appointment: None,
            overflow: None,
            alarm: None,
            studies: vec![],
            detached: vec![],
            exchanges: vec![],
            in_room: Default::default(),
            stays: vec![],
            guests: vec![],
            guest_stays: vec![],
            roll_call: None,
            consent: None,
            encryption_lifted: None,
            session_started_at: None,
            specialist_joined: false,
            room_empty_since: None,
            versions: vec![],
            report_taken_over_at: None,
            close_out: None,
            missing_because: PrivateText::default(),
            cancelled_because: PrivateText::default(),
            outcomes: vec![],
            glass: vec![],
            ended_at: None,
        })
    }

    pub(super) fn request_made(&mut self, urgency: Urgency, patch: &CaseFields, at: UnixMillis) {
        self.urgency = urgency;
        self.requested_at = Some(at);
        fields::merge(&mut self.fields, patch);
        self.alarm = None;
        self.enter(ConsultState::Ringing, at);
    }
}
