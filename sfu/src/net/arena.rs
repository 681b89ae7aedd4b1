//! Packets waiting to be sent, in fixed slots: whoever makes one writes it straight to where the kernel reads it.

use super::route::Route;

/// Bytes of a slot: the largest packet that leaves here. More costs cache lines per packet. Less would not hold a
/// datagram that fills an Ethernet frame (1,500 bytes less the IP and UDP headers), which publishers may send.
pub(crate) const SLOT: usize = 1_536;
/// Slots that are allocated together, and packets after which the loop should send: as many as one sendmmsg takes. More:
/// packets wait longer and leave the cache before the kernel reads them. Less: more system calls.
pub(super) const BATCH: usize = 64;
/// Segments kept for the next round. More: memory after one large burst. Less: a room with many viewers allocates in
/// every round.
const KEPT: usize = 64;

type Segment = Box<[[u8; SLOT]]>;

#[derive(Default)]
pub(crate) struct Arena {
    segments: Vec<Segment>,
    /// One for each slot in use.
    committed: Vec<(Route, u16)>,
}

impl Arena {
    /// The next free slot. It is only sent after [`Arena::commit`]; until then the same one is handed out again, with
    /// whatever was written to it.
    pub(crate) fn slot(&mut self) -> &mut [u8] {
        let (segment, at) = place(self.committed.len());
        if segment == self.segments.len() {
            self.segments.push(vec![[0; SLOT]; BATCH].into_boxed_slice());
        }
        &mut self.segments[segment][at]
    }

    /// Sends the first `length` bytes of the slot that [`Arena::slot`] gave to `to`.
    ///
    /// # Panics
    ///
    /// Without a slot, or beyond its end: a bug of the caller.
    pub(crate) fn commit(&mut self, length: usize, to: Route) {
        let (segment, _) = place(self.committed.len());
        assert!(segment < self.segments.len() && length <= SLOT, "committed what was not written");
        self.committed.push((to, length as u16));
    }

    /// Sends a copy. `false`: it is longer than [`SLOT`] and was dropped, as the network would.
    pub(crate) fn push(&mut self, packet: &[u8], to: impl Into<Route>) -> bool {
        let Some(slot) = self.slot().get_mut(..packet.len()) else { return false };
        slot.copy_from_slice(packet);
        self.commit(packet.len(), to.into());
        true
    }

    /// A whole batch waits: send before the next packet is read.
    pub(crate) fn is_full(&self) -> bool {
        self.committed.len() >= BATCH
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.committed.is_empty()
    }

    /// What was committed, in order.
    pub(crate) fn packets(&self) -> impl Iterator<Item = (Route, &[u8])> {
        self.committed.iter().enumerate().map(|(n, (to, length))| {
            let (segment, at) = place(n);
            (*to, &self.segments[segment][at][..usize::from(*length)])
        })
    }

    pub(crate) fn clear(&mut self) {
        self.committed.clear();
        self.segments.truncate(KEPT);
    }
}

fn place(n: usize) -> (usize, usize) {
    (n / BATCH, n % BATCH)
}
