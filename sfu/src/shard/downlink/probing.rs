//! Everything that goes out with a transport-wide number, and the padding of probes.

use super::slot::{OutgoingSlot, write_header};
use super::{Downlink, Way};
use crate::congestion::{Estimate, Probe};
use crate::packet::HeaderWriter;
use crate::send::SentLog;
use crate::shard::uplink::OVERHEAD;
use crate::stats::Counters;
use crate::transport::TAG;
use std::time::{Duration, Instant};

/// Between two steps of a probe. More: bursts that a small queue drops. Less: more wake-ups.
const STEP: Duration = Duration::from_millis(5);
/// Padding of one packet: its length is one byte. Less: more packets for the same rate.
const PADDING: usize = 255;
/// Packets of one step at most: a probe of 20 Mbit/s. More: a loop that was held up sends a burst.
const PADS: usize = 50;

/// A probe that is running.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    probe: Probe,
    began: Instant,
    next: Instant,
    /// Bytes on the wire since.
    sent: u64,
}

/// Everything that goes out with a transport-wide number.
pub(super) struct Tally {
    /// From the first connection on: most memory of a peer.
    pub(super) log: Option<SentLog>,
    pub(super) estimate: Estimate,
    pub(super) probe: Option<Running>,
}

impl Tally {
    /// The number of a packet of `length` bytes. `None` before the first connection.
    pub(super) fn number(&mut self, now: Instant, length: usize) -> Option<u16> {
        let size = length + OVERHEAD;
        let probe = self.probe.as_mut().map_or(0, |running| {
            running.sent += size as u64;
            running.probe.id
        });
        let number = self.log.as_mut()?.sent(now, size, probe);
        self.estimate.sent(now);
        Some(number)
    }
}

impl Downlink {
    /// Begins a probe that is due, and goes on with the one that runs.
    pub(in crate::shard) fn probe(&mut self, now: Instant, way: &mut Way<'_>, counters: &Counters) {
        if let Some(probe) = self.tally.estimate.probe_due(now) {
            counters.probes.add(1);
            self.tally.probe = Some(Running { probe, began: now, next: now, sent: 0 });
        }
        let Some(running) = self.tally.probe.filter(|running| running.next <= now) else { return };
        let passed = now.saturating_duration_since(running.began).min(running.probe.duration);
        let due = running.probe.rate.bytes_in(passed);
        for _ in 0..PADS {
            if self.tally.probe.is_none_or(|running| running.sent >= due) || !self.pad(now, way) {
                break;
            }
        }
        if passed >= running.probe.duration {
            self.tally.probe = None;
            // A probe is judged once something behind it has arrived; when all pictures are off, nothing else may follow.
            self.pad(now, way);
        } else if let Some(running) = &mut self.tally.probe {
            running.next = now + STEP;
        }
    }

    /// Padding on a repair stream, best of a slot that shows something. `false`: there is none.
    fn pad(&mut self, now: Instant, way: &mut Way<'_>) -> bool {
        let can = |slot: &&mut OutgoingSlot| {
            slot.outgoing.rtx_ssrc.is_some() && slot.extensions.transport_wide.is_some() && !slot.payloads.is_empty()
        };
        let best = self.slots.iter_mut().filter(can).max_by_key(|slot| slot.outgoing.shown().is_some());
        let Some(slot) = best else { return false };
        let codec = slot.payloads.iter().find_map(|(_, _, rtx)| *rtx);
        let (Some(payload_type), Some(ssrc)) = (codec, slot.outgoing.rtx_ssrc) else { return false };
        let bytes = way.outbox.slot();
        let header = slot.header_length(None);
        let length = header + PADDING + TAG;
        let number = slot.outgoing.next_rtx();
        let timestamp = slot.outgoing.newest_timestamp();
        let writer = HeaderWriter { marker: false, payload_type, sequence: number as u16, timestamp, ssrc };
        let wide = self.tally.number(now, length);
        write_header(bytes, writer, &slot.extensions, wide, None);
        HeaderWriter::mark_padded(bytes);
        bytes[header..header + PADDING].fill(0);
        bytes[header + PADDING - 1] = PADDING as u8;
        let sealed = way.peer.seal(&mut bytes[..length], header, ssrc, number).is_some();
        if sealed {
            way.outbox.commit(length, way.to);
        }
        sealed
    }

    pub(in crate::shard) fn deadline(&self) -> Option<Instant> {
        let probe = self.tally.probe.map(|running| running.next);
        probe.into_iter().chain(self.tally.estimate.deadline()).min()
    }
}
