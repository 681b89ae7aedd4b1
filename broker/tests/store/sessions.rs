//! Sessions and one-time links.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

fn session(person_id: Uuid, token: u8, expires_at: i64) -> SessionRow {
    SessionRow {
        token_hash: vec![token; 32],
        person_id,
        csrf_token: "csrf".into(),
        created_at: 1,
        last_seen_at: 2,
        expires_at,
    }
}

on_both! {
    async fn a_session_lives_from_insertion_to_deletion(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        repo.insert_session(&session(world.referrer, 1, 100)).await.expect("writes");
        repo.touch_session(&[1; 32], 50, 150).await.expect("writes");
        let read = repo.session(&[1; 32]).await.expect("reads").expect("is there");
        assert_eq!((read.person_id, read.csrf_token.as_str(), read.created_at), (world.referrer, "csrf", 1));
        assert_eq!((read.last_seen_at, read.expires_at), (50, 150));
        assert!(repo.session(&[2; 32]).await.expect("reads").is_none());
        repo.delete_session(&[1; 32]).await.expect("writes");
        assert!(repo.session(&[1; 32]).await.expect("reads").is_none());
        repo.touch_session(&[1; 32], 60, 160).await.expect("a session that is gone stays gone");
        assert!(repo.session(&[1; 32]).await.expect("reads").is_none());
    }

    async fn a_link_works_once_and_in_time(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        for token in [1, 2] {
            let row = LinkRow { token_hash: vec![token; 32], person_id: world.referrer, expires_at: 100 };
            repo.insert_link(&row).await.expect("writes");
        }
        assert_eq!(repo.consume_link(&[1; 32], 99).await.expect("answers"), Some(world.referrer));
        assert_eq!(repo.consume_link(&[1; 32], 99).await.expect("answers"), None);
        assert_eq!(repo.consume_link(&[2; 32], 100).await.expect("answers"), None);
        assert_eq!(repo.consume_link(&[3; 32], 1).await.expect("answers"), None);
    }

    async fn sweeping_takes_what_has_ended_and_keeps_epochs_of_open_consults(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        repo.insert_session(&session(world.referrer, 1, 100)).await.expect("writes");
        repo.insert_session(&session(world.referrer, 2, 101)).await.expect("writes");
        let ticket = Uuid::now_v7();
        assert!(repo.consume_ticket(ticket, 100).await.expect("answers"));
        let open = world.consult(repo).await;
        let mut closed = world.append(Uuid::now_v7(), 0, 1);
        closed.snapshot.is_open = false;
        repo.append(&closed).await.expect("writes");
        for id in [open, closed.consult_id] {
            repo.claim_room(id, "a", "ws://a", 0, 50).await.expect("claims");
        }

        repo.sweep(101).await.expect("sweeps");
        assert!(repo.session(&[1; 32]).await.expect("reads").is_none());
        assert!(repo.session(&[2; 32]).await.expect("reads").is_some());
        assert!(repo.consume_ticket(ticket, 300).await.expect("answers"), "its row is gone; its JWT has expired long ago");
        assert_eq!(repo.claim_room(open, "b", "ws://b", 200, 50).await.expect("claims").epoch, 2);
        assert_eq!(repo.claim_room(closed.consult_id, "b", "ws://b", 200, 50).await.expect("claims").epoch, 1);
    }
}
