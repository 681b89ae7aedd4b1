//! Who a device belongs to: the JWS that comes with a room's ticket, and the identity of a member's basic credential.

use super::from_base64url;
use anyhow::{Context, Result, ensure};
use ring::signature::{ED25519, UnparsedPublicKey};
use schemas::UnixMillis;
use serde::Deserialize;

/// Always these bytes: a verifier that reads no algorithm cannot be talked into another one.
pub const HEADER: &str = r#"{"typ":"telekonsil-device","alg":"EdDSA"}"#;
/// How far a clock may be off.
const TOLERANCE_MILLIS: i64 = 5 * 60_000;

#[derive(Clone, Deserialize)]
pub struct Attested {
    pub person: String,
    pub name: String,
    pub role: String,
    pub consult: Option<String>,
    /// Ed25519, base64url.
    key: String,
    not_before: i64,
    expires: i64,
}

impl Attested {
    /// The key that it is for.
    pub(super) fn key(&self) -> Result<Vec<u8>> {
        from_base64url(&self.key)
    }

    pub fn is_guest(&self) -> bool {
        self.role == "guest"
    }
}

/// What it says, unless something speaks against it. `key` is the one that the device signs with.
pub fn check(identity: &[u8], authority: &[u8], consult: &str, key: &[u8], now: UnixMillis) -> Result<Attested> {
    let (attested, signed, signature) = read(identity)?;
    let authority = UnparsedPublicKey::new(&ED25519, authority);
    ensure!(authority.verify(signed.as_bytes(), &signature).is_ok(), "attestation_unknown");
    let earliest = attested.not_before - TOLERANCE_MILLIS;
    ensure!((earliest..attested.expires + TOLERANCE_MILLIS).contains(&now.0), "attestation_not_valid_now");
    ensure!(attested.key()? == key, "attestation_other_key");
    ensure!(attested.consult.as_deref().is_none_or(|only| only == consult), "attestation_other_consult");
    Ok(attested)
}

/// Whose it claims to be.
pub(super) fn claimed(identity: &[u8]) -> Result<Attested> {
    Ok(read(identity)?.0)
}

/// Payload, what is signed, and the signature.
fn read(identity: &[u8]) -> Result<(Attested, &str, Vec<u8>)> {
    let text = std::str::from_utf8(identity)?;
    let (signed, signature) = text.rsplit_once('.').context("attestation_malformed")?;
    let (header, payload) = signed.split_once('.').context("attestation_malformed")?;
    ensure!(from_base64url(header)? == HEADER.as_bytes(), "attestation_malformed");
    let attested = serde_json::from_slice(&from_base64url(payload)?)?;
    Ok((attested, signed, from_base64url(signature)?))
}
