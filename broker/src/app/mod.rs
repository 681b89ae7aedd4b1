//! What the program does, told by the edge (`http`, `room`, `cli`) and carried out on the ports.
//!
//! One file a noun. Every public method that works for somebody takes the [`Actor`] and asks the access table
//! (`domain::access`) before it does or shows anything; what does not exist and what the caller may not know of are
//! the same [`Error::NotFound`]. Methods without an actor belong to the machine: rooms, ticker, command line.
//!
//! A change of a consult goes one way: `log::run` loads the events, `domain::consult::decide` decides, the repository
//! appends, the doorbell rings; [`live`] and the ticker read what was written.

mod access_log;
pub mod accounts;
mod actions;
mod admin;
mod attestation;
mod audit;
mod board;
mod call_outs;
mod colleagues;
mod consults;
mod counters;
mod delivery;
mod dicomweb;
mod directory;
mod duty_clock;
mod error;
mod exports;
mod feeds;
mod glass;
mod guests;
mod handover;
mod heavy;
mod import;
pub mod live;
mod log;
mod matching;
mod notices;
mod onboarding;
mod open_study;
mod path_check;
mod phone_book;
mod planning;
mod policies;
pub mod ports;
mod purge;
mod queue;
mod report;
mod reports;
mod room_facts;
mod rooms;
mod rows;
mod sessions;
mod sheet;
mod slots;
mod studies;
mod swaps;
mod ticker;
mod timeline_export;
mod tokens;
mod turn;
mod validate;
mod views;

pub use crate::domain::consult::{GroupNote, Occupant};
pub use crate::domain::delivery::Handed;
pub use crate::domain::directory::Actor;
pub use access_log::ReportFile;
pub use accounts::NewPerson;
pub(crate) use admin::{last_monday, standard_policies, weekly};
pub use audit::{Audit, BrokenEntry};
pub use counters::Status;
pub use delivery::{CallbackSignature, Note};
pub use dicomweb::{InstanceSearch, InstanceTest, Shelf, StoreRefusal, Stored, StudyTest};
pub use error::Error;
pub use exports::ExportFile;
pub use feeds::CalendarFile;
pub use guests::{GuestSession, NewGuestSession};
pub use live::LiveItem;
pub use open_study::{OpenStudy, StudyName};
pub use path_check::CheckSeat;
pub use purge::{PurgeDue, PurgeSummary};
pub use room_facts::RoomFacts;
pub use rooms::{Bearer, GuestSeat, Seat};
pub use sessions::{NewSession, Redeemed, Session, sign_in_path};
pub use sheet::TableFile;
pub use tokens::{Scope, ServiceToken};
pub use turn::Turn;

use ::imaging::{blobs::Blobs, seal::MasterKey, worker::Pool};
use counters::Counters;
use delivery::Delivery;
use directory::DirectoryCache;
use heavy::Heavy;
use live::Hub;
use ports::{Carrier, Clock, Doorbell, Fetch, Repository};
use queue::Freed;
use schemas::UnixMillis;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokens::Keys;
use tokio::sync::Notify;

pub type Result<T> = std::result::Result<T, Error>;

/// Password hashes computed at once, each with 19 MiB (argon2id, OWASP's second profile). More lets a flood of
/// sign-ins take more memory and cores; fewer makes people wait when a shift begins.
const HASHES_AT_ONCE: usize = 2;
/// Reports written at once, each with its pictures decoded in memory and up to a second of a core. More lets somebody who
/// reloads a report take all cores; fewer makes people wait who read reports at the same time.
const REPORTS_AT_ONCE: usize = 2;

/// What an [`App`] is put together from.
pub struct Parts {
    pub repo: Arc<dyn Repository>,
    pub bus: Arc<dyn Doorbell>,
    pub clock: Arc<dyn Clock>,
    /// Takes messages out of the house.
    pub carrier: Arc<dyn Carrier>,
    /// Fetches calendars from outside.
    pub fetch: Arc<dyn Fetch>,
    /// Where people open the pages: links in messages begin with it.
    pub base_url: String,
    pub master: MasterKey,
    pub blobs: Blobs,
    pub pool: Pool,
    pub node: Node,
    /// Days from the take-over of a report to the purge.
    pub retention_days: u32,
    /// Relays that browsers are told of.
    pub turn: Option<Turn>,
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
    authority: attestation::Authority,
    blobs: Blobs,
    pool: Pool,
    node: Node,
    retention_days: u32,
    turn: Option<Turn>,
    directory: DirectoryCache,
    hub: Hub,
    counters: Counters,
    delivery: Delivery,
    fetch: Arc<dyn Fetch>,
    /// Wakes the ticker: a deadline may lie earlier than the one it sleeps for.
    due: Notify,
    hashing: Heavy,
    writing: Heavy,
    /// People who have become free: somebody may wait for them.
    queue: Freed,
    /// Appointments were looked at under which directory.
    watched: slots::Watched,
    /// Something was purged that the database's files may still hold.
    wipe_outstanding: AtomicBool,
    /// Invented people with one password for all of them; pages say so.
    is_demo: AtomicBool,
}

impl App {
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            keys: Keys::derive(&parts.master),
            authority: attestation::Authority::derive(&parts.master),
            delivery: Delivery::new(parts.carrier, parts.base_url, &parts.master),
            fetch: parts.fetch,
            repo: parts.repo,
            bus: parts.bus,
            clock: parts.clock,
            master: parts.master,
            blobs: parts.blobs,
            pool: parts.pool,
            node: parts.node,
            retention_days: parts.retention_days,
            turn: parts.turn,
            directory: DirectoryCache::default(),
            hub: Hub::default(),
            counters: Counters::default(),
            due: Notify::new(),
            hashing: Heavy::new(HASHES_AT_ONCE),
            writing: Heavy::new(REPORTS_AT_ONCE),
            queue: Freed::default(),
            watched: slots::Watched::default(),
            wipe_outstanding: AtomicBool::new(false),
            is_demo: AtomicBool::new(false),
        })
    }

    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Told by the demo: the people are invented.
    pub fn set_demo(&self) {
        self.is_demo.store(true, Ordering::Relaxed);
    }

    fn is_demo(&self) -> bool {
        self.is_demo.load(Ordering::Relaxed)
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
