//! What goes out to people: rows, the carrier that sends (implemented by `notify`), and fetching from outside.

use super::{DutyNoteRow, RepoResult};
use crate::domain::delivery::{Handed, Message};
use async_trait::async_trait;
use schemas::{PersonId, ServiceId, UnixMillis, delivery::Channel};
use uuid::Uuid;

/// Row of table `messages`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Of a ring: the ring's.
    pub id: Uuid,
    pub person_id: Uuid,
    pub consult_id: Option<Uuid>,
    /// Name of the body's variant.
    pub kind: String,
    /// JSON of `app::delivery::Body`. No patient data.
    pub body: String,
    /// JSON of `domain::delivery::Course`.
    pub course: String,
    /// Grows with each write.
    pub rev: i64,
    pub queued_at: i64,
    /// Of no use since then.
    pub ended_at: Option<i64>,
    /// Channel on which the person answered; absent where the end was no answer.
    pub answered_on: Option<String>,
    pub next_at: Option<i64>,
}

impl MessageRow {
    /// A message that nobody has worked on.
    pub fn queued(message: &Message) -> Self {
        let text = |json: serde_json::Result<String>| json.expect("plain data: no maps, no serializers that fail");
        Self {
            id: message.id,
            person_id: message.person.0,
            consult_id: message.consult.map(|consult| consult.0),
            kind: message.body.kind().to_owned(),
            body: text(serde_json::to_string(&message.body)),
            course: text(serde_json::to_string(&message.course())),
            rev: 1,
            queued_at: message.at.0,
            ended_at: None,
            answered_on: None,
            next_at: Some(message.at.0),
        }
    }

    /// That there is something new about their duties. The store queues it with the note itself.
    pub fn of_duty_note(note: &DutyNoteRow) -> Self {
        Self::queued(&Message::duties(PersonId(note.person_id), ServiceId(note.service_id), UnixMillis(note.at)))
    }
}

/// The end of a message's use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageEnd {
    pub id: Uuid,
    pub at: i64,
    pub answered_on: Option<String>,
}

/// Row of table `push_subscriptions`.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    pub id: Uuid,
    pub person_id: Uuid,
    /// JSON of [`Device`], sealed.
    pub sealed: Vec<u8>,
    pub label: String,
    pub since: i64,
    pub delivered_at: Option<i64>,
}

/// Row of table `contact_settings`.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactRow {
    pub person_id: Uuid,
    /// Serde names of channels.
    pub channels: Vec<String>,
    pub sealed_mobile: Option<Vec<u8>>,
    pub language: String,
}

/// Row of table `self_tests`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfTestRow {
    pub id: Uuid,
    pub person_id: Uuid,
    pub started_at: i64,
    pub push_ms: Option<i64>,
    pub push_fault: Option<String>,
    /// JSON of `schemas::delivery::SelfTestReport`.
    pub report: String,
}

#[async_trait]
pub trait DeliveryStore: Send + Sync + 'static {
    /// Insert or ignore by id: a message is queued once.
    async fn queue_messages(&self, rows: &[MessageRow]) -> RepoResult<()>;
    /// Claims due rows for this node as [`super::Repository::claim_due`] does, the longest due first.
    async fn claim_messages(&self, now: i64, lease_until: i64, node: &str, limit: u32) -> RepoResult<Vec<Uuid>>;
    async fn message(&self, id: Uuid) -> RepoResult<Option<MessageRow>>;
    /// Writes course and next deadline if the row still is at `row.rev`, which grows by one; ends the lease. `false` when
    /// somebody else wrote.
    async fn save_message(&self, row: &MessageRow) -> RepoResult<bool>;
    /// Smallest `next_at` of all messages.
    async fn earliest_message(&self) -> RepoResult<Option<i64>>;
    /// A consult's messages of that kind, in the order of their start.
    async fn messages_of(&self, consult_id: Uuid, kind: &str) -> RepoResult<Vec<MessageRow>>;
    /// Keeps an answer that came by a link or a key, once; the answer that counts comes back.
    async fn keep_link_answer(&self, message_id: Uuid, answer: &str, at: i64) -> RepoResult<String>;
    /// Upserts; `false` when the id is somebody else's, or the person has `most` others.
    async fn put_subscription(&self, row: &SubscriptionRow, most: u32) -> RepoResult<bool>;
    /// `false` when it is not there, or not that person's.
    async fn delete_subscription(&self, id: Uuid, person_id: Uuid) -> RepoResult<bool>;
    /// Oldest first.
    async fn subscriptions(&self, person_id: Uuid) -> RepoResult<Vec<SubscriptionRow>>;
    async fn subscription_delivered(&self, id: Uuid, person_id: Uuid, at: i64) -> RepoResult<()>;
    async fn contact(&self, person_id: Uuid) -> RepoResult<Option<ContactRow>>;
    async fn put_contact(&self, row: &ContactRow) -> RepoResult<()>;
    async fn insert_self_test(&self, row: &SelfTestRow) -> RepoResult<()>;
    async fn self_test(&self, id: Uuid) -> RepoResult<Option<SelfTestRow>>;
    /// The first receipt counts, and a fault only where there is none.
    async fn told_self_test(&self, id: Uuid, push_ms: Option<i64>, fault: Option<&str>) -> RepoResult<()>;
    /// `false` when it is not that person's.
    async fn report_self_test(&self, id: Uuid, person_id: Uuid, report: &str) -> RepoResult<bool>;
    /// The newest one of each of these people who has made any.
    async fn last_self_tests(&self, people: &[Uuid]) -> RepoResult<Vec<SelfTestRow>>;
}

/// A device that is woken by Web Push. No `Debug`: endpoint and keys are capabilities.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct Device {
    pub endpoint: String,
    /// base64url, as the browser gave them.
    pub p256dh: String,
    pub auth: String,
}

/// A push message for one device. No `Debug`: holds a token.
pub struct Push<'a> {
    pub device: &'a Device,
    /// JSON, before padding and encryption.
    pub payload: &'a [u8],
    /// The push service keeps it for so long, and the newest one of a topic (RFC 8030 § 5.2, 5.4).
    pub ttl_seconds: u32,
    pub topic: &'a str,
    pub urgent: bool,
}

/// Text for an e-mail, an SMS or a voice. No `Debug`: holds a token.
pub struct Letter<'a> {
    pub message_id: Uuid,
    /// E-mail address or E.164 number.
    pub to: &'a str,
    pub language: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    /// Of no use from then on.
    pub until: UnixMillis,
}

/// Takes messages out of the house.
#[async_trait]
pub trait Carrier: Send + Sync + 'static {
    /// Channels that the installation has beside the open app.
    fn channels(&self) -> Vec<Channel>;
    /// VAPID public key, base64url.
    fn push_key(&self) -> Option<&str>;
    /// Why this endpoint would never be sent to: `None` when it would be.
    fn endpoint_fault(&self, device: &Device) -> Option<&'static str>;
    async fn push(&self, push: Push<'_>, now: UnixMillis) -> Handed;
    /// `channel`: SMS, voice or e-mail.
    async fn letter(&self, channel: Channel, letter: Letter<'_>, now: UnixMillis) -> Handed;
    /// `timestamp` and `body` were signed by the gateway. `None`: there is no gateway.
    fn is_genuine(&self, timestamp: &str, signature: &str, body: &[u8]) -> Option<bool>;
}

/// An installation that sends nothing anywhere: the command line's tools, and tests.
pub struct NoCarrier;

#[async_trait]
impl Carrier for NoCarrier {
    fn channels(&self) -> Vec<Channel> {
        vec![]
    }
    fn push_key(&self) -> Option<&str> {
        None
    }
    fn endpoint_fault(&self, _: &Device) -> Option<&'static str> {
        Some("this installation sends no Web Push")
    }
    async fn push(&self, _: Push<'_>, _: UnixMillis) -> Handed {
        Handed::Failed(schemas::delivery::DeliveryFault::NotConfigured)
    }
    async fn letter(&self, _: Channel, _: Letter<'_>, _: UnixMillis) -> Handed {
        Handed::Failed(schemas::delivery::DeliveryFault::NotConfigured)
    }
    fn is_genuine(&self, _: &str, _: &str, _: &[u8]) -> Option<bool> {
        None
    }
}

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No address that this installation may ask: not on the allow-list, or private.
    #[error("not on the allow-list of this installation, or a private address")]
    NotAllowed,
    #[error("no address, or one of another form")]
    NotAnAddress,
    #[error("answered with the status {0}")]
    Status(u16),
    #[error("answered with more than {0} bytes")]
    TooLarge(usize),
    /// Does not resolve, does not answer, answers too slowly, or its certificate is not valid.
    #[error("could not be reached")]
    Unreachable,
}

/// Fetches from hosts on the allow-list (`[egress]`), and from nowhere else. Redirects are not followed.
#[async_trait]
pub trait Fetch: Send + Sync + 'static {
    /// The body of a successful answer, of at most `most` bytes.
    async fn fetch(&self, url: &str, most: usize) -> Result<Vec<u8>, FetchError>;
}

#[async_trait]
impl Fetch for NoCarrier {
    async fn fetch(&self, _: &str, _: usize) -> Result<Vec<u8>, FetchError> {
        Err(FetchError::NotAllowed)
    }
}
