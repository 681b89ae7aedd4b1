//! What has been received of each source: replays are refused (RFC 3711 § 3.3.2).

/// Packets behind the newest that are told apart. More: 8 bytes per 64 and source. Less: on a fast stream what a path
/// delays for long looks like a replay; at 1,000 packets/s this is one second, as in libwebrtc.
const PACKETS: u64 = 1_024;
const WORDS: usize = (PACKETS / 64) as usize;
/// Sources of one peer: microphone, camera and screen of three layers, each with retransmissions, make 13. More: memory
/// for a client that makes them up. Less: one whose SSRCs change during a long call would fall silent.
pub(super) const SOURCES: usize = 64;

#[derive(Clone)]
pub(super) struct Window {
    newest: u64,
    seen: [u64; WORDS],
}

impl Window {
    fn starting_with(index: u64) -> Window {
        let mut window = Window { newest: index, seen: [0; WORDS] };
        window.mark(index);
        window
    }

    /// The index whose lowest 16 bits are `sequence` and that is nearest to the newest (RFC 3711 § 3.3.1).
    pub(super) fn extend(&self, sequence: u16) -> Option<u64> {
        let ahead = sequence.wrapping_sub(self.newest as u16) as i16;
        self.newest.checked_add_signed(i64::from(ahead))
    }

    pub(super) fn is_new(&self, index: u64) -> bool {
        if index > self.newest {
            return true;
        }
        self.newest - index < PACKETS && self.seen[word(index)] & bit(index) == 0
    }

    fn accept(&mut self, index: u64) {
        if index > self.newest {
            if index - self.newest >= PACKETS {
                self.seen = [0; WORDS];
            } else {
                (self.newest + 1..index).for_each(|skipped| self.seen[word(skipped)] &= !bit(skipped));
            }
            self.newest = index;
        }
        self.mark(index);
    }

    fn mark(&mut self, index: u64) {
        self.seen[word(index)] |= bit(index);
    }
}

fn word(index: u64) -> usize {
    (index % PACKETS / 64) as usize
}

fn bit(index: u64) -> u64 {
    1 << (index % 64)
}

/// A window for each source. A client has about a dozen: looking them up one by one beats hashing.
#[derive(Default)]
pub(super) struct Windows(Vec<(u32, Window)>);

impl Windows {
    pub(super) fn of(&self, ssrc: u32) -> Option<&Window> {
        self.0.iter().find(|(known, _)| *known == ssrc).map(|(_, window)| window)
    }

    /// Whether a packet may be let in once it has been authenticated: it is new, or there is room for another source.
    /// Forgetting an old one instead would accept its replays.
    pub(super) fn may_accept(&self, ssrc: u32, index: u64) -> bool {
        match self.of(ssrc) {
            Some(window) => window.is_new(index),
            None => self.0.len() < SOURCES,
        }
    }

    /// Only for what has been authenticated.
    pub(super) fn accept(&mut self, ssrc: u32, index: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == ssrc) {
            Some((_, window)) => window.accept(index),
            None => self.0.push((ssrc, Window::starting_with(index))),
        }
    }
}
