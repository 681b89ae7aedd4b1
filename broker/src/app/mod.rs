//! What the program does, told by the edge (`http`, `room`, `cli`) and carried out on the ports.
//!
//! One file a noun. Every public method that works for somebody takes the [`Actor`] and asks the access table
//! (`domain::access`) before it does or shows anything; what does not exist and what the caller may not know of are
//! the same [`Error::NotFound`]. Methods without an actor belong to the machine: rooms, ticker, command line.
//!
//! A change of a consult goes one way: `log::run` loads the events, `domain::consult::decide` decides, the repository
//! appends, the doorbell rings; [`live`] and the ticker read what was written.

pub mod accounts;
mod board;
mod consults;
mod dicomweb;
mod directory;
mod error;
pub mod live;
mod log;
mod matching;
mod open_study;
pub mod ports;
mod rooms;
mod studies;
mod ticker;
mod tokens;
mod validate;
mod views;

pub use crate::domain::directory::Actor;
pub use accounts::{NewPerson, NewSession, Session};
pub use dicomweb::{Shelf, StoreRefusal, Stored};
pub use error::Error;
pub use live::LiveItem;
pub use open_study::{OpenStudy, StudyName};
pub use rooms::Seat;
pub use tokens::Scope;

use ::imaging::{blobs::Blobs, seal::MasterKey, worker::Pool};
use directory::DirectoryCache;
use live::Hub;
use ports::{Clock, Doorbell, Repository};
use schemas::UnixMillis;
use std::sync::Arc;
use tokens::Keys;
use tokio::sync::{Notify, Semaphore};

pub type Result<T> = std::result::Result<T, Error>;

/// Password hashes computed at once, each with 19 MiB (argon2id, OWASP's second profile). More lets a flood of
/// sign-ins take more memory and cores; fewer makes people wait when a shift begins.
const HASHES_AT_ONCE: usize = 2;

/// What an [`App`] is put together from.
pub struct Parts {
    pub repo: Arc<dyn Repository>,
    pub bus: Arc<dyn Doorbell>,
    pub clock: Arc<dyn Clock>,
    pub master: MasterKey,
    pub blobs: Blobs,
    pub pool: Pool,
    pub node: Node,
}

/// This process among its equals.
#[derive(Clone, Debug)]
pub struct Node {
    /// Stays the same over restarts, so that a node that comes back keeps its rooms.
    pub id: String,
    /// `ws://host:port` or `wss://host`: where room sockets of this node are reached.
    pub ws_url: String,
}

/// The application. Cheap to share, safe to call from everywhere.
pub struct App {
    repo: Arc<dyn Repository>,
    bus: Arc<dyn Doorbell>,
    clock: Arc<dyn Clock>,
    master: MasterKey,
    keys: Keys,
    blobs: Blobs,
    pool: Pool,
    node: Node,
    directory: DirectoryCache,
    hub: Hub,
    /// Wakes the ticker: a deadline may lie earlier than the one it sleeps for.
    due: Notify,
    hashing: Semaphore,
}

impl App {
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            keys: Keys::derive(&parts.master),
            repo: parts.repo,
            bus: parts.bus,
            clock: parts.clock,
            master: parts.master,
            blobs: parts.blobs,
            pool: parts.pool,
            node: parts.node,
            directory: DirectoryCache::default(),
            hub: Hub::default(),
            due: Notify::new(),
            hashing: Semaphore::new(HASHES_AT_ONCE),
        })
    }

    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    pub fn node(&self) -> &Node {
        &self.node
    }

    /// `true` when the database answers: the readiness probe.
    pub async fn is_ready(&self) -> bool {
        self.repo.directory_revision().await.is_ok()
    }
}

/// Goes on when the table grants it.
fn require(granted: bool) -> Result<()> {
    if granted { Ok(()) } else { Err(Error::Forbidden) }
}
