//! An accepted socket, with what keeps a client that reads nothing from holding it.

use crate::http::Slot;
use socket2::{SockRef, TcpKeepalive};
use std::future::Future as _;
use std::io::{ErrorKind, IoSlice, Result};
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;

/// A write must get further within this. The kernel asks for more only when a third of its buffer is free, so a client
/// that takes single bytes gets no further either. More lets somebody who asks and reads nothing hold a connection for
/// longer; less cuts off telephones in a lift.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(30);
/// What was sent must be acknowledged within this (RFC 5482; on Linux also how long a closed window is borne). It ends
/// connections that are upgraded or closed, where nobody writes any more. More than [`WRITE_TIME`], which says why.
const ACKNOWLEDGE_TIME: Duration = Duration::from_secs(45);
/// Silence after which the other side is asked whether it still is there, and how often. Less wakes telephones; more
/// keeps sockets of those who left without a word.
const KEEPALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10));

/// After the last answer the client is read for this long at most. Closing a socket that holds unread bytes resets the
/// connection, and a client whose body was refused would lose the answer that says so (RFC 9112 § 9.6). More holds
/// sockets of those who send on; less cuts off answers on slow lines.
const LINGER: Duration = Duration::from_secs(2);

/// A connection counts for as long as it is open, also after it was upgraded.
pub(super) struct Connection {
    stream: TcpStream,
    write_time: Duration,
    /// Runs while a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Runs once nothing more is said to the client.
    lingers: Option<Pin<Box<Sleep>>>,
    _counted: Counted,
}

/// Among all, and among those of its address unless that one is trusted.
pub(super) type Counted = (OwnedSemaphorePermit, Option<Slot<IpAddr>>);

impl Connection {
    pub(super) fn new(stream: TcpStream, write_time: Duration, counted: Counted) -> Self {
        let socket = SockRef::from(&stream);
        // Events and room messages are small and wait for nothing: Nagle (RFC 896) would hold each one back until the
        // one before is acknowledged, 40 ms and more.
        let set = socket
            .set_tcp_nodelay(true)
            .and_then(|()| socket.set_tcp_user_timeout(Some(ACKNOWLEDGE_TIME)))
            .and_then(|()| socket.set_tcp_keepalive(&KEEPALIVE));
        // The client went away meanwhile; reading will say so.
        if let Err(error) = set {
            tracing::trace!(%error, "options of a connection");
        }
        Self { stream, write_time, stalled: None, lingers: None, _counted: counted }
    }

    /// Passes on what became of a write, unless it has waited for too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, written: Poll<Result<T>>) -> Poll<Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.write_time)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// A TCP stream has nothing to flush: what waits, waits in `poll_write`.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        let this = &mut *self;
        let lingers = this.lingers.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
        let mut scrap = [0; 4096];
        while lingers.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut scrap);
            let read = ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
