//! Which outgoing numbers were used already. Two packets under one number would be sealed with one nonce, and AES-GCM
//! with a repeated nonce gives its authentication key away (RFC 7714 § 8), be it only the header that differs. So this
//! is checked here again, though the receiving side lets duplicates through to nobody.

/// Numbers remembered. More: memory (one bit each). Less: a packet recovered late counts as used and is not forwarded;
/// 2,048 are two seconds of the largest stream here.
const WINDOW: u64 = 2_048;

#[derive(Clone, Debug)]
pub(super) struct Seen {
    newest: u64,
    bits: [u64; WINDOW as usize / 64],
}

impl Seen {
    /// All up to `newest` count as used.
    pub(super) fn new(newest: u64) -> Seen {
        Seen { newest, bits: [u64::MAX; WINDOW as usize / 64] }
    }

    /// Newest number used.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// Uses the number; `false` if it was used before, or is too old to know.
    pub(super) fn first_time(&mut self, number: u64) -> bool {
        if number + WINDOW <= self.newest {
            return false;
        }
        for skipped in (self.newest + 1..=number).rev().take(WINDOW as usize) {
            self.bits[word(skipped)] &= !bit(skipped);
        }
        self.newest = self.newest.max(number);
        let first = self.bits[word(number)] & bit(number) == 0;
        self.bits[word(number)] |= bit(number);
        first
    }
}

fn word(number: u64) -> usize {
    (number % WINDOW / 64) as usize
}

fn bit(number: u64) -> u64 {
    1 << (number % 64)
}
