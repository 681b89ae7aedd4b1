//! Selective forwarding unit: rooms, peers, tracks, bytes. Knows no broker, no user, no database.
//!
//! ```text
//! broker ── Sfu (handle) ──command──▶ shard threads ◀──packets── one UDP and one TCP port each
//!                                      │
//!              room/     who publishes, who wants what → which slot carries what      pure
//!              forward/  sequence, timestamp, picture-id rewriting; key frame requests pure
//!              state/    data channel envelope, retained entries                       pure
//!              engine/   one WebRTC peer; the only module that names `rtc`
//!              net/      sockets, send arena, STUN, clock, wake-up
//!              shard/    the loop that joins them
//! ```
//!
//! Invariants:
//! - One offer and one answer per peer. Joining, leaving and muting change *slots*, never SDP.
//! - The payload is opaque (end-to-end encrypted). Only RTP headers and the VP8 payload descriptor, which stay in the
//!   clear, are read.
//! - Pure modules are told the time; [`net::clock`] is the only place that asks.
//! - A room lives on one shard, chosen by its id, for ever. Shards share nothing but counters that anybody may read;
//!   state machines meet by value, there is no lock.
//! - A peer that makes its handling panic is dropped; the loop goes on.
//! - SDP, keys and payloads never reach a log.

#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "not used until the transport is integrated"))]
mod alloc;
mod api;
#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "not used until the transport is integrated"))]
mod congestion;
mod engine;
mod forward;
mod handle;
mod net;
#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "not used until the transport is integrated"))]
mod packet;
#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "not used until the transport is integrated"))]
mod receive;
mod room;
#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "not used until the transport is integrated"))]
mod send;
mod shard;
#[cfg_attr(not(test), expect(dead_code, reason = "not used until the transport is integrated"))]
mod speaker;
mod state;
mod stats;
#[expect(dead_code, reason = "not used until the transport is integrated")]
mod transport;

pub use api::{
    Answer, Cause, Config, Keys, Level, MAX_DATA_FRAME, MAX_MEMBERS, MemberId, Offer, PeerEvent, Publishing, RoomId,
    SfuError, Slot, Source,
};
pub use handle::Sfu;
pub use stats::{Drops, Stats};
