//! The end of patient data, and the audit that goes on after it.

use crate::stage::Stage;
use schemas::{
    ConsultId, StudyId,
    consult::{Action, DeclareStudy},
    directory::Role,
    privacy::AccessKind,
};
use std::path::Path;
use telekonsil::app::{Audit, Error, PurgeDue, StudyName};

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

fn name(kind: AccessKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

/// People of the consult who are `stuck` cannot be deleted any more.
fn stuck(is_postgres: bool) -> &'static [&'static str] {
    if is_postgres {
        &[
            "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$",
            "CREATE TRIGGER stuck BEFORE DELETE ON consult_people FOR EACH ROW WHEN (OLD.relation = 'stuck') \
             EXECUTE FUNCTION stuck()",
        ]
    } else {
        &["CREATE TRIGGER stuck BEFORE DELETE ON consult_people WHEN OLD.relation = 'stuck' \
           BEGIN SELECT RAISE(ABORT, 'stuck'); END"]
    }
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
        assert_eq!((waits.not_taken_over, waits.still_open, waits.unattached_studies), (vec![kept], vec![open], 0));
        assert!(matches!(app.retention(&stage.coordinator).await, Err(Error::Forbidden)));
        assert_eq!(app.purge_due().await.unwrap(), PurgeDue { due: 1, studies: 0 });

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

    async fn what_was_taken_over_goes_although_nobody_acknowledged_it(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, id, 0, "").await.unwrap();
        stage.act(&stage.referrer, id, Action::ReportTakenOver).await.unwrap();
        stage.turn(91 * DAY);
        assert_eq!(stage.app.purge().await.unwrap().consults, 1);
        assert!(matches!(stage.app.detail(&stage.referrer, id).await, Err(Error::Purged)));
        assert!(audit(&stage).await.is_whole());
    }

    async fn a_study_that_no_consult_came_for_goes_too(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let params = imaging::phantom::Params { slices: 2, size: 64, seed: 9, ..imaging::phantom::Params::default() };
        let uid = imaging::phantom::study_instance_uid(&params);
        for (_, object) in imaging::phantom::generate(&params) {
            let stored = app.store_object(&stage.referrer, Some(&uid), object.into()).await;
            stored.map_err(|refusal| refusal.error).expect("stores");
        }
        stage.turn(89 * DAY);
        assert_eq!(app.purge().await.unwrap().studies, 0);
        stage.turn(2 * DAY);
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        assert_eq!(app.retention(&officer).await.unwrap().unattached_studies, 1);
        assert_eq!(app.purge_due().await.unwrap(), PurgeDue { due: 0, studies: 1 });
        let done = app.purge().await.unwrap();
        assert_eq!((done.consults, done.studies, done.objects), (0, 1, 2));
        assert_eq!(files(&stage.blobs()), 0);
        assert!(app.inbox(&stage.referrer).await.unwrap().is_empty());
    }

    async fn one_that_cannot_be_purged_keeps_nothing_else_waiting(fixture) {
        let stage = Stage::new(&fixture).await;
        let (first, _) = closed(&stage, 5, true).await;
        let (second, _) = closed(&stage, 6, true).await;
        stage.turn(91 * DAY);
        assert!(first < second, "the one in the way comes first");
        let id = if fixture.store.postgres_pool().is_some() {
            format!("'{}'", first.0)
        } else {
            format!("X'{}'", first.0.simple())
        };
        let mark = "UPDATE consult_people SET relation = 'stuck' WHERE relation = 'requester' AND consult_id =";
        fixture.tamper(format!("{mark} {id}")).await;
        for sql in stuck(fixture.store.postgres_pool().is_some()) {
            fixture.tamper(*sql).await;
        }
        assert!(stage.app.purge().await.is_err(), "it is told of");
        assert!(stage.app.detail(&stage.referrer, first).await.is_ok());
        assert!(matches!(stage.app.detail(&stage.referrer, second).await, Err(Error::Purged)));
        assert_eq!(files(&stage.blobs()), 3, "and the second one's objects are gone");
    }

    async fn who_read_it_is_told_before_the_purge_and_after(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let (id, uid) = closed(&stage, 7, true).await;
        let label = stage.detail(id).await.summary.label;
        for _ in 0..2 {
            app.open_consult(&stage.referrer, "a", id).await.unwrap();
        }
        app.open_consult(&stage.coordinator, "b", id).await.unwrap();
        app.report_file(&stage.first, "c", id, None).await.unwrap();
        let study = app.open_study(&stage.first, "c", StudyName::uid(&uid)).await.unwrap().row.id;
        app.log_search(&stage.first, "c", [StudyId(study), StudyId(study)]).await.unwrap();
        assert!(app.open_consult(&stage.stranger, "d", id).await.is_err());
        let read = async || {
            let entries = app.access_log(&officer, id).await.unwrap();
            let mut read: Vec<_> = entries.iter().map(|entry| (entry.session.clone(), name(entry.kind))).collect();
            read.sort();
            read
        };
        let expected = [("a", "case"), ("c", "images"), ("c", "report"), ("c", "search")];
        let expected = expected.map(|(session, kind)| (session.to_owned(), kind.to_owned()));
        assert_eq!(read().await, expected, "once a window; a coordinator sees nothing of the patient");
        stage.turn(91 * DAY);
        assert_eq!(app.purge().await.unwrap().consults, 1);
        assert_eq!(read().await, expected, "the purge does not hide who read it");
        assert!(matches!(app.access_log(&stage.referrer, id).await, Err(Error::Forbidden)));
        let found = app.named_consults(&officer, &label).await.unwrap();
        assert_eq!((found.len(), found[0].id, found[0].is_purged), (1, id, true));
        stage.turn(366 * DAY);
        app.purge().await.unwrap();
        assert!(read().await.is_empty());
    }

    async fn an_action_that_changes_nothing_is_a_read(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let new = stage.request().await;
        app.create(&stage.referrer, "a", new.clone()).await.unwrap();
        app.act(&stage.first, "b", new.id, Action::Accept).await.unwrap();
        assert!(app.access_log(&officer, new.id).await.unwrap().is_empty(), "the log of the consult tells who acted");
        app.create(&stage.referrer, "a", new.clone()).await.unwrap();
        app.act(&stage.first, "b", new.id, Action::Accept).await.unwrap();
        let entries = app.access_log(&officer, new.id).await.unwrap();
        let mut read: Vec<_> = entries.iter().map(|entry| (entry.session.as_str(), entry.kind)).collect();
        read.sort_by_key(|(session, _)| *session);
        assert_eq!(read, [("a", AccessKind::Case), ("b", AccessKind::Case)]);
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

    async fn a_snapshot_that_says_more_than_its_log_is_found(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        assert!(audit(&stage).await.is_whole());
        let last = stage.repo.snapshot(id.0).await.unwrap().unwrap().seq;
        // Somebody else becomes its specialist, behind the log's back.
        let (one, other) = (stage.first.person_id, stage.stranger.person_id);
        fixture.tamper(format!("UPDATE consults SET detail = replace(detail, '{one}', '{other}')")).await;
        let broken = audit(&stage).await.first_broken.unwrap();
        assert_eq!((broken.consult, broken.seq), (id, last));
        assert_eq!(serde_json::to_value(broken.what).unwrap(), "snapshot");
    }

    async fn a_consult_that_is_missing_as_a_whole_leaves_a_gap(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.accepted().await;
        let whole = audit(&stage).await;
        assert!(whole.is_whole() && whole.missing_position.is_none());
        for sql in [
            "DELETE FROM messages",
            "DELETE FROM consult_people",
            "DELETE FROM room_leases",
            "DELETE FROM consult_events",
            "DELETE FROM consults",
        ] {
            fixture.tamper(sql).await;
        }
        let gone = audit(&stage).await;
        assert_eq!((gone.consults, gone.broken, gone.missing_position), (0, 0, Some(1)));
        assert!(!gone.is_whole());
    }

    async fn a_restored_key_can_be_tried_on_one_image(fixture) {
        let stage = Stage::new(&fixture).await;
        assert_eq!(stage.app.read_one_image().await.unwrap(), None);
        closed(&stage, 4, true).await;
        assert!(stage.app.read_one_image().await.unwrap().is_some());
    }
}
