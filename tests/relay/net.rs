//! Sockets of the relay: one towards the clients, one towards the server for each client, as a NAT has them.

use crate::conditions::{Conditions, Direction};
use crate::link::{Counts, Link};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

/// Clients at the same time: a page that tries every path of a machine has a dozen. More only keeps sockets open.
const MOST_CLIENTS: usize = 256;
/// Datagrams that one socket hands over before the next one has its turn.
const TURN: usize = 64;

#[allow(clippy::disallowed_methods, reason = "the clock of the relay")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

pub(crate) struct Plan {
    pub(crate) listen: SocketAddr,
    pub(crate) server: SocketAddr,
    /// Who comes from here has a perfect network: a TURN server, which stands beside the server.
    pub(crate) spared: Option<IpAddr>,
    pub(crate) seed: u64,
}

struct Client {
    address: SocketAddr,
    upstream: UdpSocket,
    /// Those before a change of the port. They stay open and unread: a NAT that forgot sends no refusal either.
    forgotten: Vec<UdpSocket>,
    up: Link,
    down: Link,
}

pub(crate) struct Relay {
    plan: Plan,
    socket: UdpSocket,
    up: Conditions,
    down: Conditions,
    clients: Vec<Client>,
    by_address: BTreeMap<SocketAddr, usize>,
    listener: Option<TcpListener>,
    /// Both ends of each connection.
    connections: Vec<[TcpStream; 2]>,
    buffer: Vec<u8>,
}

impl Relay {
    pub(crate) fn new(plan: Plan) -> io::Result<Relay> {
        let socket = UdpSocket::bind(plan.listen)?;
        socket.set_nonblocking(true)?;
        let mut relay = Relay {
            plan,
            socket,
            up: Conditions::default(),
            down: Conditions::default(),
            clients: Vec::new(),
            by_address: BTreeMap::new(),
            listener: None,
            connections: Vec::new(),
            buffer: vec![0; 65_536],
        };
        relay.pass_tcp(true)?;
        Ok(relay)
    }

    pub(crate) fn set(&mut self, direction: Direction, conditions: Conditions) {
        let (up, down) = (direction != Direction::Down, direction != Direction::Up);
        let spared = self.plan.spared;
        for client in self.clients.iter_mut().filter(|client| Some(client.address.ip()) != spared) {
            if up {
                client.up.set(conditions);
            }
            if down {
                client.down.set(conditions);
            }
        }
        if up {
            self.up = conditions;
        }
        if down {
            self.down = conditions;
        }
    }

    pub(crate) fn rebind(&mut self) -> io::Result<()> {
        for client in &mut self.clients {
            let new = upstream(self.plan.server)?;
            client.forgotten.push(std::mem::replace(&mut client.upstream, new));
        }
        Ok(())
    }

    pub(crate) fn pass_tcp(&mut self, open: bool) -> io::Result<()> {
        if !open {
            self.listener = None;
            // An end that is closed already is as good.
            self.connections.drain(..).flatten().for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
        } else if self.listener.is_none() {
            let listener = TcpListener::bind(self.plan.listen)?;
            listener.set_nonblocking(true)?;
            self.listener = Some(listener);
        }
        Ok(())
    }

    /// Clients so far, packets up, packets down.
    pub(crate) fn counts(&self) -> (usize, Counts, Counts) {
        let (mut up, mut down) = (Counts::default(), Counts::default());
        for client in &self.clients {
            up.add(client.up.counts());
            down.add(client.down.counts());
        }
        (self.clients.len(), up, down)
    }

    /// Sends what is due, and waits until something else is, something comes, `until`, or there is input.
    pub(crate) fn turn(&mut self, until: Option<Instant>, input: RawFd) -> io::Result<bool> {
        let now = now();
        self.send(now);
        let due = self.clients.iter().flat_map(|client| [client.up.deadline(), client.down.deadline()]).flatten();
        let wait = due.chain(until).min().map(|at| at.saturating_duration_since(now));
        let files = [input, self.socket.as_raw_fd(), self.listener.as_ref().map_or(-1, AsRawFd::as_raw_fd)];
        let upstreams = self.clients.iter().map(|client| client.upstream.as_raw_fd());
        let ready = poll(files.into_iter().chain(upstreams), wait)?;
        if ready[1] {
            self.read_clients();
        }
        if ready[2] {
            self.accept();
        }
        let now = self::now();
        for (client, _) in self.clients.iter_mut().zip(&ready[3..]).filter(|(_, ready)| **ready) {
            for _ in 0..TURN {
                match client.upstream.recv(&mut self.buffer) {
                    Ok(length) => client.down.push(now, self.buffer[..length].to_vec()),
                    // Refused: the server is away just now. It shows as loss, as on a real network.
                    Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                    Err(_) => break,
                }
            }
        }
        Ok(ready[0])
    }

    fn send(&mut self, now: Instant) {
        for client in &mut self.clients {
            // A full socket buffer or a client that is gone loses a packet, as a network does.
            while let Some(packet) = client.up.pop(now) {
                let _ = client.upstream.send(&packet);
            }
            while let Some(packet) = client.down.pop(now) {
                let _ = self.socket.send_to(&packet, client.address);
            }
        }
    }

    fn read_clients(&mut self) {
        for _ in 0..TURN {
            match self.socket.recv_from(&mut self.buffer) {
                Ok((length, from)) => {
                    let Some(n) = self.client(from) else { continue };
                    self.clients[n].up.push(now(), self.buffer[..length].to_vec());
                }
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(_) => return,
            }
        }
    }

    fn client(&mut self, address: SocketAddr) -> Option<usize> {
        if let Some(n) = self.by_address.get(&address) {
            return Some(*n);
        }
        let n = self.clients.len();
        if n >= MOST_CLIENTS {
            return None;
        }
        let is_spared = Some(address.ip()) == self.plan.spared;
        let of = |conditions| if is_spared { Conditions::default() } else { conditions };
        let seed = self.plan.seed.wrapping_add(2 * n as u64);
        self.clients.push(Client {
            address,
            upstream: upstream(self.plan.server).ok()?,
            forgotten: Vec::new(),
            up: Link::new(of(self.up), seed),
            down: Link::new(of(self.down), seed + 1),
        });
        self.by_address.insert(address, n);
        Some(n)
    }

    /// TCP passes as it is: what the conditions do to packets, the kernel's TCP would repair.
    fn accept(&mut self) {
        while let Some(Ok((client, _))) = self.listener.as_ref().map(TcpListener::accept) {
            // A server that refuses shows as a connection that ends.
            let Ok(server) = TcpStream::connect(self.plan.server) else { continue };
            let Ok(ends) = clones(&client, &server) else { continue };
            let Ok([to_server, to_client]) = clones(&server, &client) else { continue };
            self.connections.push(ends);
            std::thread::spawn(move || copy(client, to_server));
            std::thread::spawn(move || copy(server, to_client));
        }
    }
}

fn clones(one: &TcpStream, other: &TcpStream) -> io::Result<[TcpStream; 2]> {
    for stream in [one, other] {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
    }
    Ok([one.try_clone()?, other.try_clone()?])
}

/// Until either end ends; then both do.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

fn upstream(server: SocketAddr) -> io::Result<UdpSocket> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any)?;
    socket.connect(server)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Which of the files can be read (a negative one is none). Waits for `wait` at most, to the microsecond.
fn poll(files: impl Iterator<Item = RawFd>, wait: Option<Duration>) -> io::Result<Vec<bool>> {
    let mut polled: Vec<libc::pollfd> = files.map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 }).collect();
    let time = wait.map(|wait| libc::timespec {
        tv_sec: wait.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: wait.subsec_nanos().into(),
    });
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: both pointers are valid for the call, and the length is that of the vector.
    let result = unsafe { libc::ppoll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, time, std::ptr::null()) };
    match (result, io::Error::last_os_error()) {
        (-1, error) if error.kind() != ErrorKind::Interrupted => Err(error),
        (-1, _) => Ok(vec![false; polled.len()]),
        _ => Ok(polled.iter().map(|file| file.revents != 0).collect()),
    }
}
