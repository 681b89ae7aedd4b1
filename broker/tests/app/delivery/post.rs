//! A carrier that keeps what it is given and answers by a script, and people who have everything.

use crate::{fixture::Fixture, stage::Stage};
use schemas::{
    ConsultId, PersonId, UnixMillis,
    delivery::{Channel, ChannelStatus, ContactSettings, PushMessage, PushSubscription},
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use telekonsil::{
    app::{
        Actor,
        ports::{Carrier, Device, Letter, Push},
    },
    domain::delivery::Handed,
};
use uuid::Uuid;

/// Something that left the house.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) channel: Channel,
    /// Endpoint, number or address.
    pub(super) to: String,
    pub(super) text: String,
    pub(super) ttl: u32,
    pub(super) topic: String,
}

impl Sent {
    pub(super) fn push(&self) -> PushMessage {
        serde_json::from_str(&self.text).expect("a push message")
    }

    /// The token of the link in it.
    pub(super) fn token(&self) -> String {
        let (_, rest) = self.text.split_once("https://telekonsil.example/answer/#").expect("a link");
        rest.split_whitespace().next().expect("a token").to_owned()
    }
}

#[derive(Default)]
pub(super) struct Post {
    sent: Mutex<Vec<Sent>>,
    answers: Mutex<BTreeMap<Channel, Handed>>,
    /// Never answers on that channel.
    silent: Mutex<Option<Channel>>,
}

impl Post {
    /// What it answers on that channel from now on, in the place of `Sent`.
    pub(super) fn answers(&self, channel: Channel, handed: Handed) {
        self.answers.lock().unwrap().insert(channel, handed);
    }

    pub(super) fn hangs(&self, channel: Option<Channel>) {
        *self.silent.lock().unwrap() = channel;
    }

    pub(super) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    async fn keep(&self, sent: Sent) -> Handed {
        let channel = sent.channel;
        self.sent.lock().unwrap().push(sent);
        if *self.silent.lock().unwrap() == Some(channel) {
            std::future::pending::<()>().await;
        }
        self.answers.lock().unwrap().get(&channel).copied().unwrap_or(Handed::Sent)
    }
}

#[async_trait::async_trait]
impl Carrier for Post {
    fn channels(&self) -> Vec<Channel> {
        vec![Channel::Push, Channel::Sms, Channel::Voice, Channel::Email]
    }
    fn push_key(&self) -> Option<&str> {
        Some("key")
    }
    fn endpoint_fault(&self, device: &Device) -> Option<&'static str> {
        (!device.endpoint.starts_with("https://push.example/")).then_some("endpoint: is not allowed")
    }
    async fn push(&self, push: Push<'_>, _: UnixMillis) -> Handed {
        let text = String::from_utf8(push.payload.to_vec()).expect("is JSON");
        let (to, topic) = (push.device.endpoint.clone(), push.topic.to_owned());
        self.keep(Sent { channel: Channel::Push, to, text, ttl: push.ttl_seconds, topic }).await
    }
    async fn letter(&self, channel: Channel, letter: Letter<'_>, _: UnixMillis) -> Handed {
        let text = format!("{}\n{}", letter.subject, letter.text);
        self.keep(Sent { channel, to: letter.to.to_owned(), text, ttl: 0, topic: String::new() }).await
    }
    fn is_genuine(&self, _: &str, signature: &str, _: &[u8]) -> Option<bool> {
        Some(signature == "genuine")
    }
}

/// A stage whose specialist has a device, a number and every channel in the usual order.
pub(super) async fn stage(fixture: &Fixture) -> (Stage, Arc<Post>) {
    let post = Arc::new(Post::default());
    let stage = Stage::with_carrier(fixture, post.clone()).await;
    everything(&stage, &stage.first).await;
    (stage, post)
}

pub(super) async fn everything(stage: &Stage, actor: &Actor) -> Uuid {
    let settings = ContactSettings {
        order: Channel::ALL.to_vec(),
        mobile: Some("+4915112345678".into()),
        language: "de".to_owned(),
        available: vec![],
        devices: vec![],
    };
    stage.app.set_contact(actor, &settings).await.expect("sets");
    device(stage, actor).await
}

pub(super) async fn device(stage: &Stage, actor: &Actor) -> Uuid {
    let id = Uuid::now_v7();
    let device = PushSubscription {
        endpoint: format!("https://push.example/{id}").into(),
        p256dh: "key".into(),
        auth: "secret".into(),
        label: "Firefox".to_owned(),
    };
    stage.app.put_device(actor, id, &device).await.expect("subscribes");
    id
}

/// Turns the clock; lets the machine and the deliverer do what is due.
pub(super) async fn pass(stage: &Stage, seconds: i64) {
    stage.turn(seconds);
    stage.app.tick_all().await.expect("ticks");
    stage.app.deliver_all().await.expect("delivers");
}

/// The channels of that person's last ring.
pub(super) async fn channels(stage: &Stage, id: ConsultId, person: PersonId) -> Vec<ChannelStatus> {
    let rings = stage.app.deliveries(&stage.coordinator, id).await.expect("reads");
    rings.into_iter().rfind(|ring| ring.person.id == person).expect("was rung").channels
}

pub(super) fn kinds(sent: &[Sent]) -> Vec<Channel> {
    sent.iter().map(|sent| sent.channel).collect()
}
