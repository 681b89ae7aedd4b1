//! Delivery, not hope: how a ring, an alarm or a note reaches a person, channel by channel, and what came back.
//!
//! A message goes out on the person's channels in their order. The first two, the open app and Web Push, begin together;
//! each further one begins when nothing was *delivered* for 15 s, or at once when all before it failed for good. Nothing
//! that leaves the installation names a patient.
//!
//! A one-time link of an e-mail or SMS is `/answer/#TOKEN`: the page posts the token to `POST /api/answer/view`, and acts
//! by `POST /api/answer` alone. What a gateway for SMS and voice is sent, and what it sends back, is in `GATEWAY.md`.

use crate::{
    ConsultId, PersonId, PrivateText, RingId, UnixMillis,
    consult::{DeclineReason, RingOutcome, Urgency},
    directory::PersonRef,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A way to a person, in the order that everybody begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A page that is open: the event stream.
    App,
    /// Web Push (RFC 8030) to every device that the person subscribed.
    Push,
    Sms,
    Voice,
    Email,
}

impl Channel {
    pub const ALL: [Self; 5] = [Self::App, Self::Push, Self::Sms, Self::Voice, Self::Email];
}

/// How far a message got on one channel, never back. Each implies those before it, `failed` nothing; a device that comes
/// with a receipt after all moves even a failed one on to `delivered`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, or to be sent again.
    Queued,
    /// The push service, mail server or gateway has taken it.
    Sent,
    /// The person's device has it.
    Delivered,
    Seen,
    Answered,
    /// Nothing came of it, and nothing will.
    Failed,
}

/// Why a channel failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFault {
    /// No device subscribed, no number, no address.
    NoAddress,
    /// The installation has no such channel.
    NotConfigured,
    /// The host is not on the allow-list, or its address is private.
    NotAllowed,
    /// The subscription or number is gone (404, 410).
    Gone,
    /// Refused for good.
    Refused,
    /// Tried until the message was of no use any more.
    TimedOut,
}

/// One channel of a message that was begun, for those who look at what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelStatus {
    pub channel: Channel,
    pub state: DeliveryState,
    pub fault: Option<DeliveryFault>,
    pub queued_at: UnixMillis,
    pub sent_at: Option<UnixMillis>,
    pub delivered_at: Option<UnixMillis>,
    pub seen_at: Option<UnixMillis>,
    pub answered_at: Option<UnixMillis>,
    /// How often it was sent, or tried.
    pub attempts: u32,
}

/// `GET /api/consults/{id}/deliveries`: how each ring travelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RingDelivery {
    pub ring_id: RingId,
    pub person: PersonRef,
    pub channels: Vec<ChannelStatus>,
}

/// `GET` and `PUT /api/me/channels`: on which channels the caller is reached, the first first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactSettings {
    /// `app` and `push` always come first, together. A channel that is left out is not used.
    pub order: Vec<Channel>,
    /// For SMS and voice, E.164 (`+4915112345678`).
    pub mobile: Option<PrivateText>,
    /// ISO 639-1 of what goes out: `de` or `en`.
    pub language: String,
    /// Channels that this installation has. The server's word; ignored in a `PUT`.
    #[serde(default)]
    pub available: Vec<Channel>,
    /// Devices that are subscribed for Web Push. Ignored in a `PUT`.
    #[serde(default)]
    pub devices: Vec<PushDevice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushDevice {
    pub id: Uuid,
    /// What the browser calls itself: "Firefox on Android".
    pub label: String,
    pub since: UnixMillis,
    /// Last time that a message came back as delivered.
    pub delivered_at: Option<UnixMillis>,
}

/// `GET /api/push/key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushKey {
    /// VAPID (RFC 8292) public key, uncompressed P-256 point, base64url: `applicationServerKey`.
    pub key: String,
}

/// `PUT /api/me/push/{id}`: this device wants to be woken. The client makes the id and keeps it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushSubscription {
    pub endpoint: PrivateText,
    /// User agent public key and authentication secret (RFC 8291), base64url.
    pub p256dh: PrivateText,
    pub auth: PrivateText,
    pub label: String,
}

/// What a push message holds, as JSON under `aes128gcm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PushMessage {
    Ring {
        ring_id: RingId,
        consult_id: ConsultId,
        /// "Schlaganfall".
        service: String,
        hospital: String,
        urgency: Urgency,
        eta: Option<UnixMillis>,
        until: UnixMillis,
        /// Goes back to `POST /api/receipts`.
        receipt: PrivateText,
        language: String,
    },
    /// Take the ring's notification away: it is answered or over.
    RingEnded { ring_id: RingId, receipt: PrivateText },
    /// A coordinator's alarm.
    Alarm { message_id: Uuid, text: String, receipt: PrivateText, language: String },
    /// About the person's duties: begins soon, has changed, a swap.
    Note { message_id: Uuid, text: String, receipt: PrivateText, language: String },
    /// Part of a self-test.
    Test { test_id: Uuid, receipt: PrivateText, language: String },
}

/// `POST /api/receipts`: needs no session, the token says everything.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryReceipt {
    pub receipt: PrivateText,
    /// `delivered` or `seen`.
    pub state: DeliveryState,
}

/// `POST /api/answer/view`: what a one-time link of an SMS or e-mail leads to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerToken {
    pub token: PrivateText,
}

/// No patient data: the link may lie on a locked screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerView {
    pub person: String,
    pub label: String,
    pub service: String,
    pub hospital: String,
    pub hospital_phone: String,
    pub urgency: Urgency,
    pub eta: Option<UnixMillis>,
    pub started_at: UnixMillis,
    pub until: UnixMillis,
    pub outcome: RingOutcome,
    pub language: String,
}

/// `POST /api/answer`: answers once; a repeat of the same answer is harmless. What comes back is [`AnswerView`].
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerByLink {
    pub token: PrivateText,
    pub answer: LinkAnswer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LinkAnswer {
    Accept,
    InFive,
    PassOn,
    Decline { reason: DeclineReason },
}

/// `POST /api/me/self-test`: the shift-start self-test. Answers with its id; the push goes out at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BeginSelfTest {
    /// The device that is tried.
    pub device: Option<Uuid>,
}

/// `PUT /api/me/self-test/{id}`: what only the page and its owner know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelfTestReport {
    /// "I heard it."
    pub sound: Option<bool>,
    pub camera: Option<bool>,
    pub microphone: Option<bool>,
    /// Media path to this node: the check of the room's door.
    pub path: Option<bool>,
}

/// One self-test. `GET /api/me/self-test` (the last one), `GET /api/self-tests` (for coordinators: the last one of
/// everybody who is on duty now or begins within twelve hours).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelfTest {
    pub id: Uuid,
    pub person: PersonRef,
    pub started_at: UnixMillis,
    /// Milliseconds from the server's push to the device's receipt.
    pub push_ms: Option<u32>,
    /// The push did not go out, or nothing came back within 60 s.
    pub push_fault: Option<DeliveryFault>,
    pub report: SelfTestReport,
    pub passed: Option<bool>,
}

/// A line of `GET /api/self-tests`; no test for who never made one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutySelfTest {
    pub person: PersonRef,
    pub person_id: PersonId,
    pub test: Option<SelfTest>,
}

/// `POST /api/gateway/callback`, signed by the gateway as `GATEWAY.md` says. Repeats are harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GatewayCallback {
    /// The message's id, as it was sent to the gateway.
    pub id: Uuid,
    /// `sms` or `voice`.
    pub channel: Channel,
    pub event: GatewayEvent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GatewayEvent {
    /// The telephone has the SMS, or was picked up.
    Delivered,
    /// The network refused it, nobody picked up, or the line was busy.
    Failed,
    /// A key was pressed in a call: 1 accepts, 2 is "in five minutes", 3 passes on.
    Digit { digit: u8 },
}
