//! Who a device belongs to, signed for the members of a room's MLS group: a JWS (RFC 7515) with Ed25519 (RFC 8037), the
//! identity of the member's credential. The protocol is in `schemas/END_TO_END.md`.
//!
//! Nobody has to prove here that the key is theirs: a member signs its leaf with it (RFC 9420 § 7.2), and every other
//! member holds the two together. An attestation for a foreign key opens nothing.

use super::{App, Error, Result};
use crate::domain::{
    consult::{Consult, Guest},
    directory::Actor,
};
use ::imaging::seal::MasterKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::signature::{Ed25519KeyPair, KeyPair};
use schemas::directory::Role;
use schemas::mls::Attestation;
use schemas::{ConsultId, UnixMillis};
use serde::Serialize;
use uuid::Uuid;

/// How long a device may show it. More keeps somebody in a group who was signed out; less ends a long night's consult.
const VALID_SECONDS: i64 = 24 * 3600;
const PURPOSE: &str = "telekonsil device attestation v1";
/// A private key as PKCS #8 has it, before its 32 bytes (RFC 8410 § 7).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The installation's key. The same on every node, for as long as the master key is.
pub(super) struct Authority {
    signing: EncodingKey,
    public: String,
}

#[derive(Serialize)]
struct Claims {
    person: Uuid,
    name: String,
    hospital: Option<String>,
    role: &'static str,
    consult: ConsultId,
    key: String,
    not_before: UnixMillis,
    expires: UnixMillis,
}

impl Authority {
    pub(super) fn derive(master: &MasterKey) -> Self {
        let seed = master.derive(PURPOSE);
        let mut pkcs8 = zeroize::Zeroizing::new(PKCS8.to_vec());
        pkcs8.extend_from_slice(&seed[..]);
        let public = Ed25519KeyPair::from_seed_unchecked(&seed[..]).map(|pair| pair.public_key().as_ref().to_vec());
        let public = URL_SAFE_NO_PAD.encode(public.expect("32 bytes are a seed"));
        Self { signing: EncodingKey::from_ed_der(&pkcs8), public }
    }

    fn sign(&self, claims: &Claims) -> Result<Attestation> {
        // Members compare these very bytes.
        let header = Header { typ: Some("telekonsil-device".to_owned()), ..Header::new(Algorithm::EdDSA) };
        let attestation = jsonwebtoken::encode(&header, claims, &self.signing)
            .map_err(|error| Error::bug("signing an attestation", error))?;
        Ok(Attestation { attestation, authority: self.public.clone() })
    }
}

impl App {
    /// For somebody who is given a ticket to the consult's room; nothing for a device that has no key, where the room is
    /// open to those.
    ///
    /// # Errors
    /// [`Error::EncryptionRequired`] without a key where one is needed; [`Error::InvalidField`] for what is none.
    pub(super) async fn attest(
        &self,
        consult: &Consult,
        actor: &Actor,
        device: Option<&str>,
    ) -> Result<Option<Attestation>> {
        let Some(key) = device_key(consult, device)? else { return Ok(None) };
        let person = self.directory().await?.person_ref(actor.person_id);
        let role = match actor.person_id {
            id if Some(id) == consult.specialist => "specialist",
            _ if actor.has_role(Role::Coordinator) && !actor.has_role(Role::Referrer) => "coordinator",
            _ if actor.has_role(Role::Specialist) && !actor.has_role(Role::Referrer) => "specialist",
            _ => "referrer",
        };
        self.signed_attestation(consult, actor.person_id.0, person.name, Some(person.hospital), role, key).map(Some)
    }

    /// The same for a guest: the name is what the invitation says.
    ///
    /// # Errors
    /// As for [`Self::attest`].
    pub(super) fn attest_guest(
        &self,
        consult: &Consult,
        guest: &Guest,
        device: Option<&str>,
    ) -> Result<Option<Attestation>> {
        let Some(key) = device_key(consult, device)? else { return Ok(None) };
        self.signed_attestation(consult, guest.id.0, guest.name.0.clone(), None, "guest", key).map(Some)
    }

    fn signed_attestation(
        &self,
        consult: &Consult,
        person: Uuid,
        name: String,
        hospital: Option<String>,
        role: &'static str,
        key: &str,
    ) -> Result<Attestation> {
        let (now, key) = (self.now(), key.to_owned());
        let (not_before, expires) = (now, now.plus_seconds(VALID_SECONDS));
        self.authority.sign(&Claims { person, name, hospital, role, consult: consult.id, key, not_before, expires })
    }
}

/// The key, where there is one or has to be one.
fn device_key<'a>(consult: &Consult, device: Option<&'a str>) -> Result<Option<&'a str>> {
    match device {
        None if consult.encryption_lifted.is_some() => Ok(None),
        None => Err(Error::EncryptionRequired),
        Some(key) if URL_SAFE_NO_PAD.decode(key).is_ok_and(|bytes| bytes.len() == 32) => Ok(Some(key)),
        Some(_) => Err(Error::InvalidField("device: is no key of 32 bytes in base64url without padding".to_owned())),
    }
}
