//! epoll(7): which of many connections have something to do. The set can be slept on like a socket.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

pub(super) const READ: u32 = (libc::EPOLLIN | libc::EPOLLRDHUP) as u32;
pub(super) const WRITE: u32 = libc::EPOLLOUT as u32;

/// Events taken at once; the rest is told again. More: UDP waits for longer. Less: more system calls.
const EVENTS: usize = 16;

pub(super) struct Epoll(OwnedFd);

pub(super) struct Event {
    /// What [`Epoll::add`] was given.
    pub(super) name: u64,
    pub(super) is_writable: bool,
    /// Bytes, the end of the stream or an error: a read will tell.
    pub(super) is_readable: bool,
}

impl Epoll {
    pub(super) fn new() -> io::Result<Epoll> {
        // SAFETY: no pointers; the result is checked before it is owned.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just created and nobody else owns it.
        Ok(Epoll(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(super) fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    pub(super) fn add(&self, fd: RawFd, name: u64, interest: u32) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, name, interest)
    }

    pub(super) fn change(&self, fd: RawFd, name: u64, interest: u32) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, name, interest)
    }

    fn control(&self, operation: libc::c_int, fd: RawFd, name: u64, interest: u32) -> io::Result<()> {
        let mut event = libc::epoll_event { events: interest, u64: name };
        // SAFETY: the pointer refers to a local that outlives the call.
        match unsafe { libc::epoll_ctl(self.fd(), operation, fd, &mut event) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// What is ready now, at most [`EVENTS`] of it; does not wait.
    pub(super) fn ready(&self) -> impl Iterator<Item = Event> + use<> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; EVENTS];
        // SAFETY: the array has as many places as are named and outlives the call.
        let count = unsafe { libc::epoll_wait(self.fd(), events.as_mut_ptr(), EVENTS as libc::c_int, 0) };
        let count = usize::try_from(count).unwrap_or(0);
        events.into_iter().take(count).map(|event| Event {
            name: event.u64,
            is_writable: event.events & WRITE != 0,
            is_readable: event.events & !WRITE != 0,
        })
    }
}
