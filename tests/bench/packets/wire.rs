//! A socket that says when a packet came, by the kernel's clock: what the load generator does meanwhile is no latency.

use anyhow::{Context, Result, ensure};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::{fs, io};

/// The kernel halves what it is asked for; a burst to 200 subscribers must not be lost because one program feeds all.
const BUFFER: libc::c_int = 4 * 1024 * 1024;

pub(crate) struct Wire {
    socket: UdpSocket,
    pub(crate) local: SocketAddr,
}

/// Nanoseconds of the clock that also stamps packets.
pub(crate) fn real_time() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid; this clock exists everywhere.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time) };
    nanoseconds(&time)
}

fn nanoseconds(time: &libc::timespec) -> u64 {
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

/// Datagrams that found a full socket, anywhere in this network, since it was made.
pub(crate) fn overflowed() -> Result<u64> {
    let text = fs::read_to_string("/proc/self/net/snmp")?;
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("Udp:"));
    let (names, values) = lines.next().zip(lines.next()).context("/proc/self/net/snmp tells of UDP")?;
    let mut pairs = names.split_whitespace().zip(values.split_whitespace());
    let (_, value) = pairs.find(|(name, _)| *name == "RcvbufErrors").context("RcvbufErrors")?;
    Ok(value.parse()?)
}

impl Wire {
    pub(crate) fn new(ip: Ipv4Addr) -> Result<Wire> {
        let socket = UdpSocket::bind((ip, 0))?;
        socket.set_nonblocking(true)?;
        for (option, value) in [(libc::SO_TIMESTAMPNS, 1), (libc::SO_RCVBUF, BUFFER)] {
            // SAFETY: the value is a c_int that outlives the call, as both options want it.
            let set = unsafe {
                libc::setsockopt(
                    socket.as_raw_fd(),
                    libc::SOL_SOCKET,
                    option,
                    (&raw const value).cast(),
                    size_of::<libc::c_int>() as libc::socklen_t,
                )
            };
            ensure!(set == 0, "a socket's option cannot be set: {}", io::Error::last_os_error());
        }
        let local = socket.local_addr()?;
        Ok(Wire { socket, local })
    }

    pub(crate) fn send(&self, packet: &[u8], to: SocketAddr) {
        // A full buffer shows as loss.
        let _ = self.socket.send_to(packet, to);
    }

    /// Length, sender, and when it came.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr, u64)> {
        // SAFETY: all of these are plain data for which zero is valid; the pointers in `message` outlive the call.
        let (length, from, at) = unsafe {
            let mut from: libc::sockaddr_in = std::mem::zeroed();
            let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
            let mut control = [0u64; 8];
            let mut message: libc::msghdr = std::mem::zeroed();
            message.msg_name = (&raw mut from).cast();
            message.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
            message.msg_iov = &raw mut part;
            message.msg_iovlen = 1;
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = size_of_val(&control) as _;
            let length = libc::recvmsg(self.socket.as_raw_fd(), &raw mut message, 0);
            let length = usize::try_from(length).ok()?;
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            let is_stamped = !header.is_null() && (*header).cmsg_type == libc::SCM_TIMESTAMPNS;
            let at = is_stamped.then(|| libc::CMSG_DATA(header).cast::<libc::timespec>().read_unaligned());
            (length, from, at)
        };
        let ip = Ipv4Addr::from(from.sin_addr.s_addr.to_ne_bytes());
        let at = at.map_or_else(real_time, |at| nanoseconds(&at));
        Some((length, SocketAddr::from((ip, u16::from_be(from.sin_port))), at))
    }
}
