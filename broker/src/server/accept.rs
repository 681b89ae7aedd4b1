//! Takes connections in, over TLS where there is a certificate, and serves HTTP/1.1 on them. `axum::serve` would wait
//! for ever for a head that does not come.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io::{ErrorKind, IoSlice, Result};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// A request's head must be there within this, counted from the connection's start or the last answer; it also ends
/// idle connections. More lets silent clients hold sockets for longer; less cuts off bad mobile networks and makes
/// proxies connect anew more often.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// A TLS handshake must be done within this. More lets silent clients hold sockets for longer; less cuts off bad mobile
/// networks.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Connections open at once, room sockets and event streams included; further ones wait in the kernel's queue. A
/// person needs about six. More costs memory under attack (some 20 KB each); less turns people away.
const MAX_CONNECTIONS: usize = 20_000;
/// Pause after the system refused a connection (no file handles left). More keeps people waiting after a shortage;
/// less burns a core during it.
const BACK_OFF: Duration = Duration::from_millis(100);
/// One line in the log about trouble with connections per this time. Less lets an attacker fill the disk.
const WARN_EVERY: Duration = Duration::from_secs(1);

/// Serves until `stop` completes, then ends idle connections and waits for the requests under way. Upgraded
/// connections (room sockets) are on their own and not waited for.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    run(listener, tls, router, stop, HEAD_TIME).await;
}

async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
    head_time: Duration,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_time);
    let open = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // Each connection holds a receiver for as long as it is served.
    let stopping = watch::Sender::new(());
    let mut trouble = Trouble::default();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &open, &mut trouble) => accepted,
        };
        let Some((io, peer)) = accepted else { break };
        let (http, router, tls, mut stopped) = (http.clone(), router.clone(), tls.clone(), stopping.subscribe());
        tokio::spawn(async move {
            match tls {
                None => talk(&http, io, peer, router, stopped).await,
                // Whoever speaks something else than TLS, or nothing, is nothing that an operator could mend.
                Some(tls) => tokio::select! {
                    shaken = tokio::time::timeout(HANDSHAKE_TIME, tls.accept(io)) => {
                        if let Ok(Ok(io)) = shaken {
                            talk(&http, io, peer, router, stopped).await;
                        }
                    }
                    _ = stopped.changed() => {}
                },
            }
        });
    }
    // Whoever still waits in the kernel's queue shall be refused at once and try another node.
    drop(listener);
    // An error means that no connection is open.
    let _ = stopping.send(());
    stopping.closed().await;
}

/// One connection, to its end.
async fn talk<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    http: &http1::Builder,
    io: S,
    peer: SocketAddr,
    router: Router,
    mut stopped: watch::Receiver<()>,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(io), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // A client that breaks off or stays silent is nothing that an operator could mend.
    if let Err(error) = ended {
        tracing::trace!(%error, "connection");
    }
}

/// The next connection. `None` cannot happen: the semaphore is never closed.
async fn accept(listener: &TcpListener, open: &Arc<Semaphore>, trouble: &mut Trouble) -> Option<(Counted, SocketAddr)> {
    if open.available_permits() == 0 {
        trouble.warn(&format_args!("{MAX_CONNECTIONS} connections are open; further ones wait"));
    }
    let permit = Arc::clone(open).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((Counted { stream, _permit: permit }, peer)),
            Err(error) if is_of_one_client(error.kind()) => {}
            Err(error) => {
                trouble.warn(&format_args!("no connection can be taken in: {error}"));
                tokio::time::sleep(BACK_OFF).await;
            }
        }
    }
}

/// The client went away before it was its turn.
fn is_of_one_client(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// When it was last told.
#[derive(Default)]
struct Trouble {
    told: Option<Instant>,
}

impl Trouble {
    fn warn(&mut self, what: &std::fmt::Arguments<'_>) {
        if self.told.is_none_or(|told| told.elapsed() >= WARN_EVERY) {
            self.told = Some(Instant::now());
            tracing::warn!("{what}");
        }
    }
}

/// A connection that counts for as long as it is open, also after it was upgraded.
struct Counted {
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn silent_connections_end_and_the_peer_is_known() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let who = get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() });
        let stopped = async move {
            let _ = stopped.await;
        };
        let router = Router::new().route("/", who);
        let serving = tokio::spawn(run(listener, None, router, stopped, Duration::from_millis(300)));

        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
        let mut whole = TcpStream::connect(address).await.unwrap();
        let own = whole.local_addr().unwrap().to_string();
        whole.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        whole.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&own), "{answer}");
        // Each of these returns only when the server has closed the connection.
        let _ = silent.read_to_end(&mut Vec::new()).await;
        let _ = half.read_to_end(&mut Vec::new()).await;

        drop(stop);
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
