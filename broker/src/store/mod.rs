//! Rows in SQLite or PostgreSQL.
//!
//! The SQL is written once, in `queries/`, and compiled twice: `sqlite.rs` and `postgres.rs` each mount that folder and
//! give it their `Db`. [`Store`] hands a call of [`Repository`](crate::app::ports::Repository) to the engine that is
//! open. What the engines do differently is in those two short files: connecting, limits, how a write begins.
//!
//! Invariant: a method that writes is one transaction, and returns after its commit is on the disk.

mod dispatch;
mod error;
mod fold;
mod postgres;
mod sqlite;

use crate::app::ports::{RepoError, RepoResult as Result};
use std::path::Path;

/// The open database.
pub struct Store {
    engine: Engine,
}

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

impl Store {
    /// Opens `sqlite:PATH` (made when missing) or `postgres://…`. Does not migrate.
    pub async fn connect(url: &str) -> Result<Self> {
        let engine = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                return Err(RepoError::Broken("sqlite: needs a file; one writer and several readers share it".into()));
            }
            Engine::Sqlite(sqlite::Engine::connect(Path::new(path)).await?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Engine::Postgres(postgres::Engine::connect(url).await?)
        } else {
            return Err(RepoError::Broken("the database is neither sqlite:PATH nor postgres://…".into()));
        };
        Ok(Self { engine })
    }

    /// Brings the tables to this version. Harmless when they are.
    pub async fn migrate(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.migrate().await,
            Engine::Postgres(engine) => engine.migrate().await,
        }
    }

    /// PostgreSQL's pool, for the bus to listen on; `None` on SQLite, whose bus is within the process.
    pub fn postgres_pool(&self) -> Option<&sqlx::PgPool> {
        match &self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(engine) => Some(engine.pool()),
        }
    }

    /// Waits for running calls, then closes every connection; SQLite folds its write-ahead log into the file.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(engine) => engine.close().await,
            Engine::Postgres(engine) => engine.close().await,
        }
    }
}
