//! Tokens that leave the house: receipts in pushes, one-time links in e-mails and SMS. Short, because an SMS is: what
//! they are for, the channel, the end, the message, the device, and an HMAC-SHA256 over it, cut to 128 bits. Whose they
//! are follows from the message: each goes to one person.

use ::imaging::seal::MasterKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use schemas::{UnixMillis, delivery::Channel};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// 128 bits are guessed by nobody, and half of the digest keeps a link within one SMS.
const TAG: usize = 16;

/// What a token opens. One for the other opens nothing: each has its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Receipt,
    Answer,
}

pub(super) struct Keys {
    receipt: Zeroizing<[u8; 32]>,
    answer: Zeroizing<[u8; 32]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) channel: Channel,
    pub(super) expires: UnixMillis,
    pub(super) message: Uuid,
    /// Of a push: the device that got it.
    pub(super) device: Option<Uuid>,
}

impl Keys {
    pub(super) fn derive(master: &MasterKey) -> Self {
        Self {
            receipt: master.derive("telekonsil delivery receipt v1"),
            answer: master.derive("telekonsil answer link v1"),
        }
    }

    pub(super) fn sign(&self, purpose: Purpose, ticket: &Ticket) -> String {
        let mut bytes = ticket.to_bytes();
        let tag = self.mac(purpose, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag[..TAG]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A genuine ticket whose time is not over.
    pub(super) fn open(&self, purpose: Purpose, token: &str, now: UnixMillis) -> Option<Ticket> {
        let bytes = URL_SAFE_NO_PAD.decode(token.trim()).ok()?;
        let (body, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
        self.mac(purpose, body).verify_truncated_left(tag).ok()?;
        Ticket::from_bytes(body).filter(|ticket| ticket.expires > now)
    }

    fn mac(&self, purpose: Purpose, bytes: &[u8]) -> Hmac<Sha256> {
        let key = match purpose {
            Purpose::Receipt => &self.receipt,
            Purpose::Answer => &self.answer,
        };
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key[..]).expect("HMAC takes keys of any length");
        mac.update(bytes);
        mac
    }
}

impl Ticket {
    fn to_bytes(self) -> Vec<u8> {
        let channel = Channel::ALL.iter().position(|channel| *channel == self.channel).unwrap_or(0);
        let seconds = u32::try_from(self.expires.0.div_euclid(1000)).unwrap_or(u32::MAX);
        let mut bytes = vec![u8::try_from(channel).unwrap_or(0)];
        bytes.extend_from_slice(&seconds.to_be_bytes());
        bytes.extend_from_slice(self.message.as_bytes());
        bytes.extend(self.device.iter().flat_map(|device| *device.as_bytes()));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (channel, rest) = bytes.split_first()?;
        let (seconds, rest) = rest.split_first_chunk::<4>()?;
        let (message, device) = rest.split_first_chunk::<16>()?;
        let device = match device.len() {
            0 => None,
            _ => Some(Uuid::from_slice(device).ok()?),
        };
        Some(Self {
            channel: *Channel::ALL.get(usize::from(*channel))?,
            expires: UnixMillis(i64::from(u32::from_be_bytes(*seconds)) * 1000),
            message: Uuid::from_bytes(*message),
            device,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_it_was_made_for_in_its_time_and_nothing_else() {
        let keys = Keys::derive(&MasterKey::generate());
        let now = UnixMillis(1_795_482_420_000);
        for device in [None, Some(Uuid::from_u128(7))] {
            let ticket =
                Ticket { channel: Channel::Sms, expires: now.plus_seconds(60), message: Uuid::from_u128(9), device };
            let token = keys.sign(Purpose::Answer, &ticket);
            assert!(token.len() <= 72, "{}", token.len());
            assert_eq!(keys.open(Purpose::Answer, &token, now), Some(ticket));
            assert_eq!(keys.open(Purpose::Receipt, &token, now), None, "for something else");
            assert_eq!(keys.open(Purpose::Answer, &token, now.plus_seconds(60)), None, "too late");
            assert_eq!(Keys::derive(&MasterKey::generate()).open(Purpose::Answer, &token, now), None, "another house");
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            for place in 0..bytes.len() {
                bytes[place] ^= 1;
                assert_eq!(keys.open(Purpose::Answer, &URL_SAFE_NO_PAD.encode(&bytes), now), None, "byte {place}");
                bytes[place] ^= 1;
            }
        }
        for bad in ["", "AAAA", "not base64!", &"A".repeat(4000)] {
            assert_eq!(keys.open(Purpose::Answer, bad, now), None);
        }
    }
}
