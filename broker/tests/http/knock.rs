//! Whoever knocks shows a ticket before they come in: they get a socket and nothing else.

use crate::guests::Invited;
use crate::house::{Browser, DEVICE, House};
use crate::rooms::{Accepted, Socket, hello};
use schemas::consult::RoomTicket;
use schemas::problem::ProblemCode as Code;
use schemas::room::{ByeReason, ClientMessage, Publishing, ServerMessage};
use serde_json::{Value, json};
use std::time::Duration;

fn knock(ticket: &str) -> ClientMessage {
    ClientMessage::Knock { ticket: ticket.into() }
}

fn garbled_offer() -> ClientMessage {
    ClientMessage::Offer { sdp: "v=0".into(), publish: vec![], receive: vec![], restart: false }
}

async fn ready(socket: &mut Socket) {
    let answer = socket.hear().await;
    assert!(matches!(answer, Some(ServerMessage::Ready)), "{answer:?}");
}

impl Accepted {
    async fn knock_with(&self, ticket: &RoomTicket) -> Socket {
        let mut socket = Socket::open(&ticket.url).await;
        socket.say(&knock(&ticket.ticket.0)).await;
        socket
    }

    async fn knock(&self, browser: &Browser) -> Socket {
        let mut socket = self.knock_with(&self.ticket(browser).await).await;
        ready(&mut socket).await;
        socket
    }

    /// All that the team is told of the consult.
    async fn told(&self) -> Value {
        self.referrer.get(&format!("/api/consults/{}", self.consult)).await.json().await.unwrap()
    }
}

/// The room has nothing to say but what it was asked.
async fn hears_nothing(socket: &mut Socket) {
    socket.say(&ClientMessage::Ping { nonce: 5 }).await;
    let answer = socket.hear().await;
    assert!(matches!(answer, Some(ServerMessage::Pong { nonce: 5 })), "{answer:?}");
}

#[tokio::test]
async fn a_knock_changes_nothing_and_enter_goes_on_as_after_hello() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut inside, _) = accepted.enter(&accepted.referrer).await;
    let before = accepted.told().await;
    let mut comes = accepted.knock(&accepted.specialist).await;
    let mut again = accepted.knock(&accepted.referrer).await;
    assert_eq!(accepted.told().await, before, "neither roster nor log");
    hears_nothing(&mut inside).await;
    again.say(&ClientMessage::Leave).await;
    assert!(again.hear().await.is_none());
    hears_nothing(&mut inside).await;

    // The offer goes right behind.
    comes.say(&ClientMessage::Enter).await;
    comes.say(&garbled_offer()).await;
    let Some(ServerMessage::Welcome { you, roster, .. }) = comes.hear().await else { panic!("not welcome") };
    assert_eq!((roster.len(), accepted.detail().await.summary.in_room.len()), (2, 2));
    assert_eq!(comes.refused().await, Code::InvalidSdp, "it was read");
    inside
        .until(|message| matches!(message, ServerMessage::Roster { roster } if roster.len() == 2).then_some(()))
        .await;

    // A page loaded again, which takes the seat over when it comes in and not before.
    let mut reloaded = accepted.knock(&accepted.specialist).await;
    hears_nothing(&mut comes).await;
    reloaded.say(&ClientMessage::Enter).await;
    assert!(matches!(reloaded.hear().await, Some(ServerMessage::Welcome { you: seat, .. }) if seat == you));
    assert_eq!(comes.bye().await, ByeReason::JoinedElsewhere);
    reloaded.say(&ClientMessage::Enter).await;
    assert_eq!(reloaded.refused().await, Code::UnknownMessage, "once");
    accepted.house.close().await;
}

#[tokio::test]
async fn a_knock_uses_its_ticket_up_and_is_followed_by_enter_alone() {
    let accepted = Accepted::open(House::open().await).await;
    let ticket = accepted.ticket(&accepted.specialist).await;
    let mut first = accepted.knock_with(&ticket).await;
    ready(&mut first).await;
    for again in [knock(&ticket.ticket.0), hello(&ticket.ticket.0)] {
        let mut socket = Socket::open(&ticket.url).await;
        socket.say(&again).await;
        assert_eq!(socket.refused().await, Code::TicketUsed);
        assert!(socket.hear().await.is_none(), "and the socket closes");
    }
    for early in [garbled_offer(), ClientMessage::Ping { nonce: 1 }, hello("x"), knock("x")] {
        let mut socket = accepted.knock(&accepted.specialist).await;
        socket.say(&early).await;
        assert_eq!(socket.refused().await, Code::UnknownMessage);
        assert!(socket.hear().await.is_none());
    }
    let mut unasked = Socket::open(&ticket.url).await;
    unasked.say(&ClientMessage::Enter).await;
    assert_eq!(unasked.refused().await, Code::TicketInvalid);
    first.say(&ClientMessage::Enter).await;
    assert!(matches!(first.hear().await, Some(ServerMessage::Welcome { .. })));
    accepted.house.close().await;
}

#[tokio::test]
async fn who_has_signed_out_since_the_knock_does_not_come_in() {
    let accepted = Accepted::open(House::open().await).await;
    let mut socket = accepted.knock(&accepted.specialist).await;
    let out = accepted.specialist.request(reqwest::Method::DELETE, "/api/session").send().await.unwrap();
    assert_eq!(out.status(), 204);
    socket.say(&ClientMessage::Enter).await;
    assert_eq!(socket.refused().await, Code::NotSignedIn);
    assert!(socket.hear().await.is_none());
    assert!(accepted.detail().await.summary.in_room.is_empty());
    accepted.house.close().await;
}

#[tokio::test]
async fn nobody_comes_into_a_consult_that_has_ended_since_the_knock() {
    let accepted = Accepted::open(House::open().await).await;
    let mut socket = accepted.knock(&accepted.specialist).await;
    let answer = accepted.referrer.act(accepted.consult, &json!({"type": "cancel", "reason": "verlegt"})).await;
    assert_eq!(answer.status(), 200);
    socket.say(&ClientMessage::Enter).await;
    assert_eq!(socket.refused().await, Code::WrongState);
    assert!(socket.hear().await.is_none());
    accepted.house.close().await;
}

#[tokio::test]
async fn a_guest_who_knocks_comes_to_the_door_and_one_sent_away_does_not() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let (comes, goes) = (accepted.invite("Frau Öztürk").await, accepted.invite("Zu spät").await);
    let (mut waits, mut removed) = (guest_knocks(&accepted, &comes).await, guest_knocks(&accepted, &goes).await);
    hears_nothing(&mut host).await;
    accepted.host("remove_guest", &goes).await;
    removed.say(&ClientMessage::Enter).await;
    assert_eq!(removed.refused().await, Code::NotAdmitted);
    assert!(removed.hear().await.is_none());

    // What is said ahead is not read before the guest is let in.
    waits.say(&ClientMessage::Enter).await;
    waits.say(&garbled_offer()).await;
    waits.say(&ClientMessage::Publishing { publishing: Publishing::default() }).await;
    assert!(matches!(waits.hear().await, Some(ServerMessage::Waiting)));
    assert_eq!([waits.refused().await, waits.refused().await], [Code::NotAdmitted; 2]);
    accepted.host("admit_guest", &comes).await;
    assert!(matches!(waits.hear().await, Some(ServerMessage::Welcome { .. })));
    accepted.house.close().await;
}

async fn guest_knocks(accepted: &Accepted, guest: &Invited) -> Socket {
    let ticket: RoomTicket =
        guest.browser.post("/api/guest/ticket", &json!({"device": DEVICE})).await.json().await.unwrap();
    let mut socket = accepted.knock_with(&ticket).await;
    ready(&mut socket).await;
    socket
}

#[tokio::test]
async fn one_person_may_knock_from_four_pages() {
    let accepted = Accepted::open(House::open().await).await;
    let mut pages = Vec::new();
    for _ in 0..4 {
        pages.push(accepted.knock(&accepted.specialist).await);
    }
    let mut fifth = accepted.knock_with(&accepted.ticket(&accepted.specialist).await).await;
    assert_eq!(fifth.refused().await, Code::TooManyRequests);
    accepted.knock(&accepted.referrer).await;
    // Whoever has come in knocks no longer.
    pages[0].say(&ClientMessage::Enter).await;
    assert!(matches!(pages[0].hear().await, Some(ServerMessage::Welcome { .. })));
    accepted.knock(&accepted.specialist).await;
    accepted.house.close().await;
}

#[tokio::test]
async fn a_knock_that_nobody_enters_by_ends_by_itself() {
    let house = House::open_with(|config| config.limits.knock_time = Duration::from_millis(300)).await;
    let accepted = Accepted::open(house).await;
    let before = accepted.told().await;
    let mut socket = accepted.knock(&accepted.specialist).await;
    assert_eq!(socket.refused().await, Code::TicketExpired);
    assert!(socket.hear().await.is_none());
    assert_eq!(accepted.told().await, before);
    accepted.house.close().await;
}

#[tokio::test]
async fn a_stopping_server_does_not_wait_for_a_knock() {
    let accepted = Accepted::open(House::open().await).await;
    let mut socket = accepted.knock(&accepted.specialist).await;
    let farewell = tokio::spawn(async move { socket.bye().await });
    accepted.house.close().await;
    assert_eq!(farewell.await.unwrap(), ByeReason::Restart);
}
