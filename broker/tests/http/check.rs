//! The check before a call: two sockets into a room that nobody else can enter.

use crate::house::{Browser, House, code};
use crate::rooms::{Accepted, Socket, hello};
use schemas::problem::ProblemCode as Code;
use schemas::room::{ByeReason, CheckTickets, ClientMessage, Publishing, ServerMessage, SlotSize};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

async fn tickets(browser: &Browser) -> CheckTickets {
    let answer = browser.post("/api/rooms/check", &json!({})).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// The sending end.
async fn open(browser: &Browser) -> Socket {
    let ticket = tickets(browser).await.send;
    let mut socket = Socket::open(&ticket.url).await;
    socket.say(&hello(&ticket.ticket.0)).await;
    match socket.hear().await {
        Some(ServerMessage::Welcome { roster, .. }) => assert!(roster.is_empty(), "nobody is shown to anybody"),
        other => panic!("not welcome but {other:?}"),
    }
    socket
}

#[tokio::test]
async fn both_ends_are_let_in_once_and_nothing_of_it_is_a_consult() {
    let accepted = Accepted::open(House::open().await).await;
    let browser = &accepted.specialist;
    let before: Value = accepted.referrer.get("/api/consults").await.json().await.unwrap();
    let tickets = tickets(browser).await;
    let url = format!("ws://{}/api/rooms/check/ws", accepted.house.server.http_addr);
    assert_eq!((&tickets.send.url, &tickets.receive.url), (&url, &url), "to the host that was asked");
    let mut seats = Vec::new();
    for ticket in [&tickets.send, &tickets.receive] {
        let mut socket = Socket::open(&url).await;
        socket.say(&hello(&ticket.ticket.0)).await;
        match socket.hear().await {
            Some(ServerMessage::Welcome { you, .. }) => seats.push((you, socket)),
            other => panic!("not welcome but {other:?}"),
        }
    }
    assert_ne!(seats[0].0, seats[1].0);
    let into_room = accepted.ticket(browser).await;
    for (address, ticket, refused) in [
        (&url, &tickets.send.ticket, Code::TicketUsed),
        (&url, &into_room.ticket, Code::TicketInvalid),
        (&into_room.url, &tickets.receive.ticket, Code::TicketInvalid),
    ] {
        let mut socket = Socket::open(address).await;
        socket.say(&hello(&ticket.0)).await;
        assert_eq!(socket.refused().await, refused);
        assert!(socket.hear().await.is_none(), "the socket is closed");
    }
    let after: Value = accepted.referrer.get("/api/consults").await.json().await.unwrap();
    assert_eq!(before, after);
    drop(seats);
    accepted.house.close().await;
}

#[tokio::test]
async fn what_does_not_belong_there_is_refused_and_the_check_goes_on() {
    let house = House::open().await;
    let browser = house.referrer().await;
    let mut stranger = Socket::open(&format!("ws://{}/api/rooms/check/ws", house.server.http_addr)).await;
    stranger.say(&ClientMessage::Ping { nonce: 1 }).await;
    assert_eq!(stranger.refused().await, Code::TicketInvalid);
    assert!(stranger.hear().await.is_none());

    let mut socket = open(&browser).await;
    socket.raw(Message::text("{\"type\":\"dance\"}")).await;
    assert_eq!(socket.refused().await, Code::UnknownMessage);
    socket.say(&hello("again")).await;
    assert_eq!(socket.refused().await, Code::UnknownMessage);
    let sizes = (0..40).map(|mid| SlotSize { mid: mid.to_string(), height: 1 }).collect();
    socket.say(&ClientMessage::View { sizes }).await;
    assert_eq!(socket.refused().await, Code::TooLarge);
    for (sdp, restart) in [("", false), ("v=0", false), ("v=0", true)] {
        socket.say(&ClientMessage::Offer { sdp: sdp.into(), publish: Vec::new(), receive: Vec::new(), restart }).await;
        assert_eq!(socket.refused().await, Code::InvalidSdp, "{sdp:?}");
    }
    socket.say(&ClientMessage::Publishing { publishing: Publishing::default() }).await;
    socket.say(&ClientMessage::Ping { nonce: 7 }).await;
    assert!(matches!(socket.hear().await, Some(ServerMessage::Pong { nonce: 7 })));
    socket.say(&ClientMessage::Leave).await;
    assert!(socket.until_closed().await);
    house.close().await;
}

#[tokio::test]
async fn one_session_holds_four_sockets_and_gets_its_places_back() {
    let house = House::open().await;
    let browser = house.referrer().await;
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(open(&browser).await);
    }
    let ticket = tickets(&browser).await.send;
    let mut fifth = Socket::open(&ticket.url).await;
    fifth.say(&hello(&ticket.ticket.0)).await;
    assert_eq!(fifth.refused().await, Code::TooManyRequests);
    let other = house.browser(house.demo.specialist).await;
    sockets.push(open(&other).await);
    for socket in &mut sockets {
        socket.say(&ClientMessage::Leave).await;
        assert!(socket.until_closed().await);
    }
    let back = open(&browser).await;
    drop(back);
    house.close().await;
}

#[tokio::test]
async fn a_session_that_asks_without_end_has_to_wait() {
    let house = House::open().await;
    let browser = house.referrer().await;
    for _ in 0..30 {
        tickets(&browser).await;
    }
    let answer = browser.post("/api/rooms/check", &json!({})).await;
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(code(answer).await, (429, Code::TooManyRequests));
    tickets(&house.browser(house.demo.specialist).await).await;
    house.close().await;
}

#[tokio::test]
async fn a_check_ends_by_itself() {
    let house = House::open_with(|config| config.limits.check_time = Duration::from_millis(300)).await;
    let mut socket = open(&house.referrer().await).await;
    assert_eq!(socket.bye().await, ByeReason::Lost);
    house.close().await;
}

#[tokio::test]
async fn a_stopping_server_does_not_wait_for_a_check() {
    let house = House::open().await;
    let mut socket = open(&house.referrer().await).await;
    let farewell = tokio::spawn(async move { socket.bye().await });
    house.close().await;
    assert_eq!(farewell.await.unwrap(), ByeReason::Restart);
}
