//! Join tickets and who runs a room.

use crate::stage::{DEVICE, Stage};
use schemas::consult::Action;
use schemas::guest::{GuestPart, InviteGuest};
use schemas::{ConsultId, GuestId};
use std::sync::Arc;
use std::time::Duration;
use telekonsil::app::{App, Error, Occupant, Seat};
use telekonsil::room::{Rooms, Times};
use uuid::Uuid;

async fn come(app: &App, id: ConsultId, ticket: &str) -> Result<Seat, Error> {
    app.seat(&app.redeem_ticket(id, ticket).await?).await
}

on_both! {
    async fn a_ticket_opens_its_room_once_within_a_minute(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let other = stage.accepted().await;
        let ticket = app.ticket(&stage.session(&stage.first).await, id, DEVICE, Some("ws://specialist.localhost:8080")).await.unwrap();
        assert_eq!(ticket.url, format!("ws://specialist.localhost:8080/api/rooms/{id}/ws"));
        assert!(ticket.expires_at > stage.now() && ticket.expires_at <= stage.now().plus_seconds(60));
        let text = ticket.ticket.0.as_str();
        assert!(matches!(app.redeem_ticket(other, text).await, Err(Error::TicketInvalid)), "another room");
        let seat = come(app, id, text).await.unwrap();
        assert!(seat.is_specialist && seat.person.id == stage.first.person_id);
        assert!(matches!(app.redeem_ticket(id, text).await, Err(Error::TicketUsed)));

        let late = app.ticket(&stage.session(&stage.referrer).await, id, DEVICE, None).await.unwrap();
        stage.turn(61);
        assert!(matches!(app.redeem_ticket(id, &late.ticket.0).await, Err(Error::TicketExpired)));

        let good = app.ticket(&stage.session(&stage.referrer).await, id, DEVICE, None).await.unwrap().ticket.0;
        let (signed, _) = good.rsplit_once('.').unwrap();
        let none = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap());
        for forged in ["", "a.b.c", &format!("{signed}.AAAA"), &none] {
            assert!(matches!(app.redeem_ticket(id, forged).await, Err(Error::TicketInvalid)), "{forged}");
        }
        let ttl = std::time::Duration::from_secs(60);
        let service = app.service_token(telekonsil::app::Scope::Dicomweb, None, ttl, "PACS");
        assert!(matches!(app.redeem_ticket(id, &service.await.unwrap()).await, Err(Error::TicketInvalid)));
        // Cancelled between ticket and door.
        stage.act(&stage.referrer, id, Action::Cancel { reason: "".into() }).await.unwrap();
        assert!(matches!(come(app, id, &good).await, Err(Error::WrongState)));
    }

    async fn a_check_is_a_room_of_ones_own_and_opens_no_other(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let computer = stage.session(&stage.first).await;
        let tickets = app.check_tickets(&computer, Some("ws://specialist.localhost:8080")).unwrap();
        let (send, receive) = (tickets.send.ticket.0.as_str(), tickets.receive.ticket.0.as_str());
        assert_eq!(tickets.send.url, "ws://specialist.localhost:8080/api/rooms/check/ws");
        assert_eq!(tickets.send.url, tickets.receive.url);
        for ticket in [send, receive] {
            assert!(matches!(app.redeem_ticket(id, ticket).await, Err(Error::TicketInvalid)), "no consult's room");
        }
        let room = app.ticket(&computer, id, DEVICE, None).await.unwrap().ticket.0;
        assert!(matches!(app.redeem_check(&room).await, Err(Error::TicketInvalid)), "nor the other way round");
        let (sends, receives) = (app.redeem_check(send).await.unwrap(), app.redeem_check(receive).await.unwrap());
        assert_eq!((sends.room, sends.session), (receives.room, computer.id));
        assert_ne!(sends.member, receives.member);
        assert!(matches!(app.redeem_check(send).await, Err(Error::TicketUsed)));
        let again = app.check_tickets(&computer, None).unwrap();
        assert_ne!(app.redeem_check(&again.send.ticket.0).await.unwrap().room, sends.room, "nobody meets in one");
        stage.turn(61);
        assert!(matches!(app.redeem_check(&again.receive.ticket.0).await, Err(Error::TicketExpired)));
        let unused = app.check_tickets(&computer, None).unwrap().send.ticket.0;
        app.end_my_session(&computer, computer.id).await.unwrap();
        assert!(matches!(app.redeem_check(&unused).await, Err(Error::NotSignedIn)));
    }

    async fn only_the_team_gets_a_ticket_and_only_after_the_accept(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.emergency().await;
        assert!(matches!(stage.app.ticket(&stage.session(&stage.referrer).await, id, DEVICE, None).await, Err(Error::WrongState)));
        assert!(matches!(stage.app.ticket(&stage.session(&stage.first).await, id, DEVICE, None).await, Err(Error::Forbidden)));
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        assert!(stage.app.ticket(&stage.session(&stage.colleague).await, id, DEVICE, None).await.is_ok());
        assert!(matches!(stage.app.ticket(&stage.session(&stage.coordinator).await, id, DEVICE, None).await, Err(Error::Forbidden)));
        assert!(matches!(stage.app.ticket(&stage.session(&stage.stranger).await, id, DEVICE, None).await, Err(Error::NotFound)));
    }

    async fn a_room_stays_with_its_node_and_moves_when_the_node_is_gone(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let other = stage.node("b");
        let here = stage.app.ticket(&stage.session(&stage.first).await, id, DEVICE, None).await.unwrap();
        let there = other.ticket(&stage.session(&stage.referrer).await, id, DEVICE, Some("ws://b.example")).await.unwrap();
        assert_eq!((here.url.as_str(), here.url.starts_with("ws://a.example/")), (there.url.as_str(), true));
        assert!(matches!(come(&other, id, &there.ticket.0).await, Err(Error::TicketInvalid)), "the wrong door");
        assert!(!other.renew_room(id).await.unwrap());
        stage.turn(31);
        assert!(other.renew_room(id).await.unwrap());
        assert!(!stage.app.renew_room(id).await.unwrap());
    }

    /// Whoever redeems a ticket may take their time; what holds is what holds when they come in.
    async fn who_comes_in_is_judged_when_they_come_in(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let (stays, leaves) = (stage.session(&stage.first).await, stage.session(&stage.first).await);
        let mut bearers = Vec::new();
        for session in [&stays, &leaves] {
            let ticket = app.ticket(session, id, DEVICE, None).await.unwrap().ticket.0;
            bearers.push(app.redeem_ticket(id, &ticket).await.unwrap());
        }
        assert_eq!(bearers[0].who(), Occupant::Person(stage.first.person_id));
        let before = stage.detail(id).await;
        app.end_my_session(&stays, leaves.id).await.unwrap();
        assert!(matches!(app.seat(&bearers[1]).await, Err(Error::NotSignedIn)));
        assert!(app.seat(&bearers[0]).await.is_ok());
        let after = stage.detail(id).await;
        assert_eq!((after.summary.in_room, after.timeline.len()), (vec![], before.timeline.len()));
        // The node stood still and another one has the room.
        stage.turn(31);
        stage.node("b").renew_room(id).await.unwrap();
        assert!(matches!(app.seat(&bearers[0]).await, Err(Error::TicketInvalid)));
        stage.turn(31);
        assert!(app.seat(&bearers[0]).await.is_ok());
        stage.act(&stage.referrer, id, Action::Cancel { reason: "".into() }).await.unwrap();
        assert!(matches!(app.seat(&bearers[0]).await, Err(Error::WrongState)));
    }

    async fn a_young_lease_costs_whoever_comes_no_write(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let session = stage.session(&stage.first).await;
        let until = || async { stage.repo.room_lease(id.0).await.unwrap().map(|lease| lease.until) };
        let mut leases = vec![until().await];
        for seconds in [0, 9, 1] {
            stage.turn(seconds);
            let ticket = stage.app.ticket(&session, id, DEVICE, None).await.unwrap().ticket.0;
            come(&stage.app, id, &ticket).await.unwrap();
            leases.push(until().await);
        }
        let start = stage.now().plus_seconds(-10);
        let lease = |seconds: i64| Some(start.plus_seconds(seconds + 30).0);
        assert_eq!(leases, [None, lease(0), lease(0), lease(10)], "claimed, young, young, a third over");
        // Given up on purpose: it is anybody's at once.
        stage.app.release_room(id).await.unwrap();
        let elsewhere = stage.node("b").ticket(&session, id, DEVICE, None).await.unwrap();
        assert!(elsewhere.url.starts_with("ws://b.example/"), "{}", elsewhere.url);
    }

    async fn a_ticket_and_a_seat_end_with_their_session(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let (computer, stolen) = (stage.session(&stage.first).await, stage.session(&stage.first).await);
        let ticket = app.ticket(&stolen, id, DEVICE, None).await.unwrap();
        let person = stage.first.person_id;
        let seats = [(person, Some(computer.id)), (person, Some(stolen.id)), (stage.referrer.person_id, None)];
        let facts = app.room_facts(id, &seats).await.unwrap();
        assert!(facts.signed_out.is_empty() && facts.barred.is_empty());
        app.end_my_session(&computer, stolen.id).await.unwrap();
        assert!(matches!(come(app, id, &ticket.ticket.0).await, Err(Error::NotSignedIn)));
        let facts = app.room_facts(id, &seats).await.unwrap();
        assert_eq!((facts.signed_out, facts.barred.len()), ([stolen.id].into(), 0), "the person may still be there");
        let here = app.ticket(&computer, id, DEVICE, None).await.unwrap();
        assert_eq!(come(app, id, &here.ticket.0).await.unwrap().session, Some(computer.id));
    }

    async fn a_node_finds_the_rooms_in_which_it_left_somebody(fixture) {
        let stage = Stage::new(&fixture).await;
        let [id, empty] = [stage.accepted().await, stage.accepted().await];
        for id in [id, empty] {
            stage.app.ticket(&stage.session(&stage.first).await, id, DEVICE, None).await.unwrap();
            stage.app.joined(id, stage.first.person_id).await.unwrap();
        }
        stage.app.left(empty, stage.first.person_id).await.unwrap();
        assert_eq!(stage.node("a").rooms_left_behind().await.unwrap(), [id]);
        assert!(stage.node("b").rooms_left_behind().await.unwrap().is_empty());
        let facts = stage.app.room_facts(id, &[]).await.unwrap();
        assert_eq!(facts.inside, [Occupant::Person(stage.first.person_id)].into());
        fixture.tamper("UPDATE consults SET detail = '{}'").await;
        fixture.tamper("UPDATE consult_events SET version = 99").await;
        assert!(stage.node("a").rooms_left_behind().await.unwrap().is_empty(), "what cannot be read hinders nobody");
    }

    /// The node died; nobody comes back to the room.
    async fn who_does_not_come_back_after_a_restart_has_left(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        stage.app.ticket(&stage.session(&stage.first).await, id, DEVICE, None).await.unwrap();
        for person in [&stage.first, &stage.referrer] {
            stage.app.joined(id, person.person_id).await.unwrap();
        }
        let wanted = InviteGuest { id: GuestId(Uuid::now_v7()), name: "Frau Gast".into(), part: GuestPart::Relative };
        let guest = stage.app.invite_guest(&stage.first, id, wanted).await.unwrap().guest_id;
        stage.app.guest_waits(id, guest).await.unwrap();
        let sfu = sfu::Sfu::start(sfu::Config::at("127.0.0.1:0".parse().unwrap()));
        let again = stage.node("a");
        let second = Duration::from_secs(1);
        let times = Times { seat_kept: second, check_time: second, knock_time: second };
        let rooms = Rooms::new(Arc::clone(&again), sfu.unwrap(), stage.clock(), times);
        let bell = tokio::sync::watch::channel(0).1;
        let stop = Arc::new(tokio::sync::Notify::new());
        let stopped = Arc::clone(&stop);
        let watch = rooms.clone();
        let watch = tokio::spawn(async move { watch.run_watch(bell, stopped.notified()).await });
        // As soon as the room is open and has seen that its time is over.
        let left = async {
            loop {
                stage.turn(1);
                let summary = stage.detail(id).await.summary;
                if summary.in_room.is_empty() && summary.waiting_guests == 0 {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), left).await.expect("they have left");
        stop.notify_one();
        watch.await.unwrap();
        rooms.shutdown().await;
        assert!(again.rooms_left_behind().await.unwrap().is_empty());
        stage.verify_chain(id).await;
    }
}
