//! A whole server in one value: database, SFU, application, HTTP; started and ended in order.

mod accept;
mod connection;
mod data_dir;
mod key;
mod parts;
mod tls;

pub use data_dir::{DataDir, make as make_data_dir, reset};
pub use key::{master_key_place, read_master_key};
pub use parts::{Parts, open, open_existing};

use crate::app::App;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::http::{self, Edge, Inner, Limiter, Metrics, Settings, Shares};
use crate::room::{Rooms, Times};
use anyhow::{Context, Result, bail};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long the database and the SFU may take to end.
const CLOSE_TIME: Duration = Duration::from_secs(5);
/// How long a room's farewell may take to reach slow browsers. They find out by themselves half a minute later.
const LAST_WORD: Duration = Duration::from_secs(2);

/// A running server. It ends with [`Server::shutdown`]; dropping it leaves its tasks to the runtime.
pub struct Server {
    pub http_addr: SocketAddr,
    /// One for each shard.
    pub media_addrs: Vec<SocketAddr>,
    pub app: Arc<App>,
    rooms: Rooms,
    sfu: sfu::Sfu,
    parts: Parts,
    edge: Edge,
    /// Where people open the pages.
    pub base_url: String,
    stopping: watch::Sender<bool>,
    serving: JoinHandle<()>,
    background: Vec<JoinHandle<()>>,
    drain: Duration,
    /// Held until the end: nobody else may use the folder meanwhile.
    _data_dir: DataDir,
}

/// Starts everything. When it returns, requests are answered.
///
/// # Errors
/// A sentence that says what to do: a busy port, a folder that is in use, a database that does not answer.
pub async fn start(config: Config) -> Result<Server> {
    let data_dir = DataDir::lock(&config.data_dir)?;
    let tls = config.tls.as_ref().map(tls::Tls::load).transpose()?;
    let listener = listen(config.listen)?;
    let http_addr = listener.local_addr().context("the HTTP address")?;
    let turn = parts::turn(&config)?;
    let sfu = start_media(&config)?;
    let media_addrs = sfu.local_addrs().to_vec();

    let parts = parts::open(&config, http_addr, data_dir.node_id()?, turn).await?;
    let app = Arc::clone(&parts.app);
    let clock = Arc::new(SystemClock);
    let limits = &config.limits;
    let (seat_kept, check_time, knock_time) = (limits.seat_kept, limits.check_time, limits.knock_time);
    let times = Times { seat_kept, check_time, knock_time };
    let rooms = Rooms::new(Arc::clone(&app), sfu.clone(), clock.clone(), times);
    let (stopping, stopped) = watch::channel(false);
    let edge = Edge::new(Inner {
        app: Arc::clone(&app),
        rooms: rooms.clone(),
        sfu: sfu.clone(),
        clock,
        settings: Settings {
            public_origins: config.public_origins.clone(),
            node_origin: config.node_origin.clone(),
            all_nodes: config.all_nodes.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            secure_cookies: config.secure_cookies(),
            metrics_token: config.metrics_token.clone(),
        },
        limiter: Mutex::new(Limiter::new(config.limits.sign_in_failures)),
        shares: Shares::new(&config.limits),
        limits: config.limits.clone(),
        metrics: Metrics::default(),
        stopping: stopped,
        sockets: watch::Sender::new(()),
    });

    let mut background = background(&app, &rooms, &parts, &edge);
    let acceptor = tls.as_ref().map(tls::Tls::acceptor).transpose()?;
    if let Some(tls) = tls {
        background.push(tokio::spawn(tls.watch(edge.stopped())));
    }
    let proxies = config.trusted_proxies.clone();
    let serving = accept::serve(listener, acceptor, http::router(edge.clone()), proxies, edge.stopped());
    let serving = tokio::spawn(serving);
    let base_url = config.base_url(http_addr);
    tracing::info!(%http_addr, ?media_addrs, %base_url, "ready");
    let drain = config.limits.drain;
    Ok(Server {
        http_addr,
        media_addrs,
        base_url,
        edge,
        app,
        rooms,
        sfu,
        parts,
        stopping,
        serving,
        background,
        drain,
        _data_dir: data_dir,
    })
}

/// Ticker, duties, live streams, rooms' watch, purge, messages.
fn background(app: &Arc<App>, rooms: &Rooms, parts: &Parts, edge: &Edge) -> Vec<JoinHandle<()>> {
    let ticker = {
        let (app, stopped) = (Arc::clone(app), edge.stopped());
        tokio::spawn(async move { app.run_ticker(stopped).await })
    };
    let duties = {
        let (app, stopped) = (Arc::clone(app), edge.stopped());
        tokio::spawn(async move { app.run_duty_clock(stopped).await })
    };
    let live = {
        let (app, stopped) = (Arc::clone(app), edge.stopped());
        tokio::spawn(async move { app.run_live(stopped).await })
    };
    let watch = {
        let (rooms, bell, stopped) = (rooms.clone(), parts.bus.subscribe(), edge.stopped());
        tokio::spawn(async move { rooms.run_watch(bell, stopped).await })
    };
    let purge = {
        let (app, stopped) = (Arc::clone(app), edge.stopped());
        tokio::spawn(async move { app.run_purge(stopped).await })
    };
    let deliverer = {
        let (app, stopped) = (Arc::clone(app), edge.stopped());
        tokio::spawn(async move { app.run_deliverer(stopped).await })
    };
    vec![ticker, duties, live, watch, purge, deliverer]
}

impl Server {
    /// Ends in order: no new requests, streams and rooms say goodbye, what is under way may finish, then the SFU and
    /// the database close.
    pub async fn shutdown(self) {
        tracing::info!("stopping");
        // Nobody listens any more when every task has ended by itself.
        let _ = self.stopping.send(true);
        let farewell = async {
            self.rooms.shutdown().await;
            // Each room has said its last word; it has to reach the browsers, which come back by it at once. A stranger
            // who never said a word is not waited for.
            let _ = tokio::time::timeout(LAST_WORD, self.edge.sockets.closed()).await;
        };
        let abort = self.serving.abort_handle();
        let (rooms, requests) =
            tokio::join!(tokio::time::timeout(self.drain, farewell), tokio::time::timeout(self.drain, self.serving));
        if rooms.is_err() {
            tracing::warn!("rooms did not end in time");
        }
        if requests.is_err() {
            abort.abort();
            tracing::warn!("requests that were under way were cut off");
        }
        for task in self.background {
            let abort = task.abort_handle();
            if tokio::time::timeout(CLOSE_TIME, task).await.is_err() {
                abort.abort();
                tracing::warn!("a background task did not end in time");
            }
        }
        if tokio::time::timeout(CLOSE_TIME, self.sfu.shutdown()).await.is_err() {
            tracing::warn!("the SFU did not end in time");
        }
        if tokio::time::timeout(CLOSE_TIME, self.parts.close()).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
        tracing::info!("stopped");
    }
}

/// Connections that may wait to be accepted; the kernel cuts it to its own limit. When the queue is full it forgets
/// clients that believe to be connected, and resets what they send: with less, two thousand browsers that come back at
/// once lose some of their first requests. More costs some hundred bytes each while they wait.
const BACKLOG: u32 = 4096;

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    match bind(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "{address} is in use: another program, perhaps another Telekonsil, listens there. Stop it, or choose \
             another port, for example --listen {}.",
            neighbour(address)
        ),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => bail!(
            "{address} may not be bound by this user: ports below 1024 need a privilege. Choose a higher port and let \
             a reverse proxy listen in front."
        ),
        Err(error) => bail!("{address} cannot be bound: {error}."),
    }
}

fn start_media(config: &Config) -> Result<sfu::Sfu> {
    let media = config.media.clone();
    let bind = media.bind;
    let config = sfu::Config {
        bind,
        announced: media.announced,
        tcp: media.tcp,
        shards: media.shards,
        max_members: sfu::MAX_MEMBERS,
    };
    match sfu::Sfu::start(config) {
        Ok(sfu) => Ok(sfu),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "A media port is in use ({error}): another program, perhaps another Telekonsil, has it. Stop it, or choose \
             another one, for example --media-port {}.",
            neighbour(bind).port()
        ),
        Err(error) if error.kind() == ErrorKind::InvalidInput => bail!(
            "media.bind is {bind}: with an unspecified address, media.announced must list the addresses under which \
             clients reach this machine."
        ),
        Err(error) => bail!("The media ports from {bind} on cannot be bound: {error}."),
    }
}

fn neighbour(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port().checked_add(1).unwrap_or(8081))
}
