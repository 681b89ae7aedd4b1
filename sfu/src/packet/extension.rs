//! RTP header extensions (RFC 8285) and the values of those the SFU reads.

/// "One-Byte Header" (RFC 8285 § 4.2).
const ONE_BYTE: u16 = 0xbede;
/// "Two-Byte Header" (§ 4.3); the lower four bits are free.
const TWO_BYTE: u16 = 0x1000;

/// Elements of one packet: id and value. Ends at the first malformed one.
#[derive(Clone, Debug)]
pub(crate) struct Extensions<'a> {
    two_byte: bool,
    rest: &'a [u8],
}

impl<'a> Extensions<'a> {
    /// Of a profile that is neither form nothing is read.
    pub(super) fn new(profile: u16, elements: &'a [u8]) -> Extensions<'a> {
        let two_byte = profile & 0xfff0 == TWO_BYTE;
        Extensions { two_byte, rest: if two_byte || profile == ONE_BYTE { elements } else { &[] } }
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        // A zero byte is padding in both forms, between elements too.
        let start = self.rest.iter().position(|byte| *byte != 0)?;
        let rest = &self.rest[start..];
        let (id, length, header) = match self.two_byte {
            true => (rest[0], usize::from(*rest.get(1)?), 2),
            // An id of 0 with a length, and 15, end the reading (§ 4.2).
            false => match rest[0] >> 4 {
                0 | 15 => {
                    self.rest = &[];
                    return None;
                }
                id => (id, usize::from(rest[0] & 0x0f) + 1, 1),
            },
        };
        let Some(value) = rest.get(header..header + length) else {
            self.rest = &[];
            return None;
        };
        self.rest = &rest[header + length..];
        Some((id, value))
    }
}

/// Writes the whole block with its header; returns its length, a multiple of four.
pub(super) fn write(into: &mut [u8], extensions: &[(u8, &[u8])]) -> usize {
    let one_byte = extensions.iter().all(|(id, value)| (1..=14).contains(id) && (1..=16).contains(&value.len()));
    let mut at = 4;
    for (id, value) in extensions {
        debug_assert!(*id != 0 && value.len() < 256, "no such element");
        if one_byte {
            into[at] = id << 4 | (value.len() - 1) as u8;
            at += 1;
        } else {
            into[at] = *id;
            into[at + 1] = value.len() as u8;
            at += 2;
        }
        into[at..at + value.len()].copy_from_slice(value);
        at += value.len();
    }
    let end = at.next_multiple_of(4);
    into[at..end].fill(0);
    into[..2].copy_from_slice(&if one_byte { ONE_BYTE } else { TWO_BYTE }.to_be_bytes());
    into[2..4].copy_from_slice(&((end / 4 - 1) as u16).to_be_bytes());
    end
}

/// How loud a packet of audio is (RFC 6464 § 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AudioLevel {
    /// The sender's opinion that somebody speaks; meaningless if `vad=off` was agreed.
    pub(crate) voice: bool,
    /// −dBov: 0 is the loudest, 127 silence.
    pub(crate) level: u8,
}

impl AudioLevel {
    pub(crate) fn read(value: &[u8]) -> Option<AudioLevel> {
        let byte = *value.first()?;
        Some(AudioLevel { voice: byte & 0x80 != 0, level: byte & 0x7f })
    }

    /// The value to write.
    pub(crate) fn bytes(self) -> [u8; 1] {
        [u8::from(self.voice) << 7 | self.level & 0x7f]
    }
}

/// The transport-wide number of a packet (draft-holmer-rmcat-transport-wide-cc-extensions-01 § 2).
pub(crate) fn transport_wide(value: &[u8]) -> Option<u16> {
    super::u16_at(value, 0)
}

/// The value of `mid` (RFC 9143 § 15.1), `rid` or `repaired-rid` (RFC 8852 § 3): a short word of printable ASCII.
/// `None` for anything else, so that it can be compared, and logged, without a thought.
pub(crate) fn name(value: &[u8]) -> Option<&str> {
    let is_word = !value.is_empty() && value.len() <= 16 && value.iter().all(u8::is_ascii_graphic);
    std::str::from_utf8(value).ok().filter(|_| is_word)
}
