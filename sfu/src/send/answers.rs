//! What a subscriber's RTCP is answered with, and what its outgoing stream reports by itself.

use super::incoming::StreamId;
use super::outgoing::Outgoing;
use super::resend::Resend;
use crate::packet::rtcp::SenderInfo;
use std::time::{Duration, Instant};

impl Outgoing {
    /// The subscriber misses a packet. `None` if it was not sent lately, or was sent again less than `round_trip` ago.
    pub(crate) fn resend(&mut self, now: Instant, round_trip: Duration, sequence: u16) -> Option<Resend> {
        let newest = self.seen.newest();
        let behind = (newest as u16).wrapping_sub(sequence);
        let number = newest.checked_sub(u64::from(behind)).filter(|_| behind < 0x8000)?;
        let segment = self.segments.by_outgoing(number)?;
        let resend = Resend {
            stream: segment.stream,
            extended: segment.first_in + (number - segment.first_out),
            sequence,
            codec: segment.codec,
            top: segment.top,
            patch: segment.patch,
        };
        self.repetitions.allows(now, round_trip, sequence).then_some(resend)
    }

    /// The subscriber asked for something in vain for too long: only a key frame helps. Said once.
    pub(crate) fn asked_in_vain(&mut self) -> bool {
        std::mem::take(&mut self.repetitions.in_vain)
    }

    /// Sequence number for the next packet of the RTX stream, without wrap-around: the SRTP packet index.
    pub(crate) fn next_rtx(&mut self) -> u64 {
        self.newest_rtx += 1;
        self.newest_rtx
    }

    /// Timestamp for a packet that is but padding: the newest one given out.
    pub(crate) fn newest_timestamp(&self) -> u32 {
        self.timeline.newest()
    }

    /// The publisher's sender report (RFC 3550 § 6.4.1) for one of its streams.
    pub(crate) fn heard_report(&mut self, stream: StreamId, ntp: u64, rtp: u32, now: Instant) {
        self.reports.heard(stream, ntp, rtp, now);
    }

    /// When [`Outgoing::sender_report`] has something to say.
    pub(crate) fn report_deadline(&self) -> Option<Instant> {
        self.reports.deadline(self.shown?.stream)
    }

    /// The report to send now, if one is due: every second, and at once after a switch.
    pub(crate) fn sender_report(&mut self, now: Instant) -> Option<SenderInfo> {
        let shown = self.shown?;
        self.reports.due(now, shown.stream, shown.patch.timestamp, shown.codec.clock_rate())
    }

    /// Round trip time to the subscriber, from LSR and DLSR of its receiver report.
    pub(crate) fn round_trip(&self, now: Instant, last_report: u32, delay: u32) -> Option<Duration> {
        self.reports.round_trip(now, last_report, delay)
    }
}
