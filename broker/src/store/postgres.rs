//! The network's engine: PostgreSQL, shared by equal nodes.

use super::{RepoError, Result, held::Held};
use crate::app::ports::PoolRow;
use sqlx::{
    Connection, PgConnection, Pool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{future::Future, time::Duration};

pub(super) type Db = sqlx::Postgres;

#[allow(clippy::duplicate_mod, reason = "the queries are compiled once per engine")]
#[path = "queries/mod.rs"]
pub(in crate::store) mod queries;

/// Nodes that claim at the same moment take different rows instead of waiting for each other.
const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// Connections of one node. PostgreSQL's own default admits 100 in all, so that six nodes fit; fewer make a burst of
/// requests queue in the node, which it survives.
const CONNECTIONS: u32 = 16;
/// How long a call may take in all, waiting for a connection included. A server that is gone (switched off, cut off,
/// frozen) does not say so: after this the caller is told to come back (`unavailable`). Less refuses requests when a
/// busy server is merely slow, more leaves people before a screen that does nothing.
pub(in crate::store) const ANSWER: Duration = Duration::from_millis(2_500);
/// The same for what walks over many rows (a whole directory, a purge, a sweep). Nobody waits before a screen for these.
pub(in crate::store) const LONG_ANSWER: Duration = Duration::from_secs(60);
/// A start waits for the server this many times `ANSWER`: both may have been switched on at the same moment.
const START_TRIES: u32 = 4;
/// Limits that the server holds for us. Every append ends under the lock of the one position row, so that a node which
/// freezes within a transaction would stop all others: the server ends it before their `ANSWER` is over. Less ends nodes
/// that only swap, more refuses the other hospitals' requests. A single statement that takes longer than
/// `statement_timeout` has nobody any more who waits for it.
const LIMITS: [(&str, &str); 3] =
    [("idle_in_transaction_session_timeout", "1500ms"), ("lock_timeout", "2500ms"), ("statement_timeout", "10s")];

/// Statements that see one state of the database, whatever is written meanwhile.
pub(in crate::store) const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
/// READ COMMITTED suffices: every decision rests on a compare-and-set that waits for the other writer's row lock and
/// then sees its result.
pub(in crate::store) const WRITE: &str = "BEGIN";

pub(super) struct Engine {
    pool: Pool<Db>,
}

impl Engine {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        // The URL's `sslmode` counts (`verify-full` with `sslrootcert` for a server elsewhere). Without one it is
        // PostgreSQL's own `prefer`: encrypted where the server can, and nobody's name is looked at.
        let options = url.parse::<PgConnectOptions>()?.application_name("telekonsil").options(LIMITS);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ANSWER).connect_lazy_with(options);
        let engine = Self { pool };
        let mut tries = 1;
        loop {
            match engine.pool.acquire().await.map_err(RepoError::from) {
                Err(RepoError::Unavailable(_)) if tries < START_TRIES => tries += 1,
                Err(error) => return Err(error),
                Ok(_) => return Ok(engine),
            }
        }
    }

    /// Nodes that start together wait for each other here (sqlx takes an advisory lock).
    pub(super) async fn migrate(&self) -> Result<()> {
        let mut connection = self.unlimited().await?;
        MIGRATIONS.run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Version of the last migration that was carried out; `None` where there are no tables of ours.
    pub(super) async fn schema_version(&self) -> Result<Option<i64>> {
        let mut connection = self.connection().await?;
        let version = queries::schema::version(&mut connection).await;
        connection.settle(&version);
        version
    }

    /// Gives the space of deleted rows back to be overwritten; until then their bytes stand in the server's files. It
    /// runs beside everything else and outside of any transaction.
    pub(super) async fn vacuum_purged(&self) -> Result<()> {
        let mut connection = self.unlimited().await?;
        sqlx::query(
            "VACUUM consults, consult_events, consult_people, studies, series, instances, guests, notices, exports",
        )
        .execute(&mut connection)
        .await?;
        Ok(connection.close().await?)
    }

    /// A connection for work that may take its time.
    async fn unlimited(&self) -> Result<PgConnection> {
        let options = self.pool.connect_options().as_ref().clone();
        let unlimited = LIMITS.map(|(name, _)| (name, "0"));
        Ok(PgConnection::connect_with(&options.options(unlimited)).await?)
    }

    pub(super) async fn connection(&self) -> Result<Held<Db>> {
        Held::of(&self.pool).await
    }

    /// The bus listens and notifies through the same server.
    pub(super) fn pool(&self) -> &Pool<Db> {
        &self.pool
    }

    pub(super) fn pool_row(&self) -> PoolRow {
        PoolRow { open: self.pool.size(), idle: self.pool.num_idle() as u32, max: CONNECTIONS }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// What a write did that ran out of time is unknown, as with any connection that breaks: it happened whole or not at
/// all.
pub(in crate::store) async fn in_time<T>(limit: Duration, call: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(limit, call).await {
        Ok(result) => result,
        Err(_) => Err(RepoError::Unavailable("no answer in time".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_address_is_the_machines_own_socket() {
        let options: PgConnectOptions = "postgres:///telekonsil?host=/run/postgresql".parse().unwrap();
        assert_eq!(options.get_socket().and_then(|path| path.to_str()), Some("/run/postgresql"));
        assert_eq!(options.get_database(), Some("telekonsil"));
        // Peer authentication: who connects is who runs the process.
        assert_eq!(options.get_username(), whoami::username().unwrap());
        assert_ne!(options.get_username(), "anonymous");
    }
}
