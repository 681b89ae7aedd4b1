//! Key derivation (RFC 3711 § 4.3, RFC 7714 § 11) and nonces (RFC 7714 § 8.1, § 9.1).

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rtc_crypto::{BlockCipherAlgorithm, CryptoError, RTCCrypto};

pub(super) const KEY: usize = 16;
pub(super) const SALT: usize = 12;

/// Labels of RFC 3711 § 4.3.1.
const RTP_KEY: u8 = 0;
const RTP_SALT: u8 = 2;
const RTCP_KEY: u8 = 3;
const RTCP_SALT: u8 = 5;

pub(super) struct MasterKey {
    key: [u8; KEY],
    salt: [u8; SALT],
}

impl MasterKey {
    pub(super) fn new(key: &[u8], salt: &[u8]) -> MasterKey {
        let mut master = MasterKey { key: [0; KEY], salt: [0; SALT] };
        master.key.copy_from_slice(key);
        master.salt.copy_from_slice(salt);
        master
    }

    pub(super) fn rtp(&self, crypto: &dyn RTCCrypto) -> Result<SessionKey, CryptoError> {
        SessionKey::new(&self.derive(crypto, RTP_KEY)?, &self.derive(crypto, RTP_SALT)?)
    }

    pub(super) fn rtcp(&self, crypto: &dyn RTCCrypto) -> Result<SessionKey, CryptoError> {
        SessionKey::new(&self.derive(crypto, RTCP_KEY)?, &self.derive(crypto, RTCP_SALT)?)
    }

    /// AES in counter mode over the salt with the label; one block is as much as any of the four needs.
    fn derive(&self, crypto: &dyn RTCCrypto, label: u8) -> Result<[u8; KEY], CryptoError> {
        let mut block = [0; KEY];
        block[..SALT].copy_from_slice(&self.salt);
        block[7] ^= label;
        crypto.block_encrypt(BlockCipherAlgorithm::Aes128, &self.key, &mut block)?;
        Ok(block)
    }
}

pub(super) struct SessionKey {
    key: LessSafeKey,
    salt: [u8; SALT],
}

impl SessionKey {
    pub(super) fn new(key: &[u8; KEY], salt: &[u8; KEY]) -> Result<SessionKey, CryptoError> {
        let key = UnboundKey::new(&AES_128_GCM, key)
            .map_err(|_| CryptoError::InvalidKeyLength { expected: KEY, actual: key.len() })?;
        let mut session = SessionKey { key: LessSafeKey::new(key), salt: [0; SALT] };
        session.salt.copy_from_slice(&salt[..SALT]);
        Ok(session)
    }

    /// Two zero bytes, the SSRC, 48 bits of packet index (RTP: rollover counter and sequence number; RTCP: its index),
    /// all mixed with the salt.
    pub(super) fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut bytes = self.salt;
        let place = (u128::from(ssrc) << 48 | u128::from(index & 0xffff_ffff_ffff)).to_be_bytes();
        bytes.iter_mut().zip(&place[4..]).for_each(|(byte, mixed)| *byte ^= mixed);
        Nonce::assume_unique_for_key(bytes)
    }

    pub(super) fn seal<A: AsRef<[u8]>>(&self, nonce: Nonce, aad: Aad<A>, payload: &mut [u8], tag: &mut [u8]) {
        // Never on with plain bytes: a payload beyond 64 GB cannot come from a datagram.
        let computed = self.key.seal_in_place_separate_tag(nonce, aad, payload).expect("a payload that GCM takes");
        tag.copy_from_slice(computed.as_ref());
    }

    /// `sealed` is the ciphertext with its tag. Returns whether it is authentic; if not, its bytes are spoiled.
    pub(super) fn open<A: AsRef<[u8]>>(&self, nonce: Nonce, aad: Aad<A>, sealed: &mut [u8]) -> bool {
        self.key.open_in_place(nonce, aad, sealed).is_ok()
    }
}
