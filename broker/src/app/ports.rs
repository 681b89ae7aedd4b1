//! What the application needs from the world: rows and [`Repository`] (implemented by `store`), [`Doorbell`]
//! (implemented by `bus`) and [`Clock`].
//!
//! Conventions: instants are integer milliseconds since 1970 (`*_at`, `*_until`), identifiers plain UUIDs, enums their
//! serde names (`snake_case`), JSON travels as text. Every [`Repository`] method is one transaction.

use async_trait::async_trait;
use schemas::UnixMillis;
use uuid::Uuid;

mod directory;
mod imaging;

pub use directory::*;
pub use imaging::*;

/// The store could not do it. What a client did wrong is never an error here but a value.
#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    /// Database away, pool exhausted, lock not got in time: trying again may help.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// A row that this version cannot read, a constraint broken: a bug or a damaged database.
    #[error("the database holds or refuses something unexpected: {0}")]
    Broken(String),
}

pub type RepoResult<T> = Result<T, RepoError>;

/// One event of a consult as stored (table `consult_events`, primary key `(consult_id, seq)`).
#[derive(Clone)]
pub struct EventRow {
    /// From 1, without gaps.
    pub seq: i64,
    pub at: i64,
    /// Absent for the machine.
    pub actor: Option<Uuid>,
    /// Version of the body's form.
    pub version: i32,
    /// Name of the event's variant.
    pub kind: String,
    /// JSON of `domain::consult::Event`; absent after a purge. May hold patient data.
    pub body: Option<String>,
    /// 32 random bytes; absent after a purge.
    pub salt: Option<Vec<u8>>,
    /// SHA-256(salt ‖ body).
    pub commitment: Vec<u8>,
    /// Link of the hash chain, see `domain::chain`.
    pub hash: Vec<u8>,
}

/// Row of table `consults`: what queries need, plus the whole state as JSON (`detail`).
#[derive(Clone)]
pub struct SnapshotRow {
    pub consult_id: Uuid,
    /// Number of the last event that this state contains.
    pub seq: i64,
    pub state: String,
    pub urgency: String,
    pub is_open: bool,
    pub service_id: Uuid,
    pub network_id: Uuid,
    /// Requesting hospital.
    pub hospital_id: Uuid,
    pub requester: Uuid,
    pub specialist: Option<Uuid>,
    pub created_at: i64,
    pub state_since: i64,
    /// When the ticker has to act; indexed.
    pub next_deadline: Option<i64>,
    /// JSON of `domain::consult::Consult`. May hold patient data.
    pub detail: String,
}

/// Row of table `consult_people` (primary key `(consult_id, person_id, relation)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultPersonRow {
    pub person_id: Uuid,
    /// `requester`, `rung` or `specialist`.
    pub relation: String,
    /// Since when: requested, first rung, accepted.
    pub since: i64,
}

/// A message to the outside that is sent at least once after the commit (table `outbox`).
#[derive(Clone)]
pub struct OutboxRow {
    pub id: Uuid,
    pub kind: String,
    pub body: String,
    pub created_at: i64,
}

/// One write of a consult. In one transaction: events (`ON CONFLICT DO NOTHING`; fewer rows than given → roll back and
/// [`Appended::Conflict`]), snapshot (upsert; clears the ticker's lease), people (insert, keep older rows), study
/// links (insert or ignore), outbox, and last the position counter.
#[derive(Clone)]
pub struct Append {
    pub consult_id: Uuid,
    /// `seq` of the last event that the decision was based on; 0 for a new consult. The events start one above.
    pub expected_seq: i64,
    pub events: Vec<EventRow>,
    pub snapshot: SnapshotRow,
    pub people: Vec<ConsultPersonRow>,
    /// Studies that this write attaches (table `consult_studies`).
    pub studies: Vec<Uuid>,
    pub effects: Vec<OutboxRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Position of the write's last event in the log of all consults.
    At { position: i64 },
    /// Somebody else wrote first: load again and decide again.
    Conflict,
}

/// An event with its place in the log of all consults. Positions appear in commit order, so a reader that asks for
/// what follows its last one misses nothing.
#[derive(Clone)]
pub struct PositionedEvent {
    pub position: i64,
    pub consult_id: Uuid,
    pub event: EventRow,
}

/// Which snapshots: those that match *any* of `hospital`, `networks`, `person` (none of the three given: nothing),
/// newest first.
#[derive(Clone, Debug, Default)]
pub struct ConsultFilter {
    pub open_only: bool,
    /// Requesting hospital.
    pub hospital: Option<Uuid>,
    pub networks: Vec<Uuid>,
    /// Anybody in `consult_people`.
    pub person: Option<Uuid>,
    pub limit: u32,
}

/// How much a person has to do: input of the matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkloadRow {
    pub person_id: Uuid,
    /// Consults whose specialist this person is and that still need them: states `accepted`, `in_session`,
    /// `reporting`.
    pub open_consults: u32,
    /// Consults accepted (`consult_people.relation = 'specialist'`) since the asked instant.
    pub callouts: u32,
}

/// Who runs a room (table `room_leases`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub node: String,
    /// `ws://…` or `wss://…` base address of that node.
    pub url: String,
    /// Grows by one whenever the owner changes; writes of an older owner are refused by it.
    pub epoch: i64,
    pub until: i64,
}

#[async_trait]
pub trait Repository: Send + Sync + 'static {
    // ── consults ───────────────────────────────────────────────────────────────────────────────────────────────────
    async fn append(&self, write: &Append) -> RepoResult<Appended>;
    /// All events in order; `None` for an unknown consult.
    async fn load(&self, consult_id: Uuid) -> RepoResult<Option<Vec<EventRow>>>;
    async fn snapshot(&self, consult_id: Uuid) -> RepoResult<Option<SnapshotRow>>;
    async fn snapshots(&self, filter: &ConsultFilter) -> RepoResult<Vec<SnapshotRow>>;
    /// Events with a position above `position`, in order, at most `limit`.
    async fn events_after(&self, position: i64, limit: u32) -> RepoResult<Vec<PositionedEvent>>;
    /// Position of the last event of all; 0 on an empty log.
    async fn last_position(&self) -> RepoResult<i64>;
    /// Claims due rows for this node: `next_deadline <= now` and not leased by another (`lease_until` of the row is
    /// NULL, `<= now`, or beyond the given `lease_until`, which happens only after the clock was set back).
    /// SQLite: `UPDATE … RETURNING`; PostgreSQL: `FOR UPDATE SKIP LOCKED`. Most overdue first.
    async fn claim_due(&self, now: i64, lease_until: i64, node: &str, limit: u32) -> RepoResult<Vec<Uuid>>;
    /// Gives claimed rows back without a write: the tick decided nothing.
    async fn release_due(&self, consult_id: Uuid, node: &str) -> RepoResult<()>;
    /// Smallest `next_deadline` of all open consults.
    async fn earliest_deadline(&self) -> RepoResult<Option<i64>>;
    /// Workload of everybody who has any.
    async fn workload(&self, callouts_since: i64) -> RepoResult<Vec<WorkloadRow>>;

    // ── directory ──────────────────────────────────────────────────────────────────────────────────────────────────
    /// Grows with every write to the directory, policies and rotas; cheap.
    async fn directory_revision(&self) -> RepoResult<i64>;
    /// The whole directory of one revision.
    async fn directory(&self) -> RepoResult<DirectoryRows>;
    /// Upserts every given row, then raises the revision, which is returned. Rows that are not given stay.
    async fn write_directory(&self, rows: &DirectoryWrite) -> RepoResult<i64>;
    /// By e-mail address (compared in lower case).
    async fn credential(&self, email: &str) -> RepoResult<Option<CredentialRow>>;
    async fn set_password(&self, person_id: Uuid, password_hash: &str) -> RepoResult<()>;

    // ── sessions, links, tickets, rooms ────────────────────────────────────────────────────────────────────────────
    async fn insert_session(&self, row: &SessionRow) -> RepoResult<()>;
    async fn session(&self, token_hash: &[u8]) -> RepoResult<Option<SessionRow>>;
    async fn touch_session(&self, token_hash: &[u8], last_seen_at: i64, expires_at: i64) -> RepoResult<()>;
    async fn delete_session(&self, token_hash: &[u8]) -> RepoResult<()>;
    async fn insert_link(&self, row: &LinkRow) -> RepoResult<()>;
    /// Takes the link away and returns whose it was; `None` when unknown, used or expired at `now`.
    async fn consume_link(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<Uuid>>;
    /// `true` for the first use of this ticket id, `false` for every later one.
    async fn consume_ticket(&self, jti: Uuid, expires_at: i64) -> RepoResult<bool>;
    /// The caller's own or a lapsed lease is taken (until `now + ttl_ms`), another one's is returned as it is.
    async fn claim_room(&self, consult_id: Uuid, node: &str, url: &str, now: i64, ttl_ms: i64) -> RepoResult<Lease>;
    /// Rooms whose lease, lapsed or not, is this node's.
    async fn rooms_of(&self, node: &str) -> RepoResult<Vec<Uuid>>;
    /// Ends the lease if it is still this node's.
    async fn release_room(&self, consult_id: Uuid, node: &str) -> RepoResult<()>;
    /// Deletes sessions, links and tickets that ended before `now`, and leases that ended a day before: a node that
    /// comes back finds its rooms by them.
    async fn sweep(&self, now: i64) -> RepoResult<()>;

    // ── imaging ────────────────────────────────────────────────────────────────────────────────────────────────────
    /// Inserts the study unless `(hospital_id, study_instance_uid)` exists; returns the stored row (whose wrapped key
    /// counts).
    async fn ensure_study(&self, row: &StudyRow) -> RepoResult<StudyRow>;
    async fn study(&self, study_id: Uuid) -> RepoResult<Option<StudyRow>>;
    /// Every house's study of that UID, newest first.
    async fn studies_by_uid(&self, study_instance_uid: &str) -> RepoResult<Vec<StudyRow>>;
    async fn declare_study(&self, study_id: Uuid, instances: i64) -> RepoResult<()>;
    /// Upserts series and instance, fills the study's QIDO columns that are still empty, counts. See [`Inserted`].
    async fn insert_instance(&self, row: &NewInstance) -> RepoResult<Inserted>;
    async fn search_studies(&self, search: &StudySearch) -> RepoResult<Vec<StudyRow>>;
    /// In the order of series number, then UID.
    async fn series(&self, study_id: Uuid) -> RepoResult<Vec<SeriesRow>>;
    /// In the order of series, instance number, UID. `series_instance_uid` narrows to one series.
    async fn instances(&self, study_id: Uuid, series_instance_uid: Option<&str>) -> RepoResult<Vec<InstanceRow>>;
    async fn instance(&self, study_id: Uuid, sop_instance_uid: &str) -> RepoResult<Option<InstanceRow>>;
    /// Studies of a house that hang on no consult yet, newest first, at most `limit`.
    async fn inbox(&self, hospital_id: Uuid, limit: u32) -> RepoResult<Vec<StudyRow>>;
    async fn consults_of_study(&self, study_id: Uuid) -> RepoResult<Vec<Uuid>>;
    /// `(consult_id, study_id)` links of the given consults.
    async fn studies_of_consults(&self, consults: &[Uuid]) -> RepoResult<Vec<(Uuid, Uuid)>>;
    /// Insert or ignore: one row per person, session, study and quarter of an hour.
    async fn log_access(&self, row: &AccessRow) -> RepoResult<()>;
}

/// Tells every node that the log has grown. A hint: it may be lost, doubled or late; polling stands behind it.
pub trait Doorbell: Send + Sync + 'static {
    /// Rings; `position` is the log's position after the write. Called after the commit. Never blocks.
    fn ring(&self, position: i64);
    /// The highest position rung so far; changes coalesce.
    fn subscribe(&self) -> tokio::sync::watch::Receiver<i64>;
}

/// The one who knows the time.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> UnixMillis;
}
