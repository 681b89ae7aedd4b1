//! Many at once.

use crate::world::{World, instance};
use std::{
    collections::HashSet,
    future::{Future, poll_fn},
    sync::Arc,
    task::Poll,
};
use telekonsil::app::ports::*;
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

/// Starts `n` tasks at the same moment and returns what they gave.
pub(crate) async fn together<T, F>(n: usize, mut task: impl FnMut(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(n));
    let mut tasks = JoinSet::new();
    for i in 0..n {
        let (start, task) = (Arc::clone(&start), task(i));
        tasks.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    tasks.join_all().await
}

on_both! {
    async fn of_fifty_appends_at_the_same_number_one_wins(fixture) {
        let world = World::seed(&*fixture.store).await;
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        let id = Uuid::now_v7();
        for expected in 0..3 {
            let results = together(50, |i| {
                let (repo, mut write) = (Arc::clone(&nodes[i % 2]), world.append(id, expected, 1));
                write.events[0].kind = format!("writer {i}");
                async move { repo.append(&write).await.expect("answers") }
            })
            .await;
            let won = results.iter().filter(|result| matches!(result, Appended::At { .. })).count();
            assert_eq!(won, 1);
            assert_eq!(fixture.store.load(id).await.expect("reads").expect("is there").len() as i64, expected + 1);
        }
        assert_eq!(fixture.store.last_position().await.expect("reads"), 3, "losers took no position");
        nodes[1].close().await;
    }

    /// A reader that goes on from its last position misses nothing: no smaller position appears after a larger one,
    /// and there is no gap that somebody might still fill.
    async fn positions_appear_in_commit_order(fixture) {
        const WRITERS: usize = 8;
        const WRITES: i64 = 20;
        const TOTAL: i64 = WRITERS as i64 * WRITES * 2;
        let world = World::seed(&*fixture.store).await;
        let other = fixture.another_node().await;
        let readers: Vec<_> = [&fixture.store, &other]
            .map(|repo| {
                let repo = Arc::clone(repo);
                tokio::spawn(async move {
                    let mut last = 0;
                    while last < TOTAL {
                        for event in repo.events_after(last, 7).await.expect("reads") {
                            assert_eq!(event.position, last + 1);
                            last = event.position;
                        }
                        tokio::task::yield_now().await;
                    }
                })
            })
            .into();
        together(WRITERS, |i| {
            let repo = Arc::clone(if i % 2 == 0 { &fixture.store } else { &other });
            async move {
                let id = Uuid::now_v7();
                for n in 0..WRITES {
                    let appended = repo.append(&world.append(id, n * 2, 2)).await.expect("writes");
                    assert!(matches!(appended, Appended::At { .. }));
                }
            }
        })
        .await;
        for reader in readers {
            reader.await.expect("saw every position in order");
        }
        assert_eq!(fixture.store.last_position().await.expect("reads"), TOTAL);
        other.close().await;
    }

    /// A browser that goes away drops the handler in the middle of its transaction: the connection is free again, and
    /// the write either happened whole or not at all.
    async fn a_dropped_write_leaves_no_half_and_no_lock(fixture) {
        let world = World::seed(&*fixture.store).await;
        for polls in 0..60 {
            let write = world.append(Uuid::now_v7(), 0, 2);
            let mut appending = Box::pin(fixture.store.append(&write));
            for _ in 0..polls {
                if poll_fn(|cx| Poll::Ready(appending.as_mut().poll(cx))).await.is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let appended = fixture.store.append(&world.append(Uuid::now_v7(), 0, 2)).await.expect("writes");
        let events = fixture.store.events_after(0, 1_000).await.expect("reads");
        assert_eq!(appended, Appended::At { position: events.len() as i64 });
        for event in &events {
            let seq = fixture.store.snapshot(event.consult_id).await.expect("reads").expect("is there").seq;
            assert_eq!((seq, fixture.store.load(event.consult_id).await.expect("reads").expect("is there").len()), (2, 2));
        }
    }

    async fn ten_claimers_get_each_due_row_once(fixture) {
        let world = World::seed(&*fixture.store).await;
        let mut due = HashSet::new();
        for at in 0..40 {
            due.insert(world.consult_due(&*fixture.store, at).await);
        }
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        let claimed = together(10, |i| {
            let repo = Arc::clone(&nodes[i % 2]);
            async move {
                let mut mine = Vec::new();
                // A node that finds all free rows locked by others gets none; its next look is the ticker's next tick.
                for _ in 0..40 {
                    mine.extend(repo.claim_due(100, 200, &format!("node {i}"), 3).await.expect("claims"));
                }
                mine
            }
        })
        .await
        .concat();
        assert_eq!(claimed.len(), 40, "none twice");
        assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), due);
        nodes[1].close().await;
    }

    async fn a_ticket_is_used_once(fixture) {
        let jti = Uuid::now_v7();
        let uses = together(20, |_| {
            let repo = Arc::clone(&fixture.store);
            async move { repo.consume_ticket(jti, 60_000).await.expect("answers") }
        })
        .await;
        assert_eq!(uses.iter().filter(|first| **first).count(), 1);
    }

    async fn a_link_is_used_once(fixture) {
        let world = World::seed(&*fixture.store).await;
        let row =
            LinkRow { token_hash: vec![9; 32], person_id: world.referrer, expires_at: 100, only_consult: None };
        fixture.store.insert_link(&row).await.expect("writes");
        let uses = together(20, |_| {
            let repo = Arc::clone(&fixture.store);
            async move { repo.consume_link(&[9; 32], 50).await.expect("answers") }
        })
        .await;
        assert_eq!(uses.iter().flatten().count(), 1);
    }

    async fn of_fifty_browsers_one_opens_a_guests_link(fixture) {
        let world = World::seed(&*fixture.store).await;
        let consult_id = world.consult(&*fixture.store).await;
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        fixture.store.put_guest_link(&crate::guests::guest(consult_id, 1)).await.expect("writes");
        let opened = together(50, |i| {
            let repo = Arc::clone(&nodes[i % 2]);
            async move { repo.open_guest_link(&[1; 32], 50, &[i as u8; 31], "csrf", 500).await.expect("answers") }
        })
        .await;
        let winners: Vec<_> = opened.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1);
        let cookie = winners[0].cookie_hash.as_ref().expect("has a cookie");
        assert!(fixture.store.guest_by_cookie(cookie, 60).await.expect("reads").is_some());
        nodes[1].close().await;
    }

    async fn of_twenty_who_ask_for_an_export_one_is_open(fixture) {
        let world = World::seed(&*fixture.store).await;
        let consult_id = world.consult(&*fixture.store).await;
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        let asked = together(20, |i| {
            let (repo, row) = (Arc::clone(&nodes[i % 2]), crate::privacy::export(consult_id, world.referrer, 1));
            async move { crate::privacy::ask(&*repo, &row).await }
        })
        .await;
        assert_eq!(asked.iter().filter(|asked| **asked == AskedExport::New).count(), 1);
        assert_eq!(asked.iter().filter(|asked| **asked == AskedExport::StillOpen).count(), 19);
        assert_eq!(fixture.store.notices(None, 20).await.expect("reads").len(), 1);
        nodes[1].close().await;
    }

    async fn of_twenty_deciders_one_decides_an_export(fixture) {
        let world = World::seed(&*fixture.store).await;
        let consult_id = world.consult(&*fixture.store).await;
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        let row = crate::privacy::export(consult_id, world.referrer, 1);
        assert_eq!(crate::privacy::ask(&*fixture.store, &row).await, AskedExport::New);
        let decided = together(20, |i| {
            let (repo, id, person) = (Arc::clone(&nodes[i % 2]), row.id, world.specialists[i % 3]);
            let state = if i % 4 < 2 { "approved" } else { "refused" };
            async move { (i as i64, repo.decide_export(id, state, person, i as i64).await.expect("answers")) }
        })
        .await;
        let winners: Vec<i64> = decided.into_iter().filter(|(_, won)| *won).map(|(i, _)| i).collect();
        assert_eq!(winners.len(), 1);
        let read = fixture.store.export(row.id).await.expect("reads").expect("is there");
        assert_eq!(read.decided_at, Some(winners[0]), "the one that was told so");
        nodes[1].close().await;
    }

    /// Each is the study's first object, so that none of them was told of another patient beforehand.
    async fn a_study_that_many_fill_at_once_names_one_patient(fixture) {
        let world = World::seed(&*fixture.store).await;
        let study = fixture.store.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes");
        let results = together(20, |i| {
            let repo = Arc::clone(&fixture.store);
            let mut new = instance(study.id, "1.2.3.1", i as i64);
            new.study.patient_id = Some(format!("P{}", i % 2));
            async move { repo.insert_instance(&new).await.expect("answers") }
        })
        .await;
        assert_eq!(results.iter().filter(|result| **result == Inserted::New).count(), 10);
        assert_eq!(results.iter().filter(|result| **result == Inserted::OtherPatient).count(), 10);
        let read = fixture.store.study(study.id).await.expect("reads").expect("is there");
        assert_eq!((read.received, read.columns.patient_id.is_some()), (10, true));
    }

    async fn a_room_has_one_owner(fixture) {
        let world = World::seed(&*fixture.store).await;
        let id = world.consult(&*fixture.store).await;
        for (now, epoch) in [(0, 1), (1_000, 2)] {
            let leases = together(10, |i| {
                let repo = Arc::clone(&fixture.store);
                async move {
                    let node = format!("{now}/{i}");
                    repo.claim_room(id, &node, "ws://x", now, 500).await.expect("claims")
                }
            })
            .await;
            assert_eq!(leases[0].epoch, epoch);
            assert!(leases.iter().all(|lease| *lease == leases[0]), "everybody is sent to the same node");
        }
    }

    async fn objects_that_arrive_together_are_counted_right(fixture) {
        let world = World::seed(&*fixture.store).await;
        let study = fixture.store.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes");
        let results = together(30, |i| {
            let repo = Arc::clone(&fixture.store);
            // Ten objects in two series, each sent three times.
            let n = (i % 10) as i64;
            let new = instance(study.id, if n < 5 { "1.2.3.1" } else { "1.2.3.2" }, n);
            async move { repo.insert_instance(&new).await.expect("writes") }
        })
        .await;
        assert_eq!(results.iter().filter(|result| **result == Inserted::New).count(), 10);
        assert_eq!(results.iter().filter(|result| **result == Inserted::Same).count(), 20);
        let study = fixture.store.study(study.id).await.expect("reads").expect("is there");
        assert_eq!((study.received, study.series_count), (10, 2));
        let series = fixture.store.series(study.id).await.expect("reads");
        assert_eq!(series.iter().map(|row| row.instance_count).collect::<Vec<_>>(), [5, 5]);
    }

    async fn a_study_that_two_open_has_one_key(fixture) {
        let world = World::seed(&*fixture.store).await;
        let rows = together(10, |i| {
            let repo = Arc::clone(&fixture.store);
            let mut row = world.study("1.2.3", StudyColumns::default());
            row.wrapped_key = Some(vec![i as u8; 60]);
            async move { repo.ensure_study(&row).await.expect("writes") }
        })
        .await;
        assert!(rows.iter().all(|row| row.id == rows[0].id && row.wrapped_key == rows[0].wrapped_key));
    }
}
