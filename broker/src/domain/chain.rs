//! The hash chain of one consult's log, over salted commitments.
//!
//! `commitment = SHA-256(salt ‖ body)`; `link = SHA-256(prev ‖ consult ‖ seq ‖ at ‖ actor ‖ kind ‖ commitment)`.
//! A purge deletes salt and body: without the salt nobody can guess the body from its commitment, and the links
//! still verify. The end of a log cannot be seen from the log alone: hold [`head`] against what was noted elsewhere.

use schemas::{ConsultId, PersonId, UnixMillis};
use sha2::{Digest as _, Sha256};

#[cfg(test)]
mod tests;

pub type Digest = [u8; 32];
/// 256 random bits. Fewer would let a guess at a short body be confirmed after a purge.
pub type Salt = [u8; 32];

/// What the first event of a consult is linked to.
pub const GENESIS: Digest = [0; 32];

/// One event as the chain sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub consult_id: ConsultId,
    pub seq: i64,
    pub at: UnixMillis,
    pub actor: Option<PersonId>,
    pub kind: String,
    /// Absent after a purge.
    pub salt: Option<Salt>,
    /// The stored text, byte for byte. Absent after a purge.
    pub body: Option<String>,
    pub commitment: Digest,
    /// Link that this entry claims.
    pub hash: Digest,
}

/// The first entry that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq} is broken: {why}")]
pub struct FirstBroken {
    pub seq: i64,
    pub why: Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("an entry is missing or out of order before it")]
    Sequence,
    #[error("it belongs to another consult")]
    Consult,
    #[error("its content is not what was committed to")]
    Body,
    #[error("its link does not follow from what came before")]
    Link,
}

/// Commits to a body without showing it.
pub fn commitment(salt: &Salt, body: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(body.as_bytes());
    hash.finalize().into()
}

/// Ties an event to everything before it. Every part has a fixed length or is preceded by it, so no two different
/// entries are hashed from the same bytes.
pub fn link(
    prev: &Digest,
    consult_id: ConsultId,
    seq: i64,
    at: UnixMillis,
    actor: Option<PersonId>,
    kind: &str,
    commitment: &Digest,
) -> Digest {
    let mut hash = Sha256::new();
    hash.update(prev);
    hash.update(consult_id.0.as_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(at.0.to_be_bytes());
    match actor {
        None => hash.update([0]),
        Some(person) => {
            hash.update([1]);
            hash.update(person.0.as_bytes());
        }
    }
    hash.update((kind.len() as u64).to_be_bytes());
    hash.update(kind.as_bytes());
    hash.update(commitment);
    hash.finalize().into()
}

/// Checks one consult's whole log, in order from its first event.
///
/// # Errors
/// The first entry that does not hold.
pub fn verify(entries: &[Entry]) -> Result<(), FirstBroken> {
    let mut prev = GENESIS;
    for (entry, expected_seq) in entries.iter().zip(1..) {
        check(entry, expected_seq, entries[0].consult_id, &prev).map_err(|why| FirstBroken { seq: entry.seq, why })?;
        prev = entry.hash;
    }
    Ok(())
}

/// The link that the next event follows on.
pub fn head(entries: &[Entry]) -> Digest {
    entries.last().map_or(GENESIS, |entry| entry.hash)
}

fn check(entry: &Entry, expected_seq: i64, consult_id: ConsultId, prev: &Digest) -> Result<(), Broken> {
    if entry.seq != expected_seq {
        return Err(Broken::Sequence);
    }
    if entry.consult_id != consult_id {
        return Err(Broken::Consult);
    }
    match (&entry.salt, &entry.body) {
        (Some(salt), Some(body)) if commitment(salt, body) != entry.commitment => return Err(Broken::Body),
        // A body without its salt cannot be checked, and a purge never leaves one behind.
        (None, Some(_)) => return Err(Broken::Body),
        _ => {}
    }
    let expected = link(prev, entry.consult_id, entry.seq, entry.at, entry.actor, &entry.kind, &entry.commitment);
    if expected == entry.hash { Ok(()) } else { Err(Broken::Link) }
}
