//! What clients are told about where this shard can be reached: ICE host candidates.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// Type preferences (RFC 8445 § 5.1.2.2, RFC 6544 § 4.2): UDP is preferred, since over TCP one lost packet holds up all
/// that follow.
const UDP: u32 = 126;
const TCP: u32 = 90;
/// Direction preference of a passive TCP host candidate (RFC 6544 § 4.2), in the upper bits of its local preference.
const PASSIVE: u32 = 4 << 13;

/// One address of this shard as clients see it, over UDP or TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) address: SocketAddr,
    pub(crate) is_tcp: bool,
    /// RFC 8445 § 5.1.2.1.
    pub(crate) priority: u32,
    foundation: usize,
}

/// Addresses in the order of preference, with the shard's port; over TCP too if it listens there.
pub(crate) fn candidates(addresses: &[IpAddr], port: u16, tcp: bool) -> Vec<Candidate> {
    let over = |is_tcp: bool| {
        addresses.iter().enumerate().map(move |(index, ip)| {
            let highest = if is_tcp { PASSIVE | 0x1fff } else { 0xffff };
            let preference = highest - (index as u32).min(0x1fff);
            let kind = if is_tcp { TCP } else { UDP };
            Candidate {
                address: SocketAddr::new(*ip, port),
                is_tcp,
                priority: (kind << 24) | (preference << 8) | 255,
                foundation: index + 1 + if is_tcp { addresses.len() } else { 0 },
            }
        })
    };
    over(false).chain(over(true).filter(|_| tcp)).collect()
}

/// The value of an SDP line `a=` (RFC 8839 § 5.1, RFC 6544 § 4.5).
impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Candidate { address, is_tcp, priority, foundation } = self;
        let (transport, kind) = if *is_tcp { ("tcp", " tcptype passive") } else { ("udp", "") };
        let (ip, port) = (address.ip(), address.port());
        write!(f, "candidate:{foundation} 1 {transport} {priority} {ip} {port} typ host{kind}")
    }
}
