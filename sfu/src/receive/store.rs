//! Plaintext packets of one stream, for retransmission to all its subscribers.

use std::time::{Duration, Instant};

/// Longest payload kept. More: nothing longer comes through a path with an MTU of 1,500 (IPv4 20, UDP 8, RTP 12, GCM
/// 16). Less: what is longer is forwarded but never sent again.
pub(crate) const MAX_PAYLOAD: usize = 1_444;
/// How long a packet is kept, where there is room. More: memory. Less: subscribers far away ask too late. Who waits for
/// longer is better off with a key frame.
pub(super) const KEPT: Duration = Duration::from_millis(1_500);
/// Silence after which a stream gives its memory back. More: memory for what has ended. Less: a still screen, which sends
/// little and seldom, allocates each time, and what it lost is asked for in vain.
pub(super) const RESTS: Duration = Duration::from_secs(15);
/// Slots of a stream that has begun, and at most; powers of two, 1.4 KiB each. More at first: memory for what is not
/// sent. Less: more growing. More at most: memory, 0.7 MiB a stream as it is. Less: what brings more than 340 packets a
/// second (3 Mbit/s) is kept for a shorter time.
const FIRST: usize = 32;
const MOST: usize = 512;

/// A ring of slots of fixed size, written in place, by the packets' numbers. It has as many as the stream needs:
/// allocates when the stream brings more than ever before, and for no packet after that.
#[derive(Default)]
pub(crate) struct Store {
    bytes: Box<[u8]>,
    slots: Box<[Slot]>,
    newest: Option<Instant>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    /// When it came; `None` for an empty slot.
    at: Option<Instant>,
    extended: u64,
    timestamp: u32,
    length: u16,
    marker: bool,
}

/// A packet as its publisher sent it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored<'a> {
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: &'a [u8],
}

impl Store {
    /// Keeps a packet unless a newer one has its slot, or it is too long.
    pub(crate) fn put(&mut self, now: Instant, extended: u64, timestamp: u32, marker: bool, payload: &[u8]) {
        if payload.len() > MAX_PAYLOAD {
            return;
        }
        while self.slots.len() < MOST && self.is_too_small(now, extended) {
            self.grow();
        }
        let at = self.slot_of(extended);
        let slot = &mut self.slots[at];
        if slot.at.is_some() && slot.extended > extended {
            return;
        }
        *slot = Slot { at: Some(now), extended, timestamp, length: payload.len() as u16, marker };
        let start = at * MAX_PAYLOAD;
        self.bytes[start..start + payload.len()].copy_from_slice(payload);
        self.newest = Some(now);
    }

    pub(crate) fn get(&self, extended: u64) -> Option<Stored<'_>> {
        if self.slots.is_empty() {
            return None;
        }
        let at = self.slot_of(extended);
        let slot = &self.slots[at];
        if slot.at.is_none() || slot.extended != extended {
            return None;
        }
        let start = at * MAX_PAYLOAD;
        let payload = &self.bytes[start..start + usize::from(slot.length)];
        Some(Stored { timestamp: slot.timestamp, marker: slot.marker, payload })
    }

    /// Gives its memory back once nothing has come for long.
    pub(crate) fn rest(&mut self, now: Instant) {
        if self.newest.is_some_and(|at| now.saturating_duration_since(at) > RESTS) {
            *self = Store::default();
        }
    }

    /// Bytes that it holds.
    #[cfg(test)]
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// There is no slot for the packet but that of another one that has not been kept for long.
    fn is_too_small(&self, now: Instant, extended: u64) -> bool {
        if self.slots.is_empty() {
            return true;
        }
        let slot = &self.slots[self.slot_of(extended)];
        slot.extended != extended && slot.at.is_some_and(|at| now.saturating_duration_since(at) < KEPT)
    }

    fn grow(&mut self) {
        let count = (self.slots.len() * 2).max(FIRST);
        let before = std::mem::replace(
            self,
            Store { bytes: vec![0; count * MAX_PAYLOAD].into(), slots: vec![Slot::default(); count].into(), ..*self },
        );
        for (from, slot) in before.slots.iter().enumerate().filter(|(_, slot)| slot.at.is_some()) {
            let (to, length) = (self.slot_of(slot.extended), usize::from(slot.length));
            let payload = &before.bytes[from * MAX_PAYLOAD..][..length];
            self.slots[to] = *slot;
            self.bytes[to * MAX_PAYLOAD..][..length].copy_from_slice(payload);
        }
    }

    fn slot_of(&self, extended: u64) -> usize {
        extended as usize & (self.slots.len() - 1)
    }
}
