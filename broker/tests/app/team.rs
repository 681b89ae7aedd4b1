//! Who belongs to a consult: take-over, assignment, offers, participants; what they ask one another.

use crate::stage::{DEVICE, Stage};
use schemas::{
    PersonId,
    consult::{Action, ActionName, Consent, ConsultQuery, ConsultState, Part, Present, RingOutcome, Urgency},
};
use telekonsil::app::{Actor, Error};
use uuid::Uuid;

async fn sees(stage: &Stage, actor: &Actor) -> bool {
    !stage.app.consults(actor, &ConsultQuery::default()).await.expect("reads").is_empty()
}

on_both! {
    async fn a_coordinator_takes_over_and_assigns(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        assert!(matches!(stage.act(&stage.referrer, id, Action::TakeOver).await, Err(Error::Forbidden)));
        let detail = stage.act(&stage.coordinator, id, Action::TakeOver).await.unwrap();
        assert_eq!(detail.summary.taken_over_by.map(|person| person.id), Some(stage.coordinator.person_id));
        stage.pass(60).await;
        assert!(stage.detail(id).await.summary.ringing.iter().all(|person| person.id == stage.first.person_id));

        let colleagues = stage.app.colleagues(&stage.coordinator, id).await.unwrap();
        assert!(colleagues[0].qualified && colleagues[0].on_duty.is_some());
        assert!(colleagues.iter().any(|one| one.person.id == stage.second.person_id && one.qualified && !one.busy));
        assert!(colleagues.iter().any(|one| !one.qualified), "an interpreter may come from the house that asks");
        assert!(matches!(stage.app.colleagues(&stage.referrer, id).await, Err(Error::Forbidden)));

        for nobody in [PersonId(Uuid::now_v7()), stage.coordinator.person_id, stage.referrer.person_id] {
            let refused = stage.act(&stage.coordinator, id, Action::Assign { to: nobody }).await;
            assert!(matches!(refused, Err(Error::InvalidField(_))));
        }
        let assign = Action::Assign { to: stage.second.person_id };
        let detail = stage.act(&stage.coordinator, id, assign).await.unwrap();
        assert_eq!(detail.summary.ringing.iter().map(|one| one.id).collect::<Vec<_>>(), [stage.second.person_id]);
        stage.act(&stage.second, id, Action::Accept).await.unwrap();
        stage.verify_chain(id).await;
    }

    async fn at_a_shift_change_the_other_one_agrees(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let offer = Action::HandOver { to: stage.second.person_id };
        assert!(matches!(stage.act(&stage.referrer, id, offer.clone()).await, Err(Error::Forbidden)));
        assert!(!sees(&stage, &stage.second).await);
        stage.act(&stage.first, id, offer.clone()).await.unwrap();
        assert!(sees(&stage, &stage.second).await, "whom it is offered to finds it");
        stage.act(&stage.second, id, Action::DeclineOffer).await.unwrap();
        assert_eq!(stage.detail(id).await.summary.offer, None);

        stage.act(&stage.first, id, offer).await.unwrap();
        let detail = stage.act(&stage.second, id, Action::AcceptOffer).await.unwrap();
        assert_eq!(detail.summary.specialist.map(|person| person.id), Some(stage.second.person_id));
        assert!(sees(&stage, &stage.first).await, "who had it before still finds it");
        assert!(matches!(stage.act(&stage.first, id, Action::EndSession).await, Err(Error::Forbidden)));
        // A coordinator's assignment after the accept is an offer too.
        let assign = Action::Assign { to: stage.first.person_id };
        let detail = stage.act(&stage.coordinator, id, assign).await.unwrap();
        assert!(detail.summary.offer.is_some_and(|offer| !offer.is_hand_over));
        stage.pass(600).await;
        assert_eq!(stage.detail(id).await.summary.offer, None, "an offer ends by itself");
        stage.verify_chain(id).await;
    }

    async fn a_second_specialist_reads_and_an_interpreter_only_talks(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let add = |who: &Actor, part| Action::AddParticipant { person: who.person_id, part };
        let refused = stage.act(&stage.first, id, add(&stage.stranger, Part::SecondSpecialist)).await;
        assert!(matches!(refused, Err(Error::InvalidField(_))), "no specialist");
        stage.act(&stage.first, id, add(&stage.second, Part::SecondSpecialist)).await.unwrap();
        stage.act(&stage.coordinator, id, add(&stage.stranger, Part::Interpreter)).await.unwrap();
        let second = app.detail(&stage.second, id).await.unwrap();
        assert!(second.fields.is_some_and(|fields| fields.family_name.is_some()));
        let interpreter = app.detail(&stage.stranger, id).await.unwrap();
        assert!(interpreter.fields.is_none() && interpreter.studies.is_empty());
        assert_eq!(interpreter.actions, [ActionName::Join]);
        let colleagues = app.colleagues(&stage.first, id).await.unwrap();
        let listed = |who: &Actor| colleagues.iter().any(|one| one.person.id == who.person_id && one.qualified);
        assert!(listed(&stage.second) && !listed(&stage.first), "it can be handed over to who is in it already");
        assert!(app.ticket(&stage.session(&stage.stranger).await, id, DEVICE, None).await.is_ok());
        let remove = Action::RemoveParticipant { person: stage.stranger.person_id };
        stage.act(&stage.first, id, remove).await.unwrap();
        assert!(matches!(app.ticket(&stage.session(&stage.stranger).await, id, DEVICE, None).await, Err(Error::NotFound)));
    }

    async fn a_question_gets_a_reply_and_the_record_its_entries(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let ask = |text: &str| Action::AskForMore { text: text.into() };
        assert!(matches!(stage.act(&stage.first, id, ask(" ")).await, Err(Error::InvalidField(_))));
        assert!(stage.act(&stage.first, id, ask("INR?")).await.unwrap().summary.asked_for_more);
        let detail = stage.act(&stage.colleague, id, Action::Reply { text: "1,1".into() }).await.unwrap();
        assert!(!detail.summary.asked_for_more && detail.exchanges.len() == 2);
        assert!(stage.detail(id).await.exchanges.is_empty(), "texts of the case are not the coordinator's");

        for person in [&stage.referrer, &stage.first] {
            app.joined(id, person.person_id).await.unwrap();
        }
        let present = vec![Present { name: "Pflegerin Vogt".into(), role: "Pflege".into() }];
        let call = |present| Action::RollCall { present };
        assert!(matches!(stage.act(&stage.first, id, call(vec![])).await, Err(Error::InvalidField(_))));
        stage.act(&stage.first, id, call(present)).await.unwrap();
        let consent = Action::RecordConsent { consent: Consent::Presumed };
        let detail = stage.act(&stage.referrer, id, consent).await.unwrap();
        assert_eq!(detail.consent.map(|recorded| recorded.consent), Some(Consent::Presumed));
        assert_eq!(detail.roll_call.map(|call| call.present.len()), Some(1));
        stage.pass(301).await;
        stage.act(&stage.first, id, Action::EndSession).await.unwrap();
        assert!(app.detail(&stage.first, id).await.unwrap().ledger.is_some_and(|ledger| ledger.talk_minutes == 5));
    }

    async fn another_urgency_rings_anew(fixture) {
        let stage = Stage::new(&fixture).await;
        let mut new = stage.request().await;
        new.urgency = Urgency::Urgent;
        let id = new.id;
        stage.app.create(&stage.referrer, "s", new).await.unwrap();
        let change = Action::ChangeUrgency { urgency: Urgency::Emergency };
        assert!(matches!(stage.act(&stage.first, id, change.clone()).await, Err(Error::Forbidden)));
        let detail = stage.act(&stage.colleague, id, change).await.unwrap();
        assert_eq!((detail.summary.urgency, detail.summary.state), (Urgency::Emergency, ConsultState::Ringing));
        assert!(detail.rings.iter().any(|ring| ring.outcome == RingOutcome::Withdrawn));
        assert_eq!(detail.summary.ringing[0].id, stage.first.person_id);
    }
}
