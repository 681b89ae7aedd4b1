//! Helpers: a small world in which commands are decided and recorded.

mod appointment;
mod beside;
mod call_out;
mod encryption;
mod guests;
mod ledger;
mod log;
mod model;
mod nodes;
mod overtaking;
mod prealert;
mod report;
mod ringing;
mod room_and_answer;
mod rungs;
mod team;
mod views;

use super::{Command, Consult, Event, Recorded, Refusal, decide, next_deadline, record, wants_rematch};
use crate::domain::{
    directory::Actor,
    escalation::{Matched, Plan, PlannedStep},
    matching::MatchRecord,
};
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId, PrivateText, ServiceId, UnixMillis,
    consult::{Answer, CaseFields, ConsultState, Decision, DeclineReason, Justification, Sex, Urgency},
    directory::Role,
    report::ReportTemplate,
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
        .map(|people| PlannedStep {
            people: people.iter().map(|n| person(*n)).collect(),
            ring_seconds: 30,
            ..PlannedStep::default()
        })
        .collect();
    Plan { rounds, steps }
}

fn matched(plan: Plan) -> Matched {
    let eligible = u32::try_from(plan.steps.len()).unwrap();
    Matched { record: MatchRecord { eligible, ..MatchRecord::default() }, plan, busy: vec![] }
}

/// Nobody free; these are busy in an exclusive duty.
fn all_busy(people: &[u128]) -> Matched {
    Matched { busy: people.iter().map(|n| person(*n)).collect(), ..matched(plan(1, &[])) }
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
        test: None,
        prealert: false,
        appointment: None,
        matched: matched(plan),
    }
}

/// Everything that § 3(2) asks for.
fn whole_case() -> CaseFields {
    CaseFields {
        family_name: Some("Muster".into()),
        given_name: Some("Erika".into()),
        birth_date: Some("1950-01-01".into()),
        sex: Some(Sex::Female),
        insurance_number: Some("A123456789".into()),
        diagnosis: Some("Hemiparese".into()),
        medication: Some("keine".into()),
        question: Some("Lyse?".into()),
        justification: Some(Justification::SpeciallyComplex),
        callback_phone: Some("0711 1".into()),
        deadline: Some(START.plus_seconds(3600)),
        ..CaseFields::default()
    }
}

fn accept(n: u128) -> Command {
    Command::Accept { person: person(n) }
}

fn pass(n: u128) -> Command {
    Command::PassOn { person: person(n), ring_id: None }
}

fn decline(n: u128) -> Command {
    let (reason, note) = (DeclineReason::NoCapacity, PrivateText::default());
    Command::Decline { person: person(n), ring_id: None, reason, note }
}

fn joined(person: PersonId) -> Command {
    Command::Joined { person }
}

fn left(person: PersonId) -> Command {
    Command::Left { person }
}

/// The first version, by person 1.
fn sign() -> Command {
    Command::SignReport { person: person(1), answer: answer(), after_version: 0, reason: PrivateText::default() }
}

/// A further version, by person 1.
fn amend(after_version: u32, findings: &str) -> Command {
    let answer = Answer { findings: findings.into(), ..answer() };
    Command::SignReport { person: person(1), answer, after_version, reason: "Nachbefundung".into() }
}

/// By the requester, with a reason for what is missing.
fn close() -> Command {
    Command::Close { person: REQUESTER, close_out: None, missing_because: "nicht ansprechbar".into() }
}

fn answer() -> Answer {
    Answer {
        findings: "Blutung links".into(),
        assessment: "raumfordernd".into(),
        recommendation: "Verlegung".into(),
        decision: Decision::Transfer,
        limitations: PrivateText::default(),
        template: ReportTemplate::General,
        nihss: None,
        key_images: vec![],
    }
}

fn actor(person_id: PersonId, hospital_id: HospitalId, roles: &[Role]) -> Actor {
    Actor { person_id, hospital_id, roles: roles.to_vec(), networks: vec![NETWORK], only_consult: None }
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

    /// Announced; person 1 and 2 would be rung first.
    fn prealert() -> Self {
        let mut world = Self::empty();
        let mut command = request(plan(1, &[&[1, 2], &[3]]));
        if let Command::Request { prealert, .. } = &mut command {
            *prealert = true;
        }
        world.run(&command).unwrap();
        world
    }

    /// Accepted by person 1.
    fn accepted() -> Self {
        let mut world = Self::ringing(plan(1, &[&[1], &[1, 2]]));
        world.run(&accept(1)).unwrap();
        world
    }

    /// Requester and specialist are in the room.
    fn in_session() -> Self {
        let mut world = Self::accepted();
        world.run(&joined(REQUESTER)).unwrap();
        world.run(&joined(person(1))).unwrap();
        world
    }

    fn reported() -> Self {
        let mut world = Self::in_session();
        world.run(&sign()).unwrap();
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

    /// Like [`Self::run`], for what must succeed.
    fn do_all(&mut self, commands: &[Command]) {
        for command in commands {
            self.run(command).unwrap();
        }
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
