//! Sockets, clock, wake-up, and what is needed of STUN to tell peers apart.

mod address;
pub(crate) mod announce;
pub(crate) mod arena;
pub(crate) mod clock;
mod connection;
mod epoll;
pub(crate) mod path;
pub(crate) mod port;
pub(crate) mod route;
pub(crate) mod stun;
mod tcp;
#[cfg(test)]
mod tests;
mod udp;
pub(crate) mod wake;
