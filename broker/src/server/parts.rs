//! What a server and the command line's tools have in common: database, keys, blobs, application.

use super::key;
use crate::app::ports::{Doorbell, Repository};
use crate::app::{self, App, Node, Turn};
use crate::bus;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::notify::Notifier;
use crate::store::{Store, Tables};
use anyhow::{Context, Result, bail, ensure};
use imaging::blobs::Blobs;
use imaging::seal::MasterKey;
use imaging::worker::{Limits, Pool};
use std::net::SocketAddr;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The opened parts.
pub struct Parts {
    pub app: Arc<App>,
    pub bus: Arc<dyn Doorbell>,
    pub repo: Arc<dyn Repository>,
    store: Arc<Store>,
}

/// Opens database (bringing its tables to this version), key and blobs, and makes what is missing. Takes no lock and
/// starts nothing that works by itself.
///
/// # Errors
/// A sentence naming what could not be opened.
pub async fn open(config: &Config, http_addr: SocketAddr, node_id: String, turn: Option<Turn>) -> Result<Parts> {
    let store = Store::connect(config.database.url.expose()).await.context("The database cannot be opened")?;
    store.migrate().await.context("The database's tables cannot be brought to this version")?;
    let master = key::open(&store, &config.master_key, true).await?;
    assemble(config, store, master, http_addr, node_id, turn)
}

/// Opens an installation that is there, beside a server that may be running: makes nothing and changes no table. A wrong
/// path must not look like an empty installation.
///
/// # Errors
/// As [`open`]; something is missing, or the tables are not at this version.
pub async fn open_existing(config: &Config, http_addr: SocketAddr, node_id: String) -> Result<Parts> {
    ensure!(config.data_dir.is_dir(), "There is no data folder {}", config.data_dir.display());
    let store = Store::open(config.database.url.expose()).await.context("The database cannot be opened")?;
    match store.tables().await.context("The database cannot be read")? {
        Tables::Current => {}
        Tables::Missing => bail!("The database has no tables of Telekonsil: is it the right one?"),
        Tables::Older => bail!(
            "The database's tables are those of an older version: `telekonsil migrate` brings them to this one, and so \
             does the next start of the server"
        ),
        Tables::Newer => bail!("A newer Telekonsil has changed the database's tables: use that version"),
    }
    let master = key::open(&store, &config.master_key, false).await?;
    // Tools let nobody into a room.
    assemble(config, store, master, http_addr, node_id, None)
}

fn assemble(
    config: &Config,
    store: Store,
    master: MasterKey,
    http_addr: SocketAddr,
    node_id: String,
    turn: Option<Turn>,
) -> Result<Parts> {
    let store = Arc::new(store);
    let bus = bus::start(store.postgres_pool());
    let blobs = Blobs::local(&config.data_dir.join("blobs"))
        .with_context(|| format!("The blob folder in {} cannot be opened", config.data_dir.display()))?;
    let worker = match &config.worker {
        Some(path) => path.clone(),
        None => std::env::current_exe().context("the path of this program")?,
    };
    let notifier = Notifier::new(&config.outbound, &master).context("Nothing can be sent outside")?;
    let notifier = Arc::new(notifier);
    let ws_url = match &config.node_origin {
        Some(origin) => origin.websocket(),
        None => format!("{}://{http_addr}", if config.tls.is_some() { "wss" } else { "ws" }),
    };
    let repo: Arc<dyn Repository> = store.clone();
    let app = App::new(app::Parts {
        repo: Arc::clone(&repo),
        bus: Arc::clone(&bus),
        clock: Arc::new(SystemClock),
        carrier: notifier.clone(),
        fetch: notifier,
        base_url: config.base_url(http_addr),
        master,
        blobs,
        pool: Pool::new(worker, Limits { object: config.limits.object, ..Limits::default() }),
        node: Node { id: node_id, ws_url },
        retention_days: config.retention.after_days,
        turn,
    });
    if config.is_demo {
        app.set_demo();
    }
    Ok(Parts { app, bus, repo, store })
}

impl Parts {
    /// The database itself, for its copy.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

/// What lets people use the relay. Only a server needs it: a tool that is run from a shell may not know the secret.
///
/// # Errors
/// The secret is missing or too short.
pub(super) fn turn(config: &Config) -> Result<Option<Turn>> {
    let Some(turn) = &config.turn else { return Ok(None) };
    let secret = Zeroizing::new(turn.secret.read()?.expose().to_owned());
    Ok(Some(Turn { urls: turn.urls.clone(), secret, ttl: turn.ttl }))
}
