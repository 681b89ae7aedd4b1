//! Sealing at rest.
//!
//! - Every study has a key of its own, 256 random bits ([`StudyKey`]). The installation's [`MasterKey`] wraps it
//!   (AES-256-GCM, the study's id bound as associated data); the wrapped key lies in the study's row, and deleting
//!   it makes everything below unreadable.
//! - From the study key HKDF-SHA-256 derives, by distinct `info` texts: the key that names objects, the key that
//!   seals small values, and one key per stored object.
//! - An object is sealed in segments ([`stream`]), so that a range read opens only the segments it touches.
//! - Names tell nothing: an object's address is an HMAC of its SOP Instance UID.
//!
//! 256-bit keys because what is stored today must stay closed for decades, and AES-NI makes them cost only a
//! seventh more than 128-bit ones. Keys are wiped when dropped and have no `Debug`.

mod keys;
pub mod stream;

pub use keys::{MasterKey, ObjectKey, StudyKey, WrappedKey, hex};

/// Why something stays closed. Says nothing about the content.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Wrong key, wrong context, or changed bytes; AEAD cannot tell which.
    #[error("the sealed value does not open under this key")]
    DoesNotOpen,
    #[error("the master key is not the one that wrapped this key")]
    OtherMaster,
    #[error("a master key has 64 hexadecimal digits or 44 base64 characters (32 bytes)")]
    BadMasterText,
    #[error("the master key file cannot be read or created: {0}")]
    MasterFile(std::io::Error),
}
