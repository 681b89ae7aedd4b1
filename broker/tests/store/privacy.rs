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

/// Asks for it with a notice of its own.
pub(crate) async fn ask(repo: &impl Repository, row: &ExportRow) -> AskedExport {
    let told = notice(row.consult_id, row.requested_by, row.requested_at);
    repo.ask_export(row, &told, 0).await.expect("writes")
}

fn notice(consult_id: Uuid, person_id: Uuid, at: i64) -> NoticeRow {
    NoticeRow {
        id: Uuid::now_v7(),
        kind: "glass_broken".into(),
        at,
        person_id,
        consult_id: Some(consult_id),
        label: "TK-7F3A".into(),
        reason: "Not\0fall".into(),
        about: None,
        change: None,
        seen_by: None,
        seen_at: None,
    }
}

pub(crate) fn access(person_id: Uuid, kind: &str, subject: Uuid, at: i64) -> AccessRow {
    AccessRow { person_id, session: "ab12".into(), kind: kind.into(), subject, window_start: at - at % 900_000, at }
}

on_both! {
    async fn a_consults_reads_are_its_own_and_those_of_its_studies(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut studies = Vec::new();
        for uid in ["1.1", "1.2", "1.3"] {
            studies.push(repo.ensure_study(&world.study(uid, StudyColumns::default())).await.expect("writes").id);
        }
        let consult = world.ended(repo, 1, None, &studies[..2]).await;
        let reads = [(studies[0], 1), (studies[1], 1_000_000), (studies[2], 5), (studies[0], 2_000_000)];
        for (study, at) in reads {
            repo.log_access(&[access(world.referrer, "images", study, at)]).await.expect("writes");
        }
        let others = world.consult(repo).await;
        let pages = [access(world.referrer, "case", consult, 3_000_000), access(world.referrer, "case", others, 4)];
        repo.log_access(&pages).await.expect("writes");
        let read = repo.access_of_consult(consult, 10).await.expect("reads");
        let times = read.iter().map(|row| row.at).collect::<Vec<_>>();
        assert_eq!(times, [3_000_000, 2_000_000, 1_000_000, 1], "newest first");
        assert_eq!((read[0].kind.as_str(), read[0].subject), ("case", consult));
        let read = &read[1..];
        assert_eq!((read[1].person_id, read[1].subject), (world.referrer, studies[1]));
        assert_eq!(read[1].kind, "images");
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
        let read = repo.notices(None, 10).await.expect("reads");
        assert_eq!(read.iter().map(|row| row.id).collect::<Vec<_>>(), [new.id, old.id], "newest first");
        assert_eq!((read[0].kind.as_str(), read[0].reason.as_str(), read[0].at), ("glass_broken", "Notfall", 2));
        assert_eq!((read[0].person_id, read[0].consult_id), (world.specialists[0], Some(consult)));
        assert!(repo.mark_notice_seen(old.id, world.referrer, 7).await.expect("answers"));
        assert!(!repo.mark_notice_seen(old.id, world.specialists[0], 8).await.expect("answers"));
        assert!(!repo.mark_notice_seen(Uuid::now_v7(), world.referrer, 7).await.expect("answers"));
        let read = repo.notices(None, 10).await.expect("reads");
        assert_eq!((read[1].seen_by, read[1].seen_at), (Some(world.referrer), Some(7)));
        assert_eq!(repo.notices(None, 1).await.expect("reads").len(), 1);
    }

    async fn an_export_needs_a_second_person(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [second, third, _] = world.specialists;
        let row = export(world.consult(repo).await, world.referrer, 1);
        assert_eq!(ask(repo, &row).await, AskedExport::New);
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

    async fn notices_are_paged_and_the_unseen_of_a_kind_are_found_however_old(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult = world.consult(repo).await;
        let glass = notice(consult, world.referrer, 1);
        let about = NoticeRow {
            consult_id: None,
            label: String::new(),
            about: Some(world.specialists[0]),
            change: Some("{}".into()),
            kind: "rights_changed".into(),
            ..notice(consult, world.referrer, 2)
        };
        // Of one moment: the id decides.
        let same = NoticeRow { id: Uuid::now_v7(), kind: "link_issued".into(), ..about.clone() };
        for row in [&glass, &about, &same] {
            repo.insert_notice(row).await.expect("writes");
        }
        let ids = |before, limit| async move {
            repo.notices(before, limit).await.expect("reads").iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(None, 2).await, [same.id, about.id]);
        assert_eq!(ids(Some(same.id), 10).await, [about.id, glass.id]);
        assert_eq!(ids(Some(about.id), 10).await, [glass.id]);
        assert!(ids(Some(glass.id), 10).await.is_empty());
        assert!(ids(Some(Uuid::now_v7()), 10).await.is_empty(), "unknown");
        let read = repo.notice(about.id).await.expect("reads").expect("is there");
        assert_eq!((read.consult_id, read.about, read.change.as_deref()), (None, Some(world.specialists[0]), Some("{}")));
        assert!(repo.notice(Uuid::now_v7()).await.expect("reads").is_none());

        let unseen = |kind| async move { repo.unseen_notices(kind, 10).await.expect("reads").len() };
        assert_eq!((unseen("glass_broken").await, unseen("rights_changed").await), (1, 1));
        repo.mark_notice_seen(glass.id, world.referrer, 7).await.expect("answers");
        assert_eq!(unseen("glass_broken").await, 0);
    }

    async fn somebodys_exports_and_those_that_are_open_are_found(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult = world.consult(repo).await;
        let own = export(consult, world.referrer, 1);
        let refused = ExportRow { state: "refused".into(), ..export(consult, world.referrer, 2) };
        let others = export(consult, world.specialists[0], 3);
        for row in [&refused, &own, &others] {
            assert_eq!(ask(repo, row).await, AskedExport::New);
        }
        let ids = |rows: Vec<ExportRow>| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(repo.exports(Some(world.referrer), 10).await.expect("reads")), [refused.id, own.id]);
        let used = ExportRow { requested_by: world.specialists[1], ..own.clone() };
        assert_eq!(ask(repo, &used).await, AskedExport::Known);
        assert_eq!(ask(repo, &export(consult, world.referrer, 4)).await, AskedExport::StillOpen);
        let told = repo.notices(None, 10).await.expect("reads").len();
        assert_eq!((told, repo.exports(None, 10).await.expect("reads").len()), (3, 3), "both or neither");
        assert!(repo.decide_export(own.id, "approved", world.specialists[0], 5).await.expect("answers"));
        let (next, notice) = (export(consult, world.referrer, 6), notice(consult, world.referrer, 6));
        assert_eq!(repo.ask_export(&next, &notice, 4).await.expect("answers"), AskedExport::StillOpen);
        assert_eq!(repo.ask_export(&next, &notice, 5).await.expect("answers"), AskedExport::New);
    }

    async fn exports_come_newest_first(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult = world.consult(repo).await;
        let [second, third, _] = world.specialists;
        let rows = [(2, world.referrer), (3, second), (1, third)].map(|(at, person)| export(consult, person, at));
        for row in &rows {
            assert_eq!(ask(repo, row).await, AskedExport::New);
        }
        let ids = |limit| async move {
            repo.exports(None, limit).await.expect("reads").iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(10).await, [rows[1].id, rows[0].id, rows[2].id]);
        assert_eq!(ids(1).await, [rows[1].id]);
    }
}
