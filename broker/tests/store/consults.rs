//! The event log, its snapshots, and what is counted from them.

use crate::world::{World, event, label};
use telekonsil::app::ports::*;
use uuid::Uuid;

fn relation(person_id: Uuid, relation: &str, since: i64) -> ConsultPersonRow {
    ConsultPersonRow { person_id, relation: relation.into(), since }
}

on_both! {
    async fn an_append_is_read_back_whole(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = Uuid::now_v7();
        assert!(repo.load(id).await.expect("reads").is_none());
        assert!(repo.snapshot(id).await.expect("reads").is_none());
        assert_eq!(repo.last_position().await.expect("reads"), 0);

        let mut write = world.append(id, 0, 3);
        write.events[1] = EventRow { actor: None, body: None, salt: None, ..event(2, None) };
        write.snapshot.next_deadline = Some(77);
        write.snapshot.specialist = Some(world.specialists[0]);
        assert_eq!(repo.append(&write).await.expect("writes"), Appended::At { position: 3 });

        let events = repo.load(id).await.expect("reads").expect("is there");
        for (read, written) in events.iter().zip(&write.events) {
            assert!(same(read, written));
        }
        assert_eq!(events.len(), 3);
        let snapshot = repo.snapshot(id).await.expect("reads").expect("is there");
        assert_eq!((snapshot.consult_id, snapshot.seq, snapshot.is_open), (id, 3, true));
        assert_eq!((snapshot.next_deadline, snapshot.specialist), (Some(77), Some(world.specialists[0])));
        assert_eq!((snapshot.created_at, snapshot.state_since), (1_000, 1_003));
        assert_eq!(snapshot.detail, "{\"seq\":3}");
        assert_eq!(repo.last_position().await.expect("reads"), 3);
    }

    async fn the_log_of_all_is_paged_by_position(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
        for write in [world.append(a, 0, 2), world.append(b, 0, 1), world.append(a, 2, 2)] {
            repo.append(&write).await.expect("writes");
        }
        let read = |position, limit| async move {
            let events = repo.events_after(position, limit).await.expect("reads");
            events.iter().map(|e| (e.position, e.consult_id, e.event.seq)).collect::<Vec<_>>()
        };
        assert_eq!(read(0, 3).await, [(1, a, 1), (2, a, 2), (3, b, 1)]);
        assert_eq!(read(3, 3).await, [(4, a, 3), (5, a, 4)]);
        assert!(read(5, 3).await.is_empty());
    }

    async fn the_second_writer_of_a_number_conflicts_and_leaves_nothing(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = world.consult(repo).await;
        repo.append(&world.append(id, 1, 1)).await.expect("writes");
        for expected in [0, 1, 5] {
            let mut late = world.append(id, expected, 1);
            late.people = vec![relation(world.specialists[0], "rung", 1)];
            assert_eq!(repo.append(&late).await.expect("answers"), Appended::Conflict);
        }
        assert_eq!(repo.load(id).await.expect("reads").expect("is there").len(), 2);
        assert_eq!(repo.snapshot(id).await.expect("reads").expect("is there").seq, 2);
        assert_eq!(repo.last_position().await.expect("reads"), 2);
        let rung = ConsultFilter { person: Some(world.specialists[0]), limit: 10, ..ConsultFilter::default() };
        assert!(repo.snapshots(&rung).await.expect("reads").is_empty());
        let next = repo.append(&world.append(id, 2, 1)).await.expect("writes");
        assert_eq!(next, Appended::At { position: 3 }, "a conflict costs no position");
    }

    /// A snapshot that lags behind its events (a restored backup, a bug) must not let an event be decided twice.
    async fn the_events_have_the_last_word(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = world.consult(repo).await;
        repo.append(&world.append(id, 1, 2)).await.expect("writes");
        fixture.tamper("UPDATE consults SET seq = 1").await;
        assert_eq!(repo.append(&world.append(id, 1, 3)).await.expect("answers"), Appended::Conflict);
        assert_eq!(repo.last_position().await.expect("reads"), 3);
        assert_eq!(repo.load(id).await.expect("reads").expect("is there").len(), 3);
        assert_eq!(repo.snapshot(id).await.expect("reads").expect("is there").seq, 1);
    }

    async fn a_write_that_contradicts_itself_is_refused(fixture) {
        let world = World::seed(&*fixture.store).await;
        let id = Uuid::now_v7();
        let sound = world.append(id, 0, 2);
        let mut gap = sound.clone();
        gap.events[1].seq = 3;
        let mut behind = sound.clone();
        behind.snapshot.seq = 1;
        let mut foreign = sound.clone();
        foreign.snapshot.consult_id = Uuid::now_v7();
        let mut empty = sound.clone();
        empty.events.clear();
        for write in [gap, behind, foreign, empty] {
            assert!(matches!(fixture.store.append(&write).await, Err(RepoError::Broken(_))));
        }
        assert!(fixture.store.load(id).await.expect("reads").is_none());
    }

    async fn a_failing_part_takes_the_whole_write_back(fixture) {
        let world = World::seed(&*fixture.store).await;
        let mut write = world.append(Uuid::now_v7(), 0, 1);
        write.studies = vec![Uuid::now_v7()];
        assert!(matches!(fixture.store.append(&write).await, Err(RepoError::Broken(_))), "there is no such study");
        assert!(fixture.store.snapshot(write.consult_id).await.expect("reads").is_none());
        assert_eq!(fixture.store.last_position().await.expect("reads"), 0);
        write.studies.clear();
        assert_eq!(fixture.store.append(&write).await.expect("writes"), Appended::At { position: 1 });
    }

    async fn snapshots_are_those_of_the_house_the_networks_or_the_person(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut ids = Vec::new();
        for (n, (hospital, rung, open)) in
            [(world.asking, None, true), (world.providing, Some(world.specialists[1]), true), (world.asking, None, false)]
                .into_iter()
                .enumerate()
        {
            let mut write = world.append(Uuid::now_v7(), 0, 1);
            write.snapshot.hospital_id = hospital;
            write.snapshot.created_at = n as i64;
            write.snapshot.is_open = open;
            write.people = rung.map(|person| relation(person, "rung", 5)).into_iter().collect();
            repo.append(&write).await.expect("writes");
            ids.push(write.consult_id);
        }
        let find = |filter: ConsultFilter| async move {
            repo.snapshots(&filter).await.expect("reads").iter().map(|s| s.consult_id).collect::<Vec<_>>()
        };
        let base = ConsultFilter { limit: 10, ..ConsultFilter::default() };
        let house = ConsultFilter { hospital: Some(world.asking), ..base.clone() };
        let person = ConsultFilter { person: Some(world.specialists[1]), ..base.clone() };
        let network = ConsultFilter { networks: vec![Uuid::now_v7(), world.network], ..base.clone() };
        assert!(find(base.clone()).await.is_empty(), "nobody in particular sees nothing");
        assert_eq!(find(house.clone()).await, [ids[2], ids[0]], "newest first");
        assert_eq!(find(ConsultFilter { open_only: true, ..house.clone() }).await, [ids[0]]);
        assert_eq!(find(person.clone()).await, [ids[1]]);
        assert_eq!(find(ConsultFilter { person: person.person, ..house }).await, [ids[2], ids[1], ids[0]]);
        assert_eq!(find(ConsultFilter { limit: 2, ..network }).await, [ids[2], ids[1]]);
    }

    async fn people_keep_their_first_hour_and_workload_counts_it(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [busy, done, rung] = world.specialists;
        let id = Uuid::now_v7();
        let mut write = world.append(id, 0, 1);
        write.people = vec![relation(world.referrer, "requester", 1), relation(rung, "rung", 10), relation(busy, "rung", 10)];
        repo.append(&write).await.expect("writes");
        let mut accepted = world.append(id, 1, 1);
        accepted.snapshot.specialist = Some(busy);
        accepted.snapshot.state = "accepted".into();
        accepted.people = vec![relation(busy, "specialist", 100), relation(busy, "rung", 99)];
        repo.append(&accepted).await.expect("writes");
        let mut again = world.append(id, 2, 1);
        again.snapshot.specialist = Some(busy);
        again.snapshot.state = "reporting".into();
        again.people = vec![relation(busy, "specialist", 900)];
        repo.append(&again).await.expect("writes");
        let mut closed = world.append(Uuid::now_v7(), 0, 1);
        closed.snapshot.state = "reported".into();
        closed.snapshot.specialist = Some(done);
        closed.people = vec![relation(done, "specialist", 200)];
        repo.append(&closed).await.expect("writes");

        let work = |person_id, open_consults, callouts| {
            WorkloadRow { person_id, open_consults, occupied_by: 0, callouts }
        };
        let mut expected = vec![work(busy, 1, 1), work(done, 0, 1)];
        expected.sort_by_key(|row| row.person_id);
        assert_eq!(repo.workload(100, &["accepted".into()]).await.expect("reads"), expected);
        let occupied = repo.workload(100, &["accepted".into(), "reporting".into()]).await.expect("reads");
        let occupied_by = |person| occupied.iter().find(|row| row.person_id == person).map(|row| row.occupied_by);
        assert_eq!((occupied_by(busy), occupied_by(done)), (Some(1), Some(0)));
        let mut later = vec![work(busy, 1, 0), work(done, 0, 1)];
        later.sort_by_key(|row| row.person_id);
        assert_eq!(repo.workload(101, &["accepted".into()]).await.expect("reads"), later);
    }

    async fn what_queries_need_of_a_consult_is_written_and_overwritten(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = Uuid::now_v7();
        let mut write = world.append(id, 0, 1);
        write.snapshot.is_queued = true;
        write.snapshot.purged_at = Some(1);
        repo.append(&write).await.expect("writes");
        let read = repo.snapshot(id).await.expect("reads").expect("is there");
        assert_eq!((read.label, read.is_queued), (label(id), true));
        assert_eq!((read.taken_over_at, read.ended_at, read.purged_at), (None, None, None), "only a purge purges");
        let mut write = world.append(id, 1, 1);
        write.snapshot.taken_over_at = Some(7);
        write.snapshot.ended_at = Some(8);
        repo.append(&write).await.expect("writes");
        let read = repo.snapshot(id).await.expect("reads").expect("is there");
        assert_eq!((read.is_queued, read.taken_over_at, read.ended_at), (false, Some(7), Some(8)));
    }

    async fn a_consult_is_found_by_its_short_name(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let (first, second, other) = (Uuid::from_u128(0x1_7f3a), Uuid::from_u128(0x2_7f3a), Uuid::from_u128(0x7f3b));
        for (n, id) in [first, second, other].into_iter().enumerate() {
            let mut write = world.append(id, 0, 1);
            write.snapshot.created_at = n as i64;
            repo.append(&write).await.expect("writes");
        }
        let find = |label: &'static str| async move { repo.consults_by_label(label).await.expect("reads") };
        assert_eq!(find("TK-7F3A").await, [second, first], "newest first");
        assert_eq!(find(" tk-7f3b ").await, [other]);
        for unknown in ["TK-0000", "", "%", "TK-7F3_", "\0"] {
            assert!(find(unknown).await.is_empty());
        }
    }

    async fn a_hole_in_the_log_is_found_even_where_a_whole_consult_is_missing(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        assert_eq!(repo.first_missing_position().await.expect("reads"), None, "an empty log has no holes");
        for _ in 0..3 {
            world.consult(repo).await;
        }
        assert_eq!(repo.first_missing_position().await.expect("reads"), None);
        fixture.tamper("DELETE FROM consult_events WHERE position = 2").await;
        assert_eq!(repo.first_missing_position().await.expect("reads"), Some(2));
        fixture.tamper("DELETE FROM consult_events WHERE position = 1").await;
        assert_eq!(repo.first_missing_position().await.expect("reads"), Some(1));
        world.consult(repo).await;
        fixture.tamper("DELETE FROM consult_events WHERE position = 4").await;
        assert_eq!(repo.first_missing_position().await.expect("reads"), Some(1), "the first one is named");
    }

    async fn who_waits_for_somebody_busy_is_listed_by_service_oldest_first(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut ids = Vec::new();
        for (created_at, state, is_queued) in
            [(3, "unanswered", true), (1, "unanswered", true), (2, "unanswered", false), (0, "ringing", true)]
        {
            let mut write = world.append(Uuid::now_v7(), 0, 1);
            write.snapshot.created_at = created_at;
            write.snapshot.state = state.into();
            write.snapshot.is_queued = is_queued;
            repo.append(&write).await.expect("writes");
            ids.push(write.consult_id);
        }
        assert_eq!(repo.queued_consults(world.service).await.expect("reads"), [ids[1], ids[0]]);
        assert!(repo.queued_consults(Uuid::now_v7()).await.expect("reads").is_empty());
    }

    async fn open_consults_are_counted_by_state(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        assert!(repo.open_states().await.expect("reads").is_empty());
        for (state, since, is_open) in
            [("ringing", 5, true), ("ringing", 3, true), ("accepted", 9, true), ("closed", 1, false)]
        {
            let mut write = world.append(Uuid::now_v7(), 0, 1);
            write.snapshot.state = state.into();
            write.snapshot.state_since = since;
            write.snapshot.is_open = is_open;
            repo.append(&write).await.expect("writes");
        }
        let mut states = repo.open_states().await.expect("reads");
        states.sort_by(|a, b| a.state.cmp(&b.state));
        let row = |state: &str, count, oldest| StateCountRow { state: state.into(), count, oldest };
        assert_eq!(states, [row("accepted", 1, 9), row("ringing", 2, 3)]);
        let pool = repo.pool();
        assert!(0 < pool.open && pool.open <= pool.max && pool.idle <= pool.open);
    }

    async fn the_audit_pages_through_all_consults(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut ids = Vec::new();
        for n in 1..=3 {
            let id = Uuid::now_v7();
            repo.append(&world.append(id, 0, n)).await.expect("writes");
            ids.push((id, n));
        }
        ids.sort_unstable();
        assert_eq!(repo.consult_ids(None, 2).await.expect("reads"), ids[..2]);
        assert_eq!(repo.consult_ids(Some(ids[1].0), 2).await.expect("reads"), ids[2..]);
        assert!(repo.consult_ids(Some(ids[2].0), 2).await.expect("reads").is_empty());
    }
}

fn same(a: &EventRow, b: &EventRow) -> bool {
    (a.seq, a.at, a.actor, a.version, &a.kind, &a.body) == (b.seq, b.at, b.actor, b.version, &b.kind, &b.body)
        && (&a.salt, &a.commitment, &a.hash) == (&b.salt, &b.commitment, &b.hash)
}
