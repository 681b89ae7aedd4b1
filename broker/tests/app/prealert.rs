//! A patient who is on the way.

use crate::stage::Stage;
use schemas::consult::CaseFields;
use schemas::consult::{Action, AlarmKind, ConsultQuery, ConsultState, Urgency};
use telekonsil::app::{Actor, Error};

async fn listed(stage: &Stage, actor: &Actor) -> usize {
    stage.app.consults(actor, &ConsultQuery::default()).await.expect("reads").len()
}

on_both! {
    async fn it_is_seen_coming_rings_nobody_and_becomes_the_request(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let mut new = stage.request().await;
        new.prealert = true;
        new.fields.eta = Some(stage.now().plus_seconds(900));
        let (detail, created) = app.create(&stage.referrer, "s", new.clone()).await.unwrap();
        let id = new.id;
        assert!(created && detail.rings.is_empty());
        assert_eq!((detail.summary.state, detail.summary.eta), (ConsultState::Prealert, new.fields.eta));
        assert!(!app.create(&stage.referrer, "s", new).await.unwrap().1, "the same pre-alert again is the same one");
        // First in line sees that somebody comes, and nothing of the patient.
        assert_eq!((listed(&stage, &stage.first).await, listed(&stage, &stage.second).await), (1, 0));
        let seen = app.detail(&stage.first, id).await.unwrap();
        assert!(seen.fields.is_none() && seen.summary.eta.is_some());
        assert!(stage.act(&stage.first, id, Action::Accept).await.is_err());

        let now = Action::RequestNow { urgency: Urgency::Emergency, fields: CaseFields::default() };
        assert!(matches!(stage.act(&stage.first, id, now.clone()).await, Err(Error::Forbidden)));
        let detail = stage.act(&stage.colleague, id, now).await.unwrap();
        assert_eq!(detail.summary.state, ConsultState::Ringing);
        assert_eq!(detail.summary.ringing[0].id, stage.first.person_id);
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        stage.verify_chain(id).await;
    }

    async fn nobody_forgets_it(fixture) {
        let stage = Stage::new(&fixture).await;
        let mut new = stage.request().await;
        new.prealert = true;
        new.fields.eta = Some(stage.now().plus_seconds(600));
        let id = new.id;
        stage.app.create(&stage.referrer, "s", new).await.unwrap();
        stage.pass(600 + 20 * 60 - 1).await;
        assert_eq!(stage.detail(id).await.summary.alarm, None);
        stage.pass(1).await;
        assert_eq!(stage.detail(id).await.summary.alarm, Some(AlarmKind::PrealertOverdue));
        stage.act(&stage.referrer, id, Action::Cancel { reason: "".into() }).await.unwrap();
    }
}
