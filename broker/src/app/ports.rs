//! What the application needs from the world: rows and [`Repository`] (implemented by `store`), [`Doorbell`]
//! (implemented by `bus`) and [`Clock`].
//!
//! Conventions: instants are integer milliseconds since 1970 (`*_at`, `*_until`), identifiers plain UUIDs, enums their
//! serde names (`snake_case`), JSON travels as text. Every [`Repository`] method is one transaction.

use async_trait::async_trait;
use schemas::UnixMillis;
use std::collections::BTreeMap;
use uuid::Uuid;

mod consults;
mod delivery;
mod directory;
mod imaging;
mod matching;
mod planning;
mod privacy;
mod reports;
mod sessions;
mod slots;
mod wishes;

pub use consults::*;
pub use delivery::*;
pub use directory::*;
pub use imaging::*;
pub use matching::*;
pub use planning::*;
pub use privacy::*;
pub use reports::*;
pub use sessions::*;
pub use slots::*;
pub use wishes::*;

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

#[async_trait]
pub trait Repository: DeliveryStore {
    // ── consults ───────────────────────────────────────────────────────────────────────────────────────────────────
    async fn append(&self, write: &Append) -> RepoResult<Appended>;
    /// All events in order; `None` for an unknown consult. A purged consult's come without body and salt.
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
    /// Workload of everybody who has any; `occupying` are the states that [`WorkloadRow::occupied_by`] counts.
    async fn workload(&self, callouts_since: i64, occupying: &[String]) -> RepoResult<Vec<WorkloadRow>>;
    /// Open consults by state.
    async fn open_states(&self) -> RepoResult<Vec<StateCountRow>>;
    /// Connections, for those who watch the installation.
    fn pool(&self) -> PoolRow;
    /// Consults of a service that wait for somebody busy (state `unanswered`, `is_queued`), oldest first.
    async fn queued_consults(&self, service_id: Uuid) -> RepoResult<Vec<Uuid>>;
    /// Consults of that short name, purged or not, newest first. Case does not count.
    async fn consults_by_label(&self, label: &str) -> RepoResult<Vec<Uuid>>;
    /// Every consult, purged or not, with the number of its last event, in the order of the ids above `after`: pages
    /// for the audit.
    async fn consult_ids(&self, after: Option<Uuid>, limit: u32) -> RepoResult<Vec<(Uuid, i64)>>;
    /// The first position up to the counter's at which there is no event. Positions have no gaps: one is left by events
    /// that were deleted behind the program's back, even with their whole consult.
    async fn first_missing_position(&self) -> RepoResult<Option<i64>>;

    // ── directory ──────────────────────────────────────────────────────────────────────────────────────────────────
    /// Grows with every write to the directory, policies and rotas; cheap.
    async fn directory_revision(&self) -> RepoResult<i64>;
    /// The whole directory of one revision.
    async fn directory(&self) -> RepoResult<DirectoryRows>;
    /// Upserts every given row, then raises the revision, which is returned. Rows that are not given stay.
    async fn write_directory(&self, rows: &DirectoryWrite) -> RepoResult<i64>;
    /// The same, if the revision still is `expected`; `None`, and nothing written, when somebody else was faster. What
    /// was decided upon the rows of that revision (one address, one administrator left) then holds.
    async fn write_directory_at(&self, rows: &DirectoryWrite, expected: i64) -> RepoResult<Option<i64>>;

    // ── matching ───────────────────────────────────────────────────────────────────────────────────────────────────
    /// Versions of a service's weights, the newest first. They are written with the directory.
    async fn weights(&self, service: Uuid, limit: u32) -> RepoResult<Vec<WeightsRow>>;
    /// How fast these people accepted consults of the service since then for which they were rung; by person, the fastest
    /// first.
    async fn answer_times(&self, service: Uuid, people: &[Uuid], since: i64) -> RepoResult<Vec<AnswerTimeRow>>;
    /// When these people came into rooms and left them since then; by person, in the order of time.
    async fn room_stays(&self, people: &[Uuid], since: i64) -> RepoResult<Vec<StayRow>>;
    /// Consults of the service `from` that reached people of `to` since then; `except` does not count.
    async fn overflows(&self, from: Uuid, to: Uuid, since: i64, except: Uuid) -> RepoResult<i64>;
    /// The last rankings of a service that were not purged, the newest first.
    async fn matches_of(&self, service: Uuid, limit: u32) -> RepoResult<Vec<PositionedEvent>>;

    // ── escalation ─────────────────────────────────────────────────────────────────────────────────────────────────
    /// What a service's policies were, the newest first. They are written with the directory.
    async fn policy_history(&self, service: Uuid, limit: u32) -> RepoResult<Vec<PolicyRow>>;
    async fn policy_version(&self, service: Uuid, revision: i64) -> RepoResult<Option<PolicyRow>>;
    /// When people were last seen in the app, of those who were since then.
    async fn seen_since(&self, since: i64) -> RepoResult<BTreeMap<Uuid, i64>>;

    // ── planning ───────────────────────────────────────────────────────────────────────────────────────────────────
    async fn rota_draft(&self, service: Uuid) -> RepoResult<Option<DraftRow>>;
    /// Writes revision `row.rev` of a draft; `false` when the one before it is not the stored one (1: there is one).
    async fn put_rota_draft(&self, row: &DraftRow) -> RepoResult<bool>;
    /// `false` when it is not at that revision, or there is none.
    async fn delete_rota_draft(&self, service: Uuid, rev: i64) -> RepoResult<bool>;
    /// What was published, the newest first.
    async fn rota_history(&self, service: Uuid, limit: u32) -> RepoResult<Vec<RotaRow>>;
    async fn rota_version(&self, service: Uuid, revision: i64) -> RepoResult<Option<RotaRow>>;
    /// The newest first.
    async fn duty_notes(&self, person: Uuid, limit: u32) -> RepoResult<Vec<DutyNoteRow>>;
    /// What was in force at some time within `from <= t < until`, the oldest first. What was written at an unknown time
    /// is among it.
    async fn rotas_in_force(&self, service: Uuid, from: i64, until: i64) -> RepoResult<Vec<RotaRow>>;
    async fn answers(&self, filter: &ReportFilter, by: ReportBy) -> RepoResult<Vec<AnswerRow>>;
    async fn call_outs(&self, filter: &ReportFilter) -> RepoResult<Vec<CallOutRow>>;
    async fn onboarding(&self, hospital: Uuid) -> RepoResult<Vec<OnboardingRow>>;
    async fn put_onboarding(&self, row: &OnboardingRow) -> RepoResult<()>;
    async fn delete_onboarding(&self, hospital: Uuid, step: &str) -> RepoResult<()>;
    /// Marks what was told until `until`; how many.
    async fn see_duty_notes(&self, person: Uuid, until: i64, at: i64) -> RepoResult<u64>;
    async fn planning_rules(&self, service: Uuid) -> RepoResult<Option<PlanningRulesRow>>;
    /// Writes revision `row.rev`; `false` when the one before it is not the stored one (1: there is one).
    async fn put_planning_rules(&self, row: &PlanningRulesRow) -> RepoResult<bool>;
    /// Of everybody, from the day `from` to the one before `until`, by person and day.
    async fn wishes(&self, service: Uuid, from: &str, until: &str) -> RepoResult<Vec<WishRow>>;
    /// Of one person for all services, by service and day.
    async fn wishes_of(&self, person: Uuid, from: &str, until: &str) -> RepoResult<Vec<WishRow>>;
    async fn put_wishes(&self, write: &WishWrite) -> RepoResult<()>;
    /// Slots that are held and end after `after`, with the schedules that they are held upon: one state of both.
    async fn bookings(&self, after: i64) -> RepoResult<BookingsRead>;
    async fn swap(&self, id: Uuid) -> RepoResult<Option<SwapRow>>;
    /// Whose duties end after `since`, of these services, the newest first.
    async fn swaps(&self, since: i64, services: &[Uuid], limit: u32) -> RepoResult<Vec<SwapRow>>;
    /// Open ones that end by themselves at `now`.
    async fn expired_swaps(&self, now: i64, limit: u32) -> RepoResult<Vec<SwapRow>>;
    /// Writes a calendar, or another address in the place of its own; `false` when it is another author's or service's.
    async fn put_calendar(&self, row: &CalendarRow) -> RepoResult<bool>;
    /// The newest first.
    async fn calendars(&self) -> RepoResult<Vec<CalendarRow>>;
    /// The calendar with this address; notes that it was read at `now`.
    async fn read_calendar(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<CalendarRow>>;
    /// `false` when there is none.
    async fn delete_calendar(&self, id: Uuid) -> RepoResult<bool>;
    async fn feeds(&self) -> RepoResult<Vec<FeedRow>>;
    /// Feeds that are due and that no other node has taken, left to the caller until `leased_until`.
    async fn claim_feeds(&self, now: i64, leased_until: i64, limit: u32) -> RepoResult<Vec<FeedRow>>;
    async fn feed_read(&self, read: &FeedRead) -> RepoResult<()>;
    /// The newest first.
    async fn hand_over_notes(&self, service: Uuid, since: i64) -> RepoResult<Vec<HandOverNoteRow>>;
    /// Deletes those written before `before`.
    async fn sweep_hand_over_notes(&self, before: i64) -> RepoResult<()>;
    /// States of consults that have, or had since, a specialist and were changed after `since`, as JSON, without purged ones.
    async fn consults_since(&self, since: i64, limit: u32) -> RepoResult<Vec<SnapshotRow>>;
    /// Takes a contract away (harmless when it is not there), then raises the revision, which is returned.
    async fn delete_contract(&self, row: &ContractRow) -> RepoResult<i64>;
    /// Accounts, active or not: 0 on an installation that nobody has set up.
    async fn count_people(&self) -> RepoResult<i64>;
    /// People who can sign in by password.
    async fn people_with_password(&self) -> RepoResult<Vec<Uuid>>;
    /// By e-mail address (compared in lower case).
    async fn credential(&self, email: &str) -> RepoResult<Option<CredentialRow>>;
    async fn set_password(&self, person_id: Uuid, password_hash: &str) -> RepoResult<()>;
    /// Forgets somebody's password and ends their sessions and unused links.
    async fn forget_password(&self, person_id: Uuid) -> RepoResult<()>;
    /// Sets it, and ends what [`Self::delete_sessions_of`] ends, at once: a stolen session must not outlive the password
    /// because the second half failed.
    async fn change_password(&self, person_id: Uuid, password_hash: &str, session: Uuid) -> RepoResult<()>;

    // ── sessions, links, tickets, rooms ────────────────────────────────────────────────────────────────────────────
    async fn insert_session(&self, row: &SessionRow) -> RepoResult<()>;
    async fn session(&self, token_hash: &[u8]) -> RepoResult<Option<SessionRow>>;
    async fn touch_session(&self, token_hash: &[u8], last_seen_at: i64, expires_at: i64) -> RepoResult<()>;
    async fn delete_session(&self, token_hash: &[u8]) -> RepoResult<()>;
    /// Sessions (of that person) that have not expired at `now`, last seen first.
    async fn sessions(&self, person: Option<Uuid>, now: i64) -> RepoResult<Vec<SessionRow>>;
    /// Ends one session (only if it is that person's); `false` when there is none.
    async fn delete_session_by_id(&self, id: Uuid, person: Option<Uuid>) -> RepoResult<bool>;
    /// Ends somebody's sessions but the one named, and their unused links; how many sessions.
    async fn delete_sessions_of(&self, person: Uuid, except: Option<Uuid>) -> RepoResult<u64>;
    /// Ends every session, every link and every guest's way in; how many sessions. After a restore: what was ended since
    /// the backup would live again.
    async fn sign_everybody_out(&self) -> RepoResult<u64>;
    async fn insert_link(&self, row: &LinkRow) -> RepoResult<()>;
    /// Takes the link away and returns it; `None` when unknown, used or expired at `now`.
    async fn consume_link(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<LinkRow>>;
    /// Writes a guest's row, or a new link in the place of theirs. `false` when theirs was opened, or is of another
    /// consult.
    async fn put_guest_link(&self, row: &GuestRow) -> RepoResult<bool>;
    /// The guest whose link this is; `None` when unknown, opened, ended or expired at `now`.
    async fn guest_by_link(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<GuestRow>>;
    /// Opens a guest's link, once: writes the cookie, the anti-forgery token and the cookie's end, and returns the row.
    /// `None` when unknown, opened, ended or expired at `now`.
    async fn open_guest_link(
        &self,
        token_hash: &[u8],
        now: i64,
        cookie_hash: &[u8],
        csrf_token: &str,
        session_until: i64,
    ) -> RepoResult<Option<GuestRow>>;
    /// The guest of a cookie that has not expired at `now`.
    async fn guest_by_cookie(&self, cookie_hash: &[u8], now: i64) -> RepoResult<Option<GuestRow>>;
    /// `true` for the first use of this ticket id, `false` for every later one.
    async fn consume_ticket(&self, jti: Uuid, expires_at: i64) -> RepoResult<bool>;
    /// The caller's own or a lapsed lease is taken (until `now + ttl_ms`), another one's is returned as it is.
    async fn claim_room(&self, consult_id: Uuid, node: &str, url: &str, now: i64, ttl_ms: i64) -> RepoResult<Lease>;
    /// The lease as it stands, lapsed or not; `None` for a room that nobody has had.
    async fn room_lease(&self, consult_id: Uuid) -> RepoResult<Option<Lease>>;
    /// Rooms whose lease, lapsed or not, is this node's.
    async fn rooms_of(&self, node: &str) -> RepoResult<Vec<Uuid>>;
    /// Ends the lease if it is still this node's.
    async fn release_room(&self, consult_id: Uuid, node: &str) -> RepoResult<()>;
    async fn insert_service_token(&self, row: &ServiceTokenRow) -> RepoResult<()>;
    async fn service_token(&self, id: Uuid) -> RepoResult<Option<ServiceTokenRow>>;
    /// Newest first.
    async fn service_tokens(&self) -> RepoResult<Vec<ServiceTokenRow>>;
    /// `false` when there is none of that name.
    async fn revoke_service_token(&self, id: Uuid, at: i64) -> RepoResult<bool>;
    /// Deletes sessions, links, guests, tickets and service tokens that ended before `now`, and leases that ended a day
    /// before: a node that comes back finds its rooms by them.
    async fn sweep(&self, now: i64) -> RepoResult<()>;

    // ── imaging ────────────────────────────────────────────────────────────────────────────────────────────────────
    /// Inserts the study unless `(hospital_id, study_instance_uid)` exists; returns the stored row (whose wrapped key
    /// counts).
    async fn ensure_study(&self, row: &StudyRow) -> RepoResult<StudyRow>;
    async fn study(&self, study_id: Uuid) -> RepoResult<Option<StudyRow>>;
    /// Every house's study of that UID, newest first.
    async fn studies_by_uid(&self, study_instance_uid: &str) -> RepoResult<Vec<StudyRow>>;
    async fn declare_study(&self, study_id: Uuid, instances: i64) -> RepoResult<()>;
    /// In one transaction: upserts series and instance, fills the study's QIDO columns that are still empty, counts. See [`Inserted`].
    async fn insert_instance(&self, row: &NewInstance) -> RepoResult<Inserted>;
    /// Purged studies are not found.
    async fn search_studies(&self, search: &StudySearch) -> RepoResult<Vec<StudyRow>>;
    /// In the order of series number, then UID.
    async fn series(&self, study_id: Uuid) -> RepoResult<Vec<SeriesRow>>;
    /// In the order of series, instance number, UID. `series_instance_uid` narrows to one series.
    async fn instances(&self, study_id: Uuid, series_instance_uid: Option<&str>) -> RepoResult<Vec<InstanceRow>>;
    /// A part of [`Self::instances`].
    async fn instance_page(
        &self,
        study_id: Uuid,
        series_instance_uid: Option<&str>,
        limit: u32,
        offset: u32,
    ) -> RepoResult<Vec<InstanceRow>>;
    async fn instance(&self, study_id: Uuid, sop_instance_uid: &str) -> RepoResult<Option<StoredInstance>>;
    /// [`InstanceContent::sealed_metadata`] by SOP Instance UID; what is not there is left out.
    async fn instance_metadata(
        &self,
        study_id: Uuid,
        sop_instance_uids: &[String],
    ) -> RepoResult<BTreeMap<String, Vec<u8>>>;
    /// Studies of a house that hang on no consult, newest first, at most `limit`. Purged ones are left out.
    async fn inbox(&self, hospital_id: Uuid, limit: u32) -> RepoResult<Vec<StudyRow>>;
    /// Consults that were not purged.
    async fn consults_of_study(&self, study_id: Uuid) -> RepoResult<Vec<Uuid>>;

    // ── data protection ────────────────────────────────────────────────────────────────────────────────────────────
    /// Insert or ignore: one row per person, session, kind, subject and quarter of an hour.
    async fn log_access(&self, rows: &[AccessRow]) -> RepoResult<()>;
    /// Reads of a consult and of its studies (which may hang on other consults too), newest first, at most `limit`.
    async fn access_of_consult(&self, consult_id: Uuid, limit: u32) -> RepoResult<Vec<AccessRow>>;
    /// Deletes reads before `before` of studies and consults that were purged; how many.
    async fn sweep_access_log(&self, before: i64) -> RepoResult<u64>;
    /// Insert or ignore by id.
    async fn insert_notice(&self, row: &NoticeRow) -> RepoResult<()>;
    /// Newest first; those older than `before`, where it is given (none when it is unknown).
    async fn notices(&self, before: Option<Uuid>, limit: u32) -> RepoResult<Vec<NoticeRow>>;
    /// Notices of that kind that nobody has seen, newest first.
    async fn unseen_notices(&self, kind: &str, limit: u32) -> RepoResult<Vec<NoticeRow>>;
    async fn notice(&self, id: Uuid) -> RepoResult<Option<NoticeRow>>;
    /// `false` when it is unknown or somebody has seen it: the first one counts.
    async fn mark_notice_seen(&self, id: Uuid, person: Uuid, at: i64) -> RepoResult<bool>;
    /// Writes an export and its notice, or neither. Open are exports that stand at `requested`, or at `approved` since
    /// later than `approved_after`.
    async fn ask_export(&self, row: &ExportRow, notice: &NoticeRow, approved_after: i64) -> RepoResult<AskedExport>;
    async fn export(&self, id: Uuid) -> RepoResult<Option<ExportRow>>;
    /// Newest first; those that one person asked for, where one is given.
    async fn exports(&self, requested_by: Option<Uuid>, limit: u32) -> RepoResult<Vec<ExportRow>>;
    /// Moves an export from `requested` to `state`; `false` when it stands elsewhere or `person` asked for it.
    async fn decide_export(&self, id: Uuid, state: &str, person: Uuid, at: i64) -> RepoResult<bool>;
    /// `false` when it does not stand at `from`.
    async fn move_export(&self, id: Uuid, from: &str, to: &str) -> RepoResult<bool>;
    /// Consults that may be purged: the report taken over before `taken_over_before`, ended or not, or cancelled before
    /// `older_than`. In the order of the ids above `after`: one that cannot be purged does not hide those behind it.
    async fn purgeable(
        &self,
        taken_over_before: i64,
        older_than: i64,
        after: Option<Uuid>,
        limit: u32,
    ) -> RepoResult<Vec<Uuid>>;
    /// Purges a consult that ended or was taken over if its last event still is `expected_seq`, on which the caller
    /// decided; `None` otherwise, and when it is unknown, neither, or purged already.
    ///
    /// The snapshot keeps its columns and gets `reduced_detail`. Gone are bodies and salts of the events (not their
    /// commitments), the people's part in it, guests, lease, telephones, and the reasons in its notices and exports;
    /// exports that are not out yet expire. Its studies that no other unpurged consult needs lose key, objects and every
    /// value (see [`StudyRow::wrapped_key`]).
    async fn purge_consult(
        &self,
        consult_id: Uuid,
        expected_seq: i64,
        at: i64,
        reduced_detail: &str,
    ) -> RepoResult<Option<PurgedConsult>>;
    /// Studies that no unpurged consult needs and that nothing was added to since `older_than`, in the order of the ids
    /// above `after`.
    async fn unattached_studies(&self, older_than: i64, after: Option<Uuid>, limit: u32) -> RepoResult<Vec<Uuid>>;
    /// Purges such a study; `false` when a consult needs it meanwhile, or it has grown.
    async fn purge_study(&self, study_id: Uuid, older_than: i64, at: i64) -> RepoResult<bool>;
    /// Takes what purges deleted out of the database's own files, as far as the engine lets us; `anew`: something was
    /// purged since the last time. An error: somebody is in the way, and it has to be tried again.
    async fn wipe_purged(&self, anew: bool) -> RepoResult<()>;
    /// Addresses of sealed objects that a purge has made unreadable and nobody has deleted yet, in order above `after`,
    /// at most `limit`.
    async fn dead_blobs(&self, after: Option<&str>, limit: u32) -> RepoResult<Vec<String>>;
    /// They are deleted.
    async fn forget_dead_blobs(&self, addresses: &[String]) -> RepoResult<()>;
    /// Counts by the same two instants as `purgeable`; at most `limit` consults of each kind are named.
    async fn retention(&self, taken_over_before: i64, older_than: i64, limit: u32) -> RepoResult<RetentionRow>;
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
