//! Swaps, calendars, feeds, notes from one duty to the next.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

fn swap(world: &World, id: Uuid, rev: i64, is_open: bool) -> SwapRow {
    SwapRow {
        id,
        service_id: world.service,
        rev,
        is_open,
        expires_at: 100,
        until_at: 200,
        body: format!("{{\"n\":{rev}}}"),
    }
}

fn with(swap: SwapRow) -> DirectoryWrite {
    let note = DutyNoteRow {
        id: Uuid::now_v7(),
        person_id: swap.id,
        service_id: swap.service_id,
        at: 1,
        author: None,
        body: "{}".into(),
        seen_at: None,
    };
    DirectoryWrite { swaps: vec![swap], duty_notes: vec![note], ..DirectoryWrite::default() }
}

on_both! {
    async fn a_swap_is_written_upon_one_revision_of_itself_and_of_the_directory_with_all_or_nothing(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = world.specialists[0];
        let at = || async { repo.directory_revision().await.expect("reads") };
        let first = with(swap(&world, id, 1, true));
        assert!(repo.write_directory_at(&first, at().await).await.expect("writes").is_some());
        let before = at().await;
        assert!(repo.write_directory_at(&with(swap(&world, id, 1, true)), before).await.expect("answers").is_none());
        assert!(repo.write_directory_at(&with(swap(&world, id, 3, true)), before).await.expect("answers").is_none());
        assert_eq!(at().await, before, "nothing of it is written");
        assert_eq!(repo.duty_notes(id, 9).await.expect("reads").len(), 1);
        assert_eq!(repo.swap(id).await.expect("reads"), Some(swap(&world, id, 1, true)));
        assert_eq!(repo.expired_swaps(100, 9).await.expect("reads").len(), 1);
        assert_eq!(repo.expired_swaps(99, 9).await.expect("reads"), []);
        assert!(repo.write_directory_at(&with(swap(&world, id, 2, false)), before).await.expect("writes").is_some());
        assert_eq!(repo.expired_swaps(100, 9).await.expect("reads"), []);
        assert_eq!(repo.swaps(199, &[world.service], 9).await.expect("reads"), [swap(&world, id, 2, false)]);
        assert_eq!(repo.swaps(200, &[world.service], 9).await.expect("reads"), []);
        assert_eq!(repo.swaps(0, &[Uuid::now_v7()], 9).await.expect("reads"), []);
        assert_eq!(repo.swaps(0, &[], 9).await.expect("reads"), []);
    }

    async fn of_a_calendar_the_last_address_counts(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = Uuid::now_v7();
        let row = |hash: u8, author: Uuid, service_id: Option<Uuid>| CalendarRow {
            id,
            token_hash: vec![hash; 32],
            author,
            service_id,
            label: "a\0b".into(),
            created_at: 5,
            used_at: None,
        };
        let [author, other, _] = world.specialists;
        assert!(repo.put_calendar(&row(1, author, None)).await.expect("writes"));
        assert!(repo.put_calendar(&row(2, author, None)).await.expect("writes"));
        assert!(!repo.put_calendar(&row(3, other, None)).await.expect("answers"));
        assert!(!repo.put_calendar(&row(3, author, Some(world.service))).await.expect("answers"));
        assert!(repo.read_calendar(&[1; 32], 7).await.expect("reads").is_none());
        let used = repo.read_calendar(&[2; 32], 7).await.expect("reads").expect("is there");
        assert_eq!(used, CalendarRow { used_at: Some(7), label: "ab".into(), ..row(2, author, None) });
        assert_eq!(repo.calendars().await.expect("reads"), [used]);
        assert!(repo.delete_calendar(id).await.expect("deletes"));
        assert!(!repo.delete_calendar(id).await.expect("answers"));
    }

    async fn a_feed_is_read_by_one_node_at_a_time(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = FeedRow {
            id: Uuid::now_v7(),
            author: world.referrer,
            person_id: None,
            network_id: Some(world.network),
            kind: "holiday".into(),
            label: "Urlaub".into(),
            url: Some("https://calendar.example/x".into()),
            zone: "Europe/Berlin".into(),
            due_at: Some(10),
            read_at: Some(1),
            failed_at: None,
            fault: None,
            unknown: vec!["A".into()],
        };
        let write = DirectoryWrite { feeds: vec![row.clone()], ..DirectoryWrite::default() };
        repo.write_directory(&write).await.expect("writes");
        assert!(repo.feeds().await.expect("reads") == [row.clone()]);
        assert!(repo.claim_feeds(9, 100, 5).await.expect("claims").is_empty(), "not due");
        assert!(repo.claim_feeds(10, 100, 5).await.expect("claims") == [row.clone()]);
        assert!(repo.claim_feeds(11, 101, 5).await.expect("claims").is_empty(), "leased");
        assert_eq!(repo.claim_feeds(100, 200, 5).await.expect("claims").len(), 1, "that node died");
        let failed = FeedRead { id: row.id, at: 100, due_at: Some(150), fault: Some("unreachable".into()), unknown: vec![] };
        repo.feed_read(&failed).await.expect("writes");
        let shown = repo.feeds().await.expect("reads").pop().expect("is there");
        assert!(shown.read_at == Some(1) && shown.failed_at == Some(100) && shown.fault == failed.fault);
        assert_eq!(repo.claim_feeds(150, 250, 5).await.expect("claims").len(), 1, "the lease has ended with the reading");
        repo.feed_read(&FeedRead { at: 150, fault: None, due_at: None, ..failed }).await.expect("writes");
        let shown = repo.feeds().await.expect("reads").pop().expect("is there");
        assert!(shown.read_at == Some(150) && shown.failed_at.is_none() && shown.due_at.is_none());
        let gone = DirectoryWrite { no_feeds: vec![row.id], ..DirectoryWrite::default() };
        repo.write_directory(&gone).await.expect("writes");
        assert!(repo.feeds().await.expect("reads").is_empty());
    }

    async fn notes_of_a_service_come_newest_first_and_go_when_they_are_old(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = |at: i64| HandOverNoteRow {
            id: Uuid::from_u128(u128::try_from(at).unwrap_or(0)),
            service_id: world.service,
            author: world.specialists[0],
            at,
            body: format!("note {at}"),
        };
        for at in [1, 2, 3, 3] {
            let write = DirectoryWrite { hand_over_notes: vec![row(at)], ..DirectoryWrite::default() };
            repo.write_directory(&write).await.expect("writes");
        }
        let bodies = |rows: Vec<HandOverNoteRow>| rows.into_iter().map(|row| row.body).collect::<Vec<_>>();
        assert_eq!(bodies(repo.hand_over_notes(world.service, 1).await.expect("reads")), ["note 3", "note 2"]);
        repo.sweep_hand_over_notes(2).await.expect("deletes");
        assert_eq!(bodies(repo.hand_over_notes(world.service, 0).await.expect("reads")), ["note 3"]);
    }

    async fn what_a_service_wants_and_what_is_told_of_duties_is_kept(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = |minutes| RotaSettingsRow { service_id: world.service, swaps_need_approval: true, notice_minutes: minutes };
        for minutes in [15, 30] {
            let write = DirectoryWrite { rota_settings: vec![row(minutes)], ..DirectoryWrite::default() };
            repo.write_directory(&write).await.expect("writes");
        }
        assert_eq!(repo.directory().await.expect("reads").rota_settings, [row(30)]);
        let note = with(swap(&world, world.specialists[0], 1, true)).duty_notes;
        for _ in 0..2 {
            let write = DirectoryWrite { duty_notes: note.clone(), ..DirectoryWrite::default() };
            repo.write_directory(&write).await.expect("writes");
        }
        assert_eq!(repo.duty_notes(world.specialists[0], 9).await.expect("reads"), note, "once");
        assert!(repo.consults_since(0, 9).await.expect("reads").is_empty());
    }
}
