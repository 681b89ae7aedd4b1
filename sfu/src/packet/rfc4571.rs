//! RTP, RTCP, DTLS and STUN over TCP (RFC 4571 § 2, RFC 6544): each packet behind its length in two bytes.

/// Longest packet taken. More: nothing that came over UDP is longer. Less: media of paths with a full-size MTU is cut.
pub(crate) const MAX_FRAME: usize = 1_500;

/// Bytes kept of one connection. More: fewer reads for a sender at full speed, paid by each of thousands of half-open
/// connections. Less than a frame and its length: a frame would never be complete.
const CAPACITY: usize = 2_048;

/// The stream announced a packet longer than any can be: it is lost or hostile, close it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame of {0} bytes")]
pub(crate) struct TooLong(pub(crate) usize);

/// Cuts what a connection delivers into packets.
#[derive(Debug)]
pub(crate) struct Reader {
    bytes: Box<[u8; CAPACITY]>,
    /// What came and was not handed out yet.
    start: usize,
    end: usize,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader { bytes: Box::new([0; CAPACITY]), start: 0, end: 0 }
    }
}

impl Reader {
    /// Where to read to, never empty once [`Reader::next_frame`] said that there is no more.
    pub(crate) fn spare(&mut self) -> &mut [u8] {
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        &mut self.bytes[self.end..]
    }

    /// So many bytes were read into [`Reader::spare`].
    pub(crate) fn filled(&mut self, count: usize) {
        self.end = (self.end + count).min(CAPACITY);
    }

    /// The next whole packet, to be decrypted where it is. Empty ones, which the RFC allows, are passed over.
    pub(crate) fn next_frame(&mut self) -> Result<Option<&mut [u8]>, TooLong> {
        loop {
            let waiting = &self.bytes[self.start..self.end];
            let Some(length) = super::u16_at(waiting, 0).map(usize::from) else { return Ok(None) };
            if length > MAX_FRAME {
                return Err(TooLong(length));
            }
            if waiting.len() < 2 + length {
                return Ok(None);
            }
            let from = self.start + 2;
            self.start = from + length;
            if length > 0 {
                return Ok(Some(&mut self.bytes[from..from + length]));
            }
        }
    }
}

/// What to write in front of a packet of `length` bytes, of which the sender sees to it that they are at most
/// [`MAX_FRAME`].
pub(crate) fn prefix(length: usize) -> [u8; 2] {
    debug_assert!(length <= MAX_FRAME, "a frame of {length} bytes");
    (length as u16).to_be_bytes()
}

/// Appends a packet with its length.
pub(crate) fn frame(into: &mut Vec<u8>, packet: &[u8]) {
    into.extend_from_slice(&prefix(packet.len()));
    into.extend_from_slice(packet);
}
