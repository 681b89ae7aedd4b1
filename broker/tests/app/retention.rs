//! The end of patient data, and the audit that goes on after it.

use crate::stage::Stage;
use schemas::{
    ConsultId,
    consult::{Action, DeclareStudy},
    directory::Role,
};
use std::path::Path;
use telekonsil::app::{Audit, Error, StudyName};

const DAY: i64 = 24 * 3600;

/// A consult with a study of three objects, answered and closed.
async fn closed(stage: &Stage, seed: u64, taken_over: bool) -> (ConsultId, String) {
    let params = imaging::phantom::Params { slices: 3, size: 64, seed, ..imaging::phantom::Params::default() };
    let uid = imaging::phantom::study_instance_uid(&params);
    let id = stage.accepted().await;
    let declared = DeclareStudy { study_instance_uid: uid.clone(), instances: 3 };
    stage.app.declare_study(&stage.referrer, id, declared).await.expect("declares");
    for (_, object) in imaging::phantom::generate(&params) {
        stage.app.store_object(&stage.referrer, Some(&uid), object.into()).await.map_err(|r| r.error).expect("stores");
    }
    stage.set_password(&stage.first).await;
    stage.sign(&stage.first, id, 0, "").await.expect("signs");
    stage.act(&stage.referrer, id, Action::Acknowledge).await.expect("acknowledges");
    if taken_over {
        stage.act(&stage.referrer, id, Action::ReportTakenOver).await.expect("takes over");
    }
    let close = Action::Close { close_out: None, missing_because: "Test".into() };
    stage.act(&stage.referrer, id, close).await.expect("closes");
    (id, uid)
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

async fn audit(stage: &Stage) -> Audit {
    stage.app.verify_audit().await.expect("reads")
}

on_both! {
    async fn what_was_taken_over_goes_after_its_time_and_the_chain_stays(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let (gone, uid) = closed(&stage, 1, true).await;
        let (kept, kept_uid) = closed(&stage, 2, false).await;
        let open = stage.emergency().await;
        assert_eq!(files(&stage.blobs()), 6);
        stage.turn(89 * DAY);
        assert_eq!(app.purge().await.unwrap().consults, 0, "its time has not come");
        stage.turn(2 * DAY);
        let waits = app.retention(&officer).await.unwrap();
        assert_eq!((waits.after_days, waits.due, waits.purged), (90, 1, 0));
        assert_eq!(waits.not_taken_over, [kept]);
        assert!(matches!(app.retention(&stage.coordinator).await, Err(Error::Forbidden)));
        assert_eq!(app.purge_due().await.unwrap(), 1);

        let before = audit(&stage).await;
        let done = app.purge().await.unwrap();
        assert_eq!((done.consults, done.studies, done.objects), (1, 1, 3));
        assert_eq!(app.purge().await.unwrap().consults, 0, "once");
        assert_eq!(files(&stage.blobs()), 3);
        assert!(app.detail(&stage.referrer, gone).await.is_err());
        assert!(app.detail(&stage.referrer, kept).await.is_ok() && app.detail(&stage.referrer, open).await.is_ok());
        assert!(app.open_study(&stage.referrer, "s", StudyName::uid(&uid)).await.is_err());
        assert!(app.open_study(&stage.referrer, "s", StudyName::uid(&kept_uid)).await.is_ok());
        let after = audit(&stage).await;
        assert_eq!((after.entries, after.purged, after.broken), (before.entries, 1, 0));
        assert_eq!(app.retention(&officer).await.unwrap().purged, 1);
    }

    async fn objects_of_an_interrupted_purge_are_deleted_by_the_next(fixture) {
        let stage = Stage::new(&fixture).await;
        let (id, _) = closed(&stage, 3, true).await;
        stage.turn(91 * DAY);
        // The process dies between the transaction and the deletion of the objects.
        let seq = stage.repo.snapshot(id.0).await.unwrap().unwrap().seq;
        stage.repo.purge_consult(id.0, seq, stage.now().0, "{}").await.unwrap().unwrap();
        assert_eq!(files(&stage.blobs()), 3);
        let done = stage.node("b").purge().await.unwrap();
        assert_eq!((done.consults, done.objects, files(&stage.blobs())), (0, 3, 0));
    }

    async fn a_cancelled_consult_goes_without_a_take_over(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        stage.act(&stage.referrer, id, Action::Cancel { reason: "Verlegt".into() }).await.unwrap();
        stage.turn(91 * DAY);
        assert_eq!(stage.app.purge().await.unwrap().consults, 1);
    }

    async fn the_audit_names_the_first_broken_entry(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let whole = audit(&stage).await;
        assert_eq!((whole.consults, whole.broken, whole.first_broken.is_none()), (1, 0, true));
        fixture.tamper("UPDATE consult_events SET body = '{}' WHERE seq = 2").await;
        let broken = audit(&stage).await.first_broken.unwrap();
        assert_eq!((broken.consult, broken.seq), (id, 2));
        assert_eq!(serde_json::to_value(broken.what).unwrap(), "commitment");
    }

    async fn a_cut_off_end_shows_against_the_snapshot(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.accepted().await;
        let entries = audit(&stage).await.entries;
        fixture.tamper("DELETE FROM consult_events WHERE seq = (SELECT MAX(seq) FROM consult_events)").await;
        let broken = audit(&stage).await.first_broken.unwrap();
        assert_eq!(broken.seq, i64::try_from(entries).unwrap());
        assert_eq!(serde_json::to_value(broken.what).unwrap(), "count");
    }

    async fn a_restored_key_can_be_tried_on_one_image(fixture) {
        let stage = Stage::new(&fixture).await;
        assert_eq!(stage.app.read_one_image().await.unwrap(), None);
        closed(&stage, 4, true).await;
        assert!(stage.app.read_one_image().await.unwrap().is_some());
    }
}
