//! Sender reports (RFC 3550 § 6.4.1) of an outgoing stream: the publisher's wall clock stays, the RTP timestamp is
//! translated. So a receiver lines up a publisher's voice and picture as if they had come straight.

use super::incoming::StreamId;
use super::timeline::ticks;
use crate::packet::rtcp::SenderInfo;
use std::time::{Duration, Instant};

/// Time between two reports. More: the receiver learns later of a clock that drifts, and round trip times are rarer.
/// Less: more datagrams; a second is what browsers do.
const SPACING: Duration = Duration::from_secs(1);
/// Streams of which the last report is kept: three simulcast layers and one that replaces one of them. More: memory.
/// Less: a change of the layer is not lined up exactly.
const HEARD: usize = 4;
/// Own reports that are remembered for the round trip time. More: memory. Less: an answer that takes longer than this
/// many seconds measures nothing.
const SENT: usize = 4;

#[derive(Clone, Copy, Debug)]
struct Heard {
    stream: StreamId,
    ntp: u64,
    rtp: u32,
    at: Instant,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Reports {
    heard: [Option<Heard>; HEARD],
    /// Middle 32 bits of the NTP time, and when it was sent.
    sent: [Option<(u32, Instant)>; SENT],
    next_sent: usize,
    last: Option<Instant>,
    packets: u32,
    octets: u32,
}

impl Reports {
    pub(super) fn heard(&mut self, stream: StreamId, ntp: u64, rtp: u32, at: Instant) {
        let same = self.heard.iter().position(|slot| slot.is_some_and(|heard| heard.stream == stream));
        let oldest = || (0..HEARD).min_by_key(|slot| self.heard[*slot].map(|heard| heard.at));
        if let Some(slot) = same.or_else(oldest) {
            self.heard[slot] = Some(Heard { stream, ntp, rtp, at });
        }
    }

    /// Another source: its clock is another.
    pub(super) fn forget(&mut self) {
        self.heard = [None; HEARD];
    }

    /// The next report is due at once: the clock of the outgoing stream was put anew.
    pub(super) fn clock_changed(&mut self) {
        self.last = None;
    }

    pub(super) fn packet_sent(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
    }

    fn of(&self, stream: StreamId) -> Option<Heard> {
        self.heard.iter().flatten().find(|heard| heard.stream == stream).copied()
    }

    /// What the timestamps of `to` need beyond what those of `from` do, to say the same of the same moment.
    pub(super) fn between(&self, from: StreamId, to: StreamId, clock_rate: u32) -> Option<u32> {
        let (from, to) = (self.of(from)?, self.of(to)?);
        let passed = i128::from(to.ntp.wrapping_sub(from.ntp) as i64);
        let passed = (passed * i128::from(clock_rate)) >> 32;
        Some(from.rtp.wrapping_sub(to.rtp).wrapping_add(passed as u32))
    }

    /// When the next report of this stream can be sent; `None` before its publisher sent one.
    pub(super) fn deadline(&self, stream: StreamId) -> Option<Instant> {
        let heard = self.of(stream)?;
        Some(self.last.map_or(heard.at, |last| last + SPACING))
    }

    /// `offset`: what is added to the stream's timestamps.
    pub(super) fn due(&mut self, now: Instant, stream: StreamId, offset: u32, clock_rate: u32) -> Option<SenderInfo> {
        if self.deadline(stream)? > now {
            return None;
        }
        let heard = self.of(stream)?;
        let passed = now.saturating_duration_since(heard.at);
        let ntp = heard.ntp.wrapping_add(ntp(passed));
        let rtp = heard.rtp.wrapping_add(offset).wrapping_add(ticks(passed, clock_rate));
        self.last = Some(now);
        let info = SenderInfo { ntp, rtp, packets: self.packets, octets: self.octets };
        self.sent[self.next_sent] = Some((info.middle_of_ntp(), now));
        self.next_sent = (self.next_sent + 1) % SENT;
        Some(info)
    }

    /// Round trip time from a receiver report block (RFC 3550 § 6.4.1, LSR and DLSR as they stand there). `None` if it
    /// answers none of the last reports, or says that it took longer than has passed.
    pub(super) fn round_trip(&self, now: Instant, last_report: u32, delay: u32) -> Option<Duration> {
        let (_, at) = self.sent.iter().flatten().find(|(ntp, _)| *ntp == last_report)?;
        let delay = Duration::from_micros((u64::from(delay) * 1_000_000) >> 16);
        now.saturating_duration_since(*at).checked_sub(delay)
    }
}

fn ntp(passed: Duration) -> u64 {
    (passed.as_secs() << 32) | ((u64::from(passed.subsec_nanos()) << 32) / 1_000_000_000)
}
