//! Retransmissions (RFC 4588 § 4): a stream of their own, each packet with the number of the one it repeats in front.

/// Bytes in front of the original payload.
pub(crate) const PREFIX: usize = 2;

/// The number and the payload of the packet that this repeats; timestamp and marker are the original's, the payload
/// type is by `apt`. `None` for a packet of padding only: a probe of the sender's bandwidth.
pub(crate) fn unwrap(payload: &[u8]) -> Option<(u16, &[u8])> {
    let (number, original) = payload.split_first_chunk::<PREFIX>()?;
    (!original.is_empty()).then_some((u16::from_be_bytes(*number), original))
}
