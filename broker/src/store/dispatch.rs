//! [`Repository`] by the engine that is open.

use super::{Engine, Store, postgres, sqlite};
use crate::app::ports::*;
use async_trait::async_trait;
use uuid::Uuid;

/// One query on a connection that only reads.
macro_rules! read {
    ($store:ident, $module:ident::$query:ident($($argument:expr),*)) => {
        match &$store.engine {
            Engine::Sqlite(engine) => {
                sqlite::queries::$module::$query(&mut *engine.read().await?, $($argument),*).await
            }
            Engine::Postgres(engine) => {
                postgres::queries::$module::$query(&mut *engine.read().await?, $($argument),*).await
            }
        }
    };
}

/// Several statements on one state of the database.
macro_rules! snapshot {
    ($store:ident, $module:ident::$query:ident($($argument:expr),*)) => {
        match &$store.engine {
            Engine::Sqlite(engine) => {
                sqlite::queries::$module::$query(&mut *engine.snapshot().await?, $($argument),*).await
            }
            Engine::Postgres(engine) => {
                postgres::queries::$module::$query(&mut *engine.snapshot().await?, $($argument),*).await
            }
        }
    };
}

/// One transaction. It rolls back on an error, and on a result that matches `undo`.
macro_rules! write {
    ($store:ident, $module:ident::$query:ident($($argument:expr),*) $(, undo $undo:pat)?) => {
        match &$store.engine {
            Engine::Sqlite(engine) => {
                write!(@run engine, sqlite::queries::$module::$query($($argument),*) $(, $undo)?)
            }
            Engine::Postgres(engine) => {
                write!(@run engine, postgres::queries::$module::$query($($argument),*) $(, $undo)?)
            }
        }
    };
    (@run $engine:ident, $($path:ident)::+($($argument:expr),*) $(, $undo:pat)?) => {{
        let mut transaction = $engine.write().await?;
        let result = $($path)::+(&mut transaction, $($argument),*).await?;
        $(if matches!(result, $undo) {
            transaction.rollback().await?;
            return Ok(result);
        })?
        transaction.commit().await?;
        Ok(result)
    }};
}

#[async_trait]
impl Repository for Store {
    async fn append(&self, write: &Append) -> RepoResult<Appended> {
        write!(self, append::append(write), undo Appended::Conflict)
    }
    async fn load(&self, consult_id: Uuid) -> RepoResult<Option<Vec<EventRow>>> {
        read!(self, log::load(consult_id))
    }
    async fn snapshot(&self, consult_id: Uuid) -> RepoResult<Option<SnapshotRow>> {
        read!(self, consults::snapshot(consult_id))
    }
    async fn snapshots(&self, filter: &ConsultFilter) -> RepoResult<Vec<SnapshotRow>> {
        read!(self, consults::snapshots(filter))
    }
    async fn events_after(&self, position: i64, limit: u32) -> RepoResult<Vec<PositionedEvent>> {
        read!(self, log::events_after(position, limit))
    }
    async fn last_position(&self) -> RepoResult<i64> {
        read!(self, counters::position())
    }
    async fn claim_due(&self, now: i64, lease_until: i64, node: &str, limit: u32) -> RepoResult<Vec<Uuid>> {
        write!(self, deadlines::claim(now, lease_until, node, limit))
    }
    async fn release_due(&self, consult_id: Uuid, node: &str) -> RepoResult<()> {
        write!(self, deadlines::release(consult_id, node))
    }
    async fn earliest_deadline(&self) -> RepoResult<Option<i64>> {
        read!(self, deadlines::earliest())
    }
    async fn workload(&self, callouts_since: i64) -> RepoResult<Vec<WorkloadRow>> {
        read!(self, consults::workload(callouts_since))
    }

    async fn directory_revision(&self) -> RepoResult<i64> {
        read!(self, counters::revision())
    }
    async fn directory(&self) -> RepoResult<DirectoryRows> {
        snapshot!(self, directory::directory())
    }
    async fn write_directory(&self, rows: &DirectoryWrite) -> RepoResult<i64> {
        write!(self, directory_write::write(rows))
    }
    async fn credential(&self, email: &str) -> RepoResult<Option<CredentialRow>> {
        read!(self, sessions::credential(email))
    }
    async fn set_password(&self, person_id: Uuid, password_hash: &str) -> RepoResult<()> {
        write!(self, sessions::set_password(person_id, password_hash))
    }

    async fn insert_session(&self, row: &SessionRow) -> RepoResult<()> {
        write!(self, sessions::insert(row))
    }
    async fn session(&self, token_hash: &[u8]) -> RepoResult<Option<SessionRow>> {
        read!(self, sessions::session(token_hash))
    }
    async fn touch_session(&self, token_hash: &[u8], last_seen_at: i64, expires_at: i64) -> RepoResult<()> {
        write!(self, sessions::touch(token_hash, last_seen_at, expires_at))
    }
    async fn delete_session(&self, token_hash: &[u8]) -> RepoResult<()> {
        write!(self, sessions::delete(token_hash))
    }
    async fn insert_link(&self, row: &LinkRow) -> RepoResult<()> {
        write!(self, sessions::insert_link(row))
    }
    async fn consume_link(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<Uuid>> {
        write!(self, sessions::consume_link(token_hash, now))
    }
    async fn consume_ticket(&self, jti: Uuid, expires_at: i64) -> RepoResult<bool> {
        write!(self, rooms::consume_ticket(jti, expires_at))
    }
    async fn claim_room(&self, consult_id: Uuid, node: &str, url: &str, now: i64, ttl_ms: i64) -> RepoResult<Lease> {
        write!(self, rooms::claim(consult_id, node, url, now, ttl_ms))
    }
    async fn rooms_of(&self, node: &str) -> RepoResult<Vec<Uuid>> {
        read!(self, rooms::of_node(node))
    }
    async fn release_room(&self, consult_id: Uuid, node: &str) -> RepoResult<()> {
        write!(self, rooms::release(consult_id, node))
    }
    async fn sweep(&self, now: i64) -> RepoResult<()> {
        write!(self, sessions::sweep(now))
    }

    async fn ensure_study(&self, row: &StudyRow) -> RepoResult<StudyRow> {
        write!(self, studies::ensure(row))
    }
    async fn study(&self, study_id: Uuid) -> RepoResult<Option<StudyRow>> {
        read!(self, studies::study(study_id))
    }
    async fn studies_by_uid(&self, study_instance_uid: &str) -> RepoResult<Vec<StudyRow>> {
        read!(self, studies::by_uid(study_instance_uid))
    }
    async fn declare_study(&self, study_id: Uuid, instances: i64) -> RepoResult<()> {
        write!(self, studies::declare(study_id, instances))
    }
    async fn insert_instance(&self, row: &NewInstance) -> RepoResult<Inserted> {
        write!(self, instance_write::insert(row), undo Inserted::Same | Inserted::Different)
    }
    async fn search_studies(&self, search: &StudySearch) -> RepoResult<Vec<StudyRow>> {
        read!(self, study_search::search(search))
    }
    async fn series(&self, study_id: Uuid) -> RepoResult<Vec<SeriesRow>> {
        read!(self, instances::series(study_id))
    }
    async fn instances(&self, study_id: Uuid, series_instance_uid: Option<&str>) -> RepoResult<Vec<InstanceRow>> {
        read!(self, instances::instances(study_id, series_instance_uid))
    }
    async fn instance(&self, study_id: Uuid, sop_instance_uid: &str) -> RepoResult<Option<InstanceRow>> {
        read!(self, instances::instance(study_id, sop_instance_uid))
    }
    async fn inbox(&self, hospital_id: Uuid, limit: u32) -> RepoResult<Vec<StudyRow>> {
        read!(self, studies::inbox(hospital_id, limit))
    }
    async fn consults_of_study(&self, study_id: Uuid) -> RepoResult<Vec<Uuid>> {
        read!(self, studies::consults_of(study_id))
    }
    async fn studies_of_consults(&self, consults: &[Uuid]) -> RepoResult<Vec<(Uuid, Uuid)>> {
        read!(self, studies::of_consults(consults))
    }
    async fn log_access(&self, row: &AccessRow) -> RepoResult<()> {
        write!(self, access_log::insert(row))
    }
}
