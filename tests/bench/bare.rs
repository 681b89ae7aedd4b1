//! The limit that the SFU is held against: receive, AES-128-GCM open, seal once for each subscriber, `sendmmsg`. One
//! thread, nothing else. The cipher is the SFU's own (`ring`, through `rtc-crypto`): what differs is all the rest.

use anyhow::{Context, Result};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// As in the SFU's own socket.
const BATCH: usize = 64;
const HEADER: usize = 12;
const TAG: usize = 16;

pub(crate) struct Bare {
    pub(crate) address: SocketAddr,
    pub(crate) sent: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

pub(crate) fn cipher(n: u8) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_128_GCM, &[n; 16]).ok().context("16 bytes are a key")?;
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
    pub(crate) fn start(ip: Ipv4Addr, subscribers: Vec<SocketAddr>) -> Result<Self> {
        let socket = UdpSocket::bind((ip, 0))?;
        socket.set_read_timeout(Some(Duration::from_millis(5)))?;
        let address = socket.local_addr()?;
        let publisher = cipher(1)?;
        let keys = (0..subscribers.len()).map(|n| cipher((n % 251) as u8)).collect::<Result<Vec<_>>>()?;
        let (sent, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end) = (Arc::clone(&sent), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("bare".into())
            .spawn(move || forward(&socket, &publisher, &subscribers, &keys, &count, &end))?;
        Ok(Self { address, sent, stop, thread: Some(thread) })
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

fn forward(
    socket: &UdpSocket,
    publisher: &LessSafeKey,
    subscribers: &[SocketAddr],
    keys: &[LessSafeKey],
    sent: &AtomicU64,
    stop: &AtomicBool,
) {
    let mut batch = Batch::new();
    let mut buffer = [0; 2048];
    while !stop.load(Ordering::Relaxed) {
        let Ok((length, _)) = socket.recv_from(&mut buffer) else { continue };
        if length < HEADER + TAG {
            continue;
        }
        let (header, sealed) = buffer[..length].split_at_mut(HEADER);
        if publisher.open_in_place(nonce(header), Aad::from(&*header), sealed).is_err() {
            continue;
        }
        let clear = length - TAG;
        for (to, key) in subscribers.iter().zip(keys) {
            let packet = batch.next(*to);
            packet.clear();
            packet.extend_from_slice(&buffer[..clear]);
            seal(key, packet);
            if batch.is_full() {
                sent.fetch_add(batch.send(socket), Ordering::Relaxed);
            }
        }
        sent.fetch_add(batch.send(socket), Ordering::Relaxed);
    }
}

/// Datagrams for one `sendmmsg`.
struct Batch {
    packets: Vec<Vec<u8>>,
    to: Vec<libc::sockaddr_in>,
    used: usize,
}

impl Batch {
    fn new() -> Self {
        let nowhere = raw(SocketAddr::from(([127, 0, 0, 1], 9)));
        Self { packets: (0..BATCH).map(|_| Vec::with_capacity(1500)).collect(), to: vec![nowhere; BATCH], used: 0 }
    }

    fn next(&mut self, to: SocketAddr) -> &mut Vec<u8> {
        let n = self.used;
        self.used += 1;
        self.to[n] = raw(to);
        &mut self.packets[n]
    }

    fn is_full(&self) -> bool {
        self.used == BATCH
    }

    /// How many left.
    fn send(&mut self, socket: &UdpSocket) -> u64 {
        let used = std::mem::take(&mut self.used);
        let mut parts: Vec<libc::iovec> = self.packets[..used]
            .iter_mut()
            .map(|packet| libc::iovec { iov_base: packet.as_mut_ptr().cast(), iov_len: packet.len() })
            .collect();
        let mut messages: Vec<libc::mmsghdr> = parts
            .iter_mut()
            .zip(&mut self.to)
            .map(|(part, to)| {
                // SAFETY: all-zero is a valid mmsghdr.
                let mut message: libc::mmsghdr = unsafe { std::mem::zeroed() };
                message.msg_hdr.msg_iov = part;
                message.msg_hdr.msg_iovlen = 1;
                message.msg_hdr.msg_name = std::ptr::from_mut(to).cast();
                message.msg_hdr.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
                message
            })
            .collect();
        // SAFETY: the messages point into `parts`, `packets` and `to`, which outlive the call.
        let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), messages.as_mut_ptr(), used as libc::c_uint, 0) };
        u64::try_from(sent).unwrap_or(0)
    }
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
