//! The purge against everybody else.

use crate::{
    races::together,
    world::{World, instance},
};
use std::sync::Arc;
use telekonsil::app::ports::*;
use uuid::Uuid;

/// More rounds find rarer orders and take longer; one takes some 20 ms.
const ROUNDS: usize = 15;

async fn study(world: &World, repo: &impl Repository, uid: &str) -> Uuid {
    repo.ensure_study(&world.study(uid, StudyColumns::default())).await.expect("writes").id
}

on_both! {
    /// Either the event came first, and the purge, decided on the state before it, does nothing; or the purge came first,
    /// and nothing follows it.
    async fn a_purge_and_an_append_have_one_winner(fixture) {
        let world = World::seed(&*fixture.store).await;
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        for _ in 0..ROUNDS {
            let id = world.ended(&*fixture.store, 10, Some(20), &[]).await;
            let won = together(8, |i| {
                let (repo, write) = (Arc::clone(&nodes[i % 2]), world.append(id, 1, 1));
                async move {
                    match i % 4 {
                        0 => repo.purge_consult(id, 1, 500, "{}").await.expect("answers").is_some(),
                        _ => matches!(repo.append(&write).await.expect("answers"), Appended::At { .. }),
                    }
                }
            })
            .await;
            assert_eq!(won.iter().filter(|won| **won).count(), 1);
            let events = fixture.store.load(id).await.expect("reads").expect("is there");
            let purged = fixture.store.snapshot(id).await.expect("reads").expect("is there").purged_at.is_some();
            assert_eq!((events.len(), events[0].body.is_none()), if purged { (1, true) } else { (2, false) });
        }
        nodes[1].close().await;
    }

    /// Each sees the other one's consult as a holder until it has committed: without the study's lock both would keep
    /// it, and nobody would ever delete it.
    async fn consults_that_share_studies_and_go_together_take_them_along(fixture) {
        let world = World::seed(&*fixture.store).await;
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        for round in 0..ROUNDS {
            let mut studies = Vec::new();
            for n in 0..3 {
                studies.push(study(&world, &*fixture.store, &format!("1.{round}.{n}")).await);
            }
            let mut consults = Vec::new();
            for _ in 0..4 {
                consults.push(world.ended(&*fixture.store, 10, Some(20), &studies).await);
                studies.rotate_left(1);
            }
            let purged = together(4, |i| {
                let (repo, id) = (Arc::clone(&nodes[i % 2]), consults[i]);
                async move { repo.purge_consult(id, 1, 500, "{}").await.expect("purges").expect("did it") }
            })
            .await;
            let mut gone: Vec<Uuid> = purged.into_iter().flat_map(|purged| purged.studies).map(|(id, _)| id).collect();
            gone.sort_unstable();
            studies.sort_unstable();
            assert_eq!(gone, studies, "each once");
        }
        nodes[1].close().await;
    }

    /// A new consult gets a study with its key, or is told that it is gone.
    async fn a_study_is_not_purged_under_a_consult_that_attaches_it(fixture) {
        let world = World::seed(&*fixture.store).await;
        let nodes = [Arc::clone(&fixture.store), fixture.another_node().await];
        for round in 0..ROUNDS {
            let study = study(&world, &*fixture.store, &format!("1.{round}")).await;
            let old = world.ended(&*fixture.store, 10, Some(20), &[study]).await;
            let attached = together(6, |i| {
                let (repo, mut write) = (Arc::clone(&nodes[i % 2]), world.append(Uuid::now_v7(), 0, 1));
                write.studies = vec![study];
                async move {
                    if i == 0 {
                        assert!(repo.purge_consult(old, 1, 500, "{}").await.expect("purges").is_some());
                        return false;
                    }
                    matches!(repo.append(&write).await.expect("answers"), Appended::At { .. })
                }
            })
            .await;
            let has_key = fixture.store.study(study).await.expect("reads").expect("is there").wrapped_key.is_some();
            assert_eq!(has_key, attached.contains(&true));
        }
        nodes[1].close().await;
    }

    async fn an_object_that_arrives_during_the_purge_leaves_no_trace(fixture) {
        let world = World::seed(&*fixture.store).await;
        for round in 0..ROUNDS {
            let study = study(&world, &*fixture.store, &format!("1.{round}")).await;
            let old = world.ended(&*fixture.store, 10, Some(20), &[study]).await;
            let results = together(6, |i| {
                let (repo, new) = (Arc::clone(&fixture.store), instance(study, "1.1", i as i64));
                async move {
                    if i == 0 {
                        let purged = repo.purge_consult(old, 1, 500, "{}").await.expect("purges").expect("did it");
                        return (purged.studies[0].1.len(), 0);
                    }
                    (0, usize::from(repo.insert_instance(&new).await.expect("answers") == Inserted::New))
                }
            })
            .await;
            let (told, inserted) = results.iter().fold((0, 0), |sum, each| (sum.0 + each.0, sum.1 + each.1));
            assert_eq!(told, inserted, "every object that came in before is among those to delete");
            assert!(fixture.store.instances(study, None).await.expect("reads").is_empty());
            assert_eq!(fixture.store.study(study).await.expect("reads").expect("is there").received, 0);
        }
    }
}
