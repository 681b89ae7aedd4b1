//! One WebRTC peer on `rtc` (sans-IO). The only module that names that crate.
//!
//! Its known faults and what is done about each (LAB.md has the measurements):
//! - Inbound RTCP never reaches the application → [`interceptors::DeliverKeyframeRequests`].
//! - Packets recovered by RTX stay "missing" for the NACK generator → [`interceptors::UnwrapRtx`].
//! - The ICE agent never follows a client's new source port → one constant remote address, see `net::path`.
//! - ICE checks every 200 ms, mDNS by default, SRTP profile of the client's choice → [`setup`].

mod interceptors;
mod offer;
mod peer;
mod setup;
#[cfg(test)]
mod tests;

pub(crate) use peer::{EngineError, Output, Peer, Rtp, Transport};
#[cfg(test)]
pub(crate) use tests::Client;
