//! What is to be done before a house can begin, by whom it was done, and a test that rings one person.

use super::{
    App, Error, Result,
    directory::{Directory, Person, ServiceEntry, named},
    log::Wish,
    matching::Case,
    ports::OnboardingRow,
    require, validate,
};
use crate::domain::{
    access::{Permission, may},
    consult::{Command, Event, view},
    directory::Actor,
};
use schemas::{
    ConsultId, HospitalId, PersonId, UnixMillis,
    consult::{CaseFields, Urgency},
    directory::Role,
    onboarding::{
        BeginTest, Onboarding, OnboardingDone, OnboardingState, OnboardingStep, OnboardingTest, PutOnboarding,
        RingableService,
    },
};

/// Studies of a house that are counted. One is enough.
const STUDIES: u32 = 100;

impl App {
    pub async fn onboarding(&self, actor: &Actor, hospital: HospitalId) -> Result<Onboarding> {
        require(may(actor, None, Permission::KeepOnboarding))?;
        let directory = self.directory().await?;
        let house = directory.hospitals.get(&hospital).cloned().ok_or(Error::NotFound)?;
        let rows = self.repo.onboarding(hospital.0).await?;
        let studies = self.repo.inbox(hospital.0, STUDIES).await?.len();
        let mut steps = Vec::new();
        for step in OnboardingStep::ALL {
            let row = rows.iter().find(|row| named::<OnboardingStep>(&row.step) == Some(step));
            let (seen, count) = seen(&directory, hospital, step, studies);
            let test = match row.and_then(|row| row.consult_id) {
                Some(id) => self.test_of(&directory, ConsultId(id)).await?,
                None => None,
            };
            let seen = match step {
                OnboardingStep::TestEscalation => Some(test.as_ref().is_some_and(|test| test.answered_at.is_some())),
                _ => seen,
            };
            steps.push(OnboardingState {
                step,
                done: row.and_then(|row| done(&directory, row)),
                seen,
                count,
                note: row.map(|row| row.note.clone()).unwrap_or_default(),
                test,
            });
        }
        Ok(Onboarding { hospital: house, steps, ringable: ringable(&directory, actor) })
    }

    /// Done by the caller, now; or not done any more. A test that was begun stays known.
    pub async fn put_onboarding(
        &self,
        actor: &Actor,
        hospital: HospitalId,
        step: OnboardingStep,
        wish: &PutOnboarding,
    ) -> Result<()> {
        require(may(actor, None, Permission::KeepOnboarding))?;
        validate::short_text("note", &wish.note)?;
        if !self.directory().await?.hospitals.contains_key(&hospital) {
            return Err(Error::NotFound);
        }
        let name = validate::name_of(&step);
        let rows = self.repo.onboarding(hospital.0).await?;
        let test = rows.iter().find(|row| row.step == name).and_then(|row| row.consult_id);
        let note = wish.note.trim().to_owned();
        if !wish.is_done && note.is_empty() && test.is_none() {
            return Ok(self.repo.delete_onboarding(hospital.0, &name).await?);
        }
        let row = OnboardingRow {
            hospital_id: hospital.0,
            step: name,
            done_by: wish.is_done.then_some(actor.person_id.0),
            done_at: wish.is_done.then_some(self.now().0),
            note,
            consult_id: test,
        };
        Ok(self.repo.put_onboarding(&row).await?)
    }

    /// Rings one person and nobody else, as a consult of that house that is marked as a test: no report counts it, and the
    /// coordinator ends it. For coordinators of the service, who see it on their board.
    pub async fn begin_test(&self, actor: &Actor, hospital: HospitalId, wish: &BeginTest) -> Result<()> {
        require(may(actor, None, Permission::KeepOnboarding))?;
        let directory = self.directory().await?;
        let house = directory.hospitals.get(&hospital).ok_or(Error::NotFound)?;
        let entry = directory
            .services
            .get(&wish.service_id)
            .filter(|entry| actor.coordinates(entry.service.network_id))
            .ok_or(Error::Forbidden)?;
        if !directory.person(wish.person).is_some_and(|person| may_be_rung(entry, person)) {
            return Err(Error::InvalidField("person: is no specialist of this service".to_owned()));
        }
        let case = Case {
            hospital_id: house.id,
            urgency: Urgency::Urgent,
            test: Some(wish.person),
            ..Case::new(wish.id, wish.service_id, actor.person_id)
        };
        let matched = self.matched(&case, self.now()).await?;
        let command = Command::Request {
            id: wish.id,
            service_id: wish.service_id,
            network_id: entry.service.network_id,
            hospital_id: house.id,
            requester: actor.person_id,
            urgency: Urgency::Urgent,
            fields: CaseFields { question: Some(TEST_QUESTION.to_owned()), ..CaseFields::default() },
            prealert: false,
            test: Some(wish.person),
            matched,
            appointment: None,
        };
        self.run(wish.id, &Wish::command(command)).await?;
        let name = validate::name_of(&OnboardingStep::TestEscalation);
        let rows = self.repo.onboarding(hospital.0).await?;
        let note = rows.into_iter().find(|row| row.step == name).map(|row| row.note).unwrap_or_default();
        let row = OnboardingRow {
            hospital_id: hospital.0,
            step: name,
            done_by: None,
            done_at: None,
            note,
            consult_id: Some(wish.id.0),
        };
        Ok(self.repo.put_onboarding(&row).await?)
    }

    async fn test_of(&self, directory: &Directory, id: ConsultId) -> Result<Option<OnboardingTest>> {
        // What was purged is known no more, and was long done.
        let loaded = match self.load(id).await {
            Err(Error::Purged) => None,
            other => other?,
        };
        Ok(loaded.map(|loaded| {
            let accepted = loaded.log.iter().find(|recorded| matches!(recorded.event, Event::Accepted { .. }));
            OnboardingTest {
                consult_id: id,
                label: view::label(id),
                person: loaded.consult.test.map(|person| directory.person_ref(person)),
                started_at: loaded.consult.created_at,
                answered_at: accepted.map(|recorded| recorded.at),
            }
        }))
    }
}

/// Stands where the question of a patient would.
const TEST_QUESTION: &str =
    "TEST. Bitte annehmen; es geht um keinen Patienten. / TEST. Please accept; there is no patient.";

fn done(directory: &Directory, row: &OnboardingRow) -> Option<OnboardingDone> {
    let (by, at) = row.done_by.zip(row.done_at)?;
    Some(OnboardingDone { by: directory.person_ref(PersonId(by)), at: UnixMillis(at) })
}

/// What the program itself can tell, and how many of it there are.
fn seen(directory: &Directory, hospital: HospitalId, step: OnboardingStep, studies: usize) -> (Option<bool>, u32) {
    let own = directory.people.values().filter(|person| person.row.active && person.actor.hospital_id == hospital);
    let count = match step {
        OnboardingStep::Contract => {
            directory.services.keys().filter(|service| directory.is_offered(**service, hospital)).count()
        }
        OnboardingStep::People => own.filter(|person| person.actor.has_role(Role::Referrer)).count(),
        OnboardingStep::Phones => own.filter(|person| person.row.phone.is_some()).count(),
        OnboardingStep::TestStudy => studies,
        OnboardingStep::TestCall | OnboardingStep::TestEscalation => return (None, 0),
    };
    (Some(count > 0), u32::try_from(count).unwrap_or(u32::MAX))
}

fn may_be_rung(entry: &ServiceEntry, person: &Person) -> bool {
    person.row.active
        && person.actor.has_role(Role::Specialist)
        && person.actor.networks.contains(&entry.service.network_id)
        && person.qualifications.contains(&entry.service.specialty)
}

fn ringable(directory: &Directory, actor: &Actor) -> Vec<RingableService> {
    let own = directory.services.values().filter(|entry| actor.coordinates(entry.service.network_id));
    let mut services: Vec<RingableService> = own
        .map(|entry| {
            let able = directory.people.values().filter(|person| may_be_rung(entry, person));
            let mut people: Vec<_> = able.map(|person| person.refer.clone()).collect();
            people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
            RingableService { id: entry.service.id, name: entry.service.name.clone(), people }
        })
        .collect();
    services.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    services
}
