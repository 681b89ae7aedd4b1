//! The UDP socket of all rooms: reads and writes many datagrams per system call.

use bytes::BytesMut;
use std::io;
use std::mem::{MaybeUninit, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};

/// Datagrams per system call. More: a longer wait of the first one behind the others. Less: more system calls; at 64
/// they cost less than 5 % of the loop.
const BATCH: usize = 64;
/// Largest datagram that is read whole. WebRTC keeps below 1,500 bytes; a longer one is cut and then refused by its
/// integrity check.
const DATAGRAM: usize = 2_048;
/// Kernel buffers, each way. More: memory. Less: losses when many key frames come at once (eight members, 100 kB each).
const KERNEL_BUFFER: libc::c_int = 4 * 1024 * 1024;

pub(crate) struct Socket {
    socket: UdpSocket,
    local: SocketAddr,
    buffers: Box<[[u8; DATAGRAM]; BATCH]>,
}

/// What one write did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) datagrams: u64,
    pub(crate) bytes: u64,
    pub(crate) failed: u64,
}

impl Socket {
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Socket> {
        let socket = UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        let local = socket.local_addr()?;
        for option in [libc::SO_RCVBUF, libc::SO_SNDBUF] {
            // The kernel cuts it to its own limit; a smaller buffer is no error.
            // SAFETY: the pointer refers to a constant of the given size.
            unsafe {
                let value: *const libc::c_int = &KERNEL_BUFFER;
                libc::setsockopt(
                    socket.as_raw_fd(),
                    libc::SOL_SOCKET,
                    option,
                    value.cast(),
                    size_of::<libc::c_int>() as libc::socklen_t,
                );
            }
        }
        Ok(Socket { socket, local, buffers: Box::new([[0; DATAGRAM]; BATCH]) })
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Reads what is there, at most one batch, and hands each datagram to `each`. Returns whether there may be more.
    pub(crate) fn receive(&mut self, mut each: impl FnMut(SocketAddr, &[u8])) -> bool {
        let mut addresses = [RawAddress::empty(); BATCH];
        let mut parts: [libc::iovec; BATCH] =
            std::array::from_fn(|i| libc::iovec { iov_base: self.buffers[i].as_mut_ptr().cast(), iov_len: DATAGRAM });
        let mut headers: [libc::mmsghdr; BATCH] =
            std::array::from_fn(|i| header(&mut addresses[i], RawAddress::CAPACITY, &mut parts[i]));
        // SAFETY: every header points into arrays of this frame and into `self.buffers`, all of which outlive the call.
        let count = unsafe {
            libc::recvmmsg(
                self.socket.as_raw_fd(),
                headers.as_mut_ptr(),
                BATCH as libc::c_uint,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        let lengths: [usize; BATCH] = std::array::from_fn(|i| headers[i].msg_len as usize);
        let count = usize::try_from(count).unwrap_or(0);
        for i in 0..count {
            if let Some(from) = addresses[i].decode() {
                each(from, &self.buffers[i][..lengths[i].min(DATAGRAM)]);
            }
        }
        count == BATCH
    }

    /// Sends and empties `out`. A datagram that the kernel does not take at once is lost, as on the network.
    pub(crate) fn send(&self, out: &mut Vec<(SocketAddr, BytesMut)>) -> Sent {
        let mut sent = Sent::default();
        for chunk in out.chunks_mut(BATCH) {
            self.send_chunk(chunk, &mut sent);
        }
        out.clear();
        sent
    }

    fn send_chunk(&self, chunk: &mut [(SocketAddr, BytesMut)], sent: &mut Sent) {
        let mut addresses = [RawAddress::empty(); BATCH];
        let mut parts = [libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 }; BATCH];
        // SAFETY: a zeroed `mmsghdr` is valid: null pointers with zero lengths.
        let mut headers: [libc::mmsghdr; BATCH] =
            std::array::from_fn(|_| unsafe { MaybeUninit::zeroed().assume_init() });
        for (i, (to, datagram)) in chunk.iter_mut().enumerate() {
            let length = addresses[i].encode(*to, self.local.is_ipv6());
            parts[i] = libc::iovec { iov_base: datagram.as_mut_ptr().cast(), iov_len: datagram.len() };
            headers[i] = header(&mut addresses[i], length, &mut parts[i]);
        }
        let mut done = 0;
        while done < chunk.len() {
            // SAFETY: every header points into arrays of this frame and into the datagrams of `chunk`; the count is
            // within the array.
            let count = unsafe {
                libc::sendmmsg(
                    self.socket.as_raw_fd(),
                    headers[done..].as_mut_ptr(),
                    (chunk.len() - done) as libc::c_uint,
                    libc::MSG_DONTWAIT,
                )
            };
            match usize::try_from(count) {
                Ok(count) if count > 0 => {
                    sent.datagrams += count as u64;
                    sent.bytes +=
                        chunk[done..done + count].iter().map(|(_, datagram)| datagram.len() as u64).sum::<u64>();
                    done += count;
                }
                // The error belongs to the first datagram: go on behind it.
                _ => {
                    sent.failed += 1;
                    done += 1;
                }
            }
        }
    }
}

fn header(address: &mut RawAddress, length: libc::socklen_t, part: &mut libc::iovec) -> libc::mmsghdr {
    // SAFETY: a zeroed `mmsghdr` is valid: null pointers with zero lengths.
    let mut header: libc::mmsghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    header.msg_hdr.msg_name = std::ptr::from_mut(&mut address.0).cast();
    header.msg_hdr.msg_namelen = length;
    header.msg_hdr.msg_iov = part;
    header.msg_hdr.msg_iovlen = 1;
    header
}

/// A socket address as the kernel wants it: large enough for both families.
#[derive(Clone, Copy)]
struct RawAddress(libc::sockaddr_storage);

impl RawAddress {
    const CAPACITY: libc::socklen_t = size_of::<libc::sockaddr_storage>() as libc::socklen_t;

    fn empty() -> RawAddress {
        // SAFETY: a zeroed `sockaddr_storage` is a valid value of family AF_UNSPEC.
        RawAddress(unsafe { MaybeUninit::zeroed().assume_init() })
    }

    /// Returns the length to give to the kernel. On an IPv6 socket an IPv4 address is mapped (RFC 4291 § 2.5.5.2).
    fn encode(&mut self, address: SocketAddr, ipv6_socket: bool) -> libc::socklen_t {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ipv6_socket => IpAddr::V6(ip.to_ipv6_mapped()),
            ip => ip,
        };
        match ip {
            IpAddr::V4(ip) => {
                let raw = libc::sockaddr_in {
                    sin_family: libc::AF_INET as libc::sa_family_t,
                    sin_port: address.port().to_be(),
                    sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(ip.octets()) },
                    sin_zero: [0; 8],
                };
                // SAFETY: `sockaddr_storage` is at least as large and as strictly aligned as `sockaddr_in`.
                unsafe { std::ptr::from_mut(&mut self.0).cast::<libc::sockaddr_in>().write(raw) };
                size_of::<libc::sockaddr_in>() as libc::socklen_t
            }
            IpAddr::V6(ip) => {
                let raw = libc::sockaddr_in6 {
                    sin6_family: libc::AF_INET6 as libc::sa_family_t,
                    sin6_port: address.port().to_be(),
                    sin6_flowinfo: 0,
                    sin6_addr: libc::in6_addr { s6_addr: ip.octets() },
                    sin6_scope_id: 0,
                };
                // SAFETY: `sockaddr_storage` is at least as large and as strictly aligned as `sockaddr_in6`.
                unsafe { std::ptr::from_mut(&mut self.0).cast::<libc::sockaddr_in6>().write(raw) };
                size_of::<libc::sockaddr_in6>() as libc::socklen_t
            }
        }
    }

    /// Mapped addresses become IPv4 again, so that an address has one spelling.
    fn decode(&self) -> Option<SocketAddr> {
        match libc::c_int::from(self.0.ss_family) {
            libc::AF_INET => {
                // SAFETY: the kernel says that it wrote a `sockaddr_in`; size and alignment fit, see `encode`.
                let raw = unsafe { std::ptr::from_ref(&self.0).cast::<libc::sockaddr_in>().read() };
                let ip = Ipv4Addr::from(raw.sin_addr.s_addr.to_ne_bytes());
                Some(SocketAddr::new(ip.into(), u16::from_be(raw.sin_port)))
            }
            libc::AF_INET6 => {
                // SAFETY: the kernel says that it wrote a `sockaddr_in6`; size and alignment fit, see `encode`.
                let raw = unsafe { std::ptr::from_ref(&self.0).cast::<libc::sockaddr_in6>().read() };
                let ip = Ipv6Addr::from(raw.sin6_addr.s6_addr).to_canonical();
                Some(SocketAddr::new(ip, u16::from_be(raw.sin6_port)))
            }
            _ => None,
        }
    }
}
