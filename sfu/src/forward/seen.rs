//! Which packets of a source were there already. Publishers probe their bandwidth by sending recent packets once more
//! (RTX); forwarding those would fill every subscriber's link with what its replay protection throws away.

/// Packets remembered. More: memory (one bit each). Less: a late retransmission counts as seen. A probe repeats
/// packets of the last second at most.
const WINDOW: i64 = 2_048;

#[derive(Clone, Debug)]
pub(crate) struct Seen {
    newest: Option<i64>,
    bits: [u64; WINDOW as usize / 64],
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { newest: None, bits: [0; WINDOW as usize / 64] }
    }
}

impl Seen {
    /// `true` if this is the first time. What is older than the window counts as seen.
    pub(crate) fn first_time(&mut self, sequence: u16) -> bool {
        let newest = self.newest.unwrap_or(i64::from(sequence) - 1);
        let extended = newest + i64::from(sequence.wrapping_sub(newest as u16) as i16);
        if extended <= newest - WINDOW {
            return false;
        }
        for skipped in (newest + 1..=extended).rev().take(WINDOW as usize) {
            self.set(skipped, false);
        }
        self.newest = Some(newest.max(extended));
        let first = self.bits[word(extended)] & bit(extended) == 0;
        self.set(extended, true);
        first
    }

    fn set(&mut self, extended: i64, value: bool) {
        match value {
            true => self.bits[word(extended)] |= bit(extended),
            false => self.bits[word(extended)] &= !bit(extended),
        }
    }
}

fn word(extended: i64) -> usize {
    (extended.rem_euclid(WINDOW) / 64) as usize
}

fn bit(extended: i64) -> u64 {
    1 << (extended.rem_euclid(WINDOW) % 64)
}
