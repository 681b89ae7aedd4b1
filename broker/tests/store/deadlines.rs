//! The ticker's leases.

use crate::world::World;
use telekonsil::app::ports::*;

on_both! {
    async fn due_rows_come_most_overdue_first_and_once(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        assert_eq!(repo.earliest_deadline().await.expect("reads"), None);
        let late = world.consult_due(repo, 300).await;
        let later = world.consult_due(repo, 100).await;
        let future = world.consult_due(repo, 1_001).await;
        world.consult(repo).await;
        assert_eq!(repo.earliest_deadline().await.expect("reads"), Some(100));

        assert_eq!(repo.claim_due(1_000, 2_000, "a", 10).await.expect("claims"), [later, late]);
        assert!(repo.claim_due(1_000, 2_000, "b", 10).await.expect("claims").is_empty());
        assert_eq!(repo.claim_due(1_001, 2_000, "b", 10).await.expect("claims"), [future]);
    }

    async fn a_limit_leaves_the_rest_to_others(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut ids = Vec::new();
        for at in 1..=5 {
            ids.push(world.consult_due(repo, at).await);
        }
        assert_eq!(repo.claim_due(10, 20, "a", 2).await.expect("claims"), ids[..2]);
        assert_eq!(repo.claim_due(10, 20, "b", 2).await.expect("claims"), ids[2..4]);
        assert_eq!(repo.claim_due(10, 20, "a", 2).await.expect("claims"), ids[4..]);
    }

    async fn a_lease_ends_by_time_by_release_by_a_write_and_when_the_clock_was_set_back(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = world.consult_due(repo, 100).await;
        let claim = |now, until, node| async move { repo.claim_due(now, until, node, 10).await.expect("claims") };

        assert_eq!(claim(1_000, 2_000, "a").await, [id]);
        assert!(claim(1_999, 2_999, "b").await.is_empty());
        assert_eq!(claim(2_000, 3_000, "b").await, [id], "by time");

        repo.release_due(id, "a").await.expect("does nothing");
        assert!(claim(2_000, 3_000, "c").await.is_empty(), "only its holder gives it back");
        repo.release_due(id, "b").await.expect("releases");
        assert_eq!(claim(2_000, 3_000, "c").await, [id], "by release");

        let mut write = world.append(id, 1, 1);
        write.snapshot.next_deadline = Some(150);
        repo.append(&write).await.expect("writes");
        assert_eq!(claim(2_000, 3_000, "d").await, [id], "by a write");

        assert_eq!(claim(500, 1_500, "e").await, [id], "a lease beyond any possible one");
    }
}
