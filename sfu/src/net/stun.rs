//! The little of STUN (RFC 8489) that is not the ICE agent's: whom a request is for, whether its sender knows the
//! password, and the check by which a client is asked whether it is at a new address (see `net::path`).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const BINDING_ERROR: [u8; 2] = [0x01, 0x11];
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLED: u16 = 0x8029;
/// Bytes of a MESSAGE-INTEGRITY and of a FINGERPRINT, heads included.
const INTEGRITY: usize = 24;
const CHECKSUM: usize = 8;
/// Of a peer-reflexive candidate, the first component (RFC 8445 § 5.1.2.1). Clients know our candidates, so it tells
/// them nothing.
const PRFLX_PRIORITY: u32 = (110 << 24) | (65_535 << 8) | 255;

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

/// Whether a response says yes, and its sender knows the password that the request was signed with.
pub(crate) fn is_success_signed_with(datagram: &[u8], password: &str) -> bool {
    let integrity = attributes(datagram).find(|(kind, ..)| *kind == MESSAGE_INTEGRITY);
    datagram.get(..2) == Some(&BINDING_SUCCESS)
        && integrity.is_some_and(|(_, at, value)| is_signed(&datagram[..at], value, password))
}

/// A binding request with a message integrity that has not been checked yet.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    datagram: &'a [u8],
    /// The ICE fragment of the receiver: USERNAME is "receiver:sender" (RFC 8445 § 7.2.2).
    pub(crate) receiver: &'a str,
    pub(crate) use_candidate: bool,
    integrity_at: usize,
    integrity: &'a [u8],
}

impl<'a> Request<'a> {
    /// `None` for anything that is not a well-formed request with user name and integrity.
    pub(crate) fn parse(datagram: &'a [u8]) -> Option<Request<'a>> {
        if Protocol::of(datagram) != Some(Protocol::Stun) || !is_request(datagram) {
            return None;
        }
        let (mut receiver, mut use_candidate) = (None, false);
        for (kind, at, value) in attributes(datagram) {
            match kind {
                USERNAME => receiver = Some(std::str::from_utf8(value).ok()?.split(':').next()?),
                USE_CANDIDATE => use_candidate = true,
                // What follows the integrity is not covered by it (RFC 8489 § 14.5).
                MESSAGE_INTEGRITY if value.len() == INTEGRITY - 4 => {
                    let (receiver, integrity_at, integrity) = (receiver?, at, value);
                    return Some(Request { datagram, receiver, use_candidate, integrity_at, integrity });
                }
                _ => {}
            }
        }
        None
    }

    pub(crate) fn transaction(&self) -> TransactionId {
        transaction(self.datagram)
    }

    pub(crate) fn is_signed_with(&self, password: &str) -> bool {
        is_signed(&self.datagram[..self.integrity_at], self.integrity, password)
    }
}

/// A connectivity check of the controlled side (RFC 8445 § 7.2.2). `user` is "client's fragment:ours", `password` the
/// client's.
pub(crate) fn check(id: TransactionId, tie_breaker: u64, user: &str, password: &str) -> Option<Vec<u8>> {
    let mut message = [&BINDING_REQUEST[..], &[0, 0], &COOKIE, &id].concat();
    put(&mut message, USERNAME, user.as_bytes());
    put(&mut message, ICE_CONTROLLED, &tie_breaker.to_be_bytes());
    put(&mut message, PRIORITY, &PRFLX_PRIORITY.to_be_bytes());
    let integrity = integrity_of(&message, password)?.finalize().into_bytes();
    put(&mut message, MESSAGE_INTEGRITY, &integrity);
    // The checksum covers the length of the whole (RFC 8489 § 14.7).
    let length = (message.len() + CHECKSUM - HEADER) as u16;
    message[2..4].copy_from_slice(&length.to_be_bytes());
    let sum = fingerprint(&message);
    put(&mut message, FINGERPRINT, &sum.to_be_bytes());
    Some(message)
}

fn put(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend(kind.to_be_bytes());
    message.extend((value.len() as u16).to_be_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

fn transaction(datagram: &[u8]) -> TransactionId {
    let mut id = [0; 12];
    id.copy_from_slice(&datagram[8..HEADER]);
    id
}

/// Kind, place and value of each attribute, up to the first that is malformed.
fn attributes(datagram: &[u8]) -> impl Iterator<Item = (u16, usize, &[u8])> {
    let mut next = HEADER;
    std::iter::from_fn(move || {
        let at = next;
        let [high, low, length @ ..] = *datagram.get(at..)?.first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes(length));
        next = at + 4 + length.next_multiple_of(4);
        Some((u16::from_be_bytes([high, low]), at, datagram.get(at + 4..at + 4 + length)?))
    })
}

/// `signed`: the message up to its integrity.
fn is_signed(signed: &[u8], integrity: &[u8], password: &str) -> bool {
    integrity_of(signed, password).is_some_and(|mac| mac.verify_slice(integrity).is_ok())
}

/// Short-term credentials (RFC 8489 § 9.1): HMAC-SHA1 over the message up to the attribute, with the length field as if
/// the attribute were the last.
fn integrity_of(message: &[u8], password: &str) -> Option<Hmac<Sha1>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(password.as_bytes()).ok()?;
    let length = (message.len() + INTEGRITY - HEADER) as u16;
    mac.update(&message[..2]);
    mac.update(&length.to_be_bytes());
    mac.update(&message[4..]);
    Some(mac)
}

/// CRC-32 of the message up to the attribute, and "STUN" (RFC 8489 § 14.7).
pub(super) fn fingerprint(message: &[u8]) -> u32 {
    crc32fast::hash(message) ^ u32::from_be_bytes(*b"STUN")
}
