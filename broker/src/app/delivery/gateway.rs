//! What the gateway for SMS and voice calls back with (`schemas/GATEWAY.md`).

use super::run::course_of;
use crate::app::{App, Error, Result};
use schemas::delivery::{Channel, DeliveryState, GatewayCallback, GatewayEvent, LinkAnswer};

/// A callback is good for so long, either way of our clock. More lets somebody who recorded one play it again (which is
/// harmless: repeats are); less fails a gateway whose clock is off.
const WINDOW_SECONDS: i64 = 300;

/// How a callback is signed. No `Debug`.
pub struct CallbackSignature<'a> {
    /// Unix seconds.
    pub timestamp: &'a str,
    /// `v1=` and the hexadecimal HMAC-SHA256.
    pub signature: &'a str,
}

impl App {
    /// [`Error::NotFound`] where there is no gateway, and for a message that it was never given; [`Error::Forbidden`] for
    /// one that is forged or too old.
    pub async fn gateway_callback(&self, signed: &CallbackSignature<'_>, body: &[u8]) -> Result<()> {
        let genuine = self.delivery.carrier.is_genuine(signed.timestamp, signed.signature, body);
        let at: i64 = signed.timestamp.parse().unwrap_or(0);
        let age = self.now().0.div_euclid(1000).saturating_sub(at).saturating_abs();
        if !genuine.ok_or(Error::NotFound)? || age > WINDOW_SECONDS {
            return Err(Error::Forbidden);
        }
        let callback: GatewayCallback = serde_json::from_slice(body)
            .map_err(|_| Error::InvalidField("body: is not what this route takes".to_owned()))?;
        let GatewayCallback { id, channel, event } = callback;
        if !matches!(channel, Channel::Sms | Channel::Voice) {
            return Err(Error::InvalidField("channel: is sms or voice".to_owned()));
        }
        let row = self.repo.message(id).await?.ok_or(Error::NotFound)?;
        // It speaks for what it was handed, and for nothing else.
        course_of(&row)?.leg(channel).filter(|leg| leg.attempts > 0).ok_or(Error::NotFound)?;
        match event {
            GatewayEvent::Delivered => self.arrived(id, channel, DeliveryState::Delivered).await.map(drop),
            GatewayEvent::Failed => self.arrived(id, channel, DeliveryState::Failed).await.map(drop),
            GatewayEvent::Digit { digit } => {
                let answer = pressed(digit).ok_or_else(|| Error::InvalidField("digit: is 1, 2 or 3".to_owned()))?;
                self.arrived(id, channel, DeliveryState::Seen).await?;
                self.answer_ring(&row, channel, &answer).await
            }
        }
    }
}

const fn pressed(digit: u8) -> Option<LinkAnswer> {
    match digit {
        1 => Some(LinkAnswer::Accept),
        2 => Some(LinkAnswer::InFive),
        3 => Some(LinkAnswer::PassOn),
        _ => None,
    }
}
