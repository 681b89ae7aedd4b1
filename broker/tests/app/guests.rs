//! Guests: a link that works once, a waiting room, one room and nothing else.

use crate::stage::{DEVICE, Stage};
use schemas::{
    ConsultId, GuestId,
    consult::{Action, TimelineWhat},
    guest::{GuestPart, GuestState, InviteGuest},
};
use telekonsil::app::{Error, GuestSession, Occupant, Seat};
use uuid::Uuid;

async fn invite(stage: &Stage, id: ConsultId) -> (GuestId, String) {
    let wanted =
        InviteGuest { id: GuestId(Uuid::now_v7()), name: "Frau Öztürk".into(), part: GuestPart::Interpreter };
    let link = stage.app.invite_guest(&stage.first, id, wanted).await.expect("invites");
    let token = link.path.0.strip_prefix("/guest/#").expect("a fragment, which reaches no log").to_owned();
    (link.guest_id, token)
}

async fn open(stage: &Stage, token: &str) -> GuestSession {
    let opened = stage.app.open_guest_link(token).await.expect("opens");
    stage.app.guest_session(&opened.token).await.expect("reads").expect("is there")
}

async fn knock(stage: &Stage, id: ConsultId, guest: &GuestSession) -> Result<Seat, Error> {
    let ticket = stage.app.guest_ticket(guest, DEVICE, None).await?;
    stage.app.seat(&stage.app.redeem_ticket(id, &ticket.ticket.0).await?).await
}

on_both! {
    async fn a_guest_waits_until_somebody_lets_them_in_and_is_gone_when_sent_away(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let (guest_id, token) = invite(&stage, id).await;
        let opened = app.open_guest_link(&token).await.unwrap();
        let view = &opened.view;
        assert_eq!((view.state, view.consult_id, view.is_over), (GuestState::Invited, id, false));
        assert_eq!((view.name.0.as_str(), view.host.id), ("Frau Öztürk", stage.first.person_id));
        assert!(matches!(app.open_guest_link(&token).await, Err(Error::GuestLinkUsed)), "once");

        let guest = app.guest_session(&opened.token).await.unwrap().unwrap();
        let seat = knock(&stage, id, &guest).await.unwrap();
        assert_eq!(seat.guest.map(|seat| (seat.id, seat.admitted)), Some((guest_id, false)));
        assert_eq!((seat.person.name.as_str(), seat.person.hospital.as_str()), ("Frau Öztürk", ""));
        assert!(seat.person.phone.is_none() && !seat.is_specialist && !seat.is_requester);

        app.guest_waits(id, guest_id).await.unwrap();
        app.guest_waits(id, guest_id).await.unwrap();
        assert!(matches!(app.guest_joined(id, guest_id).await, Err(Error::NotAdmitted)), "not by themselves");
        let detail = app.detail(&stage.referrer, id).await.unwrap();
        assert_eq!((detail.summary.waiting_guests, detail.guests.len()), (1, 1));
        assert!(matches!(
            stage.act(&stage.coordinator, id, Action::AdmitGuest { guest_id }).await,
            Err(Error::Forbidden)
        ));
        stage.act(&stage.referrer, id, Action::AdmitGuest { guest_id }).await.unwrap();
        app.guest_joined(id, guest_id).await.unwrap();
        assert_eq!(app.guest_view(&guest).await.unwrap().state, GuestState::Admitted);
        let seat = knock(&stage, id, &guest).await.unwrap();
        assert!(seat.guest.unwrap().admitted, "comes back after a lost network without waiting");

        let ticket = app.guest_ticket(&guest, DEVICE, None).await.unwrap();
        stage.act(&stage.first, id, Action::RemoveGuest { guest_id }).await.unwrap();
        app.guest_left(id, guest_id).await.unwrap();
        let bearer = app.redeem_ticket(id, &ticket.ticket.0).await.unwrap();
        assert!(matches!(app.seat(&bearer).await, Err(Error::NotAdmitted)), "sent away at the door");
        assert!(matches!(app.guest_ticket(&guest, DEVICE, None).await, Err(Error::NotAdmitted)));
        // The cookie is nobody's any more; whoever asked a moment before learns nothing either.
        assert!(app.guest_session(&opened.token).await.unwrap().is_none());
        assert!(matches!(app.guest_view(&guest).await, Err(Error::NotSignedIn)));
        assert_eq!(app.guest_states(id).await.unwrap()[0].state, GuestState::Removed);
        let whats: Vec<_> = stage.detail(id).await.timeline.into_iter().map(|entry| entry.what).collect();
        for what in [TimelineWhat::GuestWaits, TimelineWhat::GuestAdmitted, TimelineWhat::GuestRemoved] {
            assert_eq!(whats.iter().filter(|each| **each == what).count(), 1, "{what:?}");
        }
        stage.verify_chain(id).await;
    }

    async fn a_link_ends_with_its_time_its_guest_and_its_consult(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let (_, late) = invite(&stage, id).await;
        stage.turn(2 * 3600 + 1);
        assert!(matches!(app.open_guest_link(&late).await, Err(Error::GuestLinkUsed)));
        let (withdrawn, token) = invite(&stage, id).await;
        stage.act(&stage.first, id, Action::RemoveGuest { guest_id: withdrawn }).await.unwrap();
        assert!(matches!(app.open_guest_link(&token).await, Err(Error::GuestLinkUsed)));
        assert!(matches!(app.open_guest_link("geraten").await, Err(Error::GuestLinkUsed)));

        let (_, token) = invite(&stage, id).await;
        let guest = open(&stage, &token).await;
        let (_, unopened) = invite(&stage, id).await;
        stage.act(&stage.referrer, id, Action::Cancel { reason: "Patient verlegt".into() }).await.unwrap();
        assert!(app.guest_view(&guest).await.unwrap().is_over);
        assert!(matches!(app.guest_ticket(&guest, DEVICE, None).await, Err(Error::WrongState)));
        assert!(matches!(app.open_guest_link(&unopened).await, Err(Error::GuestLinkUsed)));
    }

    async fn only_the_team_invites_and_only_with_a_name(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let wanted = |name: &str| InviteGuest { id: GuestId(Uuid::now_v7()), name: name.into(), part: GuestPart::Relative };
        let app = &stage.app;
        assert!(matches!(app.invite_guest(&stage.coordinator, id, wanted("x")).await, Err(Error::Forbidden)));
        assert!(matches!(app.invite_guest(&stage.stranger, id, wanted("x")).await, Err(Error::NotFound)));
        assert!(matches!(app.invite_guest(&stage.referrer, id, wanted(" ")).await, Err(Error::InvalidField(_))));
        // Another room's door stays shut.
        let other = stage.emergency().await;
        stage.act(&stage.first, other, Action::Accept).await.unwrap();
        let (_, token) = invite(&stage, id).await;
        let guest = open(&stage, &token).await;
        assert!(matches!(knock(&stage, other, &guest).await, Err(Error::TicketInvalid)));
    }

    async fn who_leaves_the_door_is_not_waited_for_and_who_was_let_in_is_remembered(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let (guest_id, _) = invite(&stage, id).await;
        let facts = || async { app.room_facts(id, &[]).await.unwrap() };
        app.guest_waits(id, guest_id).await.unwrap();
        assert_eq!(facts().await.inside, [Occupant::Guest(guest_id)].into());
        app.guest_left(id, guest_id).await.unwrap();
        assert!(facts().await.inside.is_empty());
        let detail = app.detail(&stage.referrer, id).await.unwrap();
        assert_eq!((detail.summary.waiting_guests, detail.guests[0].state), (0, GuestState::Invited));
        app.guest_waits(id, guest_id).await.unwrap();
        stage.act(&stage.first, id, Action::AdmitGuest { guest_id }).await.unwrap();
        let admitted = stage.now();
        stage.turn(60);
        app.guest_joined(id, guest_id).await.unwrap();
        let facts = facts().await;
        assert_eq!((facts.inside, facts.admitted_at), ([Occupant::Guest(guest_id)].into(), [(guest_id, admitted)].into()));
        stage.verify_chain(id).await;
    }

    async fn a_guest_takes_nobodys_name(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let somebody = GuestId(stage.first.person_id.0);
        let wanted = InviteGuest { id: somebody, name: "Frau Gast".into(), part: GuestPart::Relative };
        assert!(matches!(stage.app.invite_guest(&stage.referrer, id, wanted).await, Err(Error::Conflict(_))));
    }

    async fn a_link_that_could_not_be_answered_opens_later(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let (_, token) = invite(&stage, id).await;
        fixture.tamper("UPDATE consult_events SET version = 99").await;
        fixture.tamper("UPDATE consults SET detail = 'x' || detail").await;
        assert!(matches!(stage.app.open_guest_link(&token).await, Err(Error::Internal)));
        fixture.tamper("UPDATE consults SET detail = substr(detail, 2)").await;
        assert!(stage.app.open_guest_link(&token).await.is_ok());
    }
}
