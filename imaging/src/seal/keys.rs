//! The keys and what is derived from them.

use super::SealError;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of every key.
pub(super) const KEY: usize = 32;
const NONCE: usize = 12;
const MASTER_ID: usize = 4;

/// 32 secret bytes, wiped on drop. No `Debug`, no `Clone`: whoever needs one borrows it.
struct Secret(Zeroizing<[u8; KEY]>);

impl Secret {
    fn random() -> Self {
        let mut bytes = Zeroizing::new([0; KEY]);
        rand::fill(&mut bytes[..]);
        Self(bytes)
    }

    /// HKDF-SHA-256 (RFC 5869). `info` keeps the purposes apart.
    fn derive(&self, salt: Option<&[u8]>, info: &[&[u8]]) -> Self {
        let mut bytes = Zeroizing::new([0; KEY]);
        Hkdf::<Sha256>::new(salt, &self.0[..])
            .expand_multi_info(info, &mut bytes[..])
            .expect("32 bytes are a valid HKDF output length");
        Self(bytes)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.0).into())
    }
}

/// The installation's key. It wraps study keys, and other keys are derived from it.
pub struct MasterKey {
    wrapping: Secret,
    /// Root of the keys that are not for studies.
    deriving: Secret,
    /// Names the key in wrapped keys, so that a wrong one is told apart from a damaged row.
    id: [u8; MASTER_ID],
}

impl MasterKey {
    /// A fresh key.
    pub fn generate() -> Self {
        Self::new(Secret::random())
    }

    /// From 64 hexadecimal digits or base64 of 32 bytes (environment variable, secret file).
    pub fn from_text(text: &str) -> Result<Self, SealError> {
        let text = text.trim();
        let bytes = Zeroizing::new(from_hex(text).or_else(|| STANDARD.decode(text).ok()).unwrap_or_default());
        let mut key = Zeroizing::new([0; KEY]);
        if bytes.len() != KEY {
            return Err(SealError::BadMasterText);
        }
        key.copy_from_slice(&bytes);
        Ok(Self::new(Secret(key)))
    }

    /// Reads the key from `path`, or creates the file with a fresh one, readable by its owner alone. Two processes
    /// that start at once end with the same key.
    pub fn load_or_create(path: &Path) -> Result<Self, SealError> {
        match Self::create(path) {
            Err(SealError::MasterFile(error)) if error.kind() == ErrorKind::AlreadyExists => Self::load(path),
            created => created,
        }
    }

    /// Reads the key from `path`.
    pub fn load(path: &Path) -> Result<Self, SealError> {
        let mut text = Zeroizing::new(String::new());
        let file = std::fs::File::open(path).map_err(SealError::MasterFile)?;
        file.take(1024).read_to_string(&mut text).map_err(SealError::MasterFile)?;
        Self::from_text(&text)
    }

    /// Writes beside the place and links it there, so that nobody ever reads half a key.
    fn create(path: &Path) -> Result<Self, SealError> {
        if path.exists() {
            return Err(SealError::MasterFile(ErrorKind::AlreadyExists.into()));
        }
        let secret = Secret::random();
        let text = Zeroizing::new(hex(&secret.0[..]) + "\n");
        let draft = path.with_extension(format!("draft-{:016x}", rand::random::<u64>()));
        let written = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::hard_link(&draft, path));
        // The draft is only a step; where it cannot be removed it is as well guarded as the key itself.
        let _ = std::fs::remove_file(&draft);
        written.map_err(SealError::MasterFile)?;
        Ok(Self::new(secret))
    }

    fn new(root: Secret) -> Self {
        let wrapping = root.derive(None, &[b"telekonsil master wrap v1"]);
        let named = root.derive(None, &[b"telekonsil master id v1"]);
        let deriving = root.derive(None, &[b"telekonsil master derive v1"]);
        let mut id = [0; MASTER_ID];
        id.copy_from_slice(&named.0[..MASTER_ID]);
        Self { wrapping, deriving, id }
    }

    /// A key of its own for another purpose of the installation, such as signing tokens.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; KEY]> {
        self.deriving.derive(None, &[purpose.as_bytes()]).0
    }

    /// Wraps a study's key. `study_id` is bound to it: the wrapped key opens for no other study.
    pub fn wrap(&self, study_id: &[u8; 16], key: &StudyKey) -> WrappedKey {
        let mut wrapped = self.id.to_vec();
        wrapped.extend_from_slice(&seal(&self.wrapping, study_id, &key.root.0[..]));
        WrappedKey(wrapped)
    }

    /// Opens a study's key.
    pub fn unwrap(&self, study_id: &[u8; 16], wrapped: &WrappedKey) -> Result<StudyKey, SealError> {
        let (id, sealed) = wrapped.0.split_at_checked(MASTER_ID).ok_or(SealError::DoesNotOpen)?;
        if id != self.id {
            return Err(SealError::OtherMaster);
        }
        let bytes = Zeroizing::new(open(&self.wrapping, study_id, sealed)?);
        let mut key = Zeroizing::new([0; KEY]);
        if bytes.len() != KEY {
            return Err(SealError::DoesNotOpen);
        }
        key.copy_from_slice(&bytes);
        Ok(StudyKey::new(Secret(key)))
    }
}

/// A study key under the master key: 4 bytes that name the master, 12 bytes nonce, 48 bytes sealed. Safe to store.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey(pub Vec<u8>);

/// The key of one study.
pub struct StudyKey {
    root: Secret,
    naming: Secret,
    small: Secret,
}

impl StudyKey {
    /// A fresh key.
    pub fn generate() -> Self {
        Self::new(Secret::random())
    }

    fn new(root: Secret) -> Self {
        let naming = root.derive(None, &[b"telekonsil study names v1"]);
        let small = root.derive(None, &[b"telekonsil study values v1"]);
        Self { root, naming, small }
    }

    /// Address and sealing key of one object. Costs three hashes; make one where needed.
    pub fn object(&self, sop_instance_uid: &str) -> ObjectKey {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.naming.0[..]).expect("HMAC takes keys of any length");
        mac.update(sop_instance_uid.as_bytes());
        let address: [u8; 32] = mac.finalize().into_bytes().into();
        let root = self.root.derive(None, &[b"telekonsil study object v1", &address]);
        ObjectKey { address, root }
    }

    /// Seals a small value such as an object's DICOM JSON. `context` says what the value is and for what
    /// (`metadata/1.2.3`); it must be the same to open, so that rows cannot be swapped.
    pub fn seal_small(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        seal(&self.small, context.as_bytes(), plain)
    }

    /// Opens what [`Self::seal_small`] sealed.
    pub fn open_small(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        open(&self.small, context.as_bytes(), sealed)
    }
}

/// Name and key of one stored object.
pub struct ObjectKey {
    address: [u8; 32],
    root: Secret,
}

impl ObjectKey {
    /// 64 hexadecimal digits; tells nothing to who lacks the study's key.
    pub fn address(&self) -> String {
        hex(&self.address)
    }

    /// The same key for a reader that outlives the caller; wiped like the first.
    pub(crate) fn duplicate(&self) -> Self {
        Self { address: self.address, root: Secret(self.root.0.clone()) }
    }

    /// The cipher for one sealing of the object: each has its own random salt, so nonces may simply count.
    pub(super) fn cipher(&self, salt: &[u8]) -> Aes256Gcm {
        self.root.derive(Some(salt), &[b"telekonsil blob v1"]).cipher()
    }
}

/// Random 96-bit nonce, then ciphertext and tag. A key seals fewer than 2³² values this way: a study has some
/// thousands of objects (NIST SP 800-38D § 8.3).
fn seal(key: &Secret, context: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    rand::fill(&mut nonce[..]);
    let sealed = key
        .cipher()
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: context })
        .expect("AES-GCM seals anything below 64 GiB");
    [&nonce[..], &sealed].concat()
}

fn open(key: &Secret, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::DoesNotOpen)?;
    key.cipher().decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: context }).map_err(|_| SealError::DoesNotOpen)
}

/// Hexadecimal digits in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 2 * KEY || !text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(KEY);
    for pair in text.as_bytes().chunks(2) {
        match std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => bytes.push(byte),
            None => {
                bytes.zeroize();
                return None;
            }
        }
    }
    Some(bytes)
}
