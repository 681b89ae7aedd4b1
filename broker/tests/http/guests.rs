//! Guests in the room: the door, being let in and sent away, coming back, and never being alone.

use crate::house::{Browser, DEVICE, House};
use crate::rooms::{Accepted, Socket};
use schemas::consult::RoomTicket;
use schemas::guest::{Guest, GuestLink, GuestState, GuestView};
use schemas::problem::ProblemCode as Code;
use schemas::room::{ByeReason, ClientMessage, Member, Publishing, ServerMessage};
use schemas::{GuestId, MemberId, PersonId};
use serde_json::json;
use std::time::Duration;

/// A guest with an opened link.
pub(crate) struct Invited {
    pub(crate) id: GuestId,
    pub(crate) browser: Browser,
}

impl Accepted {
    pub(crate) async fn invite(&self, name: &str) -> Invited {
        let path = format!("/api/consults/{}/guests", self.consult);
        let invited = self
            .specialist
            .post(&path, &json!({"id": uuid::Uuid::now_v7(), "name": name, "part": "interpreter"}))
            .await;
        assert_eq!(invited.status(), 201);
        let link: GuestLink = invited.json().await.unwrap();
        let mut browser = self.house.stranger();
        let token = link.path.0.strip_prefix("/guest/#").unwrap();
        let opened = browser.post("/api/guest", &json!({"token": token})).await;
        assert_eq!(opened.status(), 200);
        let view: GuestView = opened.json().await.unwrap();
        browser.csrf = Some(view.csrf_token.0);
        Invited { id: link.guest_id, browser }
    }

    /// A guest comes with a fresh ticket; what they hear first.
    pub(crate) async fn comes(&self, guest: &Invited) -> (Socket, ServerMessage) {
        let answer = guest.browser.post("/api/guest/ticket", &json!({"device": DEVICE})).await;
        assert_eq!(answer.status(), 200);
        let ticket: RoomTicket = answer.json().await.unwrap();
        let mut socket = Socket::open(&ticket.url).await;
        socket.say(&ClientMessage::Hello { ticket: ticket.ticket }).await;
        let first = socket.hear().await.expect("an answer");
        (socket, first)
    }

    pub(crate) async fn waits(&self, guest: &Invited) -> Socket {
        let (socket, first) = self.comes(guest).await;
        assert!(matches!(first, ServerMessage::Waiting), "{first:?}");
        socket
    }

    /// Somebody with an account, who talks and hears.
    async fn add_interpreter(&self) -> (Browser, PersonId) {
        let colleagues = self.specialist.get(&format!("/api/consults/{}/colleagues", self.consult)).await;
        let colleagues: Vec<serde_json::Value> = colleagues.json().await.unwrap();
        let person: PersonId = colleagues[0]["person"]["id"].as_str().expect("a colleague").parse().unwrap();
        let add = json!({"type": "add_participant", "person": person, "part": "interpreter"});
        assert_eq!(self.specialist.act(self.consult, &add).await.status(), 200);
        (self.house.browser(person).await, person)
    }

    pub(crate) async fn host(&self, action: &str, guest: &Invited) {
        let answer = self.specialist.act(self.consult, &json!({"type": action, "guest_id": guest.id})).await;
        assert_eq!(answer.status(), 200);
    }

    async fn state_of(&self, guest: &Invited) -> GuestState {
        let guests = self.detail().await.guests;
        guests.iter().find(|known| known.id == guest.id).expect("the guest is listed").state
    }
}

/// The next complete list of who is at the door.
async fn door(socket: &mut Socket) -> Vec<Guest> {
    socket
        .until(|message| match message {
            ServerMessage::WaitingGuests { guests } => Some(guests.clone()),
            _ => None,
        })
        .await
}

async fn welcomed(socket: &mut Socket) -> (MemberId, Vec<Member>) {
    socket
        .until(|message| match message {
            ServerMessage::Welcome { you, roster, .. } => Some((*you, roster.clone())),
            _ => None,
        })
        .await
}

async fn roster_of(socket: &mut Socket, people: usize) -> Vec<Member> {
    socket
        .until(|message| match message {
            ServerMessage::Roster { roster } if roster.len() == people => Some(roster.clone()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_guest_waits_unseen_is_let_in_and_talks() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let guest = accepted.invite("Frau Öztürk").await;
    let mut socket = accepted.waits(&guest).await;
    let waiting = door(&mut host).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].id, waiting[0].state), (guest.id, GuestState::Waiting));
    assert_eq!(accepted.state_of(&guest).await, GuestState::Waiting);

    // Nothing reaches the room, and nothing of the room comes out.
    socket
        .say(&ClientMessage::Offer { sdp: "v=0".into(), publish: Vec::new(), receive: Vec::new(), restart: false })
        .await;
    assert_eq!(socket.refused().await, Code::NotAdmitted);
    socket.say(&ClientMessage::Publishing { publishing: Publishing { camera: true, ..Publishing::default() } }).await;
    assert_eq!(socket.refused().await, Code::NotAdmitted);
    let (mut referrer, _) = accepted.enter(&accepted.referrer).await;
    assert_eq!(door(&mut referrer).await.len(), 1, "who comes later learns of it as well");
    assert_eq!(roster_of(&mut host, 2).await.len(), 2, "the guest is not among them");
    socket.say(&ClientMessage::Ping { nonce: 5 }).await;
    let next = socket.hear().await;
    assert!(matches!(next, Some(ServerMessage::Pong { nonce: 5 })), "no roster, no slots before: {next:?}");

    accepted.host("admit_guest", &guest).await;
    let (you, roster) = welcomed(&mut socket).await;
    let own = roster.iter().find(|member| member.id == you).unwrap();
    assert!(own.is_guest && !own.is_specialist && own.person.name == "Frau Öztürk");
    assert_eq!(own.person.id.0, guest.id.0);
    assert_eq!(roster.len(), 3);
    assert!(door(&mut host).await.is_empty());
    let offer =
        ClientMessage::Offer { sdp: "not sdp".into(), publish: Vec::new(), receive: Vec::new(), restart: false };
    socket.say(&offer).await;
    let refused = socket.until(|message| match message {
        ServerMessage::Refused { code, .. } => Some(*code),
        _ => None,
    });
    assert_eq!(refused.await, Code::InvalidSdp, "the SFU is asked now");
    // Guests are no part of the team in the log.
    assert_eq!(accepted.detail().await.summary.in_room.len(), 2);
    accepted.house.close().await;
}

#[tokio::test]
async fn who_closes_the_tab_at_the_door_is_not_waited_for() {
    let house = House::open_with(|config| config.limits.seat_kept = Duration::from_secs(1)).await;
    let accepted = Accepted::open(house).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let guest = accepted.invite("Frau Öztürk").await;
    let socket = accepted.waits(&guest).await;
    assert_eq!(door(&mut host).await.len(), 1);
    drop(socket);
    assert!(door(&mut host).await.is_empty());
    let gone = async { while accepted.state_of(&guest).await != GuestState::Invited {} };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the log knows that nobody is at the door");
    assert_eq!(accepted.detail().await.summary.waiting_guests, 0);
    let _socket = accepted.waits(&guest).await;
    assert_eq!(door(&mut host).await.len(), 1, "and comes again");
    accepted.house.close().await;
}

#[tokio::test]
async fn who_loses_the_network_at_the_door_keeps_the_place_and_can_be_let_in() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let guest = accepted.invite("Frau Öztürk").await;
    drop(accepted.waits(&guest).await);
    assert_eq!(door(&mut host).await.len(), 1);
    accepted.host("admit_guest", &guest).await;
    assert!(door(&mut host).await.is_empty());
    let (socket, first) = accepted.comes(&guest).await;
    assert!(matches!(first, ServerMessage::Welcome { .. }), "{first:?}");
    drop(socket);

    // Whoever says that they leave is not waited for.
    let other = accepted.invite("Herr Yilmaz").await;
    let mut socket = accepted.waits(&other).await;
    assert_eq!(door(&mut host).await.len(), 1);
    socket.say(&ClientMessage::Leave).await;
    assert!(door(&mut host).await.is_empty());
    let gone = async { while accepted.state_of(&other).await != GuestState::Invited {} };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the log knows that nobody is at the door");
    accepted.house.close().await;
}

#[tokio::test]
async fn sent_away_at_the_door_or_from_the_seat_at_once_and_for_good() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let at_door = accepted.invite("Vor der Tür").await;
    let mut socket = accepted.waits(&at_door).await;
    accepted.host("remove_guest", &at_door).await;
    assert_eq!(socket.bye().await, ByeReason::Removed);

    let inside = accepted.invite("Im Raum").await;
    let mut socket = accepted.waits(&inside).await;
    accepted.host("admit_guest", &inside).await;
    welcomed(&mut socket).await;
    roster_of(&mut host, 2).await;
    accepted.host("remove_guest", &inside).await;
    assert_eq!(socket.bye().await, ByeReason::Removed);
    roster_of(&mut host, 1).await;
    for guest in [&at_door, &inside] {
        assert_eq!(guest.browser.post("/api/guest/ticket", &json!({"device": DEVICE})).await.status(), 401);
    }
    accepted.house.close().await;
}

#[tokio::test]
async fn a_ticket_from_before_the_removal_opens_no_door() {
    let accepted = Accepted::open(House::open().await).await;
    let (_host, _) = accepted.enter(&accepted.specialist).await;
    let guest = accepted.invite("Zu spät").await;
    let ticket: RoomTicket =
        guest.browser.post("/api/guest/ticket", &json!({"device": DEVICE})).await.json().await.unwrap();
    accepted.host("remove_guest", &guest).await;
    let mut socket = Socket::open(&ticket.url).await;
    socket.say(&ClientMessage::Hello { ticket: ticket.ticket }).await;
    assert_eq!(socket.refused().await, Code::NotAdmitted);
    accepted.house.close().await;
}

#[tokio::test]
async fn who_was_let_in_comes_back_without_waiting_and_to_the_same_seat() {
    let accepted = Accepted::open(House::open().await).await;
    let (_host, _) = accepted.enter(&accepted.specialist).await;
    let guest = accepted.invite("Frau Öztürk").await;
    let mut socket = accepted.waits(&guest).await;
    accepted.host("admit_guest", &guest).await;
    let (seat, _) = welcomed(&mut socket).await;
    drop(socket);
    let (mut again, first) = accepted.comes(&guest).await;
    assert!(matches!(first, ServerMessage::Welcome { you, .. } if you == seat), "{first:?}");
    // A second device of the same guest takes the seat over.
    let (_third, first) = accepted.comes(&guest).await;
    assert!(matches!(first, ServerMessage::Welcome { you, .. } if you == seat), "{first:?}");
    assert_eq!(again.bye().await, ByeReason::JoinedElsewhere);
    accepted.house.close().await;
}

#[tokio::test]
async fn guests_are_never_alone_and_come_in_again_with_the_team() {
    let house = House::open_with(|config| config.limits.seat_kept = Duration::from_secs(1)).await;
    let accepted = Accepted::open(house).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let guest = accepted.invite("Frau Öztürk").await;
    let mut socket = accepted.waits(&guest).await;
    accepted.host("admit_guest", &guest).await;
    welcomed(&mut socket).await;
    host.say(&ClientMessage::Leave).await;
    socket.until(|message| matches!(message, ServerMessage::Waiting).then_some(())).await;
    // Somebody who was let in finds an empty room: the door, and no alarm.
    drop(socket);
    let mut socket = accepted.waits(&guest).await;
    assert_eq!(accepted.state_of(&guest).await, GuestState::Admitted);
    let (mut host, _) = accepted.enter(&accepted.referrer).await;
    let (_, roster) = welcomed(&mut socket).await;
    assert_eq!(roster.len(), 2);
    roster_of(&mut host, 2).await;
    accepted.house.close().await;
}

#[tokio::test]
async fn a_crowd_of_guests_leaves_both_sides_their_seats() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let interpreter = accepted.add_interpreter().await.0;
    let (_interpreter, _) = accepted.enter(&interpreter).await;
    let mut inside = Vec::new();
    for n in 0..5 {
        let guest = accepted.invite(&format!("Gast {n}")).await;
        let mut socket = accepted.waits(&guest).await;
        accepted.host("admit_guest", &guest).await;
        welcomed(&mut socket).await;
        inside.push(socket);
    }
    let last = accepted.invite("Noch einer").await;
    let mut socket = accepted.waits(&last).await;
    accepted.host("admit_guest", &last).await;
    let still = host.until(|message| match message {
        ServerMessage::WaitingGuests { guests } => {
            guests.iter().find(|guest| guest.id == last.id && guest.state == GuestState::Admitted).cloned()
        }
        _ => None,
    });
    still.await;
    let (_referrer, _) = accepted.enter(&accepted.referrer).await;
    roster_of(&mut host, 8).await;
    // A seat becomes free: the last one is let in by itself.
    inside[0].say(&ClientMessage::Leave).await;
    let (_, roster) = welcomed(&mut socket).await;
    assert_eq!(roster.len(), 8);
    accepted.house.close().await;
}

#[tokio::test]
async fn the_end_of_the_consult_ends_guests_too_and_a_restart_calls_them_back() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut host, _) = accepted.enter(&accepted.specialist).await;
    let guests = [accepted.invite("Innen").await, accepted.invite("Außen").await];
    let mut inside = accepted.waits(&guests[0]).await;
    accepted.host("admit_guest", &guests[0]).await;
    welcomed(&mut inside).await;
    let mut outside = accepted.waits(&guests[1]).await;
    let cancelled = accepted.referrer.act(accepted.consult, &json!({"type": "cancel", "reason": "verlegt"})).await;
    assert_eq!(cancelled.status(), 200);
    for socket in [&mut host, &mut inside, &mut outside] {
        assert_eq!(socket.bye().await, ByeReason::ConsultEnded);
    }
    accepted.house.close().await;

    let accepted = Accepted::open(House::open().await).await;
    let guest = accepted.invite("Außen").await;
    let mut socket = accepted.waits(&guest).await;
    let farewell = tokio::spawn(async move { socket.bye().await });
    accepted.house.close().await;
    assert_eq!(farewell.await.unwrap(), ByeReason::Restart);
}

#[tokio::test]
async fn who_loses_their_part_loses_their_seat() {
    let accepted = Accepted::open(House::open().await).await;
    let (_host, _) = accepted.enter(&accepted.specialist).await;
    let (interpreter, person) = accepted.add_interpreter().await;
    let (mut socket, _) = accepted.enter(&interpreter).await;
    let remove = json!({"type": "remove_participant", "person": person});
    assert_eq!(accepted.specialist.act(accepted.consult, &remove).await.status(), 200);
    assert_eq!(socket.bye().await, ByeReason::Removed);
    accepted.house.close().await;
}

#[tokio::test]
async fn after_a_hand_over_the_new_one_is_the_specialist_and_the_old_one_is_out() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut old, _) = accepted.enter(&accepted.specialist).await;
    let (mut referrer, _) = accepted.enter(&accepted.referrer).await;
    let colleagues = accepted.specialist.get(&format!("/api/consults/{}/colleagues", accepted.consult)).await;
    let colleagues: Vec<serde_json::Value> = colleagues.json().await.unwrap();
    let person = colleagues.iter().find(|one| one["qualified"] == true).expect("a colleague")["person"]["id"].clone();
    let offer = json!({"type": "hand_over", "to": person});
    assert_eq!(accepted.specialist.act(accepted.consult, &offer).await.status(), 200);
    let new = accepted.house.browser(person.as_str().unwrap().parse().unwrap()).await;
    assert_eq!(new.act(accepted.consult, &json!({"type": "accept_offer"})).await.status(), 200);
    assert_eq!(old.bye().await, ByeReason::Removed);
    let (_new, id) = accepted.enter(&new).await;
    let roster = roster_of(&mut referrer, 2).await;
    assert!(roster.iter().any(|member| member.id == id && member.is_specialist));
    accepted.house.close().await;
}
