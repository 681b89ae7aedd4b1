//! Plaintext packets of one stream, for retransmission to all its subscribers.

/// Longest payload kept. More: nothing longer comes through a path with an MTU of 1,500 (IPv4 20, UDP 8, RTP 12, GCM
/// 16). Less: what is longer is forwarded but never sent again.
pub(crate) const MAX_PAYLOAD: usize = 1_444;

/// A ring of slots of fixed size, written in place. The memory of slots never used is never touched.
pub(crate) struct Store {
    bytes: Box<[u8]>,
    slots: Box<[Slot]>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// 0 for none: extended numbers begin far above.
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
    /// Of the last 2^`bits` numbers. More: memory, 1.4 KiB each. Less: subscribers far away ask too late; a second of
    /// the stream is enough (9 for a camera's largest layer, 6 for audio).
    pub(crate) fn new(bits: u32) -> Store {
        let count = 1 << bits;
        let empty = Slot { extended: 0, timestamp: 0, length: 0, marker: false };
        Store { bytes: vec![0; count * MAX_PAYLOAD].into(), slots: vec![empty; count].into() }
    }

    /// Keeps a packet unless a newer one has its slot, or it is too long.
    pub(crate) fn put(&mut self, extended: u64, timestamp: u32, marker: bool, payload: &[u8]) {
        let at = self.slot_of(extended);
        if self.slots[at].extended > extended || payload.len() > MAX_PAYLOAD {
            return;
        }
        self.slots[at] = Slot { extended, timestamp, length: payload.len() as u16, marker };
        let start = at * MAX_PAYLOAD;
        self.bytes[start..start + payload.len()].copy_from_slice(payload);
    }

    pub(crate) fn get(&self, extended: u64) -> Option<Stored<'_>> {
        let at = self.slot_of(extended);
        let slot = self.slots[at];
        if slot.extended != extended || extended == 0 {
            return None;
        }
        let start = at * MAX_PAYLOAD;
        let payload = &self.bytes[start..start + usize::from(slot.length)];
        Some(Stored { timestamp: slot.timestamp, marker: slot.marker, payload })
    }

    fn slot_of(&self, extended: u64) -> usize {
        extended as usize & (self.slots.len() - 1)
    }
}
