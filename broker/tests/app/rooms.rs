//! Join tickets and who runs a room.

use crate::stage::Stage;
use schemas::consult::Action;
use telekonsil::app::Error;

on_both! {
    async fn a_ticket_opens_its_room_once_within_a_minute(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let other = stage.accepted().await;
        let ticket = app.ticket(&stage.first, id, Some("ws://specialist.localhost:8080")).await.unwrap();
        assert_eq!(ticket.url, format!("ws://specialist.localhost:8080/api/rooms/{id}/ws"));
        assert!(ticket.expires_at > stage.now() && ticket.expires_at <= stage.now().plus_seconds(60));
        let text = ticket.ticket.0.as_str();
        assert!(matches!(app.redeem_ticket(other, text).await, Err(Error::TicketInvalid)), "another room");
        let seat = app.redeem_ticket(id, text).await.unwrap();
        assert!(seat.is_specialist && seat.person.id == stage.first.person_id);
        assert!(matches!(app.redeem_ticket(id, text).await, Err(Error::TicketUsed)));

        let late = app.ticket(&stage.referrer, id, None).await.unwrap();
        stage.turn(61);
        assert!(matches!(app.redeem_ticket(id, &late.ticket.0).await, Err(Error::TicketExpired)));

        let good = app.ticket(&stage.referrer, id, None).await.unwrap().ticket.0;
        let (signed, _) = good.rsplit_once('.').unwrap();
        let none = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap());
        for forged in ["", "a.b.c", &format!("{signed}.AAAA"), &none] {
            assert!(matches!(app.redeem_ticket(id, forged).await, Err(Error::TicketInvalid)), "{forged}");
        }
        let service = app.service_token(telekonsil::app::Scope::Dicomweb, None, std::time::Duration::from_secs(60));
        assert!(matches!(app.redeem_ticket(id, &service.await.unwrap()).await, Err(Error::TicketInvalid)));
        // Cancelled between ticket and door.
        stage.act(&stage.referrer, id, Action::Cancel { reason: "".into() }).await.unwrap();
        assert!(app.redeem_ticket(id, &good).await.is_err());
    }

    async fn only_the_team_gets_a_ticket_and_only_after_the_accept(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        assert!(matches!(stage.app.ticket(&stage.referrer, id, None).await, Err(Error::WrongState)));
        assert!(matches!(stage.app.ticket(&stage.first, id, None).await, Err(Error::Forbidden)));
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        assert!(stage.app.ticket(&stage.colleague, id, None).await.is_ok());
        assert!(matches!(stage.app.ticket(&stage.coordinator, id, None).await, Err(Error::Forbidden)));
        assert!(matches!(stage.app.ticket(&stage.stranger, id, None).await, Err(Error::NotFound)));
    }

    async fn a_room_stays_with_its_node_and_moves_when_the_node_is_gone(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let other = stage.node("b");
        let here = stage.app.ticket(&stage.first, id, None).await.unwrap();
        let there = other.ticket(&stage.referrer, id, Some("ws://b.example")).await.unwrap();
        assert_eq!((here.url.as_str(), here.url.starts_with("ws://a.example/")), (there.url.as_str(), true));
        assert!(matches!(other.redeem_ticket(id, &there.ticket.0).await, Err(Error::TicketInvalid)), "the wrong door");
        assert!(!other.renew_room(id).await.unwrap());
        stage.turn(31);
        assert!(other.renew_room(id).await.unwrap());
        assert!(!stage.app.renew_room(id).await.unwrap());
    }

    async fn who_was_in_a_room_when_its_node_died_has_left(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        stage.app.ticket(&stage.first, id, None).await.unwrap();
        for person in [&stage.first, &stage.referrer] {
            stage.app.joined(id, person.person_id).await.unwrap();
        }
        let again = stage.node("a");
        again.empty_lost_rooms(&[(id, stage.first.person_id)]).await.unwrap();
        let here: Vec<_> = stage.detail(id).await.summary.in_room.iter().map(|person| person.id).collect();
        assert_eq!(here, [stage.first.person_id]);
    }
}
