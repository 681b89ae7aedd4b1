//! Guests' links and cookies.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

pub(crate) fn guest(consult_id: Uuid, token: u8) -> GuestRow {
    GuestRow {
        id: Uuid::now_v7(),
        consult_id,
        token_hash: vec![token; 32],
        cookie_hash: None,
        csrf_token: String::new(),
        expires_at: 100,
        session_until: None,
    }
}

on_both! {
    async fn a_link_opens_once_and_gives_a_cookie(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = guest(world.consult(repo).await, 1);
        repo.insert_guest(&row).await.expect("writes");
        assert!(repo.guest_by_cookie(&[2; 32], 1).await.expect("reads").is_none());
        let open = |token: u8, now, cookie: u8| async move {
            repo.open_guest_link(&[token; 32], now, &[cookie; 32], "csrf", 500).await.expect("answers")
        };
        assert!(open(9, 1, 2).await.is_none(), "unknown");
        assert!(open(1, 100, 2).await.is_none(), "expired");
        let opened = open(1, 99, 2).await.expect("opens");
        assert_eq!((opened.id, opened.consult_id, opened.csrf_token.as_str()), (row.id, row.consult_id, "csrf"));
        assert_eq!((opened.cookie_hash, opened.session_until), (Some(vec![2; 32]), Some(500)));
        assert!(open(1, 99, 3).await.is_none(), "used");
        assert_eq!(repo.guest_by_cookie(&[2; 32], 499).await.expect("reads").expect("is there").id, row.id);
        assert!(repo.guest_by_cookie(&[2; 32], 500).await.expect("reads").is_none(), "over");
    }

    async fn an_ended_guest_has_neither_link_nor_cookie(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult_id = world.consult(repo).await;
        let (inside, outside) = (guest(consult_id, 1), guest(consult_id, 2));
        for row in [&inside, &outside] {
            repo.insert_guest(row).await.expect("writes");
        }
        repo.open_guest_link(&[1; 32], 1, &[3; 32], "csrf", 500).await.expect("opens");
        for id in [inside.id, outside.id, inside.id] {
            repo.end_guest(id).await.expect("ends");
        }
        assert!(repo.guest_by_cookie(&[3; 32], 2).await.expect("reads").is_none());
        assert!(repo.open_guest_link(&[2; 32], 2, &[4; 32], "csrf", 500).await.expect("answers").is_none());
    }

    async fn a_guest_of_no_consult_is_refused(fixture) {
        assert!(matches!(fixture.store.insert_guest(&guest(Uuid::now_v7(), 1)).await, Err(RepoError::Broken(_))));
    }
}
