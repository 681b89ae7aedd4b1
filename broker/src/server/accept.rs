//! Takes connections in, over TLS where there is a certificate, and serves HTTP/1.1 on them. `axum::serve` would wait
//! for ever for a head that does not come.

use super::connection::{Connection, WRITE_TIME};
use crate::config::Network;
use crate::http::address::neighbourhood;
use crate::http::{Slot, Slots};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
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
/// Connections of one address, further ones are closed at once. A hospital may sit behind one: some hundred people with
/// a few each. More lets fewer hosts take all of [`MAX_CONNECTIONS`]; less turns a large house away.
const PER_ADDRESS: usize = 1_000;
/// Pause after the system refused a connection (no file handles left). More keeps people waiting after a shortage;
/// less burns a core during it.
const BACK_OFF: Duration = Duration::from_millis(100);
/// One line in the log about trouble with connections per this time. Less lets an attacker fill the disk.
const WARN_EVERY: Duration = Duration::from_secs(1);

/// Serves until `stop` completes, then ends idle connections and waits for the requests under way. Upgraded
/// connections (room sockets) are on their own and not waited for. `proxies` speak for many people.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    proxies: Vec<Network>,
    stop: impl Future<Output = ()>,
) {
    let gate = Gate::new(proxies, WRITE_TIME);
    run(listener, tls, router, gate, stop, HEAD_TIME).await;
}

async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut gate: Gate,
    stop: impl Future<Output = ()>,
    head_time: Duration,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_time);
    // Each connection holds a receiver for as long as it is served.
    let stopping = watch::Sender::new(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = gate.accept(&listener) => accepted,
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

/// Lets connections in.
struct Gate {
    open: Arc<Semaphore>,
    addresses: Slots<IpAddr>,
    proxies: Vec<Network>,
    write_time: Duration,
    trouble: Trouble,
}

impl Gate {
    fn new(proxies: Vec<Network>, write_time: Duration) -> Self {
        let open = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        Self { open, addresses: Slots::new(PER_ADDRESS), proxies, write_time, trouble: Trouble::default() }
    }

    /// The next connection. `None` cannot happen: the semaphore is never closed.
    async fn accept(&mut self, listener: &TcpListener) -> Option<(Connection, SocketAddr)> {
        if self.open.available_permits() == 0 {
            self.trouble.warn(&format_args!("{MAX_CONNECTIONS} connections are open; further ones wait"));
        }
        let permit = Arc::clone(&self.open).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => match self.slot(peer.ip()) {
                    Ok(slot) => return Some((Connection::new(stream, self.write_time, (permit, slot)), peer)),
                    // Who it is stands in nobody's log: an address is a person's.
                    Err(()) => self.trouble.warn(&format_args!("one address has {PER_ADDRESS} connections open")),
                },
                Err(error) if is_of_one_client(error.kind()) => {}
                Err(error) => {
                    self.trouble.warn(&format_args!("no connection can be taken in: {error}"));
                    tokio::time::sleep(BACK_OFF).await;
                }
            }
        }
    }

    /// A slot of the address; none is needed of those who speak for many. An error: all are taken.
    fn slot(&self, peer: IpAddr) -> Result<Option<Slot<IpAddr>>, ()> {
        let peer = peer.to_canonical();
        if peer.is_loopback() || self.proxies.iter().any(|network| network.contains(peer)) {
            return Ok(None);
        }
        self.addresses.take(neighbourhood(peer)).map(Some).ok_or(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    fn gate() -> Gate {
        Gate::new(vec![Network::parse("10.0.0.0/8").unwrap()], Duration::from_millis(300))
    }

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
        let serving = tokio::spawn(run(listener, None, router, gate(), stopped, Duration::from_millis(300)));

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

    #[tokio::test]
    async fn whoever_asks_and_does_not_read_is_cut_off() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (asked, mut begun) = tokio::sync::mpsc::unbounded_channel();
        // More than both kernels' buffers hold.
        let large = get(move || async move {
            let _ = asked.send(());
            vec![0_u8; 64 << 20]
        });
        let stopped = async move {
            let _ = stopped.await;
        };
        let router = Router::new().route("/", large);
        let serving = tokio::spawn(run(listener, None, router, gate(), stopped, HEAD_TIME));
        let mut greedy = TcpStream::connect(address).await.unwrap();
        greedy.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        begun.recv().await.unwrap();
        drop(stop);
        // Waits for the answer that nobody reads, and `greedy` is still there.
        serving.await.unwrap();
        drop(greedy);
    }

    #[test]
    fn one_address_has_its_share_and_proxies_have_theirs() {
        let gate = gate();
        let strange: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let mut held: Vec<_> = (0..PER_ADDRESS).map(|_| gate.slot(strange).unwrap()).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(gate.slot(strange).is_err());
        assert!(gate.slot("2001:db8:1:2::2".parse().unwrap()).is_err(), "a host has a whole /64");
        assert!(gate.slot("2001:db8:1:3::1".parse().unwrap()).is_ok());
        for trusted in ["127.0.0.1", "::1", "10.1.2.3", "::ffff:10.1.2.3"] {
            assert!(gate.slot(trusted.parse().unwrap()).unwrap().is_none(), "{trusted}");
        }
        held.pop();
        assert!(gate.slot(strange).is_ok());
    }
}
