//! SRTP and SRTCP with AEAD_AES_128_GCM, in place (RFC 3711, RFC 7714). Allocates only when a new source speaks.
//!
//! `rtc-srtp` allocates for every packet, and makes state for every SSRC of a forged RTCP packet; here state is made
//! only after a packet has been authenticated, and for a bounded number of sources.

mod inbound;
mod keys;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use inbound::{Opened, is_rtcp};

use keys::{MasterKey, SessionKey};
use ring::aead::Aad;
use rtc_crypto::{CryptoError, RTCCrypto};
use window::Windows;

/// Bytes of an authentication tag (RFC 7714 § 13.2).
pub(crate) const TAG: usize = 16;
/// What [`Srtp::seal_rtcp`] adds: tag and index (RFC 7714 § 9.1).
pub(crate) const RTCP_ROOM: usize = TAG + 4;
/// Bytes of keying material that DTLS exports: two keys, two salts (RFC 5764 § 4.2).
pub(crate) const KEYING_MATERIAL: usize = 2 * (keys::KEY + keys::SALT);

/// The first part of an RTCP packet that stays in the clear.
const RTCP_HEADER: usize = 8;
/// The E flag: the packet is encrypted. We send and accept no other.
const ENCRYPTED: u32 = 1 << 31;

/// Keys of one peer, both ways.
pub(crate) struct Srtp {
    outbound: SessionKey,
    outbound_rtcp: SessionKey,
    inbound: SessionKey,
    inbound_rtcp: SessionKey,
    heard: Windows,
    heard_rtcp: Windows,
    /// One counter for all SSRCs of ours: the index only has to be new (RFC 3711 § 3.4).
    rtcp_index: u32,
}

impl Srtp {
    /// `material` is what the DTLS *server* exported, and the server is us.
    pub(crate) fn new(crypto: &dyn RTCCrypto, material: &[u8; KEYING_MATERIAL]) -> Result<Srtp, CryptoError> {
        let (keys, salts) = material.split_at(2 * keys::KEY);
        let client = MasterKey::new(&keys[..keys::KEY], &salts[..keys::SALT]);
        let server = MasterKey::new(&keys[keys::KEY..], &salts[keys::SALT..]);
        Ok(Srtp {
            outbound: server.rtp(crypto)?,
            outbound_rtcp: server.rtcp(crypto)?,
            inbound: client.rtp(crypto)?,
            inbound_rtcp: client.rtcp(crypto)?,
            heard: Windows::default(),
            heard_rtcp: Windows::default(),
            rtcp_index: 0,
        })
    }

    /// Encrypts a packet in place: a header of `header` bytes (extensions included), the payload, and [`TAG`] bytes of
    /// room. All of `packet` is then to be sent.
    ///
    /// The caller's invariant: a pair of SSRC and extended sequence number is never used for two different packets,
    /// or GCM gives away both (RFC 7714 § 8.1). The lowest 16 bits are what the header says; the first packet of an
    /// SSRC must be below 2^16, since the receiver starts with a rollover counter of zero (RFC 3711 § 3.3.1).
    pub(crate) fn seal(&self, packet: &mut [u8], header: usize, ssrc: u32, extended: u64) {
        let end = packet.len() - TAG;
        let (clear, body) = packet.split_at_mut(header);
        let (payload, tag) = body.split_at_mut(end - header);
        let nonce = self.outbound.nonce(ssrc, extended);
        self.outbound.seal(nonce, Aad::from(&*clear), payload, tag);
    }

    /// Encrypts a compound packet in place: its plain bytes and [`RTCP_ROOM`] bytes of room. All of `packet` is then to
    /// be sent. `None` if it is shorter than a header, or after 2^31 packets, when the key is used up.
    pub(crate) fn seal_rtcp(&mut self, packet: &mut [u8]) -> Option<()> {
        let end = packet.len().checked_sub(RTCP_ROOM).filter(|end| *end >= RTCP_HEADER)?;
        self.rtcp_index = self.rtcp_index.checked_add(1).filter(|index| *index < ENCRYPTED)?;
        let index = self.rtcp_index;
        let (clear, rest) = packet.split_at_mut(RTCP_HEADER);
        let ssrc = u32::from_be_bytes([clear[4], clear[5], clear[6], clear[7]]);
        let (payload, rest) = rest.split_at_mut(end - RTCP_HEADER);
        let (tag, word) = rest.split_at_mut(TAG);
        word.copy_from_slice(&(ENCRYPTED | index).to_be_bytes());
        let nonce = self.outbound_rtcp.nonce(ssrc, u64::from(index));
        self.outbound_rtcp.seal(nonce, rtcp_aad(clear, word), payload, tag);
        Some(())
    }
}

/// What is authenticated but not encrypted: the header, then the word with flag and index (RFC 7714 § 9.2).
fn rtcp_aad(header: &[u8], word: &[u8]) -> Aad<[u8; RTCP_HEADER + 4]> {
    let mut aad = [0; RTCP_HEADER + 4];
    aad[..RTCP_HEADER].copy_from_slice(header);
    aad[RTCP_HEADER..].copy_from_slice(word);
    Aad::from(aad)
}
