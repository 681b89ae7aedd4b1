//! A room that is opened without encryption: everybody in it and at its door is told, and it stays so.

use crate::house::{DEVICE, House};
use crate::rooms::{Accepted, Socket, hello};
use schemas::ConsultId;
use schemas::consult::{ActionName, ConsultDetail, RoomTicket, TimelineWhat};
use schemas::directory::PersonRef;
use schemas::guest::GuestView;
use schemas::mls::Encryption;
use schemas::room::ServerMessage;
use schemas::session::Me;
use serde_json::{Value, json};

fn lift() -> Value {
    json!({"type": "lift_encryption"})
}

async fn told(socket: &mut Socket) -> Encryption {
    socket
        .until(|message| match message {
            ServerMessage::Encryption { encryption } => Some(encryption.clone()),
            _ => None,
        })
        .await
}

/// What the room says of it to somebody who comes in.
async fn welcomed(accepted: &Accepted, ticket: RoomTicket) -> (Socket, Encryption) {
    assert!(ticket.url.contains(&accepted.consult.to_string()));
    let mut socket = Socket::open(&ticket.url).await;
    socket.say(&hello(&ticket.ticket.0)).await;
    match socket.hear().await {
        Some(ServerMessage::Welcome { encryption, .. }) => (socket, encryption),
        other => panic!("not welcome but {other:?}"),
    }
}

async fn me(browser: &crate::house::Browser) -> PersonRef {
    let me: Me = browser.get("/api/session").await.json().await.unwrap();
    me.person
}

#[tokio::test]
async fn everybody_in_the_room_and_at_its_door_is_told_who_lifted_it() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut specialist, encryption) = welcomed(&accepted, accepted.ticket(&accepted.specialist).await).await;
    assert_eq!(encryption, Encryption::Required);
    let guest = accepted.invite("Frau Öztürk").await;
    let mut at_the_door = accepted.waits(&guest).await;
    assert_eq!(accepted.detail().await.encryption, Encryption::Required);

    let answer = accepted.referrer.act(accepted.consult, &lift()).await;
    assert_eq!(answer.status(), 200);
    let detail: ConsultDetail = answer.json().await.unwrap();
    let lifted = detail.encryption.clone();
    assert!(matches!(&lifted, Encryption::Lifted { by, .. } if by.id == detail.summary.requester.id), "{lifted:?}");
    assert!(!detail.actions.contains(&ActionName::LiftEncryption), "one way");
    assert_eq!((told(&mut specialist).await, told(&mut at_the_door).await), (lifted.clone(), lifted.clone()));
    let line = detail.timeline.iter().find(|line| line.what == TimelineWhat::EncryptionLifted).expect("a line");
    assert_eq!(line.actor, Some(me(&accepted.referrer).await));

    // Again, by somebody else: nothing happens.
    assert_eq!(accepted.specialist.act(accepted.consult, &lift()).await.status(), 200);
    let lines = accepted.detail().await.timeline;
    assert_eq!(lines.iter().filter(|line| line.what == TimelineWhat::EncryptionLifted).count(), 1);
    let view: GuestView = guest.browser.get("/api/guest").await.json().await.unwrap();
    assert_eq!(view.encryption, lifted);

    // Whoever comes now needs no key, and knows from the first word.
    let path = format!("/api/consults/{}/ticket", accepted.consult);
    let answer = accepted.referrer.post(&path, &json!({})).await;
    assert_eq!(answer.status(), 200);
    let ticket: RoomTicket = answer.json().await.unwrap();
    assert_eq!(ticket.attestation, None);
    assert_eq!(welcomed(&accepted, ticket).await.1, lifted);
    assert_eq!(guest.browser.post("/api/guest/ticket", &json!({})).await.status(), 200);
    let keyed: RoomTicket = accepted.specialist.post(&path, &json!({"device": DEVICE})).await.json().await.unwrap();
    assert!(keyed.attestation.is_some(), "who can encrypt among themselves still may");
    accepted.house.close().await;
}

#[tokio::test]
async fn the_first_in_a_room_that_was_lifted_before_is_told_so_at_once() {
    let accepted = Accepted::open(House::open().await).await;
    assert_eq!(accepted.specialist.act(accepted.consult, &lift()).await.status(), 200);
    let (_socket, encryption) = welcomed(&accepted, accepted.ticket(&accepted.referrer).await).await;
    assert_eq!(encryption, accepted.detail().await.encryption);
    assert!(matches!(encryption, Encryption::Lifted { .. }));
    accepted.house.close().await;
}

#[tokio::test]
async fn strangers_coordinators_and_guests_lift_nothing() {
    let accepted = Accepted::open(House::open().await).await;
    let coordinator = accepted.house.browser(accepted.house.demo.coordinator).await;
    assert_eq!(coordinator.act(accepted.consult, &lift()).await.status(), 403);
    assert_eq!(accepted.house.outsider().await.act(accepted.consult, &lift()).await.status(), 404);
    let guest = accepted.invite("Frau Öztürk").await;
    assert_eq!(guest.browser.act(accepted.consult, &lift()).await.status(), 401);
    assert_eq!(accepted.referrer.act(ConsultId(uuid::Uuid::now_v7()), &lift()).await.status(), 404);
    assert_eq!(accepted.detail().await.encryption, Encryption::Required);
    accepted.house.close().await;
}
