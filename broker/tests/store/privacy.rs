//! Access log, notices, exports.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

pub(crate) fn export(consult_id: Uuid, requested_by: Uuid, at: i64) -> ExportRow {
    ExportRow {
        id: Uuid::now_v7(),
        consult_id,
        label: "TK-7F3A".into(),
        state: "requested".into(),
        reason: "Rechtsstreit".into(),
        requested_by,
        requested_at: at,
        decided_by: None,
        decided_at: None,
    }
}

fn notice(consult_id: Uuid, person_id: Uuid, at: i64) -> NoticeRow {
    NoticeRow {
        id: Uuid::now_v7(),
        kind: "glass_broken".into(),
        at,
        person_id,
        consult_id,
        label: "TK-7F3A".into(),
        reason: "Not\0fall".into(),
        seen_by: None,
        seen_at: None,
    }
}

pub(crate) fn access(person_id: Uuid, study_id: Uuid, at: i64) -> AccessRow {
    AccessRow { person_id, session: "ab12".into(), study_id, window_start: at - at % 900_000, at }
}

on_both! {
    async fn a_consults_reads_are_those_of_its_studies(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut studies = Vec::new();
        for uid in ["1.1", "1.2", "1.3"] {
            studies.push(repo.ensure_study(&world.study(uid, StudyColumns::default())).await.expect("writes").id);
        }
        let consult = world.ended(repo, 1, None, &studies[..2]).await;
        let reads = [(studies[0], 1), (studies[1], 1_000_000), (studies[2], 5), (studies[0], 2_000_000)];
        for (study, at) in reads {
            repo.log_access(&access(world.referrer, study, at)).await.expect("writes");
        }
        let read = repo.access_of_consult(consult, 10).await.expect("reads");
        assert_eq!(read.iter().map(|row| row.at).collect::<Vec<_>>(), [2_000_000, 1_000_000, 1], "newest first");
        assert_eq!((read[1].person_id, read[1].study_id), (world.referrer, studies[1]));
        assert_eq!((read[1].window_start, read[1].session.as_str()), (900_000, "ab12"));
        assert_eq!(repo.access_of_consult(consult, 1).await.expect("reads").len(), 1);
        assert!(repo.access_of_consult(Uuid::now_v7(), 10).await.expect("reads").is_empty());
        assert_eq!(repo.sweep_access_log(i64::MAX).await.expect("sweeps"), 0, "no study was purged");
    }

    async fn a_notice_is_kept_once_and_seen_once(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult = world.consult(repo).await;
        let (old, new) = (notice(consult, world.referrer, 1), notice(consult, world.specialists[0], 2));
        for row in [&new, &old, &new] {
            repo.insert_notice(row).await.expect("writes");
        }
        let read = repo.notices(10).await.expect("reads");
        assert_eq!(read.iter().map(|row| row.id).collect::<Vec<_>>(), [new.id, old.id], "newest first");
        assert_eq!((read[0].kind.as_str(), read[0].reason.as_str(), read[0].at), ("glass_broken", "Notfall", 2));
        assert_eq!((read[0].person_id, read[0].consult_id), (world.specialists[0], consult));
        assert!(repo.mark_notice_seen(old.id, world.referrer, 7).await.expect("answers"));
        assert!(!repo.mark_notice_seen(old.id, world.specialists[0], 8).await.expect("answers"));
        assert!(!repo.mark_notice_seen(Uuid::now_v7(), world.referrer, 7).await.expect("answers"));
        let read = repo.notices(10).await.expect("reads");
        assert_eq!((read[1].seen_by, read[1].seen_at), (Some(world.referrer), Some(7)));
        assert_eq!(repo.notices(1).await.expect("reads").len(), 1);
    }

    async fn an_export_needs_a_second_person(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [second, third, _] = world.specialists;
        let row = export(world.consult(repo).await, world.referrer, 1);
        repo.insert_export(&row).await.expect("writes");
        let decide = |person, state: &'static str| async move {
            repo.decide_export(row.id, state, person, 5).await.expect("answers")
        };
        assert!(!decide(world.referrer, "approved").await, "whoever asked for it");
        assert!(!repo.move_export(row.id, "approved", "downloaded").await.expect("answers"));
        assert!(decide(second, "approved").await);
        assert!(!decide(third, "refused").await, "twice");
        assert!(!decide(second, "approved").await, "twice by the same");
        assert!(repo.move_export(row.id, "approved", "downloaded").await.expect("answers"));
        assert!(!repo.move_export(row.id, "approved", "downloaded").await.expect("answers"), "once");
        let read = repo.export(row.id).await.expect("reads").expect("is there");
        assert_eq!((read.state.as_str(), read.decided_by, read.decided_at), ("downloaded", Some(second), Some(5)));
        assert_eq!((read.reason.as_str(), read.requested_by, read.requested_at), ("Rechtsstreit", world.referrer, 1));
        assert!(repo.export(Uuid::now_v7()).await.expect("reads").is_none());
    }

    async fn exports_come_newest_first(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult = world.consult(repo).await;
        let rows = [2, 3, 1].map(|at| export(consult, world.referrer, at));
        for row in &rows {
            repo.insert_export(row).await.expect("writes");
        }
        let ids = |limit| async move {
            repo.exports(limit).await.expect("reads").iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(10).await, [rows[1].id, rows[0].id, rows[2].id]);
        assert_eq!(ids(1).await, [rows[1].id]);
    }
}
