//! Small values that lie sealed in the database: what wakes a device, and private telephone numbers. AES-256-GCM; the
//! row's id is bound to it as associated data, so that nobody's device can be put in another's place.

use crate::app::{Error, Result};
use ::imaging::seal::MasterKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use uuid::Uuid;

pub(super) struct Seal(LessSafeKey);

impl Seal {
    pub(super) fn derive(master: &MasterKey) -> Self {
        let key = master.derive("telekonsil sealed contact v1");
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key[..]).expect("a key has 32 bytes")))
    }

    /// Random nonces: far fewer than 2^32 values are ever sealed (NIST SP 800-38D § 8.3).
    pub(super) fn seal(&self, of: Uuid, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce[..]);
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(of.as_bytes()), &mut sealed)
            .expect("far below the longest message");
        [&nonce[..], &sealed].concat()
    }

    pub(super) fn open(&self, of: Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
        let damaged = || Error::bug("a sealed contact", "does not open");
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
        let mut plain = sealed.to_vec();
        let opened = self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(of.as_bytes()), &mut plain);
        let length = opened.map_err(|_| damaged())?.len();
        plain.truncate(length);
        Ok(plain)
    }
}
