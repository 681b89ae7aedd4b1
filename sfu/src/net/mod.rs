//! Sockets, clock, wake-up, and what is needed of STUN to tell peers apart.

pub(crate) mod clock;
pub(crate) mod path;
pub(crate) mod stun;
#[cfg(test)]
mod tests;
pub(crate) mod udp;
pub(crate) mod wake;
