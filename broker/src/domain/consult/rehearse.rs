//! What the ladder would do if nobody answered: the machine itself, without a log.

use super::{Command, Consult, Event, decide, next_deadline, record};
use crate::domain::escalation::Matched;
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId, ServiceId, UnixMillis,
    consult::{CaseFields, ConsultState, Urgency},
};
use uuid::Uuid;

/// More than the turns of the longest policy: its steps, each split in two, begin and end, in each round.
const TURNS: usize = 1_000;

/// One step of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    pub round: u32,
    pub step: u32,
    pub at: UnixMillis,
    pub until: UnixMillis,
    /// With whether they have another consult on their hands.
    pub people: Vec<(PersonId, bool)>,
    /// The coordinator is alarmed as it begins.
    pub alarm: bool,
}

/// Up to the alarm that nobody accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub rungs: Vec<Rung>,
    pub alarm_at: UnixMillis,
}

/// Lets the machine ring by that ladder, from a request at `now` on; each round is the one before it again.
pub fn rehearse(matched: &Matched, urgency: Urgency, now: UnixMillis) -> Course {
    let id = ConsultId(Uuid::nil());
    let request = Command::Request {
        id,
        service_id: ServiceId(Uuid::nil()),
        network_id: NetworkId(Uuid::nil()),
        hospital_id: HospitalId(Uuid::nil()),
        requester: PersonId(Uuid::nil()),
        urgency,
        fields: CaseFields { question: Some("?".to_owned()), ..CaseFields::default() },
        prealert: false,
        appointment: None,
        test: None,
        matched: matched.clone(),
    };
    let mut course = Course { rungs: vec![], alarm_at: now };
    let mut consult: Option<Consult> = None;
    let mut command = request;
    for _ in 0..TURNS {
        let events = decide(consult.as_ref(), &command, course.alarm_at).unwrap_or_default();
        let seq = consult.as_ref().map_or(0, |consult| consult.seq);
        for recorded in record(&command, events, seq, course.alarm_at) {
            course.note(&recorded.event, consult.as_ref().map_or(1, |consult| consult.round), recorded.at);
            match &mut consult {
                Some(consult) => consult.apply(&recorded),
                None => consult = Consult::replay(id, std::slice::from_ref(&recorded)),
            }
        }
        let due = consult.as_ref().filter(|consult| consult.state == ConsultState::Ringing).and_then(next_deadline);
        let Some(due) = due else { break };
        course.alarm_at = course.alarm_at.max(due);
        command = Command::Tick { rematch: None };
    }
    course
}

impl Course {
    fn note(&mut self, event: &Event, in_round: u32, at: UnixMillis) {
        match event {
            Event::RingStarted { person, round, step, until, busy, .. } => {
                let rung = self.rung(*round, *step, at);
                rung.until = *until;
                rung.people.push((*person, *busy));
            }
            Event::AlarmRaised { step: Some(step), .. } => self.rung(in_round, *step, at).alarm = true,
            _ => {}
        }
    }

    /// The step as it was noted last; a new one where it begins.
    fn rung(&mut self, round: u32, step: u32, at: UnixMillis) -> &mut Rung {
        if self.rungs.last().is_none_or(|last| (last.round, last.step) != (round, step)) {
            self.rungs.push(Rung { round, step, at, until: at, people: vec![], alarm: false });
        }
        let last = self.rungs.len() - 1;
        &mut self.rungs[last]
    }
}
