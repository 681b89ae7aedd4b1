//! One attempt on one channel.

use super::content::Content;
use super::run::course_of;
use crate::app::{
    App, Error, Result,
    directory::{Directory, Person},
    ports::{Device, Letter, MessageRow, Push, SubscriptionRow},
    validate::name_of,
};
use crate::domain::delivery::{Body, Handed};
use schemas::{
    PersonId, UnixMillis,
    consult::Urgency,
    delivery::{Channel, DeliveryFault},
};
use std::sync::Arc;
use uuid::Uuid;

/// Push services keep a message for that long at least: with 0 they drop what a sleeping phone does not take at once
/// (RFC 8030 § 5.2).
const SHORTEST_TTL: i64 = 10;

impl App {
    /// Carries it out and writes down what became of it.
    pub(super) async fn send(self: &Arc<Self>, row: &MessageRow, channel: Channel) {
        let handed = self.hand_over(row, channel).await.unwrap_or_else(|error| {
            tracing::warn!(message = %row.id, ?channel, %error, "could not be sent now");
            Handed::Again { after_seconds: None }
        });
        tracing::info!(message = %row.id, kind = %row.kind, ?channel, ?handed, "message");
        if let Err(error) = self.write_down(row, channel, handed).await {
            // The attempt counts as lost and is repeated: at least once.
            tracing::warn!(message = %row.id, ?channel, %error, "what became of a message was not written down");
        }
        if let (Handed::Failed(fault), Body::TEST) = (handed, row.kind.as_str())
            && let Err(error) = self.repo.told_self_test(row.id, None, Some(&name_of(&fault))).await
        {
            tracing::warn!(%error, "a self-test's fault was not written down");
        }
    }

    async fn write_down(&self, row: &MessageRow, channel: Channel, handed: Handed) -> Result<()> {
        let told = self.told(row.id, |course, now| course.handed(channel, handed, now)).await?;
        let over = told.is_some_and(|row| row.ended_at.is_some());
        // The ring ended while it was on its way.
        if over && (channel, handed) == (Channel::Push, Handed::Sent) { self.take_off(row).await } else { Ok(()) }
    }

    async fn hand_over(&self, row: &MessageRow, channel: Channel) -> Result<Handed> {
        let directory = self.directory().await?;
        let id = PersonId(row.person_id);
        let Some(person) = directory.person(id) else { return Ok(Handed::Failed(DeliveryFault::Gone)) };
        let language = self.contact_of(id).await?.language;
        let Some(content) = self.content(row, &language).await? else {
            return Ok(Handed::Failed(DeliveryFault::TimedOut));
        };
        let until = course_of(row)?.until;
        match channel {
            Channel::App => Ok(Handed::Failed(DeliveryFault::NoAddress)),
            Channel::Push => self.push_all(row, &content, &directory, (&language, until)).await,
            Channel::Sms | Channel::Voice | Channel::Email => {
                self.write_to(row, &content, &directory, person, (channel, &language, until)).await
            }
        }
    }

    /// To every device; taken by one is sent. Those that are gone are forgotten.
    async fn push_all(
        &self,
        row: &MessageRow,
        content: &Content,
        directory: &Directory,
        (language, until): (&str, UnixMillis),
    ) -> Result<Handed> {
        let mut devices = self.repo.subscriptions(row.person_id).await?;
        if let Body::Test { device: Some(only) } = super::run::body_of(row)? {
            devices.retain(|device| device.id == only);
        }
        let pushes = devices.iter().map(|device| async move {
            let handed = self.push_one(row, content, directory, device, (language, until)).await?;
            if handed == Handed::Failed(DeliveryFault::Gone) {
                self.repo.delete_subscription(device.id, device.person_id).await?;
                tracing::info!(device = %device.id, "a device is not subscribed any more");
            }
            Ok(handed)
        });
        let handed: Vec<Handed> = futures_util::future::join_all(pushes).await.into_iter().collect::<Result<_>>()?;
        Ok(best(&handed))
    }

    async fn push_one(
        &self,
        row: &MessageRow,
        content: &Content,
        directory: &Directory,
        device: &SubscriptionRow,
        (language, until): (&str, UnixMillis),
    ) -> Result<Handed> {
        let message = self.push_message(row, content, directory, device.id, (language, until));
        let payload = serde_json::to_vec(&message).map_err(|error| Error::bug("writing a push message", error))?;
        let now = self.now();
        let opened = self.open_device(device)?;
        let push = Push {
            device: &opened,
            payload: &payload,
            ttl_seconds: u32::try_from(until.seconds_since(now).max(SHORTEST_TTL)).unwrap_or(u32::MAX),
            topic: &topic(row, content),
            urgent: is_urgent(content),
        };
        Ok(self.delivery.carrier.push(push, now).await)
    }

    async fn write_to(
        &self,
        row: &MessageRow,
        content: &Content,
        directory: &Directory,
        person: &Person,
        (channel, language, until): (Channel, &str, UnixMillis),
    ) -> Result<Handed> {
        let to = match channel {
            Channel::Email => Some(person.row.email.clone()),
            _ => self.contact_of(person.actor.person_id).await?.mobile.map(|mobile| mobile.0),
        };
        let Some(to) = to else { return Ok(Handed::Failed(DeliveryFault::NoAddress)) };
        let Some(words) = self.letter(row, content, directory, person, (channel, language)) else {
            return Ok(Handed::Failed(DeliveryFault::NotConfigured));
        };
        let letter =
            Letter { message_id: row.id, to: &to, language, subject: &words.subject, text: &words.text, until };
        Ok(self.delivery.carrier.letter(channel, letter, self.now()).await)
    }

    pub(super) fn open_device(&self, row: &SubscriptionRow) -> Result<Device> {
        let plain = self.delivery.seal.open(row.id, &row.sealed)?;
        // Not serde's own words: they may quote what was read.
        serde_json::from_slice(&plain).map_err(|_| Error::bug("a sealed device", "has another form"))
    }
}

/// What a push came to on all devices: taken by one is taken. One that may still take it is waited for.
fn best(handed: &[Handed]) -> Handed {
    let sent = handed.iter().find(|one| **one == Handed::Sent);
    let again = handed.iter().find(|one| matches!(one, Handed::Again { .. }));
    let failed = handed.first().copied();
    sent.or(again).copied().or(failed).unwrap_or(Handed::Failed(DeliveryFault::NoAddress))
}

/// The newest message of a topic takes the place of the one before, also of a ring that is over. At most 32 characters
/// of base64url (RFC 8030 § 5.4).
fn topic(row: &MessageRow, content: &Content) -> String {
    let of: Uuid = match content {
        Content::RingEnded { ring_id } => ring_id.0,
        Content::Text { is_alarm: false, .. } => row.person_id,
        _ => row.id,
    };
    of.simple().to_string()
}

/// Wakes a phone that saves its battery (RFC 8030 § 5.3).
fn is_urgent(content: &Content) -> bool {
    match content {
        Content::Ring { consult, .. } => consult.urgency != Urgency::Elective,
        Content::RingEnded { .. } | Content::Test => true,
        Content::Text { is_alarm, .. } => *is_alarm,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_device_is_enough_and_one_that_may_come_back_is_waited_for() {
        use DeliveryFault::{Gone, NoAddress, Refused};
        let again = Handed::Again { after_seconds: Some(3) };
        assert_eq!(best(&[]), Handed::Failed(NoAddress));
        assert_eq!(best(&[Handed::Failed(Gone), Handed::Sent, again]), Handed::Sent);
        assert_eq!(best(&[Handed::Failed(Gone), again]), again);
        assert_eq!(best(&[Handed::Failed(Gone), Handed::Failed(Refused)]), Handed::Failed(Gone));
    }
}
