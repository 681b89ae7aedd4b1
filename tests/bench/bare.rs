//! The limit that the SFU is held against: receive, AES-128-GCM open, seal once for each who is to get it, `sendmmsg`. One
//! thread, nothing else. The cipher is the SFU's own (`ring`): what differs is all the rest.

use anyhow::{Context, Result, ensure};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// As in the SFU's own socket.
const BATCH: usize = 64;
const DATAGRAM: usize = 2_048;
pub(crate) const HEADER: usize = 12;
const TAG: usize = 16;
/// Of the header: which packet it is, and whether somebody shows this layer.
pub(crate) const NUMBER: Range<usize> = 0..4;
pub(crate) const FORWARD: usize = 4;

pub(crate) struct Bare {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What becomes of a sender's packets.
struct Route {
    key: LessSafeKey,
    to: Vec<(libc::sockaddr_in, LessSafeKey)>,
}

/// The same key for all: it costs what different ones do.
pub(crate) fn cipher() -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_128_GCM, &[7; 16]).ok().context("16 bytes are a key")?;
    Ok(LessSafeKey::new(key))
}

/// As SRTP derives it: from SSRC and sequence number, here simply the header's twelve bytes.
fn nonce(header: &[u8]) -> Nonce {
    let mut nonce = [0; HEADER];
    nonce.copy_from_slice(header);
    Nonce::assume_unique_for_key(nonce)
}

/// Seals `packet[HEADER..]` in place; the tag is appended.
pub(crate) fn seal(cipher: &LessSafeKey, packet: &mut Vec<u8>) {
    let (header, body) = packet.split_at_mut(HEADER);
    // Fails only beyond 64 GiB.
    if let Ok(tag) = cipher.seal_in_place_separate_tag(nonce(header), Aad::from(&*header), body) {
        packet.extend_from_slice(tag.as_ref());
    }
}

impl Bare {
    /// `routes`: senders, and to whom their packets go.
    pub(crate) fn start(ip: Ipv4Addr, routes: Vec<(SocketAddr, Vec<SocketAddr>)>) -> Result<Self> {
        let socket = UdpSocket::bind((ip, 0))?;
        socket.set_read_timeout(Some(Duration::from_millis(5)))?;
        roomy(&socket)?;
        let address = socket.local_addr()?;
        let mut table = HashMap::new();
        for (from, audience) in routes {
            let to = audience.into_iter().map(|to| Ok((raw(to), cipher()?))).collect::<Result<_>>()?;
            table.insert(from, Route { key: cipher()?, to });
        }
        let stop = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("bare".into()).spawn(move || forward(&socket, &table, &end))?;
        Ok(Self { address, stop, thread: Some(thread) })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The kernel's buffers as large as the SFU's.
fn roomy(socket: &UdpSocket) -> Result<()> {
    let size: libc::c_int = 4 * 1024 * 1024;
    for option in [libc::SO_RCVBUF, libc::SO_SNDBUF] {
        let length = size_of::<libc::c_int>() as libc::socklen_t;
        // SAFETY: the value is a c_int that outlives the call, as both options want it.
        let set =
            unsafe { libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, (&raw const size).cast(), length) };
        ensure!(set == 0, "a socket's buffer cannot be set: {}", std::io::Error::last_os_error());
    }
    Ok(())
}

fn forward(socket: &UdpSocket, routes: &HashMap<SocketAddr, Route>, stop: &AtomicBool) {
    let (mut came, mut goes) = (Batch::new(), Batch::new());
    while !stop.load(Ordering::Relaxed) {
        came.receive(socket);
        for n in 0..came.used {
            let Some(route) = routes.get(&address(&came.peers[n])) else { continue };
            let packet = &mut came.packets[n];
            if packet.len() < HEADER + TAG {
                continue;
            }
            let (header, sealed) = packet.split_at_mut(HEADER);
            let is_authentic = route.key.open_in_place(nonce(header), Aad::from(&*header), sealed).is_ok();
            if !is_authentic || header[FORWARD] == 0 {
                continue;
            }
            let clear = packet.len() - TAG;
            for (to, key) in &route.to {
                let copy = goes.next(*to);
                copy.clear();
                copy.extend_from_slice(&packet[..clear]);
                seal(key, copy);
                if goes.used == BATCH {
                    goes.send(socket);
                }
            }
        }
        goes.send(socket);
    }
}

/// Datagrams for one system call, and where they come from or go to.
struct Batch {
    packets: Vec<Vec<u8>>,
    peers: [libc::sockaddr_in; BATCH],
    parts: [libc::iovec; BATCH],
    messages: [libc::mmsghdr; BATCH],
    used: usize,
}

impl Batch {
    fn new() -> Self {
        // SAFETY: all of them are plain data for which zero is valid.
        let (parts, messages) = unsafe { (MaybeUninit::zeroed().assume_init(), MaybeUninit::zeroed().assume_init()) };
        let nowhere = raw(SocketAddr::from(([127, 0, 0, 1], 9)));
        let packets = (0..BATCH).map(|_| Vec::with_capacity(DATAGRAM)).collect();
        Self { packets, peers: [nowhere; BATCH], parts, messages, used: 0 }
    }

    fn next(&mut self, to: libc::sockaddr_in) -> &mut Vec<u8> {
        self.peers[self.used] = to;
        self.used += 1;
        &mut self.packets[self.used - 1]
    }

    /// The first `count` messages point to the packets, whole or as far as they are filled.
    fn point(&mut self, count: usize, is_whole: bool) {
        for n in 0..count {
            let packet = &mut self.packets[n];
            let iov_len = if is_whole { packet.capacity() } else { packet.len() };
            self.parts[n] = libc::iovec { iov_base: packet.as_mut_ptr().cast(), iov_len };
            let header = &mut self.messages[n].msg_hdr;
            header.msg_iov = &raw mut self.parts[n];
            header.msg_iovlen = 1;
            header.msg_name = (&raw mut self.peers[n]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        }
    }

    /// Waits for the first datagram, takes what else is there.
    fn receive(&mut self, socket: &UdpSocket) {
        self.point(BATCH, true);
        let messages = self.messages.as_mut_ptr();
        // SAFETY: the messages point to packets, parts and peers of `self`, none of which moves before the call is over.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                messages,
                BATCH as libc::c_uint,
                libc::MSG_WAITFORONE,
                std::ptr::null_mut(),
            )
        };
        self.used = usize::try_from(count).unwrap_or(0);
        for n in 0..self.used {
            // SAFETY: the kernel has written so many bytes, at most the capacity that it was told.
            unsafe { self.packets[n].set_len(self.messages[n].msg_len as usize) };
        }
    }

    /// What the kernel does not take is lost, and shows as loss.
    fn send(&mut self, socket: &UdpSocket) {
        let used = std::mem::take(&mut self.used);
        if used == 0 {
            return;
        }
        self.point(used, false);
        // SAFETY: the messages point to packets, parts and peers of `self`, none of which moves before the call is over.
        unsafe { libc::sendmmsg(socket.as_raw_fd(), self.messages.as_mut_ptr(), used as libc::c_uint, 0) };
    }
}

fn address(raw: &libc::sockaddr_in) -> SocketAddr {
    let ip = Ipv4Addr::from(raw.sin_addr.s_addr.to_ne_bytes());
    SocketAddrV4::new(ip, u16::from_be(raw.sin_port)).into()
}

fn raw(address: SocketAddr) -> libc::sockaddr_in {
    let SocketAddr::V4(address) = address else { unreachable!("the benchmark uses IPv4") };
    libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: address.port().to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
        sin_zero: [0; 8],
    }
}
