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
        assert!(repo.put_guest_link(&row).await.expect("writes"));
        assert!(repo.guest_by_cookie(&[2; 32], 1).await.expect("reads").is_none());
        let open = |token: u8, now, cookie: u8| async move {
            repo.open_guest_link(&[token; 32], now, &[cookie; 32], "csrf", 500).await.expect("answers")
        };
        let found = |token: u8, now| async move { repo.guest_by_link(&[token; 32], now).await.expect("reads") };
        assert_eq!(found(1, 99).await.map(|guest| guest.id), Some(row.id));
        assert!(found(9, 1).await.is_none() && found(1, 100).await.is_none());
        assert!(open(9, 1, 2).await.is_none(), "unknown");
        assert!(open(1, 100, 2).await.is_none(), "expired");
        let opened = open(1, 99, 2).await.expect("opens");
        assert_eq!((opened.id, opened.consult_id, opened.csrf_token.as_str()), (row.id, row.consult_id, "csrf"));
        assert_eq!((opened.cookie_hash, opened.session_until), (Some(vec![2; 32]), Some(500)));
        assert!(open(1, 99, 3).await.is_none() && found(1, 99).await.is_none(), "used");
        assert_eq!(repo.guest_by_cookie(&[2; 32], 499).await.expect("reads").expect("is there").id, row.id);
        assert!(repo.guest_by_cookie(&[2; 32], 500).await.expect("reads").is_none(), "over");
    }

    async fn a_new_link_replaces_the_one_before_until_somebody_opens_it(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult_id = world.consult(repo).await;
        let first = guest(consult_id, 1);
        assert!(repo.put_guest_link(&first).await.expect("writes"));
        let second = GuestRow { token_hash: vec![2; 32], expires_at: 200, ..first.clone() };
        assert!(repo.put_guest_link(&second).await.expect("replaces"));
        assert!(repo.open_guest_link(&[1; 32], 1, &[3; 32], "csrf", 500).await.expect("answers").is_none(), "replaced");
        let elsewhere = GuestRow { consult_id: world.consult(repo).await, ..second.clone() };
        assert!(!repo.put_guest_link(&elsewhere).await.expect("answers"), "of another consult");
        assert!(repo.open_guest_link(&[2; 32], 150, &[3; 32], "csrf", 500).await.expect("answers").is_some());
        assert!(!repo.put_guest_link(&GuestRow { token_hash: vec![4; 32], ..second }).await.expect("answers"), "opened");
        assert!(repo.guest_by_cookie(&[3; 32], 2).await.expect("reads").is_some(), "and stays inside");
    }

    async fn who_is_sent_away_has_no_way_in_any_more_and_the_others_have(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult_id = world.consult(repo).await;
        let (inside, with_link, stays) = (guest(consult_id, 1), guest(consult_id, 2), guest(consult_id, 3));
        let elsewhere = guest(world.consult(repo).await, 4);
        for row in [&inside, &with_link, &stays, &elsewhere] {
            assert!(repo.put_guest_link(row).await.expect("writes"));
        }
        assert!(repo.open_guest_link(&[1; 32], 1, &[9; 32], "csrf", 500).await.expect("answers").is_some());
        let sent_away = vec![inside.id, with_link.id, elsewhere.id];
        let write = Append { sent_away, ..world.append(consult_id, 1, 1) };
        assert!(matches!(repo.append(&write).await.expect("writes"), Appended::At { .. }));
        assert!(repo.guest_by_cookie(&[9; 32], 2).await.expect("reads").is_none());
        let link = |token: u8| async move { repo.guest_by_link(&[token; 32], 2).await.expect("reads") };
        assert!(link(2).await.is_none() && link(3).await.is_some());
        assert!(link(4).await.is_some(), "of another consult");
    }

    async fn a_guest_of_no_consult_is_refused(fixture) {
        assert!(matches!(fixture.store.put_guest_link(&guest(Uuid::now_v7(), 1)).await, Err(RepoError::Broken(_))));
    }
}
