//! A house begins: what is done, by whom, and a test that rings one person and counts nowhere.

use crate::stage::{NIGHT, Stage};
use schemas::{
    ConsultId, HospitalId, ServiceId,
    consult::{Action, ConsultState},
    directory::Specialty,
    onboarding::{BeginTest, Onboarding, OnboardingState, OnboardingStep as Step, PutOnboarding},
    reports::ReportQuery,
};
use telekonsil::app::{Actor, Error};
use uuid::Uuid;

fn step(view: &Onboarding, step: Step) -> &OnboardingState {
    view.steps.iter().find(|state| state.step == step).expect("is there")
}

fn house(stage: &Stage) -> HospitalId {
    stage.referrer.hospital_id
}

async fn test_of(stage: &Stage, actor: &Actor) -> (ConsultId, BeginTest) {
    let service_id: ServiceId = stage.service(Specialty::StrokeNeurology).await;
    let id = ConsultId(Uuid::now_v7());
    (id, BeginTest { id, service_id, person: actor.person_id })
}

on_both! {
    async fn what_is_done_stays_with_its_author_and_can_be_taken_back(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, coordinator, .. } = &stage;
        let view = app.onboarding(coordinator, house(&stage)).await.expect("reads");
        assert_eq!(view.steps.iter().map(|state| state.step).collect::<Vec<_>>(), Step::ALL);
        assert!(view.steps.iter().all(|state| state.done.is_none()));
        // Four services ask for Tannbach, two people may ask, both have numbers; no images yet.
        assert_eq!((step(&view, Step::Contract).seen, step(&view, Step::Contract).count), (Some(true), 4));
        assert_eq!((step(&view, Step::People).count, step(&view, Step::Phones).count), (2, 2));
        assert_eq!((step(&view, Step::TestStudy).seen, step(&view, Step::TestCall).seen), (Some(false), None));

        let put = |is_done, note: &str| PutOnboarding { is_done, note: note.to_owned() };
        app.put_onboarding(coordinator, house(&stage), Step::Phones, &put(true, "Pforte hat zurückgerufen")).await.expect("writes");
        let view = app.onboarding(coordinator, house(&stage)).await.expect("reads");
        let done = step(&view, Step::Phones).done.clone().expect("is done");
        assert_eq!((done.by.id, done.at), (coordinator.person_id, stage.now()));
        assert_eq!(step(&view, Step::Phones).note, "Pforte hat zurückgerufen");
        app.put_onboarding(coordinator, house(&stage), Step::Phones, &put(false, "")).await.expect("writes");
        assert_eq!(step(&app.onboarding(coordinator, house(&stage)).await.unwrap(), Step::Phones).done, None);
        let long = put(true, &"x".repeat(201));
        assert!(matches!(app.put_onboarding(coordinator, house(&stage), Step::Phones, &long).await, Err(Error::InvalidField(_))));
    }

    async fn a_test_rings_one_person_and_nobody_else_and_no_report_counts_it(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, second, coordinator, .. } = &stage;
        // Not who is on first duty.
        let (id, wish) = test_of(&stage, second).await;
        app.begin_test(coordinator, house(&stage), &wish).await.expect("rings");
        let detail = stage.detail(id).await;
        assert!(detail.summary.is_test);
        assert_eq!(detail.summary.ringing.iter().map(|who| who.id).collect::<Vec<_>>(), [second.person_id]);
        // Nobody answers: whatever the machine tries again, it is this person.
        for _ in 0..8 {
            stage.pass(180).await;
        }
        let detail = stage.detail(id).await;
        assert!(detail.rings.len() > 1 && detail.rings.iter().all(|ring| ring.person.id == second.person_id));
        assert!(matches!(stage.act(first, id, Action::Accept).await, Err(Error::NotFound)));
        let before = app.onboarding(coordinator, house(&stage)).await.expect("reads");
        let test = step(&before, Step::TestEscalation).test.clone().expect("is known");
        assert_eq!((test.consult_id, test.answered_at, step(&before, Step::TestEscalation).seen), (id, None, Some(false)));
        stage.act(second, id, Action::Accept).await.expect("accepts");
        let after = app.onboarding(coordinator, house(&stage)).await.expect("reads");
        assert_eq!(step(&after, Step::TestEscalation).test.clone().unwrap().answered_at, Some(stage.now()));
        assert_eq!(step(&after, Step::TestEscalation).seen, Some(true));

        let query = ReportQuery { from: NIGHT.plus_seconds(-60), until: stage.now().plus_seconds(60), language: None };
        assert_eq!(app.answer_report(coordinator, &query).await.expect("reads"), []);
        let called = app.duty_report(coordinator, &query).await.expect("reads");
        assert!(called.iter().all(|line| line.burden.call_outs == 0));
        stage.verify_chain(id).await;
        assert_eq!(app.verify_audit().await.expect("walks").broken, 0, "the log and its snapshot agree");
        stage.act(coordinator, id, Action::Cancel { reason: "Test ist vorbei".into() }).await.expect("ends");
        assert_eq!(stage.detail(id).await.summary.state, ConsultState::Cancelled);
    }

    async fn a_test_is_begun_by_coordinators_of_the_service_and_rings_its_specialists_alone(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, coordinator, referrer, .. } = &stage;
        let (_, wish) = test_of(&stage, first).await;
        let admin = stage.signed_in_as("weiler@auenstadt.example").await;
        assert!(matches!(app.begin_test(&admin, house(&stage), &wish).await, Err(Error::Forbidden)));
        assert!(matches!(app.begin_test(referrer, house(&stage), &wish).await, Err(Error::Forbidden)));
        assert!(matches!(app.onboarding(referrer, house(&stage)).await, Err(Error::Forbidden)));
        assert!(app.onboarding(&admin, house(&stage)).await.expect("reads").ringable.is_empty());
        let unknown = HospitalId(Uuid::now_v7());
        assert!(matches!(app.begin_test(coordinator, unknown, &wish).await, Err(Error::NotFound)));
        assert!(matches!(app.onboarding(coordinator, unknown).await, Err(Error::NotFound)));
        let nobody = BeginTest { person: referrer.person_id, ..wish };
        assert!(matches!(app.begin_test(coordinator, house(&stage), &nobody).await, Err(Error::InvalidField(_))));
    }
}
