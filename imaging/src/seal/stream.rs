//! A sealed object: a header, then segments.
//!
//! ```text
//! "TKB1" | 32 bytes salt | segment 0 | segment 1 | … | last segment
//! ```
//!
//! A segment is 64 KiB of plaintext sealed with AES-256-GCM (16 bytes more); the last one is shorter, empty for an
//! empty object. The key is derived from the object's key and the salt, fresh for each sealing, and the nonce is the
//! segment's number (8 bytes, big endian), three zero bytes, and 1 for the last segment, else 0. This is the STREAM
//! construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) with the key derivation of Tink's AES-GCM-HKDF streaming:
//! segments cannot be changed, swapped, taken from another object, or cut off at the end without being noticed.

use super::{ObjectKey, SealError};
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, Nonce};
use std::ops::Range;

/// Plaintext bytes of a segment. More: a small range read opens more than it needs. Less: more tags (16 B each) and
/// more calls; at 64 KiB the tags cost 0.02 %.
pub const SEGMENT: u64 = 64 << 10;
/// Bytes of the AES-GCM tag.
const TAG: u64 = 16;
/// Bytes of a full sealed segment.
pub const SEALED_SEGMENT: u64 = SEGMENT + TAG;
const MAGIC: [u8; 4] = *b"TKB1";
const SALT: usize = 32;
/// Bytes before the first segment.
pub const HEADER: u64 = (MAGIC.len() + SALT) as u64;

/// Plaintext length of a sealed object of `sealed` bytes; `None` where no sealed object has that length.
pub fn plain_length(sealed: u64) -> Option<u64> {
    let body = sealed.checked_sub(HEADER)?;
    let segments = body.div_ceil(SEALED_SEGMENT);
    let last = body.checked_sub(segments.checked_sub(1)? * SEALED_SEGMENT)?;
    (last >= TAG).then(|| body - segments * TAG)
}

/// Number of segments of an object of `plain` bytes. At least one, so that an empty object is authentic too.
fn segments(plain: u64) -> u64 {
    plain.div_ceil(SEGMENT).max(1)
}

/// The segments that a plaintext range touches.
pub fn touched(range: &Range<u64>) -> Range<u64> {
    range.start / SEGMENT..range.end.div_ceil(SEGMENT).max(range.start / SEGMENT + 1)
}

/// Where some segments lie in the sealed object. The end may lie past the object's own.
pub fn sealed_range(segments: &Range<u64>) -> Range<u64> {
    HEADER + segments.start * SEALED_SEGMENT..HEADER + segments.end * SEALED_SEGMENT
}

/// Seals an object piece by piece: first the header, then a segment for each piece of [`SEGMENT`] bytes.
pub struct Sealer {
    cipher: Aes256Gcm,
    header: Vec<u8>,
    segments: u64,
    next: u64,
}

impl Sealer {
    /// For an object of `plain` bytes.
    pub fn new(key: &ObjectKey, plain: u64) -> Self {
        let mut salt = [0; SALT];
        rand::fill(&mut salt[..]);
        Self { cipher: key.cipher(&salt), header: [&MAGIC[..], &salt].concat(), segments: segments(plain), next: 0 }
    }

    /// The sealed object's first bytes.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Seals the next segment. Every one but the last has [`SEGMENT`] bytes.
    pub fn segment(&mut self, plain: &[u8]) -> Vec<u8> {
        debug_assert!(self.next < self.segments, "more segments than announced");
        let last = self.next + 1 == self.segments;
        debug_assert!(plain.len() as u64 == SEGMENT || last && plain.len() as u64 <= SEGMENT);
        let mut sealed = Vec::with_capacity(plain.len() + TAG as usize);
        sealed.extend_from_slice(plain);
        self.cipher
            .encrypt_in_place(&nonce(self.next, last), &[], &mut sealed)
            .expect("AES-GCM seals anything below 64 GiB");
        self.next += 1;
        sealed
    }
}

/// Opens segments of an object whose sealed length is known.
pub struct Opener {
    cipher: Aes256Gcm,
    segments: u64,
}

impl Opener {
    /// From the sealed object's header and total length, as the store reports them. A wrong length makes the true
    /// last segment, and every false one, refuse to open.
    pub fn new(key: &ObjectKey, header: &[u8], sealed: u64) -> Result<Self, SealError> {
        let plain = plain_length(sealed).ok_or(SealError::DoesNotOpen)?;
        let salt = header.strip_prefix(&MAGIC).filter(|salt| salt.len() == SALT).ok_or(SealError::DoesNotOpen)?;
        Ok(Self { cipher: key.cipher(salt), segments: segments(plain) })
    }

    /// Opens segment `number`.
    pub fn segment(&self, number: u64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut plain = sealed.to_vec();
        let last = number + 1 == self.segments;
        self.cipher.decrypt_in_place(&nonce(number, last), &[], &mut plain).map_err(|_| SealError::DoesNotOpen)?;
        Ok(plain)
    }

    /// Opens a run of whole segments, the first of which is number `first`, and appends the plaintext to `plain`.
    pub fn run(&self, first: u64, sealed: &[u8], plain: &mut Vec<u8>) -> Result<(), SealError> {
        for (number, segment) in (first..).zip(sealed.chunks(SEALED_SEGMENT as usize)) {
            plain.extend_from_slice(&self.segment(number, segment)?);
        }
        Ok(())
    }
}

fn nonce(segment: u64, last: bool) -> Nonce<aes_gcm::aead::consts::U12> {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&segment.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}
