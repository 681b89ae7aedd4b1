//! What leaves the house: Web Push, e-mail, SMS and voice by a gateway, and what is fetched from outside.
//!
//! Invariants: nothing is asked of a host that is not on the allow-list, and no address is connected to before it was
//! looked at ([`egress`]); no redirect is followed; no token, address or text reaches a log.

mod addresses;
pub mod dkim;
mod egress;
mod gateway;
mod mail;
mod push;

use crate::app::Handed;
use crate::app::ports::{Carrier, Device, Fetch, FetchError, Letter, Push};
use crate::config::Outbound;
use anyhow::{Context, Result};
use async_trait::async_trait;
use egress::Egress;
use gateway::Gateway;
use imaging::seal::MasterKey;
use mail::Mailer;
use push::WebPush;
use schemas::{
    UnixMillis,
    delivery::{Channel, DeliveryFault},
};

/// Carries messages to where the configuration allows.
pub struct Notifier {
    egress: Egress,
    push: Option<WebPush>,
    mail: Option<Mailer>,
    gateway: Option<Gateway>,
}

impl Notifier {
    /// # Errors
    /// The sender's address or the DKIM folder cannot be used, or there are no root certificates.
    pub fn new(settings: &Outbound, master: &MasterKey) -> Result<Self> {
        let egress = Egress::new(settings).context("the client for what leaves the house")?;
        let push = settings.push.as_ref().map(|push| WebPush::new(master, &push.contact));
        let mail = settings.mail.as_ref().map(|mail| Mailer::new(mail.clone(), egress.rules()));
        let mail = mail.transpose().context("mail")?;
        let gateway = settings.gateway.as_ref().map(|gateway| Gateway::new(gateway.clone()));
        Ok(Self { egress, push, mail, gateway })
    }
}

#[async_trait]
impl Carrier for Notifier {
    fn channels(&self) -> Vec<Channel> {
        let gateway = self.gateway.as_ref();
        let has = [
            (Channel::Push, self.push.is_some()),
            (Channel::Sms, gateway.is_some_and(Gateway::has_sms)),
            (Channel::Voice, gateway.is_some_and(Gateway::has_voice)),
            (Channel::Email, self.mail.is_some()),
        ];
        has.into_iter().filter(|(_, has)| *has).map(|(channel, _)| channel).collect()
    }

    fn push_key(&self) -> Option<&str> {
        self.push.as_ref().map(WebPush::public_key)
    }

    fn endpoint_fault(&self, device: &Device) -> Option<&'static str> {
        if self.push.is_none() {
            return Some("endpoint: this installation sends no Web Push");
        }
        push::fault(device).or_else(|| {
            let allowed = self.egress.permits(&device.endpoint);
            (!allowed).then_some("endpoint: this installation may not send to that push service")
        })
    }

    async fn push(&self, push: Push<'_>, now: UnixMillis) -> Handed {
        match &self.push {
            Some(web_push) => web_push.send(&self.egress, push, now).await,
            None => Handed::Failed(DeliveryFault::NotConfigured),
        }
    }

    async fn letter(&self, channel: Channel, letter: Letter<'_>, now: UnixMillis) -> Handed {
        match (channel, &self.mail, &self.gateway) {
            (Channel::Email, Some(mail), _) => mail.send(&letter).await,
            (Channel::Sms | Channel::Voice, _, Some(gateway)) => {
                gateway.send(&self.egress, channel, &letter, now).await
            }
            _ => Handed::Failed(DeliveryFault::NotConfigured),
        }
    }

    fn is_genuine(&self, timestamp: &str, signature: &str, body: &[u8]) -> Option<bool> {
        self.gateway.as_ref().map(|gateway| gateway.is_genuine(timestamp, signature, body))
    }
}

#[async_trait]
impl Fetch for Notifier {
    async fn fetch(&self, url: &str, most: usize) -> Result<Vec<u8>, FetchError> {
        self.egress.fetch(url, most).await
    }
}
