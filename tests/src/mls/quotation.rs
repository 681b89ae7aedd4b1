//! What somebody said, signed so that it can be passed on (`group/quotation.ts`): what an application message carries.

use super::attestation::{self, Attested};
use super::device::Device;
use anyhow::{Result, ensure};
use ring::signature::{ED25519, UnparsedPublicKey};
use schemas::UnixMillis;

const LABEL: &[u8] = b"Telekonsil 1.0 quotation";
/// What somebody said.
pub struct Said {
    pub author: Attested,
    pub payload: Vec<u8>,
    /// Somebody else passed it on.
    pub is_quoted: bool,
}

/// Ed25519.
const SIGNATURE: usize = 64;

/// Length of the attestation (16 bits), attestation, signature, payload.
pub(super) fn quote(device: &Device, identity: &[u8], consult: &str, key: &str, payload: &[u8]) -> Result<Vec<u8>> {
    let signature = device.sign(&content(consult, key, payload))?;
    Ok([&u16::try_from(identity.len())?.to_be_bytes(), identity, &signature, payload].concat())
}

/// Who said it, and what. Somebody else than `signer` may have passed it on.
pub(super) fn read(
    quotation: &[u8],
    (authority, consult, key): (&[u8], &str, &str),
    signer: &[u8],
    now: UnixMillis,
) -> Result<Said> {
    ensure!(quotation.len() > 2, "quotation_malformed");
    let length = usize::from(u16::from_be_bytes([quotation[0], quotation[1]]));
    ensure!(quotation.len() >= 2 + length + SIGNATURE, "quotation_malformed");
    let (identity, rest) = quotation[2..].split_at(length);
    let (signature, payload) = rest.split_at(SIGNATURE);
    let device = attestation::claimed(identity)?.key()?;
    let author = attestation::check(identity, authority, consult, &device, now)?;
    let verified = UnparsedPublicKey::new(&ED25519, &device).verify(&content(consult, key, payload), signature);
    ensure!(verified.is_ok(), "quotation_forged");
    Ok(Said { author, payload: payload.to_vec(), is_quoted: device != signer })
}

fn content(consult: &str, key: &str, payload: &[u8]) -> Vec<u8> {
    let mut content = LABEL.to_vec();
    for part in [consult.as_bytes(), key.as_bytes(), payload] {
        content.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        content.extend_from_slice(part);
    }
    content
}
