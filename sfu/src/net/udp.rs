//! The UDP socket of a shard: reads and writes many datagrams per system call.

use super::address::RawAddress;
use super::arena::BATCH;
use socket2::SockRef;
use std::io;
use std::mem::MaybeUninit;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};

/// Largest datagram that is read whole. WebRTC keeps below 1,500 bytes; a longer one is cut and then refused by its
/// integrity check.
const DATAGRAM: usize = 2_048;
/// Kernel buffers, each way. More: memory. Less: losses when many key frames come at once (eight members, 100 kB each).
const KERNEL_BUFFER: usize = 4 * 1024 * 1024;

pub(crate) struct Socket {
    socket: UdpSocket,
    is_ipv6: bool,
    buffers: Box<[[u8; DATAGRAM]; BATCH]>,
    /// What the last read put there: length, and the sender if it has an address that we know how to write.
    read: [(usize, Option<SocketAddr>); BATCH],
    count: usize,
}

/// What one write did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) datagrams: u64,
    pub(crate) bytes: u64,
    pub(crate) failed: u64,
}

impl Socket {
    pub(crate) fn new(socket: UdpSocket) -> io::Result<Socket> {
        socket.set_nonblocking(true)?;
        let is_ipv6 = socket.local_addr()?.is_ipv6();
        let options = SockRef::from(&socket);
        // The kernel cuts them to its own limit; a smaller buffer is no error.
        let _ = options.set_recv_buffer_size(KERNEL_BUFFER);
        let _ = options.set_send_buffer_size(KERNEL_BUFFER);
        let buffers = Box::new([[0; DATAGRAM]; BATCH]);
        Ok(Socket { socket, is_ipv6, buffers, read: [(0, None); BATCH], count: 0 })
    }

    pub(crate) fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Reads what is there, at most one batch, over the one before. Returns whether there may be more.
    pub(crate) fn read(&mut self) -> bool {
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
        self.count = usize::try_from(count).unwrap_or(0);
        for i in 0..self.count {
            self.read[i] = (lengths[i].min(DATAGRAM), addresses[i].decode());
        }
        self.count == BATCH
    }

    /// How many datagrams the last read brought.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The `n`-th of them, to be decrypted where it is.
    pub(crate) fn datagram(&mut self, n: usize) -> Option<(SocketAddr, &mut [u8])> {
        let (length, from) = self.read[..self.count].get(n)?;
        Some(((*from)?, &mut self.buffers[n][..*length]))
    }

    /// Sends datagrams. One that the kernel does not take at once is lost, as on the network.
    pub(crate) fn send<'a>(&self, mut datagrams: impl Iterator<Item = (SocketAddr, &'a [u8])>, sent: &mut Sent) {
        let mut addresses = [RawAddress::empty(); BATCH];
        let mut parts = [libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 }; BATCH];
        // SAFETY: a zeroed `mmsghdr` is valid: null pointers with zero lengths.
        let mut headers: [libc::mmsghdr; BATCH] =
            std::array::from_fn(|_| unsafe { MaybeUninit::zeroed().assume_init() });
        loop {
            let mut count = 0;
            for (to, datagram) in datagrams.by_ref().take(BATCH) {
                let length = addresses[count].encode(to, self.is_ipv6);
                // The kernel only reads what it sends.
                parts[count] = libc::iovec { iov_base: datagram.as_ptr().cast_mut().cast(), iov_len: datagram.len() };
                headers[count] = header(&mut addresses[count], length, &mut parts[count]);
                count += 1;
            }
            // SAFETY: every header points into arrays of this frame and into datagrams that are borrowed for `'a`.
            unsafe { self.send_batch(&mut headers[..count], sent) };
            if count < BATCH {
                return;
            }
        }
    }

    /// # Safety
    ///
    /// What the headers point to must be there.
    unsafe fn send_batch(&self, headers: &mut [libc::mmsghdr], sent: &mut Sent) {
        let mut done = 0;
        while done < headers.len() {
            let rest = &mut headers[done..];
            // SAFETY: the caller vouches for the headers; the count is that of the slice.
            let count = unsafe {
                libc::sendmmsg(
                    self.socket.as_raw_fd(),
                    rest.as_mut_ptr(),
                    rest.len() as libc::c_uint,
                    libc::MSG_DONTWAIT,
                )
            };
            match usize::try_from(count) {
                Ok(count) if count > 0 => {
                    sent.datagrams += count as u64;
                    sent.bytes += rest[..count].iter().map(|header| u64::from(header.msg_len)).sum::<u64>();
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
