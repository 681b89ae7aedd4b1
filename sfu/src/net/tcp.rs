//! ICE over TCP (RFC 6544): one listening port, many connections. Clients connect, we never do ("passive").
//!
//! A connection is a stranger until its packets belong to a peer: the first one must be a request that is signed with
//! a peer's password. So nobody without an invitation holds one for longer than [`STRANGER`].

use super::connection::Connection;
use super::epoll::{Epoll, Event, READ, WRITE};
use super::route::{ConnectionId, Route};
use super::udp::Sent;
use crate::stats::Counters;
use socket2::SockRef;
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections in all. More: memory, 130 KiB each at worst (16 MB are 128 slow readers). Less: fewer clients behind
/// firewalls.
const CONNECTIONS: usize = 1_024;
/// Connections of one address (of one /64 of IPv6). More: one host may take more of them. Less: a hospital behind one
/// address keeps its people out; a browser opens one for each of its own addresses.
const PER_ADDRESS: usize = 128;
/// Of these, strangers. More: one host takes more of what newcomers need. Less: people of one hospital who join in the
/// same second wait for a retry.
const STRANGERS_PER_ADDRESS: usize = 32;
/// Time to show a signed request. More: idle strangers take places. Less: a line with a round trip of seconds fails.
const STRANGER: Duration = Duration::from_secs(5);
/// Silence of a client after which its connection is closed; it asks for consent every five seconds (RFC 7675 § 5.1).
/// More: dead connections take places. Less: a short break of the network costs the connection.
const SILENCE: Duration = Duration::from_secs(30);
/// How long nothing may leave although there is something to send. More: 128 KiB are held for nobody. Less: a tunnel
/// costs the connection.
const STUCK: Duration = Duration::from_secs(10);
/// Between two looks at all connections. More: limits above are kept less exactly. Less: work for nothing.
const SWEEP: Duration = Duration::from_secs(1);
/// Connections taken at once. More: a flood of them delays media. Less: more rounds of the loop.
const ACCEPTS: usize = 16;
/// Bytes that the kernel keeps unsent. More: media is late on slow lines. Less: more system calls.
const UNSENT: u32 = 32 * 1024;
/// The listener's name in the epoll set; no connection has it, since there are only [`CONNECTIONS`] places.
const LISTENER: u64 = u64::MAX;

pub(crate) struct Streams {
    listener: TcpListener,
    epoll: Epoll,
    /// Places of connections, and how often each was used.
    table: Vec<(u32, Option<Connection>)>,
    free: Vec<u32>,
    crowd: HashMap<IpAddr, Crowd>,
    /// Connections with packets to write.
    dirty: Vec<ConnectionId>,
    /// Connections of peers that have ended.
    closed: Vec<ConnectionId>,
    next_sweep: Option<Instant>,
    /// The process has no descriptor left; accepting waits for the next sweep.
    is_paused: bool,
    counters: Arc<Counters>,
}

/// Connections of one address.
#[derive(Default)]
struct Crowd {
    all: usize,
    strangers: usize,
}

impl Streams {
    pub(crate) fn listen(listener: TcpListener, counters: Arc<Counters>) -> io::Result<Streams> {
        listener.set_nonblocking(true)?;
        let epoll = Epoll::new()?;
        epoll.add(listener.as_raw_fd(), LISTENER, READ)?;
        Ok(Streams {
            listener,
            epoll,
            table: Vec::new(),
            free: Vec::new(),
            crowd: HashMap::new(),
            dirty: Vec::new(),
            closed: Vec::new(),
            next_sweep: None,
            is_paused: false,
            counters,
        })
    }

    /// Readable when there is something to do.
    pub(crate) fn fd(&self) -> RawFd {
        self.epoll.fd()
    }

    /// Takes new connections and reads from those that are ready. `each` says whether a packet's sender belongs to a
    /// peer; if not, the connection is closed.
    pub(crate) fn read(&mut self, now: Instant, mut each: impl FnMut(Route, &mut [u8]) -> bool) {
        for Event { name, is_readable, is_writable } in self.epoll.ready() {
            if name == LISTENER {
                self.accept(now);
                continue;
            }
            let id = ConnectionId::from_bits(name);
            if is_writable {
                self.write(now, id);
            }
            if is_readable {
                self.read_one(now, id, &mut each);
            }
        }
    }

    fn read_one(&mut self, now: Instant, id: ConnectionId, each: &mut impl FnMut(Route, &mut [u8]) -> bool) {
        let Some(connection) = self.get(id) else { return };
        if connection.read(now).is_err() {
            return self.close(id);
        }
        let mut became_known = false;
        let understood = loop {
            match connection.packet() {
                Ok(Some(packet)) => {
                    if !each(Route::Tcp(id), packet) {
                        break false;
                    }
                    became_known |= !std::mem::replace(&mut connection.is_known, true);
                }
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        if became_known {
            let from = connection.from;
            self.crowd.entry(from).or_default().strangers -= 1;
        }
        if !understood {
            self.counters.tcp_refused.add(1);
            self.close(id);
        }
    }

    fn accept(&mut self, now: Instant) {
        self.next_sweep.get_or_insert(now + SWEEP);
        for _ in 0..ACCEPTS {
            match self.listener.accept() {
                Ok((stream, from)) => self.welcome(now, stream, from),
                // It was given up before we came to it, or the call was interrupted.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // No descriptor or memory left: it would be told again at once, for ever.
                Err(error) => {
                    tracing::warn!(%error, "no connection can be taken at the moment");
                    self.is_paused = self.epoll.change(self.listener.as_raw_fd(), LISTENER, 0).is_ok();
                    return;
                }
            }
        }
    }

    fn welcome(&mut self, now: Instant, stream: TcpStream, from: SocketAddr) {
        let from = counted_by(from.ip());
        let is_too_much = |crowd: &Crowd| crowd.all >= PER_ADDRESS || crowd.strangers >= STRANGERS_PER_ADDRESS;
        if self.crowd.get(&from).is_some_and(is_too_much) || !self.has_place() {
            return self.counters.tcp_refused.add(1);
        }
        let options = SockRef::from(&stream);
        let set_up = stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true));
        if set_up.is_err() || options.set_tcp_notsent_lowat(UNSENT).is_err() {
            return self.counters.tcp_refused.add(1);
        }
        let index = self.free.pop().unwrap_or_else(|| {
            self.table.push((0, None));
            self.table.len() as u32 - 1
        });
        let (generation, place) = &mut self.table[index as usize];
        let id = ConnectionId { index, generation: *generation };
        let connection = Connection::new(now, stream, from);
        if self.epoll.add(connection.fd(), id.to_bits(), READ).is_err() {
            self.free.push(index);
            return self.counters.tcp_refused.add(1);
        }
        *place = Some(connection);
        let crowd = self.crowd.entry(from).or_default();
        crowd.all += 1;
        crowd.strangers += 1;
        self.count();
    }

    /// Whether there is a place, or a stranger who makes way: the one who has been here for longest.
    fn has_place(&mut self) -> bool {
        if self.len() < CONNECTIONS {
            return true;
        }
        let strangers = self.connections().filter(|(_, connection)| !connection.is_known);
        let Some((oldest, _)) = strangers.min_by_key(|(_, connection)| connection.opened) else { return false };
        self.counters.tcp_refused.add(1);
        self.close(oldest);
        true
    }

    /// Keeps a packet for the next [`Streams::flush`].
    pub(crate) fn queue(&mut self, to: ConnectionId, packet: &[u8], sent: &mut Sent) {
        let Some(connection) = self.get(to) else {
            sent.failed += 1;
            return;
        };
        let was_idle = connection.waiting() == 0;
        if connection.queue(packet) {
            sent.datagrams += 1;
            sent.bytes += packet.len() as u64;
        } else {
            sent.failed += 1;
        }
        if was_idle {
            self.dirty.push(to);
        }
    }

    /// Writes what was queued, as far as the kernel takes it.
    pub(crate) fn flush(&mut self, now: Instant) {
        while let Some(id) = self.dirty.pop() {
            self.write(now, id);
        }
    }

    fn write(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.get(id) else { return };
        let gone = connection.write(now).is_err();
        let waits = connection.waiting() > 0;
        let changed = waits != std::mem::replace(&mut connection.waits_to_write, waits);
        let fd = connection.fd();
        let interest = if waits { READ | WRITE } else { READ };
        if gone || (changed && self.epoll.change(fd, id.to_bits(), interest).is_err()) {
            self.close(id);
        }
    }

    /// Closes what has been here for too long without a reason. Call it in every round of the loop.
    pub(crate) fn sweep(&mut self, now: Instant) {
        if self.next_sweep.is_none_or(|at| at > now) {
            return;
        }
        if self.is_paused {
            self.is_paused = self.epoll.change(self.listener.as_raw_fd(), LISTENER, READ).is_err();
        }
        let since = |at: Instant| now.saturating_duration_since(at);
        let over = |connection: &Connection| {
            since(connection.heard) >= SILENCE
                || (!connection.is_known && since(connection.opened) >= STRANGER)
                || connection.stuck_since().is_some_and(|at| since(at) >= STUCK)
        };
        let due: Vec<_> = self.connections().filter(|(_, connection)| over(connection)).map(|(id, _)| id).collect();
        for id in due {
            self.counters.tcp_refused.add(1);
            self.close(id);
        }
        self.next_sweep = (self.len() > 0 || self.is_paused).then(|| now + SWEEP);
    }

    /// A peer's connection that has ended since the last call.
    pub(crate) fn next_closed(&mut self) -> Option<Route> {
        self.closed.pop().map(Route::Tcp)
    }

    fn close(&mut self, id: ConnectionId) {
        let Some((generation, place)) = self.table.get_mut(id.index as usize) else { return };
        if *generation != id.generation {
            return;
        }
        // Dropping it closes the descriptor, which leaves the epoll set by itself.
        let Some(connection) = place.take() else { return };
        *generation = generation.wrapping_add(1);
        self.free.push(id.index);
        if let Some(crowd) = self.crowd.get_mut(&connection.from) {
            crowd.all -= 1;
            crowd.strangers -= usize::from(!connection.is_known);
            if crowd.all == 0 {
                self.crowd.remove(&connection.from);
            }
        }
        if connection.is_known {
            self.closed.push(id);
        }
        self.count();
    }

    fn get(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        let (generation, connection) = self.table.get_mut(id.index as usize)?;
        connection.as_mut().filter(|_| *generation == id.generation)
    }

    fn connections(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.table.iter().enumerate().filter_map(|(index, (generation, connection))| {
            Some((ConnectionId { index: index as u32, generation: *generation }, connection.as_ref()?))
        })
    }

    fn len(&self) -> usize {
        self.table.len() - self.free.len()
    }

    fn count(&self) {
        self.counters.tcp_connections.set(self.len() as u64);
    }
}

/// Who has one address of an IPv6 network has 2^64 of them.
fn counted_by(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
        ip => ip,
    }
}
