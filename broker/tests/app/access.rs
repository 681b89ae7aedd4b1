//! Strangers learn nothing, not even that there is something.

use crate::stage::{DEVICE, Stage};
use schemas::{
    ConsultId, StudyId,
    consult::{Action, ActionName, CaseFields, DeclareStudy, NewConsult, Urgency},
};
use telekonsil::app::Error;
use uuid::Uuid;

on_both! {
    async fn an_unknown_consult_and_someone_elses_look_the_same(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let known = stage.emergency().await;
        let unknown = ConsultId(Uuid::now_v7());
        // Rung later at most: for now somebody else's consult.
        let outsiders = [&stage.stranger, &stage.second];
        for actor in outsiders {
            for id in [known, unknown] {
                assert!(matches!(app.detail(actor, id).await, Err(Error::NotFound)));
                assert!(matches!(app.act(actor, "s", id, Action::Accept).await, Err(Error::NotFound)));
                assert!(matches!(app.match_explanations(actor, id).await, Err(Error::NotFound)));
                assert!(matches!(app.ticket(&stage.session(actor).await, id, DEVICE, None).await, Err(Error::NotFound)));
                let study = DeclareStudy { study_instance_uid: "1.2.3".into(), instances: 1 };
                assert!(matches!(app.declare_study(actor, id, study).await, Err(Error::NotFound)));
            }
        }
        assert!(matches!(app.study_instances(&stage.stranger, StudyId(Uuid::now_v7())).await, Err(Error::NotFound)));
        assert!(app.consults(&stage.stranger, &Default::default()).await.unwrap().is_empty());
    }

    async fn roles_keep_to_their_part(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.emergency().await;
        assert!(matches!(app.create(&stage.first, "s", stage.request().await).await, Err(Error::Forbidden)));
        assert!(matches!(app.board(&stage.referrer).await, Err(Error::Forbidden)));
        assert!(matches!(app.match_explanations(&stage.referrer, id).await, Err(Error::Forbidden)));
        assert!(matches!(app.act(&stage.coordinator, "s", id, Action::Accept).await, Err(Error::Forbidden)));
        assert!(matches!(app.act(&stage.referrer, "s", id, Action::Accept).await, Err(Error::Forbidden)));
        assert!(app.detail(&stage.coordinator, id).await.unwrap().fields.is_none());
        let rung = app.detail(&stage.first, id).await.unwrap();
        assert!(rung.fields.is_some() && rung.actions.contains(&ActionName::Accept));
        assert_eq!(app.services(&stage.referrer).await.unwrap().len(), 4);
        assert_eq!(app.services(&stage.first).await.unwrap().len(), 1);
        let duties = app.duties(&stage.first).await.unwrap();
        assert!(duties[0].from <= stage.now() && stage.now() < duties[0].until);
        let board = app.board(&stage.coordinator).await.unwrap();
        assert_eq!((board.services.len(), board.consults.len()), (4, 1));
        assert!(board.services.iter().all(|line| line.on_duty.len() >= 2 && line.gap_at.is_none()));
        assert!(board.services.iter().any(|line| line.on_duty.iter().any(|duty| duty.is_override)));
    }

    async fn bad_input_is_named_and_an_id_serves_one_request(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let bad = |change: fn(&mut NewConsult)| {
            let (app, referrer) = (app.clone(), stage.referrer.clone());
            let request = stage.request();
            async move {
                let mut new = request.await;
                change(&mut new);
                match app.create(&referrer, "s", new).await {
                    Err(Error::InvalidField(detail)) => detail,
                    other => panic!("{:?}", other.map(|(detail, _)| detail.summary.state)),
                }
            }
        };
        assert!(bad(|new| new.fields.birth_date = Some("gestern".into())).await.starts_with("birth_date"));
        assert!(bad(|new| new.fields.question = Some("x".repeat(20_001))).await.starts_with("question"));
        assert!(bad(|new| new.service_id.0 = Uuid::now_v7()).await.starts_with("service_id"));
        // In an emergency service and urgency are enough; otherwise the question is asked for.
        let mut bare = stage.request().await;
        bare.fields = CaseFields::default();
        assert!(app.create(&stage.referrer, "s", bare.clone()).await.is_ok());
        bare.urgency = Urgency::Urgent;
        assert!(matches!(app.create(&stage.referrer, "s", bare.clone()).await, Err(Error::Conflict(_))));
        assert!(matches!(app.create(&stage.stranger, "s", bare).await, Err(Error::Conflict(_))));
    }
}
