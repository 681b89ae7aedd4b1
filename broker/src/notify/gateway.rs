//! SMS and voice by an HTTP gateway, as `schemas/GATEWAY.md` describes.

use super::egress::Egress;
use crate::app::Handed;
use crate::app::ports::Letter;
use crate::config;
use hmac::{Hmac, KeyInit, Mac};
use imaging::seal::hex;
use schemas::{
    UnixMillis,
    delivery::{Channel, DeliveryFault},
};
use serde::Serialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

pub(super) struct Gateway {
    settings: config::Gateway,
}

/// What the gateway is told.
#[derive(Serialize)]
struct Order<'a> {
    id: Uuid,
    channel: Channel,
    to: &'a str,
    language: &'a str,
    text: &'a str,
    /// Of no use from then on.
    until: UnixMillis,
}

impl Gateway {
    pub(super) const fn new(settings: config::Gateway) -> Self {
        Self { settings }
    }

    pub(super) const fn has_sms(&self) -> bool {
        self.settings.sms
    }

    pub(super) const fn has_voice(&self) -> bool {
        self.settings.voice
    }

    pub(super) async fn send(&self, egress: &Egress, channel: Channel, letter: &Letter<'_>, now: UnixMillis) -> Handed {
        let has = (channel == Channel::Sms && self.has_sms()) || (channel == Channel::Voice && self.has_voice());
        let Letter { message_id, to, language, text, until, .. } = *letter;
        let order = Order { id: message_id, channel, to, language, text, until };
        let Some(body) = serde_json::to_vec(&order).ok().filter(|_| has) else {
            return Handed::Failed(DeliveryFault::NotConfigured);
        };
        let timestamp = now.0.div_euclid(1000).to_string();
        let signature = self.signature(&timestamp, &body);
        let request = |request: reqwest::RequestBuilder| {
            request
                .header("Content-Type", "application/json")
                .header("X-Telekonsil-Timestamp", timestamp)
                .header("X-Telekonsil-Signature", signature)
                .body(body)
        };
        egress.post(&self.settings.url, now, request).await
    }

    pub(super) fn is_genuine(&self, timestamp: &str, signature: &str, body: &[u8]) -> bool {
        self.signature(timestamp, body).as_bytes().ct_eq(signature.as_bytes()).into()
    }

    /// `v1=` and the HMAC-SHA256 of the time stamp, a dot and the body.
    fn signature(&self, timestamp: &str, body: &[u8]) -> String {
        let key = self.settings.secret.expose().as_bytes();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        format!("v1={}", hex(&mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    /// The example of `schemas/GATEWAY.md`, computed by Python's `hmac`.
    #[test]
    fn the_documented_example_verifies_and_nothing_else_does() {
        let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
        let gateway =
            Gateway::new(config::Gateway { url: "https://sms.example.org".to_owned(), secret, sms: true, voice: true });
        let document = include_str!("../../../schemas/GATEWAY.md");
        let line = |start: &str| {
            document.lines().find_map(|line| line.trim().strip_prefix(start)).expect("stands in the document")
        };
        let body = document.lines().map(str::trim).find(|line| line.starts_with("{\"id\":")).expect("an example");
        let (timestamp, signature) = (line("X-Telekonsil-Timestamp: "), line("X-Telekonsil-Signature: "));
        assert!(gateway.is_genuine(timestamp, signature, body.as_bytes()));
        assert!(!gateway.is_genuine(timestamp, signature, &body.as_bytes()[1..]));
        assert!(!gateway.is_genuine("1795482421", signature, body.as_bytes()));
        assert!(!gateway.is_genuine(timestamp, "v1=", body.as_bytes()) && !gateway.is_genuine(timestamp, "", b""));
    }
}
