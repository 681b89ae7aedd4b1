//! Transport-wide numbers (draft-holmer-rmcat-transport-wide-cc-extensions-01) of everything sent to one subscriber,
//! whatever its stream, and what became of each packet.

use crate::congestion::Acked;
use crate::packet::transport_wide::{self, TICK};
use std::time::{Duration, Instant};

/// Packets remembered. More: memory (8 bytes each). Less: feedback that is late by more is lost on the estimate; this is
/// 4 s at 1,000 packets a second.
const REMEMBERED: u64 = 4_096;
/// Where an arrival time comes round, in ticks: the reference time has 24 bits of 64 ms.
const ROUND: i64 = 1 << 32;

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// Microseconds since the log began; comes round after 71 minutes, when nobody asks for it any more.
    at: u32,
    /// Bytes; 0 once it is known to have arrived.
    size: u16,
    probe: u16,
}

#[derive(Clone, Debug)]
pub(crate) struct SentLog {
    began: Instant,
    next: u64,
    ring: Box<[Entry]>,
    /// Below this number losses were told already.
    told: u64,
    /// Newest arrival time in ticks, without wrap-around.
    newest_arrival: Option<i64>,
}

impl SentLog {
    pub(crate) fn new(now: Instant) -> SentLog {
        let ring = vec![Entry::default(); REMEMBERED as usize].into();
        SentLog { began: now, next: 0, ring, told: 0, newest_arrival: None }
    }

    /// The number for a packet that is sent now. `size`: bytes on the wire, IP and UDP headers included; `probe`: the
    /// cluster that is running, 0 outside.
    pub(crate) fn sent(&mut self, now: Instant, size: usize, probe: u16) -> u16 {
        let number = self.next;
        self.next += 1;
        // A packet without bytes does not exist, and 0 means something else.
        let size = u16::try_from(size).unwrap_or(u16::MAX).max(1);
        self.ring[slot(number)] = Entry { at: self.micros(now), size, probe };
        number as u16
    }

    /// Appends what a feedback packet (whole, as [`crate::packet::rtcp::Feedback`] has it) says that was not known: each
    /// arrival once, and each loss once; a packet told lost may still be told to have arrived. What was never sent, or
    /// too long ago, is passed over, as is a malformed packet.
    pub(crate) fn acknowledged(&mut self, feedback: &[u8], now: Instant, into: &mut Vec<Acked>) {
        let Some(report) = transport_wide::Report::parse(feedback) else { return };
        let moved = self.unwrapped(report.reference) - report.reference;
        for (number, arrival) in report.packets() {
            let Some(number) = self.extended(number) else { continue };
            let entry = &mut self.ring[slot(number)];
            let (at, size, probe) = (entry.at, usize::from(entry.size), entry.probe);
            let arrival = arrival.map(|ticks| ticks + moved);
            if size == 0 || (arrival.is_none() && number < self.told) {
                continue;
            }
            if let Some(ticks) = arrival {
                entry.size = 0;
                self.newest_arrival = self.newest_arrival.max(Some(ticks));
            }
            self.told = self.told.max(number + 1);
            let age = Duration::from_micros(u64::from(self.micros(now).wrapping_sub(at)));
            let arrival = arrival.map(|ticks| Duration::from_micros(ticks.max(0) as u64 * TICK));
            into.push(Acked { sent: now.checked_sub(age).unwrap_or(self.began), size, arrival, probe });
        }
    }

    fn micros(&self, now: Instant) -> u32 {
        now.saturating_duration_since(self.began).as_micros() as u32
    }

    /// The newest number that ends in these 16 bits, if it is remembered.
    fn extended(&self, number: u16) -> Option<u64> {
        let newest = self.next.checked_sub(1)?;
        let behind = u64::from((newest as u16).wrapping_sub(number));
        newest.checked_sub(behind).filter(|_| behind < REMEMBERED)
    }

    /// The time nearest to the newest one. The first is put a whole round after zero, for times may also go back.
    fn unwrapped(&self, reference: i64) -> i64 {
        let near = self.newest_arrival.unwrap_or(ROUND + reference);
        near + (reference - near + ROUND / 2).rem_euclid(ROUND) - ROUND / 2
    }
}

fn slot(number: u64) -> usize {
    (number % REMEMBERED) as usize
}
