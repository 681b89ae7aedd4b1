//! The room socket: tickets, seats, and clients that do not keep to the protocol.

use crate::house::{Browser, DEVICE, House, code};
use futures_util::{SinkExt, StreamExt};
use schemas::consult::{ConsultDetail, ConsultState, RoomTicket};
use schemas::problem::ProblemCode as Code;
use schemas::room::{ByeReason, ClientMessage, Publishing, ServerMessage};
use schemas::{ConsultId, MemberId, PersonId};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A room that talks about other things all the time is no reason to wait for ever.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn open(url: &str) -> Self {
        Self(connect_async(url).await.expect("the socket opens").0)
    }

    pub(crate) async fn say(&mut self, message: &ClientMessage) {
        self.raw(Message::text(serde_json::to_string(message).unwrap())).await;
    }

    pub(crate) async fn raw(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next message but those of the delivery service, which speaks whenever a seat changes; `None` once the socket is
    /// closed.
    pub(crate) async fn hear(&mut self) -> Option<ServerMessage> {
        loop {
            match self.hear_all().await {
                Some(ServerMessage::Mls { .. }) => {}
                other => return other,
            }
        }
    }

    /// The next message, whatever it is.
    pub(crate) async fn hear_all(&mut self) -> Option<ServerMessage> {
        loop {
            match tokio::time::timeout(Duration::from_secs(15), self.0.next()).await.expect("a message in time") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub(crate) async fn refused(&mut self) -> Code {
        match self.hear().await {
            Some(ServerMessage::Refused { code, .. }) => code,
            other => panic!("not refused but {other:?}"),
        }
    }

    /// Messages up to the first that `wanted` takes.
    pub(crate) async fn until<T>(&mut self, wanted: impl Fn(&ServerMessage) -> Option<T>) -> T {
        let found = async {
            loop {
                let message = self.hear().await.expect("the socket stays open");
                if let Some(found) = wanted(&message) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("it is said in time")
    }

    pub(crate) async fn bye(&mut self) -> ByeReason {
        let reason = self.until(|message| match message {
            ServerMessage::Bye { reason } => Some(*reason),
            _ => None,
        });
        let reason = reason.await;
        assert!(self.hear().await.is_none(), "the socket closes after the farewell");
        reason
    }
}

/// An accepted consult between the demo's referrer and a specialist.
pub(crate) struct Accepted {
    pub(crate) house: House,
    pub(crate) referrer: Browser,
    pub(crate) specialist: Browser,
    pub(crate) consult: ConsultId,
}

impl Accepted {
    pub(crate) async fn open(house: House) -> Self {
        let referrer = house.referrer().await;
        let detail = referrer.ask().await;
        let consult = detail.summary.id;
        assert_eq!(detail.summary.state, ConsultState::Ringing, "somebody is on duty in the demo");
        let rung: PersonId = detail.summary.ringing[0].id;
        let specialist = house.browser(rung).await;
        let answer = specialist.act(consult, &json!({"type": "accept"})).await;
        assert_eq!(answer.status(), 200);
        Self { house, referrer, specialist, consult }
    }

    pub(crate) async fn ticket(&self, browser: &Browser) -> RoomTicket {
        let answer = browser.post(&format!("/api/consults/{}/ticket", self.consult), &json!({"device": DEVICE})).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn socket(&self) -> Socket {
        Socket::open(&self.socket_url()).await
    }

    fn socket_url(&self) -> String {
        format!("ws://{}/api/rooms/{}/ws", self.house.server.http_addr, self.consult)
    }

    /// Enters with a fresh ticket.
    pub(crate) async fn enter(&self, browser: &Browser) -> (Socket, MemberId) {
        let ticket = self.ticket(browser).await;
        assert_eq!(ticket.url, self.socket_url(), "to the host that was asked");
        let mut socket = Socket::open(&ticket.url).await;
        socket.say(&ClientMessage::Hello { ticket: ticket.ticket }).await;
        match socket.hear().await {
            Some(ServerMessage::Welcome { you, .. }) => (socket, you),
            other => panic!("not welcome but {other:?}"),
        }
    }

    /// Waits until the log has that many people in the room: the roster is told before the log is written.
    async fn until_in_room(&self, people: usize) {
        let reached = async { while self.detail().await.summary.in_room.len() != people {} };
        tokio::time::timeout(Duration::from_secs(10), reached).await.expect("the log knows who is in the room");
    }

    pub(crate) async fn detail(&self) -> ConsultDetail {
        self.referrer.get(&format!("/api/consults/{}", self.consult)).await.json().await.unwrap()
    }
}

pub(crate) fn hello(ticket: &str) -> ClientMessage {
    ClientMessage::Hello { ticket: ticket.into() }
}

#[tokio::test]
async fn a_ticket_opens_one_room_once_within_its_time() {
    let accepted = Accepted::open(House::open().await).await;
    let ticket = accepted.ticket(&accepted.referrer).await.ticket.0;

    let mut forged = accepted.socket().await;
    forged.say(&hello("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")).await;
    assert_eq!(forged.refused().await, Code::TicketInvalid);
    assert!(forged.hear().await.is_none(), "the socket is closed");

    let mut damaged = accepted.socket().await;
    damaged.say(&hello(&format!("{}x", &ticket[..ticket.len() - 1]))).await;
    assert_eq!(damaged.refused().await, Code::TicketInvalid);

    // Signed with the right key, but its time is over.
    let mut expired = accepted.socket().await;
    expired.say(&hello(&outdated(&accepted, &ticket))).await;
    assert_eq!(expired.refused().await, Code::TicketExpired);

    // For another room.
    let other = accepted.referrer.ask().await.summary.id;
    let url = format!("ws://{}/api/rooms/{other}/ws", accepted.house.server.http_addr);
    let mut elsewhere = Socket::open(&url).await;
    elsewhere.say(&hello(&ticket)).await;
    assert_eq!(elsewhere.refused().await, Code::TicketInvalid);

    let mut first = accepted.socket().await;
    first.say(&hello(&ticket)).await;
    assert!(matches!(first.hear().await, Some(ServerMessage::Welcome { .. })));
    let mut again = accepted.socket().await;
    again.say(&hello(&ticket)).await;
    assert_eq!(again.refused().await, Code::TicketUsed);
    accepted.house.close().await;
}

/// The same claims with an end that is over, signed with this installation's key.
fn outdated(accepted: &Accepted, ticket: &str) -> String {
    use base64::Engine as _;
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    let claims = ticket.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["exp"] = json!(claims["exp"].as_i64().unwrap() - 3600);
    let master = imaging::seal::MasterKey::load(&accepted.house.folder.join("master.key")).unwrap();
    let key = master.derive("telekonsil join ticket v1");
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&key[..])).unwrap()
}

#[tokio::test]
async fn nobody_is_answered_before_the_ticket() {
    let accepted = Accepted::open(House::open().await).await;
    for first in [
        Message::text(serde_json::to_string(&ClientMessage::Ping { nonce: 1 }).unwrap()),
        Message::text("{\"type\":\"hello\"}"),
        Message::text("not json"),
        Message::text(""),
        Message::binary(vec![0_u8; 10]),
        Message::text("x".repeat(200_000)),
    ] {
        let mut socket = accepted.socket().await;
        socket.raw(first).await;
        let refused = socket.refused().await;
        assert!(matches!(refused, Code::TicketInvalid | Code::UnknownMessage | Code::TooLarge), "{refused:?}");
        assert!(socket.hear().await.is_none(), "and the socket closes");
    }
    let foreign = accepted.specialist.get(&format!("/api/rooms/{}/ws", accepted.consult)).await;
    assert_eq!(code(foreign).await, (400, Code::MalformedRequest), "not a WebSocket");
    let mut request = accepted.socket_url().into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert!(connect_async(request).await.is_err(), "a page of another site opens no socket");
    accepted.house.close().await;
}

#[tokio::test]
async fn garbage_is_refused_and_the_room_goes_on() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut socket, _) = accepted.enter(&accepted.referrer).await;
    socket.raw(Message::text("{\"type\":\"dance\"}")).await;
    assert_eq!(socket.refused().await, Code::UnknownMessage);
    socket.raw(Message::text("[".repeat(60_000))).await;
    assert_eq!(socket.refused().await, Code::UnknownMessage);
    socket.raw(Message::binary(vec![1_u8, 2, 3])).await;
    assert_eq!(socket.refused().await, Code::UnknownMessage);
    socket.raw(Message::text(format!("{{\"type\":\"ping\",\"nonce\":1,\"x\":\"{}\"}}", "y".repeat(200_000)))).await;
    assert_eq!(socket.refused().await, Code::TooLarge);
    socket.say(&hello("again")).await;
    assert_eq!(socket.refused().await, Code::UnknownMessage);
    for sdp in ["", "v=0", "not sdp at all", "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"] {
        socket
            .say(&ClientMessage::Offer { sdp: sdp.into(), publish: Vec::new(), receive: Vec::new(), restart: false })
            .await;
        assert_eq!(socket.refused().await, Code::InvalidSdp, "{sdp:?}");
    }
    socket.say(&ClientMessage::Ping { nonce: 7 }).await;
    assert!(matches!(socket.hear().await, Some(ServerMessage::Pong { nonce: 7 })));
    accepted.house.close().await;
}

#[tokio::test]
async fn a_flood_is_read_slowly_and_completely() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut socket, _) = accepted.enter(&accepted.referrer).await;
    for nonce in 0..40 {
        socket.say(&ClientMessage::Ping { nonce }).await;
    }
    for expected in 0..40 {
        assert!(matches!(socket.hear().await, Some(ServerMessage::Pong { nonce }) if nonce == expected));
    }
    accepted.house.close().await;
}

#[tokio::test]
async fn both_see_each_other_and_the_log_knows_who_is_in_the_room() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut first, first_id) = accepted.enter(&accepted.referrer).await;
    let (mut second, second_id) = accepted.enter(&accepted.specialist).await;
    assert_ne!(first_id, second_id);
    let roster = first.until(|message| match message {
        ServerMessage::Roster { roster } if roster.len() == 2 => Some(roster.clone()),
        _ => None,
    });
    let roster = roster.await;
    let specialist = roster.iter().find(|member| member.id == second_id).unwrap();
    assert!(specialist.is_specialist && !specialist.connected);
    assert_eq!(accepted.detail().await.summary.in_room.len(), 2);
    assert_eq!(accepted.detail().await.summary.state, ConsultState::InSession);

    let publishing = Publishing { microphone: true, ..Publishing::default() };
    second.say(&ClientMessage::Publishing { publishing }).await;
    first
        .until(|message| match message {
            ServerMessage::Roster { roster } => {
                roster.iter().any(|member| member.id == second_id && member.publishing == publishing).then_some(())
            }
            _ => None,
        })
        .await;

    // The same person in another window: the seat goes there, under its number.
    let (mut third, third_id) = accepted.enter(&accepted.specialist).await;
    assert_eq!(third_id, second_id);
    assert_eq!(second.bye().await, ByeReason::JoinedElsewhere);

    third.say(&ClientMessage::Leave).await;
    assert!(third.until_closed().await);
    first
        .until(|message| match message {
            ServerMessage::Roster { roster } => (roster.len() == 1).then_some(()),
            _ => None,
        })
        .await;
    accepted.until_in_room(1).await;
    accepted.house.close().await;
}

impl Socket {
    pub(crate) async fn until_closed(&mut self) -> bool {
        while self.hear().await.is_some() {}
        true
    }
}

#[tokio::test]
async fn a_lost_seat_is_kept_and_then_given_up() {
    let house = House::open_with(|config| config.limits.seat_kept = Duration::from_secs(1)).await;
    let accepted = Accepted::open(house).await;
    let (mut stays, _) = accepted.enter(&accepted.referrer).await;
    let (lost, lost_id) = accepted.enter(&accepted.specialist).await;
    drop(lost);
    let mut seen_kept = false;
    loop {
        let roster = stays
            .until(|message| match message {
                ServerMessage::Roster { roster } => Some(roster.clone()),
                _ => None,
            })
            .await;
        match roster.iter().find(|member| member.id == lost_id) {
            Some(_) => seen_kept = true,
            None => break,
        }
    }
    assert!(seen_kept);
    accepted.until_in_room(1).await;
    accepted.house.close().await;
}

/// The database takes no writes while somebody leaves, for longer than a write waits.
#[tokio::test]
async fn a_departure_that_the_database_did_not_take_is_told_again() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut stays, _) = accepted.enter(&accepted.referrer).await;
    let (mut leaves, _) = accepted.enter(&accepted.specialist).await;
    assert_eq!(accepted.detail().await.summary.in_room.len(), 2);
    let file = accepted.house.folder.join("telekonsil.db");
    let mut lock = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.unwrap();
    leaves.say(&ClientMessage::Leave).await;
    assert!(leaves.until_closed().await);
    // The room answers again: it has given up writing.
    stays.say(&ClientMessage::Ping { nonce: 1 }).await;
    let answered =
        async { while !matches!(stays.0.next().await, Some(Ok(Message::Text(text))) if text.contains("pong")) {} };
    tokio::time::timeout(Duration::from_secs(60), answered).await.expect("the room goes on");
    assert_eq!(accepted.detail().await.summary.in_room.len(), 2, "not in the log yet");
    sqlx::query("ROLLBACK").execute(&mut lock).await.unwrap();
    let told = async { while accepted.detail().await.summary.in_room.len() != 1 {} };
    tokio::time::timeout(Duration::from_secs(30), told).await.expect("the log learns of it");
    accepted.house.close().await;
}

#[tokio::test]
async fn whose_session_is_ended_elsewhere_is_out_of_the_room() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut socket, _) = accepted.enter(&accepted.specialist).await;
    let (mut stays, _) = accepted.enter(&accepted.referrer).await;
    assert_eq!(
        accepted.specialist.request(reqwest::Method::DELETE, "/api/session").send().await.unwrap().status(),
        204
    );
    assert_eq!(socket.bye().await, ByeReason::Lost, "the page asks for another ticket and learns why");
    stays
        .until(|message| match message {
            ServerMessage::Roster { roster } => (roster.len() == 1).then_some(()),
            _ => None,
        })
        .await;
    accepted.house.close().await;
}

#[tokio::test]
async fn the_end_of_the_consult_ends_the_room() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut socket, _) = accepted.enter(&accepted.referrer).await;
    let unused = accepted.ticket(&accepted.specialist).await;
    let answer = accepted.referrer.act(accepted.consult, &json!({"type": "cancel", "reason": "verlegt"})).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(socket.bye().await, ByeReason::ConsultEnded);
    let mut late = accepted.socket().await;
    late.say(&ClientMessage::Hello { ticket: unused.ticket }).await;
    let refused = late.refused().await;
    assert!(matches!(refused, Code::WrongState | Code::Forbidden | Code::NotFound), "{refused:?}");
    accepted.house.close().await;
}

#[tokio::test]
async fn a_stopping_server_says_that_it_comes_back() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut socket, _) = accepted.enter(&accepted.referrer).await;
    let farewell = tokio::spawn(async move { socket.bye().await });
    accepted.house.close().await;
    assert_eq!(farewell.await.unwrap(), ByeReason::Restart);
}
