//! The little of STUN (RFC 8489) that the demultiplexer reads itself: whom a request is for, and whether its sender
//! knows the password. Answering is the ICE agent's work.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const BINDING_ERROR: [u8; 2] = [0x01, 0x11];
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const USE_CANDIDATE: u16 = 0x0025;

pub(crate) type TransactionId = [u8; 12];

/// What the first byte says a datagram is (RFC 7983 § 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Stun,
    Dtls,
    /// RTP or RTCP, always encrypted here.
    Media,
}

impl Protocol {
    pub(crate) fn of(datagram: &[u8]) -> Option<Protocol> {
        match *datagram.first()? {
            0..=3 if datagram.len() >= HEADER && datagram[4..8] == COOKIE => Some(Protocol::Stun),
            20..=63 => Some(Protocol::Dtls),
            128..=191 => Some(Protocol::Media),
            _ => None,
        }
    }
}

pub(crate) fn is_request(datagram: &[u8]) -> bool {
    datagram.get(..2) == Some(&BINDING_REQUEST)
}

/// The transaction that a binding response answers.
pub(crate) fn response_to(datagram: &[u8]) -> Option<TransactionId> {
    let response = matches!(datagram.get(..2), Some(kind) if *kind == BINDING_SUCCESS || *kind == BINDING_ERROR);
    (response && Protocol::of(datagram) == Some(Protocol::Stun)).then(|| transaction(datagram))
}

/// A binding request with a message integrity that has not been checked yet.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    datagram: &'a [u8],
    /// The ICE fragment of the receiver: USERNAME is "receiver:sender" (RFC 8445 § 7.2.2).
    pub(crate) receiver: &'a str,
    pub(crate) use_candidate: bool,
    integrity_at: usize,
}

impl<'a> Request<'a> {
    /// `None` for anything that is not a well-formed request with user name and integrity.
    pub(crate) fn parse(datagram: &'a [u8]) -> Option<Request<'a>> {
        if Protocol::of(datagram) != Some(Protocol::Stun) || !is_request(datagram) {
            return None;
        }
        let (mut receiver, mut use_candidate, mut at) = (None, false, HEADER);
        while at + 4 <= datagram.len() {
            let kind = u16::from_be_bytes([datagram[at], datagram[at + 1]]);
            let length = usize::from(u16::from_be_bytes([datagram[at + 2], datagram[at + 3]]));
            let value = datagram.get(at + 4..at + 4 + length)?;
            match kind {
                USERNAME => receiver = Some(std::str::from_utf8(value).ok()?.split(':').next()?),
                USE_CANDIDATE => use_candidate = true,
                // What follows the integrity is not covered by it (RFC 8489 § 14.5).
                MESSAGE_INTEGRITY if length == 20 => {
                    return Some(Request { datagram, receiver: receiver?, use_candidate, integrity_at: at });
                }
                _ => {}
            }
            at += 4 + length.next_multiple_of(4);
        }
        None
    }

    pub(crate) fn transaction(&self) -> TransactionId {
        transaction(self.datagram)
    }

    /// Short-term credentials (RFC 8489 § 9.1): HMAC-SHA1 over the message up to the attribute, with the length field
    /// as if the attribute were the last.
    pub(crate) fn is_signed_with(&self, password: &str) -> bool {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(password.as_bytes()) else { return false };
        let length = (self.integrity_at + 24 - HEADER) as u16;
        mac.update(&self.datagram[..2]);
        mac.update(&length.to_be_bytes());
        mac.update(&self.datagram[4..self.integrity_at]);
        mac.verify_slice(&self.datagram[self.integrity_at + 4..self.integrity_at + 24]).is_ok()
    }
}

fn transaction(datagram: &[u8]) -> TransactionId {
    let mut id = [0; 12];
    id.copy_from_slice(&datagram[8..HEADER]);
    id
}
