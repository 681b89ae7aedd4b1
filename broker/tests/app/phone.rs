//! The telephone that joins one consult; sessions that their owner ends.

use crate::stage::{DEVICE, PASSWORD, Stage};
use schemas::{
    ConsultId, SessionId, StudyId,
    consult::{Action, ActionName, ConsultQuery, DeclareStudy},
    session::ChangePassword,
};
use telekonsil::app::{Actor, Error, Session};
use uuid::Uuid;

async fn session(stage: &Stage, token: &str) -> Session {
    let opened = stage.app.consume_link(token).await.expect("opens");
    stage.app.session(&opened.token).await.expect("reads").expect("is signed in")
}

async fn phone(stage: &Stage, actor: &Actor, id: ConsultId) -> Session {
    let link = stage.app.phone_link(actor, id).await.expect("makes a link");
    let token = link.path.0.strip_prefix("/phone/#").expect("a fragment").to_owned();
    session(stage, &token).await
}

on_both! {
    async fn a_telephone_reaches_its_consult_and_nothing_else(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let other = stage.accepted().await;
        for person in [&stage.first, &stage.referrer] {
            let phone = phone(&stage, person, id).await;
            assert_eq!((phone.me.only_consult, phone.me.home.clone()), (Some(id), format!("/room/{id}")));
            let actor = &phone.actor;
            assert!(app.detail(actor, id).await.unwrap().actions.contains(&ActionName::Join));
            assert!(app.ticket(&phone, id, DEVICE, None).await.is_ok());
            assert!(matches!(app.detail(actor, other).await, Err(Error::NotFound)));
            assert!(matches!(app.ticket(&phone, other, DEVICE, None).await, Err(Error::NotFound)));
            assert!(matches!(app.act(actor, "s", other, Action::EndSession).await, Err(Error::NotFound)));
            let listed = app.consults(actor, &ConsultQuery { all: true }).await.unwrap();
            assert!(listed.iter().all(|summary| summary.id == id));
            assert!(matches!(app.create(actor, "s", stage.request().await).await, Err(Error::Forbidden)));
            assert!(matches!(app.inbox(actor).await, Err(Error::Forbidden)));
            assert!(matches!(app.duties(actor).await, Err(Error::Forbidden)));
            assert!(matches!(app.board(actor).await, Err(Error::Forbidden)));
            assert!(matches!(app.exports(actor).await, Err(Error::Forbidden)));
            assert!(matches!(app.phone_link(actor, id).await, Err(Error::Forbidden)), "hands out no further ones");
            assert!(matches!(app.my_sessions(&phone).await, Err(Error::Forbidden)));
            assert!(matches!(app.check_tickets(&phone, None), Err(Error::Forbidden)));
            let change = ChangePassword { current: "".into(), new: PASSWORD.into() };
            assert!(matches!(app.change_password(&phone, &change).await, Err(Error::Forbidden)));
        }
        // The house's own studies are not the telephone's.
        let study = DeclareStudy { study_instance_uid: "1.2.3".into(), instances: 1 };
        let status = app.declare_study(&stage.referrer, other, study.clone()).await.unwrap();
        let phone = phone(&stage, &stage.referrer, id).await;
        assert!(matches!(app.study_instances(&phone.actor, status.id).await, Err(Error::NotFound)));
        let attach = Action::AttachStudy { study_id: StudyId(status.id.0) };
        assert!(app.act(&phone.actor, "s", id, attach).await.is_err());
    }

    async fn its_link_works_once_for_five_minutes_and_its_session_for_a_shift(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.emergency().await;
        assert!(app.phone_link(&stage.referrer, id).await.is_err(), "there is no room yet");
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        assert!(matches!(app.phone_link(&stage.coordinator, id).await, Err(Error::Forbidden)));
        assert!(matches!(app.phone_link(&stage.stranger, id).await, Err(Error::NotFound)));
        let link = app.phone_link(&stage.first, id).await.unwrap();
        assert_eq!(link.expires_at, stage.now().plus_seconds(300));
        let token = link.path.0.strip_prefix("/phone/#").unwrap();
        let opened = app.consume_link(token).await.unwrap();
        assert!(matches!(app.consume_link(token).await, Err(Error::LinkUsed)));
        let late = app.phone_link(&stage.first, id).await.unwrap();
        stage.turn(301);
        let late = late.path.0.strip_prefix("/phone/#").unwrap();
        assert!(matches!(app.consume_link(late).await, Err(Error::LinkUsed)));
        for _ in 0..2 {
            stage.turn(5 * 3600);
            assert!(app.session(&opened.token).await.unwrap().is_some());
        }
        stage.turn(2 * 3600);
        assert!(app.session(&opened.token).await.unwrap().is_none(), "use does not prolong it");
    }

    async fn people_see_and_end_their_own_sessions(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let here = stage.session(&stage.first).await;
        let there = stage.session(&stage.first).await;
        let somebody = stage.session(&stage.second).await;
        let listed = app.my_sessions(&here).await.unwrap();
        assert!(listed.iter().all(|one| one.person.id == stage.first.person_id));
        assert!(listed.iter().any(|one| one.id == here.id && one.is_current));
        assert!(listed.iter().any(|one| one.id == there.id && !one.is_current));
        assert!(matches!(app.end_my_session(&here, somebody.id).await, Err(Error::NotFound)));
        assert!(matches!(app.end_my_session(&here, SessionId(Uuid::now_v7())).await, Err(Error::NotFound)));
        app.end_my_session(&here, there.id).await.unwrap();
        assert!(app.my_sessions(&here).await.unwrap().iter().all(|one| one.id != there.id));
    }

    async fn a_new_password_ends_the_other_sessions(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        stage.set_password(&stage.first).await;
        let here = stage.session(&stage.first).await;
        let there = stage.session(&stage.first).await;
        let change = |current: &str, new: &str| ChangePassword { current: current.into(), new: new.into() };
        let new = "noch ein langes Kennwort";
        assert!(matches!(app.change_password(&here, &change("falsch", new)).await, Err(Error::WrongPassword)));
        assert!(matches!(app.change_password(&here, &change(PASSWORD, "kurz")).await, Err(Error::InvalidField(_))));
        app.change_password(&here, &change(PASSWORD, new)).await.unwrap();
        let left: Vec<_> = app.my_sessions(&here).await.unwrap().iter().map(|one| one.id).collect();
        assert!(left.contains(&here.id) && !left.contains(&there.id));
        assert!(app.sign_in("falk@auenstadt.example", PASSWORD).await.is_err());
        assert!(app.sign_in("falk@auenstadt.example", new).await.is_ok());
    }
}
