//! One outgoing stream of a subscriber: which layer it shows, how a packet's numbers change on the way, what went out
//! and can go out once more, what its sender reports say; and the transport-wide numbers of everything sent. Pure.
//!
//! ```text
//! Incoming (a publisher's packet, read once for all subscribers)
//!   └▶ Outgoing::packet ──▶ bytes in the send arena, number, timestamp, marker
//!        ├ choice      which stream and spatial layer; changes only where a decoder can follow
//!        ├ segments    incoming number ↔ outgoing number, with the patches of that stretch
//!        ├ continuity  picture id, TL0PICIDX
//!        └ timeline    timestamp offsets, sender reports
//! Outgoing::resend ──▶ Resend ──(bytes from the publisher's store)──▶ RTX payload
//! SentLog: number of the path ──▶ when, how large, which probe
//! ```

mod answers;
mod choice;
mod continuity;
mod incoming;
mod keyframe;
mod outgoing;
mod reports;
mod resend;
mod seen;
mod segments;
mod sent_log;
#[cfg(test)]
mod tests;
mod timeline;

pub(crate) use incoming::{Incoming, LayerKey, StreamId};
pub(crate) use keyframe::KeyframeRequests;
pub(crate) use outgoing::{Outgoing, Verdict};
pub(crate) use sent_log::SentLog;
