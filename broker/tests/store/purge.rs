//! The purge, what may be purged, and what is left.

use crate::{
    privacy::{access, ask, export},
    world::{World, instance},
};
use sqlx::Connection as _;
use telekonsil::app::ports::*;
use uuid::Uuid;

/// A study with two objects and every value filled.
async fn full_study(world: &World, repo: &impl Repository, uid: &str) -> Uuid {
    let id = repo.ensure_study(&world.study(uid, StudyColumns::default())).await.expect("writes").id;
    repo.declare_study(id, 2).await.expect("writes");
    for n in 1..=2 {
        let mut new = instance(id, &format!("{uid}.1"), n);
        new.study = StudyColumns {
            study_date: Some("20260101".into()),
            study_time: Some("1010".into()),
            accession_number: Some("A1".into()),
            referring_physician: Some("Falk^Miriam".into()),
            study_description: Some("CT Schädel".into()),
            patient_name: Some("Geheim^Gerda".into()),
            patient_id: Some("4711".into()),
            patient_birth_date: Some("19400101".into()),
            patient_sex: Some("F".into()),
            study_id: Some("S1".into()),
        };
        assert_eq!(repo.insert_instance(&new).await.expect("writes"), Inserted::New);
    }
    id
}

on_both! {
    async fn a_purged_consult_keeps_its_chain_and_nothing_of_the_patient(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let study = full_study(&world, repo, "1.1").await;
        let mut write = world.append(Uuid::now_v7(), 0, 3);
        let id = write.consult_id;
        write.snapshot = SnapshotRow {
            state: "closed".into(),
            is_open: false,
            ended_at: Some(10),
            taken_over_at: Some(20),
            next_deadline: Some(99),
            specialist: Some(world.specialists[0]),
            ..write.snapshot
        };
        write.studies = vec![study];
        write.people = vec![ConsultPersonRow { person_id: world.referrer, relation: "requester".into(), since: 1 }];
        repo.append(&write).await.expect("writes");
        let asked = export(id, world.referrer, 1);
        let done = ExportRow { state: "downloaded".into(), ..export(id, world.referrer, 2) };
        for row in [&done, &asked] {
            assert_eq!(ask(repo, row).await, AskedExport::New);
        }
        repo.put_guest_link(&crate::guests::guest(id, 1)).await.expect("writes");
        repo.claim_room(id, "a", "ws://a", 0, 50).await.expect("claims");
        let link =
            LinkRow { token_hash: vec![5; 32], person_id: world.referrer, expires_at: 100, only_consult: Some(id) };
        repo.insert_link(&link).await.expect("writes");
        let reads = [access(world.referrer, "images", study, 1_000), access(world.referrer, "case", id, 1_000)];
        repo.log_access(&reads).await.expect("writes");
        let told = NoticeRow {
            id: Uuid::now_v7(),
            kind: "glass_broken".into(),
            at: 1,
            person_id: world.referrer,
            consult_id: Some(id),
            label: "TK-7F3A".into(),
            reason: "Frau Geheim liegt jetzt hier".into(),
            about: None,
            change: None,
            seen_by: None,
            seen_at: None,
        };
        repo.insert_notice(&told).await.expect("writes");

        let purged = repo.purge_consult(id, 3, 500, "{\"purged\":true}").await.expect("purges").expect("did it");
        let addresses = ["blob/1", "blob/2"].map(String::from).to_vec();
        assert_eq!(purged, PurgedConsult { studies: vec![(study, addresses)] });

        let events = repo.load(id).await.expect("reads").expect("the log stays");
        assert_eq!(events.len(), 3);
        for (left, written) in events.iter().zip(&write.events) {
            assert!(left.body.is_none() && left.salt.is_none());
            assert_eq!((left.seq, left.at, left.actor, &left.kind), (written.seq, written.at, written.actor, &written.kind));
            assert_eq!((&left.commitment, &left.hash), (&written.commitment, &written.hash));
        }
        let snapshot = repo.snapshot(id).await.expect("reads").expect("stays");
        assert_eq!((snapshot.purged_at, snapshot.detail.as_str()), (Some(500), "{\"purged\":true}"));
        assert_eq!((snapshot.is_open, snapshot.next_deadline, snapshot.seq), (false, None, 3));
        assert_eq!((snapshot.ended_at, snapshot.taken_over_at), (Some(10), Some(20)));
        assert_eq!(repo.export(asked.id).await.expect("reads").expect("stays").state, "expired");
        let left = repo.export(done.id).await.expect("reads").expect("stays");
        assert_eq!((left.state.as_str(), left.reason.as_str()), ("downloaded", ""), "who and when, but no free text");
        assert_eq!(repo.notice(told.id).await.expect("reads").expect("stays").reason, "");
        assert!(repo.open_guest_link(&[1; 32], 1, &[2; 32], "csrf", 500).await.expect("answers").is_none());
        assert!(repo.consume_link(&[5; 32], 1).await.expect("answers").is_none());
        assert!(repo.rooms_of("a").await.expect("reads").is_empty());

        let left = repo.study(study).await.expect("reads").expect("its row stays");
        assert!(left.wrapped_key.is_none() && left.columns == StudyColumns::default() && left.modalities.is_empty());
        assert_eq!((left.received, left.series_count, left.declared), (0, 0, Some(2)));
        assert_eq!(left.study_instance_uid, format!("2.25.{}", study.as_u128()));
        assert!(repo.series(study).await.expect("reads").is_empty());
        assert!(repo.instances(study, None).await.expect("reads").is_empty());
        assert!(repo.studies_by_uid("1.1").await.expect("reads").is_empty());
        for sql in [
            "SELECT COUNT(*) FROM studies WHERE folded_patient_name IS NOT NULL OR folded_study_description IS NOT NULL \
             OR folded_referring_physician IS NOT NULL",
            "SELECT COUNT(*) FROM consult_people",
        ] {
            assert_eq!(fixture.count(sql).await, 0, "{sql}");
        }

        assert_eq!(repo.access_of_consult(id, 10).await.expect("reads").len(), 2, "who read it is still known");
        assert_eq!(repo.sweep_access_log(1_000).await.expect("sweeps"), 0);
        assert_eq!(repo.sweep_access_log(1_001).await.expect("sweeps"), 2);
        assert!(repo.access_of_consult(id, 10).await.expect("reads").is_empty());
    }

    async fn lists_know_a_purged_consult_no_more(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let study = full_study(&world, repo, "1.1").await;
        let id = world.ended(repo, 10, Some(20), &[study]).await;
        let label = crate::world::label(id);
        let house = ConsultFilter {
            hospital: Some(world.asking),
            networks: vec![world.network],
            person: Some(world.referrer),
            limit: 10,
            ..ConsultFilter::default()
        };
        assert_eq!(repo.snapshots(&house).await.expect("reads").len(), 1);
        assert_eq!(repo.consults_of_study(study).await.expect("reads"), [id]);
        assert_eq!(repo.consults_by_label(&label).await.expect("reads"), [id]);

        assert!(repo.purge_consult(id, 1, 500, "{}").await.expect("purges").is_some());
        assert!(repo.snapshots(&house).await.expect("reads").is_empty());
        assert!(repo.consults_of_study(study).await.expect("reads").is_empty());
        assert_eq!(repo.consults_by_label(&label).await.expect("reads"), [id], "its access log is still asked for");
        assert_eq!(repo.consult_ids(None, 10).await.expect("reads"), [(id, 1)], "the audit does");
        let search =
            StudySearch { hospital: Some(world.asking), studies: vec![study], tests: Vec::new(), limit: 10, offset: 0 };
        assert!(repo.search_studies(&search).await.expect("reads").is_empty());
        assert!(repo.inbox(world.asking, 10).await.expect("reads").is_empty());
    }

    async fn a_purge_decided_on_an_older_state_or_twice_does_nothing(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let (open, ended) = (world.consult(repo).await, world.ended(repo, 10, Some(20), &[]).await);
        let purge = |id, seq| async move { repo.purge_consult(id, seq, 500, "{}").await.expect("answers").is_some() };
        assert!(!purge(open, 1).await, "open");
        assert!(!purge(Uuid::now_v7(), 1).await, "unknown");
        assert!(!purge(ended, 2).await, "another state");
        assert!(repo.load(ended).await.expect("reads").expect("is there")[0].body.is_some());
        assert!(purge(ended, 1).await);
        assert!(!purge(ended, 1).await, "twice");
        assert_eq!(repo.append(&world.append(ended, 1, 1)).await.expect("answers"), Appended::Conflict);
        assert_eq!(repo.load(ended).await.expect("reads").expect("is there").len(), 1, "nothing follows a purge");
    }

    async fn a_study_goes_with_the_last_consult_that_holds_it(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let (shared, own) = (full_study(&world, repo, "1.1").await, full_study(&world, repo, "1.2").await);
        let first = world.ended(repo, 10, Some(20), &[shared, own]).await;
        let second = world.ended(repo, 10, Some(20), &[shared]).await;
        let gone = |purged: Option<PurgedConsult>| -> Vec<Uuid> {
            purged.expect("did it").studies.into_iter().map(|(id, _)| id).collect()
        };
        assert_eq!(gone(repo.purge_consult(first, 1, 500, "{}").await.expect("purges")), [own]);
        assert!(repo.study(shared).await.expect("reads").expect("stays").wrapped_key.is_some());
        assert_eq!(repo.instances(shared, None).await.expect("reads").len(), 2);
        assert_eq!(gone(repo.purge_consult(second, 1, 500, "{}").await.expect("purges")), [shared]);
    }

    async fn a_purged_study_takes_nothing_and_may_come_again_as_a_new_one(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let study = full_study(&world, repo, "1.1").await;
        let id = world.ended(repo, 10, Some(20), &[study]).await;
        assert!(repo.purge_consult(id, 1, 500, "{}").await.expect("purges").is_some());
        assert_eq!(repo.insert_instance(&instance(study, "1.1.1", 3)).await.expect("answers"), Inserted::Purged);
        assert!(repo.series(study).await.expect("reads").is_empty());
        let mut attach = world.append(Uuid::now_v7(), 0, 1);
        attach.studies = vec![study];
        assert_eq!(repo.append(&attach).await.expect("answers"), Appended::StudyPurged);
        assert!(repo.snapshot(attach.consult_id).await.expect("reads").is_none(), "nothing was written");

        let again = full_study(&world, repo, "1.1").await;
        assert_ne!(again, study);
        attach.studies = vec![again];
        assert!(matches!(repo.append(&attach).await.expect("writes"), Appended::At { .. }));
    }

    async fn a_study_that_its_consult_detached_is_held_by_it_no_more(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let study = full_study(&world, repo, "1.1").await;
        let mut write = world.append(Uuid::now_v7(), 0, 1);
        write.studies = vec![study];
        repo.append(&write).await.expect("writes");
        let unattached = |before| async move { repo.unattached_studies(before, None, 10).await.expect("reads") };
        assert!(unattached(i64::MAX).await.is_empty());
        let mut detach = world.append(write.consult_id, 1, 1);
        detach.detached = vec![study];
        let at = 9_000;
        detach.events[0].at = at;
        repo.append(&detach).await.expect("writes");
        assert!(unattached(at).await.is_empty(), "its age counts from then");
        assert_eq!(unattached(at + 1).await, [study]);
        repo.log_access(&[access(world.referrer, "images", study, 1)]).await.expect("writes");
        assert_eq!(repo.access_of_consult(write.consult_id, 10).await.expect("reads").len(), 1, "who read it is known");

        let mut again = world.append(write.consult_id, 2, 1);
        again.studies = vec![study];
        repo.append(&again).await.expect("writes");
        assert!(unattached(i64::MAX).await.is_empty(), "it came back");
        let mut detach = world.append(write.consult_id, 3, 1);
        detach.detached = vec![study];
        repo.append(&detach).await.expect("writes");
        let other = world.ended(repo, 10, Some(20), &[study]).await;
        let purged = repo.purge_consult(other, 1, 500, "{}").await.expect("purges").expect("did it");
        assert_eq!(purged.studies.len(), 1, "nobody else needs it");
    }

    async fn a_study_that_belongs_to_no_consult_goes_by_its_age(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let (old, attached) = (full_study(&world, repo, "1.1").await, full_study(&world, repo, "1.2").await);
        let mut write = world.append(Uuid::now_v7(), 0, 1);
        write.studies = vec![attached];
        repo.append(&write).await.expect("writes");
        // The last object came at 6,002.
        assert!(!repo.purge_study(old, 6_002, 500).await.expect("answers"), "has grown since");
        assert!(!repo.purge_study(attached, i64::MAX, 500).await.expect("answers"), "a consult needs it");
        assert!(!repo.purge_study(Uuid::now_v7(), i64::MAX, 500).await.expect("answers"), "unknown");
        assert_eq!(repo.retention(0, 6_003, 10).await.expect("reads").unattached, 1);
        assert!(repo.purge_study(old, 6_003, 500).await.expect("answers"));
        assert!(!repo.purge_study(old, 6_003, 500).await.expect("answers"), "twice");
        let left = repo.study(old).await.expect("reads").expect("its row stays");
        assert!(left.wrapped_key.is_none() && left.columns == StudyColumns::default());
        assert_eq!(repo.dead_blobs(None, 10).await.expect("reads"), ["blob/1", "blob/2"]);
        assert_eq!(repo.dead_blobs(Some("blob/1"), 10).await.expect("reads"), ["blob/2"]);
        assert!(repo.unattached_studies(i64::MAX, None, 10).await.expect("reads").is_empty());
    }

    async fn what_may_be_purged_is_what_was_taken_over_or_cancelled_long_enough_ago(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let open = world.consult(repo).await;
        let late = world.ended(repo, 30, Some(100), &[]).await;
        let early = world.ended(repo, 20, Some(101), &[]).await;
        let forgotten = [world.ended(repo, 12, None, &[]).await, world.ended(repo, 13, None, &[]).await];
        let mut cancelled = world.append(Uuid::now_v7(), 0, 1);
        cancelled.snapshot.state = "cancelled".into();
        cancelled.snapshot.is_open = false;
        cancelled.snapshot.ended_at = Some(40);
        repo.append(&cancelled).await.expect("writes");
        let mut taken_over_and_open = world.append(Uuid::now_v7(), 0, 1);
        taken_over_and_open.snapshot.taken_over_at = Some(1);
        repo.append(&taken_over_and_open).await.expect("writes");
        let (cancelled, never_ended) = (cancelled.consult_id, taken_over_and_open.consult_id);

        let may = |taken_over, cancelled, limit| async move {
            repo.purgeable(taken_over, cancelled, None, limit).await.expect("reads")
        };
        assert!(may(1, 40, 10).await.is_empty());
        assert_eq!(may(100, 40, 10).await, [never_ended], "nobody closed it, and it goes all the same");
        assert_eq!(may(101, 40, 10).await, [late, never_ended]);
        assert_eq!(may(102, 41, 10).await, [late, early, cancelled, never_ended], "in the order of the ids");
        assert_eq!(may(102, 41, 2).await, [late, early]);
        assert_eq!(repo.purgeable(102, 41, Some(early), 10).await.expect("reads"), [cancelled, never_ended]);

        let row = |due, waiting, purged, still_open: &[Uuid]| RetentionRow {
            due,
            waiting,
            purged,
            not_taken_over: forgotten.to_vec(),
            still_open: still_open.to_vec(),
            unattached: 0,
        };
        assert_eq!(repo.retention(101, 40, 10).await.expect("reads"), row(2, 2, 0, &[]));
        assert!(repo.purge_consult(late, 1, 500, "{}").await.expect("purges").is_some());
        assert!(repo.purge_consult(never_ended, 1, 500, "{}").await.expect("purges").is_some());
        assert_eq!(repo.retention(101, 41, 10).await.expect("reads"), row(1, 1, 2, &[]));
        assert_eq!(repo.retention(101, 1_001, 10).await.expect("reads"), row(1, 1, 2, &[open]), "made at 1,000");
        assert_eq!(repo.retention(0, 0, 1).await.expect("reads").not_taken_over, forgotten[..1], "oldest first");
        assert_eq!(may(102, 41, 10).await, [early, cancelled]);
    }
}

/// Whoever gets hold of the disk finds nothing in free pages or in the write-ahead log. (PostgreSQL's pages are the
/// server's: they are overwritten as it goes on, after its own vacuum.)
#[test]
fn nothing_of_a_purged_patient_is_left_in_the_embedded_files() {
    crate::fixture::on_sqlite(|fixture| {
        Box::pin(async move {
            let world = World::seed(&*fixture.store).await;
            let repo = &*fixture.store;
            let study = full_study(&world, repo, "1.1").await;
            let mut write = world.append(Uuid::now_v7(), 0, 1);
            write.events[0].body = Some("Geheim, Gerda: Hemiparese rechts".into());
            write.snapshot.detail = "Geheim, Gerda: NIHSS 14".into();
            write.snapshot.is_open = false;
            write.snapshot.ended_at = Some(1);
            write.studies = vec![study];
            repo.append(&write).await.expect("writes");
            let path = fixture.url.strip_prefix("sqlite:").expect("a file").to_owned();
            let traces = || {
                let files = [path.clone(), format!("{path}-wal")].map(|file| std::fs::read(file).expect("reads"));
                ["Geheim", "geheim", "NIHSS", "Hemiparese"]
                    .map(|word| files.iter().any(|file| file.windows(word.len()).any(|part| part == word.as_bytes())))
            };
            assert_eq!(traces(), [true; 4], "they can be found at all");
            assert!(repo.purge_consult(write.consult_id, 1, 500, "{}").await.expect("purges").is_some());
            // Whoever reads an older state keeps the write-ahead log; it is not passed over in silence.
            let mut reader = sqlx::SqliteConnection::connect(&fixture.url).await.expect("connects");
            sqlx::query("BEGIN").execute(&mut reader).await.expect("begins");
            sqlx::query("SELECT COUNT(*) FROM consults").execute(&mut reader).await.expect("reads");
            world.consult(repo).await;
            assert!(repo.wipe_purged(false).await.is_err());
            reader.close().await.expect("closes");
            repo.wipe_purged(false).await.expect("nobody is in the way any more");
            assert_eq!(traces(), [false; 4]);
        })
    });
}
