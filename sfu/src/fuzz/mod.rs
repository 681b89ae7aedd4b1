//! The readers of network bytes, for fuzzing (`fuzz/` at the top of the repository) and for its corpus. Not an
//! interface: it may change with every version. Each function reads its bytes to the end, and panics where a reader
//! breaks a promise.

#[cfg(test)]
mod corpus;
mod datagram;
mod frame;
mod offer;
mod rtcp;
mod rtp;

pub use crate::shard::fuzz::shard;
pub use crate::transport::fuzz::sctp;
pub use datagram::{datagram, stream};
pub use frame::frame;
pub use offer::offer;
pub(crate) use offer::transport;
pub use rtcp::compound;
pub use rtp::{packet, payload};
