//! SFrame (RFC 9605) with the keys of the group's epochs, by the crate `sframe`.

use super::frames::{Codec, Place, clear_bytes, of_frame, of_place};
use anyhow::{Context, Result, ensure};
use sframe::CipherSuite;
use sframe::frame::validation::{ReplayAttackProtectionStore, Tolerance};
use sframe::frame::{EncryptedFrameView, MediaFrameView, MonotonicCounter};
use sframe::key::{DecryptionKey, EncryptionKey};
use sframe::mls::{MlsKeyId, MlsKeyIdBitRange};
use std::collections::BTreeMap;

/// AES_128_GCM_SHA256_128, RFC 9605 § 8.1.
const SUITE: CipherSuite = CipherSuite::AesGcm128Sha256;
/// Bits of epoch and leaf in a KID, § 5.2; the context has 32.
const BITS: u8 = 8;
/// Epochs that still open frames. The browsers go by time; whoever is removed is asked for by tests.
const KEPT: usize = 2;
/// Frames of one sender that may come late.
const LATE: usize = 1024;

/// What an epoch of the group gives.
#[derive(Clone)]
pub struct EpochKeys {
    pub generation: u64,
    pub epoch: u64,
    pub leaf: u32,
    /// Person by leaf.
    pub people: BTreeMap<u32, String>,
    /// Base keys for pictures and sound, and for values on the data channels.
    pub media: Vec<u8>,
    pub data: Vec<u8>,
    /// RFC 9420 § 8.7.
    pub authenticator: Vec<u8>,
}

/// Seals with one counter for everything that it seals.
pub struct Sealer {
    context: u32,
    counter: MonotonicCounter,
    key: Option<EncryptionKey>,
}

impl Sealer {
    pub fn new() -> Self {
        Self { context: rand::random(), counter: MonotonicCounter::new(u64::MAX), key: None }
    }

    /// From now on with a key of this base key.
    pub fn take(&mut self, base: &[u8], keys: &EpochKeys) -> Result<()> {
        let kid = MlsKeyId::try_new(self.context, keys.epoch, keys.leaf, MlsKeyIdBitRange::new(BITS, BITS))?;
        self.key = Some(EncryptionKey::derive_from(SUITE, kid, base)?);
        Ok(())
    }

    pub fn frame(&mut self, codec: Codec, frame: &[u8]) -> Result<Vec<u8>> {
        let (clear, rest) = frame.split_at(clear_bytes(codec, frame).context("too short")?);
        Ok([clear, &self.seal(&of_frame(codec, clear), rest)?].concat())
    }

    pub fn value(&mut self, place: Place<'_>, payload: &[u8]) -> Result<Vec<u8>> {
        self.seal(&of_place(place), payload)
    }

    fn seal(&mut self, associated: &[u8], payload: &[u8]) -> Result<Vec<u8>> {
        let key = self.key.as_ref().context("no_key")?;
        let frame = MediaFrameView::try_with_meta_data(&mut self.counter, payload, associated)?;
        let mut sealed = Vec::new();
        frame.encrypt_into(key, &mut sealed)?;
        Ok(sealed.split_off(associated.len()))
    }
}

impl Default for Sealer {
    fn default() -> Self {
        Self::new()
    }
}

struct Known {
    epoch: u64,
    base: Vec<u8>,
    people: BTreeMap<u32, String>,
    replays: ReplayAttackProtectionStore,
}

/// Opens what members have sealed, each thing once.
#[derive(Default)]
pub struct Opener(Vec<Known>);

impl Opener {
    pub fn take(&mut self, base: &[u8], keys: &EpochKeys) {
        let EpochKeys { epoch, people, .. } = keys;
        // Whoever is no member any more is not listened to either.
        for known in &mut self.0 {
            known.people.retain(|leaf, person| people.get(leaf) == Some(person));
        }
        let replays = ReplayAttackProtectionStore::new(Tolerance::new(LATE));
        self.0.push(Known { epoch: *epoch, base: base.to_vec(), people: people.clone(), replays });
        if self.0.len() > KEPT {
            self.0.remove(0);
        }
    }

    /// The frame, and whose it is.
    pub fn frame(&mut self, codec: Codec, sealed: &[u8]) -> Result<(String, Vec<u8>)> {
        let (clear, rest) = sealed.split_at(clear_bytes(codec, sealed).context("malformed")?);
        let (person, opened) = self.open(&of_frame(codec, clear), rest)?;
        Ok((person, [clear, &opened].concat()))
    }

    pub fn value(&mut self, place: Place<'_>, sealed: &[u8]) -> Result<(String, Vec<u8>)> {
        self.open(&of_place(place), sealed)
    }

    fn open(&mut self, associated: &[u8], sealed: &[u8]) -> Result<(String, Vec<u8>)> {
        let frame = EncryptedFrameView::try_with_meta_data(sealed, associated).ok().context("malformed")?;
        let kid = MlsKeyId::from_key_id(frame.header().key_id(), MlsKeyIdBitRange::new(BITS, BITS));
        ensure!(kid.context_id() <= u64::from(u32::MAX), "malformed");
        let of_epoch = |known: &&mut Known| known.epoch & 0xff == kid.epoch_lsb();
        let known = self.0.iter_mut().rev().find(of_epoch).context("no_key")?;
        let leaf = u32::try_from(kid.member_index())?;
        let person = known.people.get(&leaf).context("not_a_member")?;
        let key = DecryptionKey::derive_from(SUITE, kid, &known.base)?;
        let mut opened = Vec::new();
        frame.validated_decrypt_into(&key, &mut opened, &mut known.replays).ok().context("forged_or_replayed")?;
        Ok((person.clone(), opened.split_off(associated.len())))
    }
}
