//! The lists inside RTCP packets, each read as it is asked for.

use crate::packet::{u16_at, u32_at};

/// Reception report block (RFC 3550 § 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReportBlock {
    /// Whose packets this is about.
    pub(crate) ssrc: u32,
    /// Since the report before, in 1/256.
    pub(crate) fraction_lost: u8,
    /// Since the beginning, 24 bits; negative if there were more duplicates than losses.
    pub(crate) cumulative_lost: i32,
    /// Extended by the number of wrap-arounds in the upper 16 bits.
    pub(crate) highest_sequence: u32,
    /// In ticks of the stream's clock.
    pub(crate) jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report; 0 if there was none.
    pub(crate) last_sender_report: u32,
    /// Between its arrival and this report, in 1/65,536 s.
    pub(crate) delay: u32,
}

impl ReportBlock {
    pub(super) const LENGTH: usize = 24;

    pub(super) fn read(block: &[u8; ReportBlock::LENGTH]) -> ReportBlock {
        let word = |at: usize| u32_at(block, at).unwrap_or(0);
        ReportBlock {
            ssrc: word(0),
            fraction_lost: block[4],
            cumulative_lost: (word(4) << 8) as i32 >> 8, // shifting back keeps the sign
            highest_sequence: word(8),
            jitter: word(12),
            last_sender_report: word(16),
            delay: word(20),
        }
    }

    pub(super) fn bytes(&self) -> [u8; ReportBlock::LENGTH] {
        // "Clamped … rather than wrapping around" (§ A.3).
        let lost = self.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff) as u32 & 0xff_ffff;
        let words = [
            self.ssrc,
            u32::from(self.fraction_lost) << 24 | lost,
            self.highest_sequence,
            self.jitter,
            self.last_sender_report,
            self.delay,
        ];
        let mut bytes = [0; ReportBlock::LENGTH];
        for (into, word) in bytes.chunks_exact_mut(4).zip(words) {
            into.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }
}

/// Report blocks: as many as were announced, or as are there.
#[derive(Clone, Debug)]
pub(crate) struct Blocks<'a> {
    rest: &'a [u8],
}

impl<'a> Blocks<'a> {
    pub(super) fn new(body: &'a [u8], count: u8) -> Blocks<'a> {
        // What stands behind the blocks is an extension of the profile.
        Blocks { rest: &body[..body.len().min(usize::from(count) * ReportBlock::LENGTH)] }
    }
}

impl Iterator for Blocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(ReportBlock::read(block))
    }
}

/// Sequence numbers of a generic NACK (RFC 4585 § 6.2.1), in its order. Up to 17 for each four bytes: the reader bounds
/// how many it serves.
#[derive(Clone, Debug)]
pub(crate) struct Lost<'a> {
    rest: &'a [u8],
    /// The next number is this one…
    next: u16,
    /// …if the lowest bit is set; the bits above are for those that follow.
    bits: u32,
}

impl<'a> Lost<'a> {
    pub(super) fn new(entries: &'a [u8]) -> Lost<'a> {
        Lost { rest: entries, next: 0, bits: 0 }
    }
}

impl Iterator for Lost<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.bits == 0 {
            let (entry, rest) = self.rest.split_first_chunk::<4>()?;
            self.rest = rest;
            self.next = u16_at(entry, 0)?;
            self.bits = 1 | u32::from(u16_at(entry, 2)?) << 1;
        }
        let skipped = self.bits.trailing_zeros();
        let number = self.next.wrapping_add(skipped as u16);
        self.next = number.wrapping_add(1);
        self.bits = self.bits >> skipped >> 1;
        Some(number)
    }
}

/// Full intra requests (RFC 5104 § 4.3.1.1): SSRC and the request's own number. A number seen before is a repetition.
#[derive(Clone, Debug)]
pub(crate) struct Fir<'a> {
    rest: &'a [u8],
}

impl<'a> Fir<'a> {
    pub(super) fn new(entries: &'a [u8]) -> Fir<'a> {
        Fir { rest: entries }
    }
}

impl Iterator for Fir<'_> {
    type Item = (u32, u8);

    fn next(&mut self) -> Option<(u32, u8)> {
        let (entry, rest) = self.rest.split_first_chunk::<8>()?;
        self.rest = rest;
        Some((u32_at(entry, 0)?, entry[4]))
    }
}
