//! One TCP connection: bytes in both directions, cut into packets.

use crate::packet::rfc4571::{self, MAX_FRAME, Reader, TooLong};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::time::Instant;

/// Bytes that wait for a client beside those in the kernel. More: on a slow line everything is later (128 KiB are one
/// second on 1 Mbit/s). Less: a large key frame loses packets although the line would take it.
pub(super) const OUTGOING: usize = 128 * 1024;

/// The other side closed, or the connection broke.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) struct Connection {
    stream: TcpStream,
    /// The address by which it is counted.
    pub(super) from: IpAddr,
    /// It has shown a request that is signed with the password of a peer.
    pub(super) is_known: bool,
    /// The kernel was asked to tell when it takes more.
    pub(super) waits_to_write: bool,
    pub(super) opened: Instant,
    /// When bytes last came.
    pub(super) heard: Instant,
    /// When bytes last left, or there were none to send.
    moved: Instant,
    incoming: Reader,
    outgoing: Vec<u8>,
    written: usize,
}

impl Connection {
    pub(super) fn new(now: Instant, stream: TcpStream, from: IpAddr) -> Connection {
        Connection {
            stream,
            from,
            is_known: false,
            waits_to_write: false,
            opened: now,
            heard: now,
            moved: now,
            incoming: Reader::default(),
            outgoing: Vec::new(),
            written: 0,
        }
    }

    pub(super) fn fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }

    /// Reads once. All whole packets have been taken before, so there is room.
    pub(super) fn read(&mut self, now: Instant) -> Result<(), Gone> {
        match self.stream.read(self.incoming.spare()) {
            Ok(0) => Err(Gone),
            Ok(count) => {
                self.incoming.filled(count);
                self.heard = now;
                Ok(())
            }
            Err(error) if is_momentary(&error) => Ok(()),
            Err(_) => Err(Gone),
        }
    }

    /// The next whole packet that was read.
    pub(super) fn packet(&mut self) -> Result<Option<&mut [u8]>, TooLong> {
        self.incoming.next_frame()
    }

    /// Keeps one packet for [`Connection::write`]. `false`: there is no room and it is lost, as on the network.
    pub(super) fn queue(&mut self, packet: &[u8]) -> bool {
        let fits = packet.len() <= MAX_FRAME && self.waiting() + packet.len() < OUTGOING;
        if fits {
            rfc4571::frame(&mut self.outgoing, packet);
        }
        fits
    }

    /// Writes what the kernel takes.
    pub(super) fn write(&mut self, now: Instant) -> Result<(), Gone> {
        while self.waiting() > 0 {
            match self.stream.write(&self.outgoing[self.written..]) {
                Ok(0) => return Err(Gone),
                Ok(count) => {
                    self.written += count;
                    self.moved = now;
                }
                Err(error) if is_momentary(&error) => break,
                Err(_) => return Err(Gone),
            }
        }
        if self.waiting() == 0 {
            self.moved = now;
            self.outgoing.clear();
            self.written = 0;
        } else if self.written > OUTGOING {
            self.outgoing.drain(..self.written);
            self.written = 0;
        }
        Ok(())
    }

    /// Bytes that the kernel has not taken.
    pub(super) fn waiting(&self) -> usize {
        self.outgoing.len() - self.written
    }

    /// Since when nothing leaves although there is something to send.
    pub(super) fn stuck_since(&self) -> Option<Instant> {
        (self.waiting() > 0).then_some(self.moved)
    }
}

fn is_momentary(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
