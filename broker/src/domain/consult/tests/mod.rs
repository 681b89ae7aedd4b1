//! Helpers: a small world in which commands are decided and recorded.

mod model;
mod ringing;
mod room_and_answer;
mod views;

use super::{Command, Consult, Event, Recorded, Refusal, decide, next_deadline, record, wants_rematch};
use crate::domain::{
    directory::Actor,
    escalation::{Matched, Plan, PlannedStep},
    matching::MatchRecord,
};
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId, PrivateText, ServiceId, UnixMillis,
    consult::{Answer, CaseFields, ConsultState, Decision, Urgency},
    directory::Role,
};
use uuid::Uuid;

const HOUSE: HospitalId = HospitalId(Uuid::from_u128(0xA));
const CENTRE: HospitalId = HospitalId(Uuid::from_u128(0xB));
const NETWORK: NetworkId = NetworkId(Uuid::from_u128(0xC));
const SERVICE: ServiceId = ServiceId(Uuid::from_u128(0xD));
const CONSULT: ConsultId = ConsultId(Uuid::from_u128(0xE));
/// The referrer who asks.
const REQUESTER: PersonId = person(100);
const START: UnixMillis = UnixMillis(1_790_000_000_000);

const fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Steps of the given people, 30 seconds each.
fn plan(rounds: u32, steps: &[&[u128]]) -> Plan {
    let steps = steps
        .iter()
        .map(|people| PlannedStep { people: people.iter().map(|n| person(*n)).collect(), ring_seconds: 30 })
        .collect();
    Plan { rounds, steps }
}

fn matched(plan: Plan) -> Matched {
    let eligible = u32::try_from(plan.steps.len()).unwrap();
    Matched { record: MatchRecord { eligible, ..MatchRecord::default() }, plan }
}

fn request(plan: Plan) -> Command {
    Command::Request {
        id: CONSULT,
        service_id: SERVICE,
        network_id: NETWORK,
        hospital_id: HOUSE,
        requester: REQUESTER,
        urgency: Urgency::Emergency,
        fields: CaseFields::default(),
        matched: matched(plan),
    }
}

fn answer() -> Answer {
    Answer {
        findings: "Blutung links".into(),
        assessment: "raumfordernd".into(),
        recommendation: "Verlegung".into(),
        decision: Decision::Transfer,
        limitations: PrivateText::default(),
    }
}

fn actor(person_id: PersonId, hospital_id: HospitalId, roles: &[Role]) -> Actor {
    Actor { person_id, hospital_id, roles: roles.to_vec(), networks: vec![NETWORK] }
}

/// One consult with its log and a clock.
struct World {
    consult: Option<Consult>,
    log: Vec<Recorded>,
    now: UnixMillis,
}

impl World {
    fn empty() -> Self {
        Self { consult: None, log: vec![], now: START }
    }

    /// Requested, with this ladder.
    fn ringing(plan: Plan) -> Self {
        let mut world = Self::empty();
        world.run(&request(plan)).unwrap();
        world
    }

    /// Accepted by person 1.
    fn accepted() -> Self {
        let mut world = Self::ringing(plan(1, &[&[1], &[1, 2]]));
        world.run(&Command::Accept { person: person(1) }).unwrap();
        world
    }

    /// Requester and specialist are in the room.
    fn in_session() -> Self {
        let mut world = Self::accepted();
        world.run(&Command::Joined { person: REQUESTER }).unwrap();
        world.run(&Command::Joined { person: person(1) }).unwrap();
        world
    }

    fn reported() -> Self {
        let mut world = Self::in_session();
        world.run(&Command::SubmitAnswer { person: person(1), answer: answer() }).unwrap();
        world
    }

    /// Decides and records; answers with the new events.
    fn run(&mut self, command: &Command) -> Result<Vec<Event>, Refusal> {
        let events = decide(self.consult.as_ref(), command, self.now)?;
        for recorded in record(command, events.clone(), self.seq(), self.now) {
            match &mut self.consult {
                Some(consult) => consult.apply(&recorded),
                None => self.consult = Consult::replay(CONSULT, std::slice::from_ref(&recorded)),
            }
            self.log.push(recorded);
        }
        Ok(events)
    }

    /// What the ticker does at the next deadline. `plan` stands for a new ranking.
    fn tick(&mut self, plan: Option<Plan>) -> Vec<Event> {
        let due = next_deadline(self.get()).expect("nothing is due any more");
        self.now = self.now.max(due);
        let rematch = plan.filter(|_| wants_rematch(self.get(), self.now)).map(matched);
        self.run(&Command::Tick { rematch }).unwrap()
    }

    fn get(&self) -> &Consult {
        self.consult.as_ref().unwrap()
    }

    fn seq(&self) -> i64 {
        self.consult.as_ref().map_or(0, |consult| consult.seq)
    }

    fn state(&self) -> ConsultState {
        self.get().state
    }

    /// Numbers of the people who are being rung.
    fn rung(&self) -> Vec<u128> {
        self.get().active_rings().map(|ring| ring.person.0.as_u128()).collect()
    }
}
