//! Sessions and one-time links.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

fn session(person_id: Uuid, token: u8, expires_at: i64) -> SessionRow {
    SessionRow {
        id: Uuid::from_u128(u128::from(token)),
        token_hash: vec![token; 32],
        person_id,
        csrf_token: "csrf".into(),
        created_at: 1,
        last_seen_at: 2,
        expires_at,
        only_consult: None,
    }
}

fn link(person_id: Uuid, token: u8, only_consult: Option<Uuid>) -> LinkRow {
    LinkRow { token_hash: vec![token; 32], person_id, expires_at: 100, only_consult }
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
            repo.insert_link(&link(world.referrer, token, None)).await.expect("writes");
        }
        let row = repo.consume_link(&[1; 32], 99).await.expect("answers").expect("works");
        assert_eq!((row.person_id, row.expires_at, row.only_consult), (world.referrer, 100, None));
        assert!(repo.consume_link(&[1; 32], 99).await.expect("answers").is_none());
        assert!(repo.consume_link(&[2; 32], 100).await.expect("answers").is_none());
        assert!(repo.consume_link(&[3; 32], 1).await.expect("answers").is_none());
    }

    async fn a_telephones_link_and_session_are_bound_to_their_consult(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = world.consult(repo).await;
        repo.insert_link(&link(world.referrer, 1, Some(id))).await.expect("writes");
        assert_eq!(repo.consume_link(&[1; 32], 1).await.expect("answers").expect("works").only_consult, Some(id));
        let row = SessionRow { only_consult: Some(id), ..session(world.referrer, 2, 100) };
        repo.insert_session(&row).await.expect("writes");
        assert_eq!(repo.session(&[2; 32]).await.expect("reads").expect("is there").only_consult, Some(id));
    }

    async fn sessions_are_listed_and_revoked_by_name(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [other, ..] = world.specialists;
        for (person, token, expires_at) in
            [(world.referrer, 1, 100), (world.referrer, 2, 100), (world.referrer, 3, 50), (other, 4, 100)]
        {
            repo.insert_session(&session(person, token, expires_at)).await.expect("writes");
            repo.touch_session(&[token; 32], i64::from(token), expires_at).await.expect("writes");
        }
        repo.insert_link(&link(world.referrer, 1, None)).await.expect("writes");
        repo.insert_link(&link(other, 2, None)).await.expect("writes");
        let ids = |person, now| async move {
            let rows = repo.sessions(person, now).await.expect("reads");
            rows.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(ids(None, 49).await, [4, 3, 2, 1], "last seen first");
        assert_eq!(ids(Some(world.referrer), 50).await, [2, 1], "expired ones are left out");
        let name = Uuid::from_u128;
        assert!(!repo.delete_session_by_id(name(4), Some(world.referrer)).await.expect("answers"), "somebody else's");
        assert!(repo.delete_session_by_id(name(2), Some(world.referrer)).await.expect("answers"));
        assert!(!repo.delete_session_by_id(name(2), None).await.expect("answers"), "gone");
        assert!(repo.session(&[2; 32]).await.expect("reads").is_none());
        assert_eq!(repo.delete_sessions_of(world.referrer, Some(name(1))).await.expect("answers"), 1);
        assert_eq!(ids(None, 0).await, [4, 1]);
        assert!(repo.consume_link(&[1; 32], 1).await.expect("answers").is_none(), "their links go too");
        assert!(repo.consume_link(&[2; 32], 1).await.expect("answers").is_some());
        assert_eq!(repo.delete_sessions_of(world.referrer, None).await.expect("answers"), 1);
        assert_eq!(ids(None, 0).await, [4]);
    }

    async fn a_new_password_ends_the_other_sessions_in_one_step(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        for token in [1, 2] {
            repo.insert_session(&session(world.referrer, token, 100)).await.expect("writes");
        }
        repo.insert_link(&link(world.referrer, 1, None)).await.expect("writes");
        let kept = repo.session(&[1; 32]).await.expect("reads").expect("is there").id;
        repo.change_password(world.referrer, "$argon2id$new", kept).await.expect("writes");
        assert!(repo.session(&[1; 32]).await.expect("reads").is_some());
        assert!(repo.session(&[2; 32]).await.expect("reads").is_none());
        assert!(repo.consume_link(&[1; 32], 1).await.expect("answers").is_none());
        assert_eq!(repo.people_with_password().await.expect("reads"), [world.referrer]);
        let stranger = Uuid::now_v7();
        assert!(repo.change_password(stranger, "$argon2id$new", kept).await.is_err(), "nobody has it");
        assert!(repo.session(&[1; 32]).await.expect("reads").is_some(), "nothing is done by halves");
    }

    async fn a_forgotten_password_goes_with_every_session_and_link(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [other, ..] = world.specialists;
        repo.insert_session(&session(world.referrer, 1, 100)).await.expect("writes");
        repo.insert_session(&session(other, 2, 100)).await.expect("writes");
        repo.insert_link(&link(world.referrer, 1, None)).await.expect("writes");
        repo.forget_password(world.referrer).await.expect("writes");
        repo.forget_password(world.referrer).await.expect("twice is harmless");
        assert!(repo.people_with_password().await.expect("reads").is_empty());
        assert!(repo.session(&[1; 32]).await.expect("reads").is_none());
        assert!(repo.consume_link(&[1; 32], 1).await.expect("answers").is_none());
        assert!(repo.session(&[2; 32]).await.expect("reads").is_some(), "somebody else's");
    }

    async fn after_a_restore_nobody_is_signed_in(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        for token in [1, 2] {
            repo.insert_session(&session(world.referrer, token, 100)).await.expect("writes");
        }
        repo.insert_link(&link(world.referrer, 1, None)).await.expect("writes");
        let consult = world.consult(repo).await;
        repo.put_guest_link(&crate::guests::guest(consult, 1)).await.expect("writes");
        assert_eq!(repo.sign_everybody_out().await.expect("writes"), 2);
        assert!(repo.sessions(None, 0).await.expect("reads").is_empty());
        assert!(repo.consume_link(&[1; 32], 1).await.expect("answers").is_none());
        assert!(repo.open_guest_link(&[1; 32], 1, &[2; 32], "csrf", 500).await.expect("answers").is_none());
        assert_eq!(repo.people_with_password().await.expect("reads"), [world.referrer], "passwords stay");
    }

    async fn a_service_token_is_listed_revoked_and_swept(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = |n: u8, issued_at| ServiceTokenRow {
            id: Uuid::from_u128(u128::from(n)),
            label: format!("PACS {n}"),
            scope: "dicomweb".into(),
            hospital_id: world.asking,
            issued_at,
            expires_at: 100 + issued_at,
            revoked_at: None,
        };
        let (old, new) = (row(1, 10), row(2, 20));
        for row in [&old, &new] {
            repo.insert_service_token(row).await.expect("writes");
        }
        assert_eq!(repo.service_tokens().await.expect("reads"), [new.clone(), old.clone()]);
        assert!(repo.revoke_service_token(old.id, 30).await.expect("writes"));
        assert!(repo.revoke_service_token(old.id, 40).await.expect("writes"), "twice is harmless");
        assert!(!repo.revoke_service_token(Uuid::now_v7(), 40).await.expect("writes"));
        let revoked = ServiceTokenRow { revoked_at: Some(30), ..old.clone() };
        assert_eq!(repo.service_token(old.id).await.expect("reads"), Some(revoked));
        assert_eq!(repo.service_token(new.id).await.expect("reads"), Some(new.clone()));
        repo.sweep(115).await.expect("sweeps");
        assert_eq!(repo.service_tokens().await.expect("reads"), [new]);
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
        let (unopened, opened) = (crate::guests::guest(open, 1), crate::guests::guest(open, 2));
        for guest in [&unopened, &opened] {
            repo.put_guest_link(guest).await.expect("writes");
        }
        repo.open_guest_link(&[2; 32], 1, &[3; 32], "csrf", 500).await.expect("opens");

        repo.sweep(101).await.expect("sweeps");
        assert!(repo.open_guest_link(&[1; 32], 1, &[4; 32], "csrf", 500).await.expect("answers").is_none());
        assert!(repo.guest_by_cookie(&[3; 32], 101).await.expect("reads").is_some(), "the cookie outlives its link");
        assert!(repo.session(&[1; 32]).await.expect("reads").is_none());
        assert!(repo.session(&[2; 32]).await.expect("reads").is_some());
        assert!(repo.consume_ticket(ticket, 300).await.expect("answers"), "its row is gone; its JWT has expired long ago");
        assert_eq!(repo.claim_room(open, "b", "ws://b", 200, 50).await.expect("claims").epoch, 2);
        assert_eq!(repo.claim_room(closed.consult_id, "b", "ws://b", 200, 50).await.expect("claims").epoch, 1);
    }
}
