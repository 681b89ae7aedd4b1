//! What came of one SSRC, and what its sender is told about it (RFC 3550 § 6.4, A.1, A.3, A.8).

use super::{BEFORE_FIRST, extend};
use crate::packet::rtcp::{ReportBlock, SenderInfo};
use std::time::Instant;

/// Packets remembered. More: memory (one bit each). Less: a late retransmission counts as seen. Publishers probe by
/// repeating packets of the last second at most.
const WINDOW: u64 = 2_048;
const WORDS: usize = WINDOW as usize / 64;

/// The place of a packet in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Sequence number without wrap-around. The first packet of a stream has one of 2^16 to 2^17.
    pub(crate) extended: u64,
    /// Not seen before. What is older than 2,048 numbers counts as seen.
    pub(crate) is_new: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Reception {
    seen: [u64; WORDS],
    /// Nothing before the first packet.
    stream: Option<Stream>,
    /// When a sender report came, and the middle of its NTP time.
    sender_report: Option<(Instant, u32)>,
}

#[derive(Clone, Debug)]
struct Stream {
    began: Instant,
    /// Extended numbers.
    first: u64,
    newest: u64,
    /// Packets that came, without those repaired: the report is about the path.
    received: u64,
    /// At the last report: highest number and packets.
    reported: Option<(u64, u64)>,
    jitter: Jitter,
}

/// RFC 3550 A.8, of packets in order whose timestamp is new: the packets of one picture share a timestamp, their
/// spreading is no jitter.
#[derive(Clone, Copy, Debug, Default)]
struct Jitter {
    /// In 1/16 ticks.
    scaled: u64,
    last: Option<(i64, u32)>,
}

impl Default for Reception {
    fn default() -> Reception {
        Reception { seen: [0; WORDS], stream: None, sender_report: None }
    }
}

impl Reception {
    /// A packet of the stream itself. `clock`: ticks of the timestamp a second.
    pub(crate) fn arrived(&mut self, now: Instant, sequence: u16, timestamp: u32, clock: u32) -> Arrival {
        let newest_before = self.stream.as_ref().map(|stream| stream.newest);
        let arrival = self.place(now, sequence);
        if let Some(stream) = self.stream.as_mut().filter(|_| arrival.is_new) {
            stream.received += 1;
            if newest_before.is_none_or(|newest| arrival.extended > newest) {
                let passed = now.saturating_duration_since(stream.began).as_micros();
                stream.jitter.add((passed * u128::from(clock) / 1_000_000) as i64, timestamp);
            }
        }
        arrival
    }

    /// A packet that came back as RTX: new to subscribers, but the path had lost it.
    pub(crate) fn recovered(&mut self, now: Instant, sequence: u16) -> Arrival {
        self.place(now, sequence)
    }

    /// A sender report of the stream arrived.
    pub(crate) fn heard_report(&mut self, now: Instant, info: &SenderInfo) {
        self.sender_report = Some((now, info.middle_of_ntp()));
    }

    /// Block of the next receiver report, which begins a new interval, and how many packets of the one that ends did not
    /// come. `None` if nothing came since the last (§ 6.4).
    pub(crate) fn report(&mut self, now: Instant, ssrc: u32) -> Option<(ReportBlock, u64)> {
        let stream = self.stream.as_mut()?;
        let (newest_before, received_before) = stream.reported.unwrap_or((stream.first - 1, 0));
        if stream.received == received_before {
            return None;
        }
        stream.reported = Some((stream.newest, stream.received));
        let expected = stream.newest - newest_before;
        let lost = expected.saturating_sub(stream.received - received_before);
        let cumulative = (stream.newest - stream.first + 1) as i64 - stream.received as i64;
        let (last_sender_report, delay) = self.sender_report.map_or((0, 0), |(at, middle)| {
            let delay = now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000;
            (middle, u32::try_from(delay).unwrap_or(u32::MAX))
        });
        let block = ReportBlock {
            ssrc,
            // A loss of everything does not fit, and something did come.
            fraction_lost: (lost * 256).checked_div(expected).unwrap_or(0).min(255) as u8,
            cumulative_lost: i32::try_from(cumulative).unwrap_or(i32::MAX),
            highest_sequence: (stream.newest - BEFORE_FIRST) as u32,
            jitter: (stream.jitter.scaled / 16) as u32,
            last_sender_report,
            delay,
        };
        Some((block, lost))
    }

    fn place(&mut self, now: Instant, sequence: u16) -> Arrival {
        let first = BEFORE_FIRST + u64::from(sequence);
        let stream = self.stream.get_or_insert_with(|| Stream {
            began: now,
            first,
            newest: first - 1,
            received: 0,
            reported: None,
            jitter: Jitter::default(),
        });
        let extended = extend(stream.newest, sequence);
        if extended + WINDOW <= stream.newest {
            return Arrival { extended, is_new: false };
        }
        for skipped in (stream.newest + 1..=extended).rev().take(WINDOW as usize) {
            self.seen[word(skipped)] &= !bit(skipped);
        }
        stream.newest = stream.newest.max(extended);
        stream.first = stream.first.min(extended);
        let is_new = self.seen[word(extended)] & bit(extended) == 0;
        self.seen[word(extended)] |= bit(extended);
        Arrival { extended, is_new }
    }
}

impl Jitter {
    fn add(&mut self, arrival: i64, timestamp: u32) {
        let Some((arrival_before, timestamp_before)) = self.last else {
            self.last = Some((arrival, timestamp));
            return;
        };
        if timestamp == timestamp_before {
            return;
        }
        self.last = Some((arrival, timestamp));
        let sent = i64::from(timestamp.wrapping_sub(timestamp_before) as i32);
        let difference = (arrival - arrival_before - sent).unsigned_abs();
        // A pause or a new clock is no jitter; 32 bits keep the sum in bounds.
        let difference = difference.min(u64::from(u32::MAX) / 16);
        self.scaled = self.scaled + difference - (self.scaled + 8) / 16;
    }
}

fn word(extended: u64) -> usize {
    (extended % WINDOW / 64) as usize
}

fn bit(extended: u64) -> u64 {
    1 << (extended % 64)
}
