//! The network's engine: PostgreSQL, shared by equal nodes.

use super::Result;
use sqlx::{
    Connection, PgConnection, Pool, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

pub(super) type Db = sqlx::Postgres;

#[allow(clippy::duplicate_mod, reason = "the queries are compiled once per engine")]
#[path = "queries/mod.rs"]
pub(in crate::store) mod queries;

/// Nodes that claim at the same moment take different rows instead of waiting for each other.
const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";

/// Connections of one node. PostgreSQL's own default admits 100 in all, so that six nodes fit; fewer make a burst of
/// requests queue in the node, which it survives.
const CONNECTIONS: u32 = 16;
/// How long a request waits for a connection before it is told to come back (`unavailable`).
const ACQUIRE: Duration = Duration::from_secs(10);
/// Limits that the server holds for us. Every append ends under the lock of the one position row, so that a node which
/// freezes within a transaction would stop all others: the server ends it after five seconds. Less ends nodes that
/// only swap, more holds every hospital's requests for as long.
const LIMITS: [(&str, &str); 3] =
    [("idle_in_transaction_session_timeout", "5s"), ("lock_timeout", "5s"), ("statement_timeout", "15s")];

pub(super) struct Engine {
    pool: Pool<Db>,
}

impl Engine {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let options = url.parse::<PgConnectOptions>()?.application_name("telekonsil").options(LIMITS);
        let pool =
            PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE).connect_with(options).await?;
        Ok(Self { pool })
    }

    /// Nodes that start together wait for each other here (sqlx takes an advisory lock), and a migration may take its
    /// time: a connection without the limits.
    pub(super) async fn migrate(&self) -> Result<()> {
        let options = self.pool.connect_options().as_ref().clone();
        let unlimited = LIMITS.map(|(name, _)| (name, "0"));
        let mut connection = PgConnection::connect_with(&options.options(unlimited)).await?;
        sqlx::migrate!("migrations/postgres").run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    pub(super) async fn read(&self) -> Result<PoolConnection<Db>> {
        Ok(self.pool.acquire().await?)
    }

    /// Statements that see one state of the database, whatever is written meanwhile.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static, Db>> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?)
    }

    /// READ COMMITTED suffices: every decision rests on a compare-and-set that waits for the other writer's row lock
    /// and then sees its result.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Db>> {
        Ok(self.pool.begin().await?)
    }

    /// The bus listens and notifies through the same server.
    pub(super) fn pool(&self) -> &Pool<Db> {
        &self.pool
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}
