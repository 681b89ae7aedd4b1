//! Signing, amending, reading it as a file.

use crate::stage::{PASSWORD, Stage, answer};
use schemas::{
    StudyId,
    consult::{Action, ActionName, AlarmKind, ConsultQuery, ConsultState},
    report::{KeyImage, SignReport},
};
use telekonsil::app::Error;
use uuid::Uuid;

on_both! {
    async fn a_signature_needs_the_password_and_the_specialist(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        stage.set_password(&stage.first).await;
        stage.set_password(&stage.referrer).await;
        let report =
            |password: &str| SignReport { answer: answer(), password: password.into(), after_version: 0, reason: "".into() };
        assert!(matches!(app.sign_report(&stage.first, "s", id, report("falsch")).await, Err(Error::WrongPassword)));
        assert!(matches!(app.sign_report(&stage.first, "s", id, report("")).await, Err(Error::WrongPassword)));
        assert!(matches!(app.sign_report(&stage.referrer, "s", id, report(PASSWORD)).await, Err(Error::Forbidden)));
        assert!(matches!(app.sign_report(&stage.stranger, "s", id, report(PASSWORD)).await, Err(Error::NotFound)));
        assert_eq!(stage.detail(id).await.summary.state, ConsultState::Accepted);
        let mut foreign = report(PASSWORD);
        foreign.answer.key_images.push(KeyImage {
            study_id: StudyId(Uuid::now_v7()),
            series_instance_uid: "1.2".into(),
            sop_instance_uid: "1.2.3".into(),
            frame: 1,
            window_center: None,
            window_width: None,
            caption: "".into(),
            marks: vec![],
        });
        assert!(matches!(app.sign_report(&stage.first, "s", id, foreign).await, Err(Error::InvalidField(_))));

        // In writing, without a talk.
        let detail = app.sign_report(&stage.first, "s", id, report(PASSWORD)).await.unwrap();
        assert_eq!((detail.summary.state, detail.versions.len()), (ConsultState::Reported, 1));
        // A lost response.
        assert_eq!(app.sign_report(&stage.first, "s", id, report(PASSWORD)).await.unwrap().versions.len(), 1);
        stage.verify_chain(id).await;
    }

    async fn an_amendment_is_a_new_version_with_a_reason(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, id, 0, "").await.unwrap();
        stage.act(&stage.referrer, id, Action::Acknowledge).await.unwrap();
        assert!(matches!(stage.sign(&stage.first, id, 1, " ").await, Err(Error::InvalidField(_))));
        assert!(matches!(stage.sign(&stage.first, id, 2, "Tippfehler").await, Err(Error::Conflict(_))));
        let detail = stage.sign(&stage.first, id, 1, "Tippfehler").await.unwrap();
        let versions: Vec<_> = detail.versions.iter().map(|signed| (signed.version, signed.reason.0.as_str())).collect();
        assert_eq!(versions, [(1, ""), (2, "Tippfehler")]);
        assert_eq!(detail.answer.as_ref().map(|signed| signed.version), Some(2));
        let read = app.detail(&stage.colleague, id).await.unwrap();
        assert!(read.actions.contains(&ActionName::Acknowledge), "a new version has to be read");
        assert_eq!(read.versions.len(), 2);
    }

    async fn an_amendment_reaches_the_house_after_the_close(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, id, 0, "").await.unwrap();
        stage.act(&stage.referrer, id, Action::Acknowledge).await.unwrap();
        let close = Action::Close { close_out: None, missing_because: "unbekannt".into() };
        stage.act(&stage.referrer, id, close).await.unwrap();
        stage.sign(&stage.first, id, 1, "Nachbefundung").await.unwrap();
        let open = stage.app.consults(&stage.referrer, &ConsultQuery::default()).await.unwrap();
        assert!(open.iter().any(|one| one.id == id && one.state == ConsultState::Reported), "it is on the list again");
        stage.pass(24 * 3600).await;
        assert_eq!(stage.detail(id).await.summary.alarm, Some(AlarmKind::NotAcknowledged));
        let detail = stage.act(&stage.colleague, id, Action::Acknowledge).await.unwrap();
        assert_eq!(detail.missing_because, Some("unbekannt".into()));
        stage.pass(24 * 3600).await;
        assert_eq!(stage.detail(id).await.summary.state, ConsultState::Closed);
        stage.verify_chain(id).await;
    }

    async fn the_file_is_for_those_who_may_read_it_and_is_written_down(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        assert!(matches!(app.report_file(&stage.referrer, "s", id, None).await, Err(Error::NotFound)), "not signed");
        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, id, 0, "").await.unwrap();
        let file = app.report_file(&stage.referrer, "sitzung", id, None).await.unwrap();
        assert!(file.bytes.starts_with(b"%PDF-"));
        assert!(file.name.starts_with("Telekonsil-TK-") && file.name.ends_with("-v1.pdf"), "{}", file.name);
        assert!(matches!(app.report_file(&stage.referrer, "s", id, Some(2)).await, Err(Error::NotFound)));
        assert!(matches!(app.report_file(&stage.coordinator, "s", id, None).await, Err(Error::Forbidden)));
        assert!(matches!(app.report_file(&stage.stranger, "s", id, None).await, Err(Error::NotFound)));
        let officer = stage.newcomer(&stage.first, schemas::directory::Role::DataProtection).await;
        let log = app.access_log(&officer, id).await.unwrap();
        assert_eq!(log.len(), 1);
        let kind = schemas::privacy::AccessKind::Report;
        assert_eq!((log[0].kind, log[0].study_id, log[0].session.as_str()), (kind, None, "sitzung"), "without a study too");
        assert_eq!(log[0].person.as_ref().map(|person| person.id), Some(stage.referrer.person_id));
        assert!(matches!(app.access_log(&stage.referrer, id).await, Err(Error::Forbidden)));
        assert!(matches!(app.report_file(&officer, "s", id, None).await, Err(Error::NotFound | Error::Forbidden)));
    }
}
