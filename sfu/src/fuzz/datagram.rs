//! Before anything is decrypted: the demultiplexer, STUN, and what comes over TCP.

use crate::net::stun::{Protocol, Request, is_request, response_to};
use crate::packet::rfc4571::{self, Reader, TooLong};

/// What came in one datagram.
pub fn datagram(bytes: &[u8]) {
    let protocol = Protocol::of(bytes);
    let by_the_book = match bytes.first() {
        Some(0..=3) => Some(Protocol::Stun),
        Some(20..=63) => Some(Protocol::Dtls),
        Some(128..=191) => Some(Protocol::Media),
        _ => None,
    };
    assert!(protocol.is_none() || protocol == by_the_book, "RFC 7983 § 7");
    assert!(protocol.is_some() || by_the_book.is_none_or(|only| only == Protocol::Stun), "STUN has a cookie too");
    if let Some(transaction) = response_to(bytes) {
        assert!(protocol == Some(Protocol::Stun) && !is_request(bytes) && bytes[8..20] == transaction);
    }
    if let Some(request) = Request::parse(bytes) {
        assert!(protocol == Some(Protocol::Stun) && is_request(bytes) && bytes[8..20] == request.transaction());
        assert!(bytes.as_ptr_range().contains(&request.receiver.as_ptr()));
        assert!(!request.is_signed_with("a password that nobody has"));
        let _ = request.use_candidate;
    }
}

/// What comes over a TCP connection, in pieces of any size: the frames are those of the whole (RFC 4571 § 2).
pub fn stream(bytes: &[u8]) {
    let (mut frames, ends) = by_the_book(bytes);
    let mut reader = Reader::default();
    let mut rest = bytes;
    // The first byte says how large the pieces are.
    let size = 1 + 8 * usize::from(bytes.first().copied().unwrap_or_default());
    while !rest.is_empty() {
        let spare = reader.spare();
        let count = rest.len().min(spare.len()).min(size);
        assert!(count > 0, "nowhere to read to");
        spare[..count].copy_from_slice(&rest[..count]);
        reader.filled(count);
        rest = &rest[count..];
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => {
                    assert_eq!(Some(&*frame), frames.next());
                    datagram(frame);
                }
                Ok(None) => break,
                Err(error) => return assert_eq!((Some(error), None), (ends, frames.next())),
            }
        }
    }
    assert_eq!((ends, frames.next()), (None, None));
}

/// The frames that are whole, and why the stream ends. Read here from the bytes at once; written again they are read as
/// the same.
fn by_the_book(mut rest: &[u8]) -> (std::vec::IntoIter<&[u8]>, Option<TooLong>) {
    let (mut frames, mut ends) = (Vec::new(), None);
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length));
        if length > rfc4571::MAX_FRAME {
            ends = Some(TooLong(length));
            break;
        }
        let Some((frame, behind)) = behind.split_at_checked(length) else { break };
        if !frame.is_empty() {
            let mut written = Vec::new();
            rfc4571::frame(&mut written, frame);
            assert_eq!(written, rest[..2 + length]);
            frames.push(frame);
        }
        rest = behind;
    }
    (frames.into_iter(), ends)
}
