//! Which TSNs a client may name.
//!
//! rtc-sctp 0.21.1 walks from the last TSN that it had in sequence to the one that a FORWARD TSN names (RFC 3758 § 3.6),
//! one by one: up to 2^31 steps for a chunk of eight bytes, and a packet holds 150 of them. Seconds to minutes, in which
//! no room of the shard gets anything. sctp-proto had the same loop and mended it (its pull request 56).

const INIT: u8 = 1;
const DATA: u8 = 0;
const SACK: u8 = 3;
const COOKIE_ECHO: u8 = 10;
const FORWARD_TSN: u8 = 192;
/// Ports, tag, checksum (RFC 9260 § 3.1).
const HEADER: usize = 12;

/// TSNs by which one packet may be ahead of all before: so many were lost or given up in between. The receive window
/// holds half as many of the pointer's frames. More: some nanoseconds for each, for every packet of a client that means
/// it. Less: the channels of a client that lost more than that are stuck.
const REACH: u32 = 8_192;

#[derive(Debug, Default)]
pub(super) struct Reach {
    /// What the client began with, and the newest that it named.
    known: Option<(u32, u32)>,
}

impl Reach {
    /// Whether a packet is to be handed on. Others count as lost.
    pub(super) fn admits(&mut self, packet: &[u8]) -> bool {
        let (mut known, mut admitted) = (self.known, true);
        tsns(packet, |kind, tsn| match (kind, &mut known) {
            // Only once: a client that begins again repeats its INIT.
            (INIT, Some((initial, _))) => admitted &= *initial == tsn,
            (INIT, None) => known = Some((tsn, tsn.wrapping_sub(1))),
            (_, Some((_, newest))) => {
                let before = self.known.map_or(*newest, |(_, newest)| newest);
                let is_ahead = |of: u32| (tsn.wrapping_sub(of) as i32).is_positive();
                admitted &= !is_ahead(before.wrapping_add(REACH));
                *newest = if is_ahead(*newest) { tsn } else { *newest };
            }
            // There is no association.
            (_, None) => {}
        });
        if admitted {
            self.known = known;
        }
        admitted
    }
}

/// The TSNs that the chunks of a packet name. Where the next chunk begins rtc-sctp computes from what it read of this one,
/// which may be less than the chunk's length: behind chunks of which the two could differ, every word that could be taken
/// for a FORWARD TSN is. An INIT is alone: rtc-sctp carries out nothing of a packet that holds another chunk beside it
/// (RFC 9260 § 6.10), and its random tag and TSN look like a FORWARD TSN once in a few hundred times.
fn tsns(packet: &[u8], mut each: impl FnMut(u8, u32)) {
    let word = |at: usize| packet.get(at..)?.first_chunk().copied().map(u32::from_be_bytes);
    let (mut at, mut is_certain) = (HEADER, true);
    while let Some(head) = word(at) {
        let (kind, length) = ((head >> 24) as u8, (head & 0xffff) as usize);
        let tsn_at = match kind {
            INIT if is_certain => Some(at + 16),
            DATA if is_certain => Some(at + 4),
            FORWARD_TSN if length >= 8 => Some(at + 4),
            _ => None,
        };
        if let Some(tsn) = tsn_at.and_then(word) {
            each(kind, tsn);
        }
        if (at, kind) == (HEADER, INIT) {
            return;
        }
        is_certain &= match kind {
            DATA | COOKIE_ECHO | FORWARD_TSN => length >= 4,
            SACK => word(at + 12)
                .is_some_and(|lists| length == 16 + 4 * (lists >> 16) as usize + 4 * (lists & 0xffff) as usize),
            _ => false,
        };
        at += if is_certain { length.next_multiple_of(4) } else { 4 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: u32 = u32::MAX - 100; // comes round soon

    fn chunk(kind: u8, value: &[u8]) -> Vec<u8> {
        let mut chunk = [&[kind, 0][..], &(4 + value.len() as u16).to_be_bytes(), value].concat();
        chunk.resize(chunk.len().next_multiple_of(4), 0);
        chunk
    }

    fn packet(chunks: &[Vec<u8>]) -> Vec<u8> {
        [&[0; HEADER][..], &chunks.concat()].concat()
    }

    fn init_with(tag: u32, tsn: u32) -> Vec<u8> {
        let fixed = [&tag.to_be_bytes()[..], &[9; 8], &tsn.to_be_bytes()].concat();
        packet(&[chunk(INIT, &[&fixed[..], &[0xc0, 0, 0, 4]].concat())])
    }

    fn init(tsn: u32) -> Vec<u8> {
        init_with(0x0909_0909, tsn)
    }

    fn forward(ahead: u32) -> Vec<u8> {
        chunk(FORWARD_TSN, &BEGIN.wrapping_add(ahead).to_be_bytes())
    }

    fn data(ahead: u32) -> Vec<u8> {
        chunk(DATA, &[&BEGIN.wrapping_add(ahead).to_be_bytes()[..], b"stream, number, ppid and 0xc0"].concat())
    }

    fn begun() -> Reach {
        let mut reach = Reach::default();
        assert!(reach.admits(&packet(&[chunk(COOKIE_ECHO, &[0xc0; 50])])));
        assert!(reach.admits(&init(BEGIN)) && reach.admits(&init(BEGIN)));
        reach
    }

    #[test]
    fn what_was_given_up_is_passed_over() {
        let mut reach = begun();
        assert!(reach.admits(&packet(&[data(0), data(1), forward(500)])));
        assert!(reach.admits(&packet(&[forward(8_000)])));
        assert!(reach.admits(&packet(&[data(16_000), forward(16_192)])));
        assert!(reach.admits(&packet(&[forward(3)])), "late");
    }

    #[test]
    fn no_packet_reaches_further_than_that() {
        for far in [9_000, 1 << 30, i32::MAX as u32] {
            let mut reach = begun();
            assert!(!reach.admits(&packet(&[forward(far)])));
            assert!(!reach.admits(&packet(&[data(far)])));
            assert!(!reach.admits(&packet(&[data(8_000), forward(16_000)])), "not by two steps either");
            assert!(reach.admits(&packet(&[data(0)])), "and nothing of it is remembered");
        }
        assert!(!begun().admits(&init(BEGIN.wrapping_add(1 << 30))));
    }

    #[test]
    fn a_client_may_begin_with_any_tag_and_number() {
        for word in [0xc000_0008, 0xc012_3456, 0xc0ff_ffff] {
            for (tag, tsn) in [(word, 1), (word, 1 << 31), (word, 0x7909_0909), (1, word), (word, word)] {
                let mut reach = Reach::default();
                assert!(reach.admits(&init_with(tag, tsn)), "{tag:x} {tsn:x}");
                assert!(reach.admits(&packet(&[chunk(DATA, &[tsn.to_be_bytes(), [0; 4]].concat())])));
            }
        }
    }

    #[test]
    fn a_chunk_inside_another_counts() {
        let hidden = [forward(1 << 30), vec![0; 8]].concat();
        let sack = |gaps: u16| [&[0; 8][..], &gaps.to_be_bytes(), &[0, 0], &hidden].concat();
        for kind in [5, 6, 7, 9, 11, 130] {
            assert!(!begun().admits(&packet(&[chunk(kind, &hidden)])), "{kind}");
        }
        assert!(!begun().admits(&packet(&[chunk(SACK, &sack(0))])));
        assert!(begun().admits(&packet(&[chunk(SACK, &sack(4)), data(0)])), "these are gaps");
        assert!(begun().admits(&packet(&[chunk(DATA, &[&BEGIN.to_be_bytes()[..], &hidden].concat())])), "this is text");
    }
}
