//! The last payload of each (sender, key), so that a late joiner has the current view at once.

use super::{Frame, Kind, Reads};
use crate::api::MemberId;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Bytes kept per room, keys included. More: a member can make the server hold more, and a joiner downloads more before
/// the view is complete. Less: a consult with many measurements (about 300 bytes each, sealed) loses some for late
/// joiners.
const ROOM_BYTES: usize = 2 * 1024 * 1024;
/// Entries kept per sender. More: one member can fill the room's bytes with keys alone. Less: long lists of
/// annotations are cut off.
const SENDER_ENTRIES: usize = 2_048;

/// Entries outlive the member who sent them; they go when the room ends.
#[derive(Debug, Default)]
pub(crate) struct Retained {
    senders: BTreeMap<MemberId, BTreeMap<Bytes, Entry>>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    payload: Bytes,
    /// See [`Reads::gets`].
    written: Option<Instant>,
}

/// What became of a frame's wish to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    /// A limit was reached. An older payload of this key is gone too: an outdated view would be worse than none.
    Refused,
    /// The frame did not ask for it.
    NotAsked,
}

impl Retained {
    pub(crate) fn apply(&mut self, sender: MemberId, frame: &Frame, written: Option<Instant>) -> Kept {
        match frame.kind {
            Kind::Ephemeral => Kept::NotAsked,
            Kind::Delete => {
                self.remove(sender, &frame.key);
                Kept::NotAsked
            }
            Kind::Put => {
                self.remove(sender, &frame.key);
                let entries = self.senders.entry(sender).or_default();
                let size = frame.key.len() + frame.payload.len();
                if entries.len() >= SENDER_ENTRIES || self.bytes + size > ROOM_BYTES {
                    return Kept::Refused;
                }
                // Copies: a slice would keep the whole receive buffer alive.
                let entry = Entry { payload: Bytes::copy_from_slice(&frame.payload), written };
                entries.insert(Bytes::copy_from_slice(&frame.key), entry);
                self.bytes += size;
                Kept::Yes
            }
        }
    }

    /// Everything kept that the joiner gets, ready to be sent, their own entries included (a reload has lost them).
    pub(crate) fn snapshot(&self, reads: Reads) -> impl Iterator<Item = Bytes> + '_ {
        self.senders.iter().flat_map(move |(sender, entries)| {
            entries.iter().filter(move |(key, entry)| reads.gets(key, entry.written)).map(|(key, entry)| {
                let (key, payload) = (key.clone(), entry.payload.clone());
                Frame { kind: Kind::Put, key, payload, age: Duration::ZERO }.relay(*sender)
            })
        })
    }

    fn remove(&mut self, sender: MemberId, key: &Bytes) {
        if let Some(old) = self.senders.get_mut(&sender).and_then(|entries| entries.remove(key)) {
            self.bytes -= key.len() + old.payload.len();
        }
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        (self.bytes, self.senders.values().map(BTreeMap::len).sum())
    }

    #[cfg(test)]
    pub(super) const LIMITS: (usize, usize) = (ROOM_BYTES, SENDER_ENTRIES);
}
