//! One WebRTC peer, composed from the sans-IO protocol crates. The only module that names `rtc-*`.
//!
//! ```text
//! offer ─sdp─▶ Negotiated (what the client sends and receives), answer
//! datagram ─▶ STUN → ice │ DTLS → dtls → sctp → Output │ RTP, RTCP → srtp, in place
//! ```
//!
//! Media does not pass through [`Peer::receive`] and [`Peer::transmit`]: [`Peer::open`] and [`Peer::seal`] work in the
//! caller's buffers. What `rtc`'s PeerConnection got wrong and what is done about it here (LAB.md):
//! - It never follows a client's new source port → one constant virtual pair, see [`ice`] and `net::path`.
//! - A lost DTLS flight stayed lost once the client repeated its own → [`dtls`] repeats it.
//! - The client's order decided on the SRTP profile → AES-128-GCM is the only one.
//! - A FORWARD TSN may name any TSN and is walked to one by one → [`reach`] passes only near ones on.
//! - Forged packets made state for every SSRC → [`srtp`] makes state after authentication, for a bounded number.

mod dtls;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod ice;
mod peer;
mod reach;
mod sctp;
mod sdp;
mod srtp;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use self::sdp::payload;
#[cfg(any(test, fuzzing))]
pub(crate) use self::srtp::{KEYING_MATERIAL, Srtp};
pub(crate) use self::{
    peer::{Output, Peer, Transport, TransportError},
    sdp::{Extensions, Payload, Published, Slot},
    srtp::{RTCP_ROOM, TAG, is_rtcp},
};
