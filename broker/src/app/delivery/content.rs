//! What a message says, found when it is sent.

use super::{
    run::body_of,
    ticket::{Purpose, Ticket},
    words::{self, Words},
};
use crate::app::{
    App, Result,
    directory::{Directory, Person},
    ports::MessageRow,
};
use crate::domain::{
    consult::{Consult, Ring, view},
    delivery::Body,
};
use schemas::{
    ConsultId, RingId, UnixMillis,
    delivery::{Channel, PushMessage},
};
use uuid::Uuid;

/// A receipt that comes so long after the message's use still tells where it was.
const RECEIPT_GRACE_SECONDS: i64 = 3600;
/// A link still says for so long that its ring is over.
const LINK_GRACE_SECONDS: i64 = 3600;

/// What there is to say, with everything looked up.
pub(super) enum Content {
    Ring { consult: Box<Consult>, ring: Ring },
    RingEnded { ring_id: RingId },
    Text { words: Words, is_alarm: bool },
    Test,
}

impl App {
    /// `None`: it is of no use any more.
    pub(super) async fn content(&self, row: &MessageRow, language: &str) -> Result<Option<Content>> {
        let directory = self.directory().await?;
        let consult = match row.consult_id {
            Some(id) => self.consult(ConsultId(id)).await?,
            None => None,
        };
        Ok(match body_of(row)? {
            Body::Ring => consult.and_then(|consult| {
                let ring = consult.active_rings().find(|ring| ring.ring_id.0 == row.id).cloned()?;
                Some(Content::Ring { consult: Box::new(consult), ring })
            }),
            Body::RingEnded { ring_id } => Some(Content::RingEnded { ring_id }),
            Body::Alarm { alarm } => consult.map(|consult| {
                let (service, hospital) = names(&directory, &consult);
                let words = words::alarm(language, alarm, &view::label(consult.id), &service, &hospital);
                Content::Text { words, is_alarm: true }
            }),
            Body::Duties { service_id } => {
                let service = directory.services.get(&service_id).map(|entry| entry.service.name.as_str());
                Some(Content::Text { words: words::duties(language, service.unwrap_or_default()), is_alarm: false })
            }
            Body::Note { de, en } => {
                let text = if language == "en" { en } else { de };
                Some(Content::Text { words: words::note(language, text), is_alarm: false })
            }
            Body::Test { .. } => Some(Content::Test),
        })
    }

    /// The push of one device.
    pub(super) fn push_message(
        &self,
        row: &MessageRow,
        content: &Content,
        directory: &Directory,
        device: Uuid,
        (language, until): (&str, UnixMillis),
    ) -> PushMessage {
        let receipt = self.receipt_token(row, Channel::Push, Some(device), until).into();
        let language = language.to_owned();
        match content {
            Content::Ring { consult, ring } => {
                let (service, hospital) = names(directory, consult);
                PushMessage::Ring {
                    ring_id: ring.ring_id,
                    consult_id: consult.id,
                    service,
                    hospital,
                    urgency: consult.urgency,
                    eta: consult.fields.eta,
                    until: ring.until,
                    receipt,
                    language,
                }
            }
            Content::RingEnded { ring_id } => PushMessage::RingEnded { ring_id: *ring_id, receipt },
            Content::Text { words, is_alarm: true } => {
                PushMessage::Alarm { message_id: row.id, text: words.text.clone(), receipt, language }
            }
            Content::Text { words, is_alarm: false } => {
                PushMessage::Note { message_id: row.id, text: words.text.clone(), receipt, language }
            }
            Content::Test => PushMessage::Test { test_id: row.id, receipt, language },
        }
    }

    /// Subject and text of an e-mail, an SMS or a call.
    pub(super) fn letter(
        &self,
        row: &MessageRow,
        content: &Content,
        directory: &Directory,
        person: &Person,
        (channel, language): (Channel, &str),
    ) -> Option<Words> {
        let base = &self.delivery.base_url;
        match content {
            Content::Ring { consult, ring } => {
                let (service, hospital) = names(directory, consult);
                if channel == Channel::Voice {
                    return Some(words::call(language, &service, &hospital, consult.urgency));
                }
                let expires = ring.until.plus_seconds(LINK_GRACE_SECONDS);
                let ticket = Ticket { channel, expires, message: row.id, device: None };
                let link = format!("{base}/answer/#{}", self.delivery.tickets.sign(Purpose::Answer, &ticket));
                let zone = directory.services.get(&consult.service_id).map(|entry| entry.service.zone.as_str());
                let until = words::clock(ring.until, zone.unwrap_or("Europe/Berlin"));
                let facts =
                    words::RingFacts { service: &service, hospital: &hospital, urgency: consult.urgency, until };
                Some(match channel {
                    Channel::Sms => words::ring_sms(language, &facts, &link),
                    _ => words::ring_mail(language, &facts, &person.refer.name, &link),
                })
            }
            Content::Text { words, is_alarm } => {
                let page = if *is_alarm { "desk" } else { "oncall" };
                Some(Words { subject: words.subject.clone(), text: format!("{}\n{base}/{page}/", words.text) })
            }
            Content::RingEnded { .. } | Content::Test => None,
        }
    }

    pub(super) fn receipt_token(
        &self,
        row: &MessageRow,
        channel: Channel,
        device: Option<Uuid>,
        until: UnixMillis,
    ) -> String {
        let expires = until.plus_seconds(RECEIPT_GRACE_SECONDS);
        let ticket = Ticket { channel, expires, message: row.id, device };
        self.delivery.tickets.sign(Purpose::Receipt, &ticket)
    }
}

/// Names of service and house: what may lie on a locked screen.
pub(super) fn names(directory: &Directory, consult: &Consult) -> (String, String) {
    let service = directory.services.get(&consult.service_id).map(|entry| entry.service.name.clone());
    (service.unwrap_or_default(), directory.hospital_ref(consult.hospital_id).name)
}
