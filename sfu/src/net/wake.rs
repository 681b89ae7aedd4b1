//! Sleeping until a datagram, a command or a deadline.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// An eventfd: another thread rings it, the loop sleeps on it beside its socket.
#[derive(Debug)]
pub(crate) struct Bell(OwnedFd);

impl Bell {
    pub(crate) fn new() -> io::Result<Bell> {
        // SAFETY: no pointers; the result is checked before it is owned.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just created and nobody else owns it.
        Ok(Bell(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(crate) fn ring(&self) {
        let one = 1u64.to_ne_bytes();
        // A full counter means that it rings already, which is all that is wanted.
        // SAFETY: the buffer is eight bytes long, as eventfd(2) demands.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    fn silence(&self) {
        let mut count = [0u8; 8];
        // SAFETY: the buffer is eight bytes long, as eventfd(2) demands.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }
}

/// Sleeps at most `timeout`. Returns early for a datagram on `socket`, for something to do in the set `streams`, for a
/// ring of `bell`, or on a signal. Says whether there is something to do in `streams`.
pub(super) fn sleep(socket: RawFd, streams: Option<RawFd>, bell: &Bell, timeout: Duration) -> bool {
    let watch = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // A negative descriptor is passed over.
    let mut fds = [watch(socket), watch(bell.0.as_raw_fd()), watch(streams.unwrap_or(-1))];
    // Fields of timespec differ in width between targets.
    let timeout = libc::timespec { tv_sec: timeout.as_secs() as _, tv_nsec: timeout.subsec_nanos() as _ };
    // SAFETY: both pointers refer to locals that outlive the call; the signal mask may be null.
    let ready = unsafe { libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, &timeout, std::ptr::null()) };
    if ready > 0 && fds[1].revents != 0 {
        bell.silence();
    }
    ready > 0 && fds[2].revents != 0
}
