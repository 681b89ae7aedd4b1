//! Leases of rooms.

use crate::world::World;
use telekonsil::app::ports::*;

on_both! {
    async fn a_room_belongs_to_one_node_until_the_lease_lapses(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = world.consult(repo).await;
        let claim = |node: &'static str, now| async move {
            repo.claim_room(id, node, &format!("ws://{node}"), now, 100).await.expect("claims")
        };
        let lease = |node: &str, epoch, until| Lease { node: node.into(), url: format!("ws://{node}"), epoch, until };
        assert_eq!(repo.room_lease(id).await.expect("reads"), None);
        assert_eq!(claim("a", 0).await, lease("a", 1, 100));
        assert_eq!(repo.room_lease(id).await.expect("reads"), Some(lease("a", 1, 100)));
        assert_eq!(claim("b", 99).await, lease("a", 1, 100), "another node's");
        assert_eq!(claim("a", 99).await, lease("a", 1, 199), "its own goes on under the same epoch");
        assert_eq!(claim("b", 199).await, lease("b", 2, 299), "lapsed");
        repo.release_room(id, "a").await.expect("does nothing");
        assert_eq!(claim("a", 200).await, lease("b", 2, 299));
        repo.release_room(id, "b").await.expect("releases");
        assert_eq!(repo.room_lease(id).await.expect("reads"), Some(lease("b", 2, 0)), "lapsed, for its epoch");
        assert_eq!(claim("a", 200).await, lease("a", 3, 300));
    }
    async fn a_node_finds_its_rooms_again(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let (a, b) = (world.consult(repo).await, world.consult(repo).await);
        for (id, node) in [(a, "a"), (b, "b")] {
            repo.claim_room(id, node, "ws://x", 0, 100).await.expect("claims");
        }
        assert_eq!(repo.rooms_of("a").await.expect("reads"), [a]);
        repo.claim_room(a, "b", "ws://x", 100, 100).await.expect("claims");
        assert!(repo.rooms_of("a").await.expect("reads").is_empty());
        assert_eq!(repo.rooms_of("b").await.expect("reads"), [a, b]);
    }
}
