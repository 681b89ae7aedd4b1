//! Selective forwarding unit: rooms, peers, tracks, bytes. Knows no broker, no user, no database.
//!
//! ```text
//! broker ── Sfu (handle) ──command──▶ shard threads ◀──packets── one UDP and one TCP port each
//!                                      │
//!              shard/      rooms on one thread: commands, datagrams, time → datagrams, events
//!              room/       who publishes, who wants what → which slot carries what         pure
//!              alloc/      who gets how much of a subscriber's bandwidth                   pure
//!              congestion/ how much the path to a subscriber carries                       pure
//!              speaker/    who speaks                                                      pure
//!              send/       one outgoing stream made of any layers; repetitions; reports    pure
//!              receive/    one incoming stream: losses, questions, reports, packets kept   pure
//!              state/      data channel envelope, retained entries                         pure
//!              transport/  one peer's ICE, DTLS, SRTP, SCTP; the only module that names `rtc-*`
//!              packet/     RTP, RTCP, payload descriptors, framing: bytes on the wire      pure
//!              net/        sockets, send arena, STUN, clock, wake-up
//! ```
//!
//! Invariants:
//! - One offer and one answer per peer. Joining, leaving and muting change *slots*, never SDP.
//! - The payload is opaque (end-to-end encrypted). Only RTP headers and the VP8 and VP9 payload descriptors, which
//!   stay in the clear, are read.
//! - Pure modules are told the time; [`net::clock`] is the only place that asks.
//! - A packet is decrypted once, where it was received, and sealed for each subscriber where it is sent from; nothing is
//!   allocated for it.
//! - A room lives on one shard, chosen by its id, for ever. Shards share nothing but counters that anybody may read;
//!   state machines meet by value, there is no lock.
//! - A peer that makes its handling panic is dropped; the loop goes on.
//! - SDP, keys and payloads never reach a log.
//!
//! What is not negotiated, and why:
//! - AV1 and H264 do not survive end-to-end encryption in browsers. VP9 is routed, its spatial layers as layers; our pages
//!   offer VP8 alone, of which every browser sends three sizes.
//! - RED (RFC 2198): browsers seal its copies together, so that nobody could take them apart for a client without it, as
//!   Firefox is. Opus brings its own redundancy (in-band FEC, RFC 6716 § 2.1.7), and passes.
//! - The dependency descriptor: Firefox knows none, and the payload descriptors of VP8 and VP9 say enough.
//! - Pictures are not paced. Measured with a queue of 100 ms at 400 kbit/s, a pacer changed the time in which pictures
//!   stood from 1.6–4.4 s of 45 to 0.9–4.2 s, and costs a timer and a queue for each subscriber.

mod alloc;
mod api;
mod congestion;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod handle;
mod net;
mod packet;
mod receive;
mod room;
mod send;
mod shard;
mod speaker;
mod state;
mod stats;
mod transport;

pub use api::{
    Answer, Cause, Config, Keys, Level, MAX_DATA_FRAME, MAX_MEMBERS, MemberId, Offer, PeerEvent, Publishing, RoomId,
    SfuError, Slot, Source,
};
pub use handle::Sfu;
pub use stats::{Drops, Stats};
