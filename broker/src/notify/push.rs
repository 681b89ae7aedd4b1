//! Web Push: encrypted for one browser (RFC 8291), signed as this installation's (RFC 8292), kept by the push service for
//! as long as the message is of use (RFC 8030).

use super::egress::Egress;
use crate::app::Handed;
use crate::app::ports::{Device, Push};
use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD},
};
use imaging::seal::MasterKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Url;
use schemas::{UnixMillis, delivery::DeliveryFault};
use serde::Serialize;
use web_push_native::{
    Auth,
    p256::{PublicKey, SecretKey, elliptic_curve::sec1::ToEncodedPoint},
};
use zeroize::Zeroizing;

/// A P-256 key as PKCS #8 has it, before its 32 bytes (RFC 5958, RFC 5915; without the public key).
const PKCS8: [u8; 35] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
];
/// A signature is good for so long; 24 hours are the most (RFC 8292 § 2).
const SIGNED_SECONDS: i64 = 3600;
/// Every message has a multiple of this length, so that nobody reads its kind off its size. White space behind the JSON:
/// the library pads no record.
const STEP: usize = 1024;
/// What push services take is 4,096 bytes with header and tag (RFC 8030 § 7.2).
const LONGEST: usize = 3 * STEP;
/// Browsers give their keys with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) struct WebPush {
    signing: EncodingKey,
    public: String,
    contact: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: String,
    exp: i64,
    sub: &'a str,
}

impl WebPush {
    /// The key follows from the master key: the same on every node, for as long as that is. With another one, devices
    /// subscribe anew.
    pub(super) fn new(master: &MasterKey, contact: &str) -> Self {
        // One in 2^32 texts gives no key of the curve.
        let secret = (0_u8..).find_map(|n| {
            let bytes = master.derive(&format!("telekonsil vapid v1/{n}"));
            Some((SecretKey::from_slice(&bytes[..]).ok()?, bytes))
        });
        let (secret, bytes) = secret.expect("one of many texts gives a key");
        let mut der = Zeroizing::new(PKCS8.to_vec());
        der.extend_from_slice(&bytes[..]);
        let point = secret.public_key().to_encoded_point(false);
        Self {
            signing: EncodingKey::from_ec_der(&der),
            public: URL_SAFE_NO_PAD.encode(point.as_bytes()),
            contact: contact.to_owned(),
        }
    }

    pub(super) fn public_key(&self) -> &str {
        &self.public
    }

    pub(super) async fn send(&self, egress: &Egress, push: Push<'_>, now: UnixMillis) -> Handed {
        let keys = keys(push.device).zip(Url::parse(&push.device.endpoint).ok());
        let Some(((public, auth), url)) = keys else { return Handed::Failed(DeliveryFault::Refused) };
        let Some(body) = padded(push.payload).and_then(|body| web_push_native::encrypt(body, &public, &auth).ok())
        else {
            return Handed::Failed(DeliveryFault::Refused);
        };
        let Some(signature) = self.signature(&url, now) else { return Handed::Failed(DeliveryFault::Refused) };
        let request = |request: reqwest::RequestBuilder| {
            request
                .header("TTL", push.ttl_seconds)
                .header("Urgency", if push.urgent { "high" } else { "normal" })
                .header("Topic", push.topic)
                .header("Content-Encoding", "aes128gcm")
                .header("Content-Type", "application/octet-stream")
                .header("Authorization", signature)
                .body(body)
        };
        egress.post(&push.device.endpoint, now, request).await
    }

    /// `aud` is the push service's origin, with its port (RFC 6454 § 6.2).
    fn signature(&self, url: &Url, now: UnixMillis) -> Option<String> {
        let exp = now.plus_seconds(SIGNED_SECONDS).0.div_euclid(1000);
        let claims = Claims { aud: url.origin().ascii_serialization(), exp, sub: &self.contact };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.signing).ok()?;
        Some(format!("vapid t={token}, k={}", self.public))
    }
}

/// What is wrong with a device's keys.
pub(super) fn fault(device: &Device) -> Option<&'static str> {
    keys(device).is_none().then_some("p256dh, auth: are no keys of a push subscription")
}

fn keys(device: &Device) -> Option<(PublicKey, Auth)> {
    let public = PublicKey::from_sec1_bytes(&LENIENT.decode(&device.p256dh).ok()?).ok()?;
    let auth = LENIENT.decode(&device.auth).ok().filter(|auth| auth.len() == 16)?;
    Some((public, Auth::clone_from_slice(&auth)))
}

fn padded(payload: &[u8]) -> Option<Vec<u8>> {
    let length = payload.len().next_multiple_of(STEP);
    let mut body = payload.to_vec();
    body.resize(length, b' ');
    (length <= LONGEST).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{DecodingKey, Validation};

    fn device() -> (Device, SecretKey) {
        let secret = SecretKey::from_slice(&[7; 32]).unwrap();
        let point = secret.public_key().to_encoded_point(false);
        let device = Device {
            endpoint: "https://push.example.org:8443/abc".to_owned(),
            p256dh: URL_SAFE_NO_PAD.encode(point.as_bytes()),
            auth: URL_SAFE_NO_PAD.encode([9; 16]),
        };
        (device, secret)
    }

    #[test]
    fn the_signature_names_the_services_origin_with_its_port_and_verifies_by_the_public_key() {
        let master = MasterKey::generate();
        let push = WebPush::new(&master, "mailto:it@example.org");
        assert_eq!(push.public_key(), WebPush::new(&master, "x").public_key(), "on every node the same");
        let now = UnixMillis(1_795_482_420_000);
        let header = push.signature(&Url::parse("https://push.example.org:8443/abc").unwrap(), now).unwrap();
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, push.public_key());
        let point = URL_SAFE_NO_PAD.decode(key).unwrap();
        assert_eq!((point.len(), point[0]), (65, 4), "an uncompressed point");
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&["https://push.example.org:8443"]);
        let key = DecodingKey::from_ec_components(&x, &y).unwrap();
        let claims = jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation).unwrap().claims;
        assert_eq!(claims["sub"], "mailto:it@example.org");
        assert_eq!(claims["exp"], 1_795_482_420 + SIGNED_SECONDS);
    }

    #[test]
    fn a_message_opens_on_its_device_and_has_one_of_few_lengths() {
        let (device, secret) = device();
        let (public, auth) = keys(&device).unwrap();
        let mut lengths = std::collections::BTreeSet::new();
        for size in [10, 200, 700, 1023] {
            let text = vec![b'x'; size];
            let sealed = web_push_native::encrypt(padded(&text).unwrap(), &public, &auth).unwrap();
            lengths.insert(sealed.len());
            let opened = web_push_native::decrypt(sealed, &secret, &auth).unwrap();
            assert_eq!(opened.trim_ascii_end(), text);
        }
        assert_eq!(lengths.len(), 1);
        assert!(padded(&[0; LONGEST + 1]).is_none());
    }

    #[test]
    fn keys_are_looked_at_before_they_are_kept() {
        let (good, _) = device();
        assert_eq!(fault(&good), None);
        let padded = Device { auth: format!("{}==", good.auth), ..good.clone() };
        assert_eq!(fault(&padded), None);
        for bad in ["", "AAAA", "not base64"] {
            assert!(fault(&Device { p256dh: bad.to_owned(), ..good.clone() }).is_some());
            assert!(fault(&Device { auth: bad.to_owned(), ..good.clone() }).is_some());
        }
    }
}
