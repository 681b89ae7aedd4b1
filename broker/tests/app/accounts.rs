//! Passwords, links, sessions, service tokens.

use crate::stage::{PASSWORD, Stage};
use std::time::Duration;
use telekonsil::app::{Error, Scope};

on_both! {
    async fn a_password_signs_in_and_a_wrong_one_does_not(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        app.set_password("falk@auenstadt.example", PASSWORD).await.unwrap();
        let session = app.sign_in(" Falk@Auenstadt.example ", PASSWORD).await.unwrap();
        assert_eq!((session.me.person.id, session.me.home.as_str()), (stage.first.person_id, "/oncall/"));
        let found = app.session(&session.token).await.unwrap().unwrap();
        assert_eq!(found.actor, stage.first);
        assert_eq!(found.me.csrf_token, session.me.csrf_token);
        assert!(!session.token.contains(&found.label));
        for (email, password) in [
            ("falk@auenstadt.example", "falsch"),
            ("falk@auenstadt.example", ""),
            ("niemand@auenstadt.example", PASSWORD),
            // Has no password at all.
            ("roth@auenstadt.example", PASSWORD),
        ] {
            assert!(matches!(app.sign_in(email, password).await, Err(Error::WrongCredentials)), "{email}");
        }
        assert!(matches!(app.set_password("falk@auenstadt.example", "kurz").await, Err(Error::InvalidField(_))));
        app.sign_out(&session.token).await.unwrap();
        assert!(app.session(&session.token).await.unwrap().is_none());
        assert!(app.session("").await.unwrap().is_none());
    }

    async fn a_link_works_once_and_in_time(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let link = app.create_link(stage.first.person_id, Duration::from_secs(60)).await.unwrap();
        assert!(app.consume_link(&link).await.is_ok());
        assert!(matches!(app.consume_link(&link).await, Err(Error::LinkUsed)));
        let late = app.create_link(stage.first.person_id, Duration::from_secs(60)).await.unwrap();
        stage.turn(61);
        assert!(matches!(app.consume_link(&late).await, Err(Error::LinkUsed)));
        assert!(matches!(app.consume_link("geraten").await, Err(Error::LinkUsed)));
    }

    async fn a_session_lives_while_it_is_used_and_ends_after_eight_days_without(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let link = app.create_link(stage.first.person_id, Duration::from_secs(60)).await.unwrap();
        let token = app.consume_link(&link).await.unwrap().token;
        for _ in 0..3 {
            stage.turn(7 * 86_400);
            assert!(app.session(&token).await.unwrap().is_some());
        }
        stage.turn(8 * 86_400 + 1);
        assert!(app.session(&token).await.unwrap().is_none());
    }

    async fn a_service_token_speaks_for_the_rural_house_until_it_ends(fixture) {
        let stage = Stage::new(&fixture).await;
        let token = stage.app.service_token(Scope::Dicomweb, None, Duration::from_secs(3600), "PACS").await.unwrap();
        // Printed by one process, taken by another with the same key.
        let other = stage.node("b");
        let session = other.service_session(&token).await.unwrap();
        assert_eq!(session.actor.hospital_id, stage.referrer.hospital_id);
        assert!(matches!(other.service_session(&format!("{token}x")).await, Err(Error::NotSignedIn)));
        stage.turn(3601);
        assert!(matches!(other.service_session(&token).await, Err(Error::NotSignedIn)));
    }

    async fn a_service_token_can_be_listed_and_revoked_beside_a_running_server(fixture) {
        let stage = Stage::new(&fixture).await;
        let (server, tool) = (&stage.app, stage.node("b"));
        let issue = async |label: &'static str| {
            tool.service_token(Scope::Dicomweb, None, Duration::from_secs(3600), label).await.unwrap()
        };
        let (lost, kept) = (issue("PACS Nord").await, issue("PACS Süd").await);
        let mut labels: Vec<_> = tool.service_tokens().await.unwrap().into_iter().map(|token| token.label).collect();
        labels.sort();
        assert_eq!(labels, ["PACS Nord", "PACS Süd"]);
        let id = server.service_session(&lost).await.unwrap().id.0;
        tool.revoke_service_token(id).await.unwrap();
        assert!(matches!(server.service_session(&lost).await, Err(Error::NotSignedIn)));
        assert!(server.service_session(&kept).await.is_ok());
        tool.revoke_service_token(id).await.expect("twice is harmless");
        let listed = tool.service_tokens().await.unwrap();
        let revoked: Vec<_> = listed.iter().filter(|token| token.revoked_at.is_some()).collect();
        assert_eq!(revoked.iter().map(|token| token.id).collect::<Vec<_>>(), [id]);
        assert!(matches!(tool.revoke_service_token(uuid::Uuid::now_v7()).await, Err(Error::NotFound)));
    }
}
