//! Where a packet came from and where one goes: to an address, or down a connection.

use std::net::SocketAddr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    Udp(SocketAddr),
    Tcp(ConnectionId),
}

impl From<SocketAddr> for Route {
    fn from(address: SocketAddr) -> Route {
        Route::Udp(address)
    }
}

/// One TCP connection of this shard. Never used again for another one: packets for a connection that was closed go
/// nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConnectionId {
    /// Place in the table.
    pub(super) index: u32,
    /// How many connections had this place before.
    pub(super) generation: u32,
}

impl ConnectionId {
    pub(super) fn to_bits(self) -> u64 {
        (u64::from(self.generation) << 32) | u64::from(self.index)
    }

    pub(super) fn from_bits(bits: u64) -> ConnectionId {
        ConnectionId { index: bits as u32, generation: (bits >> 32) as u32 }
    }
}
