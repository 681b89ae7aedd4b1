//! Another patient's images, and what the end of a consult leaves.

use crate::stage::Stage;
use schemas::consult::{Action, ConsultQuery, DeclareStudy};
use telekonsil::app::{Error, StudyName};

on_both! {
    async fn a_detached_study_is_shown_to_nobody_and_comes_back(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let study = DeclareStudy { study_instance_uid: "1.2.3".into(), instances: 1 };
        let study_id = app.declare_study(&stage.referrer, id, study.clone()).await.unwrap().id;
        let name = StudyName { uid: "1.2.3", consult: Some(id) };
        assert!(app.open_study(&stage.first, "s", name).await.is_ok());
        let detach = Action::DetachStudy { study_id, reason: "anderer Patient".into() };
        assert!(matches!(stage.act(&stage.first, id, detach.clone()).await, Err(Error::Forbidden)));
        let detail = stage.act(&stage.colleague, id, detach).await.unwrap();
        assert_eq!((detail.studies.len(), detail.detached.len()), (0, 1));

        for name in [name, StudyName::uid("1.2.3")] {
            assert!(matches!(app.open_study(&stage.first, "s", name).await, Err(Error::NotFound)));
        }
        assert!(matches!(app.study_instances(&stage.first, study_id).await, Err(Error::NotFound)));
        assert!(app.qido_studies(&stage.first, None, vec![], 10, 0).await.unwrap().is_empty());
        assert!(app.qido_studies(&stage.first, Some(id), vec![], 10, 0).await.unwrap().is_empty());
        let read = app.detail(&stage.first, id).await.unwrap();
        assert!(read.studies.is_empty() && read.detached.is_empty());
        assert!(app.study_instances(&stage.referrer, study_id).await.is_ok(), "the house keeps what is its own");

        let again = app.declare_study(&stage.referrer, id, study).await.unwrap();
        assert_eq!(again.id, study_id, "an upload that was interrupted goes on");
        let read = app.detail(&stage.referrer, id).await.unwrap();
        assert_eq!((read.studies.len(), read.detached.len()), (0, 1), "and undoes nothing");

        stage.act(&stage.referrer, id, Action::AttachStudy { study_id }).await.unwrap();
        assert!(app.open_study(&stage.first, "s", name).await.is_ok());
    }

    async fn a_purged_study_is_attached_no_more_and_says_so(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.emergency().await;
        let study = DeclareStudy { study_instance_uid: "1.2.3".into(), instances: 1 };
        let study_id = app.declare_study(&stage.referrer, id, study).await.unwrap().id;
        stage.act(&stage.referrer, id, Action::Cancel { reason: "verlegt".into() }).await.unwrap();
        stage.turn(91 * 86_400);
        assert_eq!(app.purge().await.unwrap().studies, 1);
        let new = stage.emergency().await;
        let attach = Action::AttachStudy { study_id };
        assert!(matches!(stage.act(&stage.referrer, new, attach.clone()).await, Err(Error::Purged)));
        assert!(matches!(stage.act(&stage.colleague, new, attach).await, Err(Error::Purged)));
        assert!(app.detail(&stage.referrer, new).await.unwrap().studies.is_empty());
    }

    async fn nothing_is_purged_before_the_report_was_taken_over_and_then_nothing_is_left(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, id, 0, "").await.unwrap();
        stage.act(&stage.referrer, id, Action::Acknowledge).await.unwrap();
        let close = Action::Close { close_out: None, missing_because: "ohne Papiere".into() };
        stage.act(&stage.referrer, id, close).await.unwrap();
        // Years: whatever the retention is.
        stage.turn(20 * 366 * 86_400);
        assert_eq!(app.purge().await.unwrap().consults, 0);
        assert!(app.detail(&stage.referrer, id).await.is_ok());

        stage.act(&stage.referrer, id, Action::ReportTakenOver).await.unwrap();
        stage.turn(20 * 366 * 86_400);
        assert_eq!(app.purge().await.unwrap().consults, 1);
        for actor in [&stage.referrer, &stage.first, &stage.coordinator] {
            assert!(matches!(app.detail(actor, id).await, Err(Error::Purged)));
            assert!(app.consults(actor, &ConsultQuery { all: true }).await.unwrap().iter().all(|one| one.id != id));
        }
        assert!(matches!(app.detail(&stage.stranger, id).await, Err(Error::NotFound)), "learns nothing");
        assert!(matches!(stage.act(&stage.referrer, id, Action::Acknowledge).await, Err(Error::Purged)));
        assert!(matches!(app.report_file(&stage.referrer, "s", id, None).await, Err(Error::Purged)));
        assert!(!app.is_open(id).await.unwrap());
        stage.verify_chain(id).await;
    }
}
