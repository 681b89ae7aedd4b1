//! The port of one shard: UDP, and TCP under the same number.

use super::address;
use super::arena::Arena;
use super::route::Route;
use super::tcp::Streams;
use super::udp::{Sent, Socket};
use super::wake::{self, Bell};
use crate::stats::Counters;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// With port 0 the kernel chooses one for UDP that may be taken for TCP. More: a full machine is found full later. Less:
/// tests fail by chance.
const TRIES: usize = 16;

pub(crate) struct Port {
    local: SocketAddr,
    udp: Socket,
    streams: Option<Streams>,
    counters: Arc<Counters>,
}

impl Port {
    /// An IPv6 address takes IPv4 as well (RFC 3493 § 5.3), whatever the system's default.
    pub(crate) fn bind(address: SocketAddr, tcp: bool, counters: Arc<Counters>) -> io::Result<Port> {
        let mut tries = if tcp && address.port() == 0 { TRIES } else { 1 };
        let (socket, listener) = loop {
            tries -= 1;
            match sockets(address, tcp) {
                Err(error) if error.kind() == ErrorKind::AddrInUse && tries > 0 => {}
                other => break other?,
            }
        };
        let local = socket.local_addr()?;
        let streams = listener.map(|listener| Streams::listen(listener, counters.clone())).transpose()?;
        Ok(Port { local, udp: Socket::new(socket)?, streams, counters })
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Sleeps until something comes, `bell` rings or `timeout` is over. Says whether to call [`Port::read_streams`].
    pub(crate) fn sleep(&self, bell: &Bell, timeout: Duration) -> bool {
        wake::sleep(self.udp.fd(), self.streams.as_ref().map(Streams::fd), bell, timeout)
    }

    /// Hands out what came over TCP. `each` says whether a packet's sender belongs to a peer; if not, its connection is
    /// closed.
    pub(crate) fn read_streams(&mut self, now: Instant, each: impl FnMut(Route, &mut [u8]) -> bool) {
        if let Some(streams) = &mut self.streams {
            streams.read(now, each);
        }
    }

    /// Reads a batch of datagrams over the one before. Returns whether there may be more.
    pub(crate) fn read_datagrams(&mut self) -> bool {
        self.udp.read()
    }

    /// Datagrams of the batch.
    pub(crate) fn datagrams(&self) -> usize {
        self.udp.count()
    }

    /// The `n`-th of them, to be decrypted where it is; `None` if its sender has no address.
    pub(crate) fn datagram(&mut self, n: usize) -> Option<(Route, &mut [u8])> {
        self.udp.datagram(n).map(|(from, datagram)| (Route::Udp(from), datagram))
    }

    /// Sends and empties the arena. What the kernel or a slow connection does not take is lost, as on the network.
    pub(crate) fn flush(&mut self, now: Instant, arena: &mut Arena) {
        if arena.is_empty() {
            return;
        }
        let mut sent = Sent::default();
        let mut over_tcp = false;
        let datagrams = arena.packets().filter_map(|(to, packet)| match to {
            Route::Udp(to) => Some((to, packet)),
            Route::Tcp(_) => {
                over_tcp = true;
                None
            }
        });
        self.udp.send(datagrams, &mut sent);
        if over_tcp {
            for (to, packet) in arena.packets() {
                let Route::Tcp(to) = to else { continue };
                match &mut self.streams {
                    Some(streams) => streams.queue(to, packet, &mut sent),
                    None => sent.failed += 1,
                }
            }
        }
        if let Some(streams) = &mut self.streams {
            streams.flush(now);
        }
        arena.clear();
        self.counters.packets_out.add(sent.datagrams);
        self.counters.bytes_out.add(sent.bytes);
        self.counters.send_failed.add(sent.failed);
    }

    /// Ends connections that have no reason to be. Call it in every round of the loop.
    pub(crate) fn sweep(&mut self, now: Instant) {
        if let Some(streams) = &mut self.streams {
            streams.sweep(now);
        }
    }

    /// A route that has ended since the last call.
    pub(crate) fn next_closed(&mut self) -> Option<Route> {
        self.streams.as_mut()?.next_closed()
    }
}

fn sockets(address: SocketAddr, tcp: bool) -> io::Result<(UdpSocket, Option<TcpListener>)> {
    let udp: UdpSocket = address::bound(address, socket2::Type::DGRAM)?.into();
    let listener = match tcp {
        true => {
            let socket = address::bound(udp.local_addr()?, socket2::Type::STREAM)?;
            socket.listen(BACKLOG)?;
            Some(socket.into())
        }
        false => None,
    };
    Ok((udp, listener))
}

/// Connections that the kernel completes before the loop takes them. More: a flood waits in the kernel's memory. Less:
/// clients that come together wait for a retransmission.
const BACKLOG: i32 = 128;
