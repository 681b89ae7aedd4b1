//! The room protocol: one WebSocket per member, one SDP offer and answer, no renegotiation.
//!
//! Order: the client opens the socket and sends [`ClientMessage::Hello`] with its ticket; the server answers
//! [`ServerMessage::Welcome`]. The client sends [`ClientMessage::Offer`] whose m-lines are what it may publish and what
//! it can receive; the server answers [`ServerMessage::Answer`]. From then on [`ServerMessage::Slots`] tells which
//! member is seen or heard on which m-line. Joining and leaving changes slots, never SDP.
//!
//! # Knocking
//!
//! Whoever is about to come in may open the socket before: [`ClientMessage::Knock`] in the place of `Hello` uses the
//! ticket up, is answered with [`ServerMessage::Ready`] and gives nothing: no seat, no roster, no line in the log. Within
//! a minute [`ClientMessage::Enter`] follows; only then is it judged whether the person may come in, as after `Hello`, and
//! all goes on as after it. A knock that nobody enters by is refused with `ticket_expired`, a fifth one of the same person
//! with `too_many_requests`, and one for which the node has no place with `unavailable`. One that ends, for whatever
//! reason, costs its client nothing but another ticket.
//!
//! `Offer` and `Publishing` may be sent right behind `Enter`, before `Welcome`. Who comes to the door instead
//! ([`ServerMessage::Waiting`]) gets `not_admitted` for each, unread, and says them again when welcome.
//!
//! # Data channels
//!
//! Two negotiated by label: `state` (reliable, ordered) and `pointer` (unordered, no retransmits). Binary frames; the
//! SFU reads the envelope and never the payload:
//!
//! ```text
//! client → SFU   u8 kind | u8 n | n bytes key | [u32 BE age] | payload
//! SFU → client   u8 kind | u32 BE sender (MemberId) | u8 n | n bytes key | payload
//! ```
//!
//! `kind` 1 = put (the SFU keeps the last payload for each (sender, key) and gives it to late joiners), 2 = delete
//! (forget what was kept; relayed), 3 = ephemeral (relayed only), 5 = put of what was written `age` milliseconds ago
//! (relayed as a put, without the age). A frame is at most 16 KiB; larger ones are dropped and counted. Guests and
//! interpreters, who may not see the images, send and get nothing but keys that begin with `chat/`, and guests of these
//! only what was written since they were let in. When a member's `state` channel opens it gets every kept entry first, then kind 4 (end of snapshot, sender 0, no key).

use crate::mls::{Encryption, MlsNews, MlsRequest};
use crate::{MemberId, PrivateText, consult::RoomTicket, directory::PersonRef, guest::Guest, problem::ProblemCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Largest data channel frame in bytes, envelope included. More would let one message block the pointer behind it;
/// less would split a measurement.
pub const MAX_DATA_FRAME: usize = 16 * 1024;
/// People in a room. More costs slots in every offer; a consult has two to five.
pub const MAX_MEMBERS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Microphone,
    Camera,
    Screen,
}

/// A sendonly m-line of the offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishLine {
    pub mid: String,
    pub source: Source,
}

/// A recvonly m-line of the offer; takes any member's source of that sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiveLine {
    pub mid: String,
    pub source: Source,
}

/// What a member sends at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Publishing {
    pub microphone: bool,
    pub camera: bool,
    pub screen: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// First message; nothing else is answered before it.
    Hello { ticket: PrivateText },
    /// First message of somebody who does not come in yet.
    Knock { ticket: PrivateText },
    /// Comes in, after [`ServerMessage::Ready`] or right behind the knock.
    Enter,
    /// The one offer; a second one on the same socket is an ICE restart, and so is one with `restart`: of the peer that
    /// an earlier socket of the same seat has left behind, whose media go on meanwhile. When there is no such peer any
    /// more it is refused with `invalid_sdp`, and the same socket takes a fresh offer.
    Offer {
        sdp: PrivateText,
        publish: Vec<PublishLine>,
        receive: Vec<ReceiveLine>,
        #[serde(default)]
        restart: bool,
    },
    /// What the member sends now (mute, camera off, screen share).
    Publishing { publishing: Publishing },
    /// How large the pictures are shown now: what is sent of them, and whether at all, follows. Complete, replacing the
    /// list before; lines that are missing are not shown. Sent after every answer, when something changes, and four
    /// times a second at most. Before the first one every picture counts as shown.
    View { sizes: Vec<SlotSize> },
    /// Leaves on purpose; without it the seat is kept for a while.
    Leave,
    /// Answered with [`ServerMessage::Pong`].
    Ping { nonce: u32 },
    /// To the delivery service of the room's MLS group.
    Mls { message: MlsRequest },
}

/// `POST /api/rooms/check`: two seats in a room of the caller's own, to try the path to the media server before a call.
/// Both sockets speak this protocol for some seconds, with one offer each and an empty roster: what the one sends comes
/// back to the other.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckTickets {
    pub send: RoomTicket,
    pub receive: RoomTicket,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    pub id: MemberId,
    pub person: PersonRef,
    /// `true` for the specialist who accepted.
    pub is_specialist: bool,
    /// `true` for somebody without an account: `person.id` is then the guest's id, `person.name` the clear name.
    #[serde(default)]
    pub is_guest: bool,
    /// Media connected; `false` while the seat is kept for somebody who lost the network.
    pub connected: bool,
    pub publishing: Publishing,
}

/// How large a picture is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotSize {
    /// Of a line on which pictures come in.
    pub mid: String,
    /// In pixels of the screen; 0 while the picture is not shown: scrolled away, covered, or in a page in the background.
    pub height: u16,
}

/// How well a member's sound and picture get here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityLevel {
    Good,
    /// Sound holds; the picture is worse than it could be, or not sent at all.
    Weak,
    /// Nothing comes.
    Lost,
}

/// Where what is not good goes wrong, as far as the server can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityCause {
    /// Nothing is wrong, or nobody can tell.
    None,
    /// Between the member and the server. For the caller's own seat: their own uplink.
    TheirUplink,
    /// Between the server and the caller.
    YourDownlink,
    /// The server itself is overloaded.
    Server,
}

/// A member's quality as the caller has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberQuality {
    pub member: MemberId,
    pub level: QualityLevel,
    pub cause: QualityCause,
}

/// Which member's source comes in on an m-line of this client; absent lines carry nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Slot {
    pub mid: String,
    pub member: MemberId,
    pub source: Source,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The ticket of a knock was good; [`ClientMessage::Enter`] is waited for.
    Ready,
    /// The ticket was good and its guest has to be let in: nothing is seen or heard until [`ServerMessage::Welcome`].
    Waiting,
    /// For the team: guests who wait, complete, replacing the list before.
    WaitingGuests {
        guests: Vec<Guest>,
    },
    /// The ticket was good; this is the caller's seat and the roster.
    Welcome {
        you: MemberId,
        roster: Vec<Member>,
        /// Of the consult. A check, whose two sockets are the caller's own, knows none and says `required`.
        encryption: Encryption,
    },
    /// It has changed: to everybody in the room and at its door.
    Encryption {
        encryption: Encryption,
    },
    Answer {
        sdp: PrivateText,
    },
    /// Complete list of used slots, replacing the one before.
    Slots {
        slots: Vec<Slot>,
    },
    /// Complete roster, replacing the one before.
    Roster {
        roster: Vec<Member>,
    },
    /// Who speaks: nobody, or the one who is heard most. Sent on change, and after the answer while somebody does.
    Speaker {
        member: Option<MemberId>,
    },
    /// How many layers of the caller's source anybody needs now, from the smallest: 0 nobody, 3 all. The client sends no
    /// more of them. Sent on change; before the first one all are wanted. A source without layers has one.
    Wanted {
        source: Source,
        layers: u8,
    },
    /// Complete, replacing the one before, the caller's own seat among them; who is missing is good. Sent on change, and
    /// after the answer unless all are good.
    Quality {
        members: Vec<MemberQuality>,
    },
    Pong {
        nonce: u32,
    },
    /// From the delivery service of the room's MLS group.
    Mls {
        message: MlsNews,
    },
    /// The last message was refused; the socket stays open unless the code is about the ticket.
    Refused {
        code: ProblemCode,
        detail: Option<String>,
    },
    /// The room is over (consult closed), this seat was taken by the same person elsewhere, or the server stops. The
    /// client comes back by itself only for `Restart` and `Lost`.
    Bye {
        reason: ByeReason,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByeReason {
    ConsultEnded,
    /// A guest was sent away.
    Removed,
    JoinedElsewhere,
    Restart,
    Lost,
}
