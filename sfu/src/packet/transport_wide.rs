//! Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 § 3.1): when each packet of a path
//! arrived.

use super::rtcp::write::{begin_feedback, finish};
use super::rtcp::{TRANSPORT_FEEDBACK, TRANSPORT_WIDE};
use super::{u8_at, u16_at, u32_at};

/// Microseconds of a tick, the unit of all times here.
pub(crate) const TICK: u64 = 250;
/// Ticks of the reference time's unit, 64 ms.
const REFERENCE: i64 = 256;
/// The reference time has 24 bits.
const REFERENCE_MASK: i64 = 0xff_ffff;

/// Bytes of a report at most, so that it fits a datagram with its authentication and a receiver report.
const MAX_LENGTH: usize = 1_100;
/// Fixed part of a report.
const HEAD: usize = 20;
/// Statuses of a report at most. More: a bigger scratch on the stack. Less: a gap of an outage takes several reports.
/// 1,100 bytes of deltas never need more unless most packets are lost.
pub(crate) const MAX_STATUSES: usize = 2_048;

const NOT_RECEIVED: u8 = 0;
const SMALL_DELTA: u8 = 1;
const LARGE_DELTA: u8 = 2;

/// Appends a report. `arrivals`: for each number from `base` on when the packet came, in ticks since some epoch of the
/// reporter's, or that it did not; begins and ends best with one that came. `count`: number of the report.
///
/// Returns how many numbers the report covers: fewer than given if it would grow too long or a difference of times does
/// not fit (8 s). Nothing is written, and 0 returned, if none of those came.
pub(crate) fn write(
    into: &mut Vec<u8>,
    sender: u32,
    media: u32,
    base: u16,
    count: u8,
    arrivals: impl Iterator<Item = Option<i64>> + Clone,
) -> usize {
    let Some(first) = arrivals.clone().take(MAX_STATUSES).flatten().next() else { return 0 };
    let reference = first.div_euclid(REFERENCE);

    let mut symbols = [NOT_RECEIVED; MAX_STATUSES];
    // Worst case of the chunks: two bytes for seven statuses, and a begun one.
    let (mut covered, mut deltas, mut before) = (0, 0, reference * REFERENCE);
    for (at, arrival) in arrivals.clone().take(MAX_STATUSES).enumerate() {
        if let Some(arrival) = arrival {
            let Some(symbol) = symbol(arrival - before) else { break };
            deltas += usize::from(symbol);
            if HEAD + 2 * (at / 7 + 1) + deltas > MAX_LENGTH {
                break;
            }
            symbols[at] = symbol;
            before = arrival;
            covered = at + 1; // losses at the end are for the next report, which may know better
        }
    }

    let start = begin_feedback(into, TRANSPORT_WIDE, TRANSPORT_FEEDBACK, sender, media);
    into.extend_from_slice(&base.to_be_bytes());
    into.extend_from_slice(&(covered as u16).to_be_bytes());
    into.extend_from_slice(&((reference & REFERENCE_MASK) as u32).to_be_bytes()[1..]);
    into.push(count);
    chunks(into, &symbols[..covered]);
    let mut before = reference * REFERENCE;
    for arrival in arrivals.take(covered).flatten() {
        let delta = arrival - before;
        match u8::try_from(delta) {
            Ok(small) => into.push(small),
            Err(_) => into.extend_from_slice(&(delta as i16).to_be_bytes()),
        }
        before = arrival;
    }
    finish(into, start);
    covered
}

/// `None` if the difference fits neither form. The symbol is also the number of bytes.
fn symbol(delta: i64) -> Option<u8> {
    match delta {
        0..=255 => Some(SMALL_DELTA),
        _ if i16::try_from(delta).is_ok() => Some(LARGE_DELTA),
        _ => None,
    }
}

/// Status chunks (§ 3.1.3, 3.1.4): runs where they are long, else 14 one-bit or 7 two-bit symbols.
fn chunks(into: &mut Vec<u8>, mut symbols: &[u8]) {
    while let Some(&first) = symbols.first() {
        let run = symbols.iter().take(0x1fff).take_while(|symbol| **symbol == first).count();
        let narrow = symbols.iter().take(14).all(|symbol| *symbol != LARGE_DELTA);
        let (chunk, used) = if run == symbols.len() || run >= if narrow { 14 } else { 7 } {
            (u16::from(first) << 13 | run as u16, run)
        } else if narrow {
            (0x8000 | vector(symbols, 14, 1), 14)
        } else {
            (0xc000 | vector(symbols, 7, 2), 7)
        };
        into.extend_from_slice(&chunk.to_be_bytes());
        symbols = &symbols[used.min(symbols.len())..];
    }
}

/// The first symbols packed from the left; what is missing reads as not received.
fn vector(symbols: &[u8], count: usize, bits: usize) -> u16 {
    symbols
        .iter()
        .take(count)
        .enumerate()
        .fold(0, |all, (at, symbol)| all | u16::from(*symbol) << (bits * (count - 1 - at)))
}

/// A report that is known to be whole.
#[derive(Clone, Debug)]
pub(crate) struct Report<'a> {
    /// Number of the first packet it covers.
    pub(crate) base: u16,
    /// How many numbers it covers.
    #[cfg(test)]
    pub(crate) statuses: u16,
    /// Ticks from which the first difference counts, 0–2^32; comes round after 12 days.
    pub(crate) reference: i64,
    /// Number of the report.
    #[cfg(test)]
    pub(crate) count: u8,
    symbols: Symbols<'a>,
    deltas: &'a [u8],
}

impl<'a> Report<'a> {
    /// A whole RTCP packet ([`super::rtcp::Feedback::TransportWide`]). `None` if it holds less than it announces, or
    /// the reserved symbol.
    pub(crate) fn parse(packet: &'a [u8]) -> Option<Report<'a>> {
        let (base, statuses) = (u16_at(packet, 12)?, u16_at(packet, 14)?);
        let word = u32_at(packet, 16)?;
        let symbols = Symbols { chunks: packet.get(HEAD..)?, chunk: 0, used: 0, left: statuses };
        let (mut reading, mut length) = (symbols.clone(), 0);
        for symbol in reading.by_ref() {
            if symbol > LARGE_DELTA {
                return None;
            }
            length += usize::from(symbol);
        }
        if reading.left > 0 {
            return None;
        }
        let deltas = reading.chunks.get(..length)?;
        Some(Report {
            base,
            #[cfg(test)]
            statuses,
            reference: i64::from(word >> 8) * REFERENCE,
            #[cfg(test)]
            count: word as u8,
            symbols,
            deltas,
        })
    }

    /// Each number with the time it came, in ticks on the clock of [`Report::reference`], or that it did not come.
    pub(crate) fn packets(&self) -> Packets<'a> {
        Packets { number: self.base, at: self.reference, symbols: self.symbols.clone(), deltas: self.deltas }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Packets<'a> {
    number: u16,
    at: i64,
    symbols: Symbols<'a>,
    deltas: &'a [u8],
}

impl Iterator for Packets<'_> {
    type Item = (u16, Option<i64>);

    fn next(&mut self) -> Option<(u16, Option<i64>)> {
        let symbol = self.symbols.next()?;
        let delta = match symbol {
            SMALL_DELTA => u8_at(self.deltas, 0).map(i64::from),
            LARGE_DELTA => u16_at(self.deltas, 0).map(|delta| i64::from(delta as i16)),
            _ => None,
        };
        self.deltas = self.deltas.get(usize::from(symbol)..).unwrap_or(&[]);
        let number = self.number;
        self.number = number.wrapping_add(1);
        let arrived = delta.map(|delta| {
            self.at += delta;
            self.at
        });
        Some((number, arrived))
    }
}

/// Symbols of the status chunks. Once it has ended, `chunks` is what stands behind them.
#[derive(Clone, Debug)]
struct Symbols<'a> {
    chunks: &'a [u8],
    /// The chunk in hand, and how many of its symbols are used.
    chunk: u16,
    used: u16,
    /// Symbols to come; more than 0 at the end if there were too few chunks.
    left: u16,
}

impl Iterator for Symbols<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.left == 0 {
            return None;
        }
        loop {
            let (length, symbol) = match self.chunk >> 14 {
                0b10 => (14, self.chunk << 2 << self.used.min(13) >> 15),
                0b11 => (7, self.chunk << 2 << (2 * self.used).min(12) >> 14),
                _ => (self.chunk & 0x1fff, self.chunk >> 13),
            };
            if self.used < length {
                self.used += 1;
                self.left -= 1;
                return Some(symbol as u8);
            }
            let (chunk, rest) = self.chunks.split_first_chunk()?;
            (self.chunks, self.chunk, self.used) = (rest, u16::from_be_bytes(*chunk), 0);
        }
    }
}
