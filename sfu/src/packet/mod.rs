//! Bytes on the wire. Pure, nothing allocates (writers append to a buffer that the caller uses again), and whatever the
//! bytes are, a reader answers `None` or ends: it never panics and never reads outside of them.

mod codec;
pub(crate) mod extension;
mod numbers;
pub(crate) mod rfc4571;
pub(crate) mod rtcp;
mod rtp;
#[cfg(test)]
mod tests;
pub(crate) mod transport_wide;
pub(crate) mod vp8;
pub(crate) mod vp9;

pub(crate) use codec::Codec;
pub(crate) use rtp::{HeaderWriter, RtpHeader};

fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}
