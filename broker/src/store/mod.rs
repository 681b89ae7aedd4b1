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
mod held;
mod postgres;
mod sqlite;

use crate::app::ports::{RepoError, RepoResult as Result};
use std::{cmp::Ordering, path::Path};

/// The open database.
pub struct Store {
    engine: Engine,
}

/// How a database's tables stand to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// There are none of ours.
    Missing,
    /// [`Store::migrate`] brings them to this version.
    Older,
    Current,
    /// A newer program changed them; this one might misread them.
    Newer,
}

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

impl Store {
    /// Opens `sqlite:PATH` (made when missing) or `postgres://…`. Does not migrate.
    pub async fn connect(url: &str) -> Result<Self> {
        let engine = match sqlite_path(url)? {
            Some(path) => Engine::Sqlite(sqlite::Engine::connect(path).await?),
            None => Engine::Postgres(postgres::Engine::connect(url).await?),
        };
        Ok(Self { engine })
    }

    /// The same, of a database that must be there: makes nothing.
    pub async fn open(url: &str) -> Result<Self> {
        match sqlite_path(url)? {
            Some(path) if !path.exists() => Err(RepoError::Broken(format!("there is no database {}", path.display()))),
            Some(path) => Ok(Self { engine: Engine::Sqlite(sqlite::Engine::open(path).await?) }),
            None => Self::connect(url).await,
        }
    }

    /// How the tables stand to this program.
    pub async fn tables(&self) -> Result<Tables> {
        let (found, newest) = match &self.engine {
            Engine::Sqlite(engine) => (engine.schema_version().await?, newest(&sqlite::MIGRATIONS)),
            Engine::Postgres(engine) => (engine.schema_version().await?, newest(&postgres::MIGRATIONS)),
        };
        Ok(match found.map(|found| found.cmp(&newest)) {
            None => Tables::Missing,
            Some(Ordering::Less) => Tables::Older,
            Some(Ordering::Equal) => Tables::Current,
            Some(Ordering::Greater) => Tables::Newer,
        })
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

    /// Writes a copy of the whole database, as it is at one moment, into a file that must not exist yet. Reading and
    /// writing go on meanwhile. The embedded engine alone: PostgreSQL brings its own tool (`pg_dump`).
    pub async fn copy_to(&self, file: &Path) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.copy_to(file).await,
            Engine::Postgres(_) => Err(RepoError::Broken("PostgreSQL is copied by pg_dump".into())),
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

/// The file of `sqlite:PATH`; `None` for `postgres://…`.
fn sqlite_path(url: &str) -> Result<Option<&Path>> {
    let Some(path) = url.strip_prefix("sqlite:") else {
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        let neither = || RepoError::Broken("the database is neither sqlite:PATH nor postgres://…".into());
        return is_postgres.then_some(None).ok_or_else(neither);
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains(":memory:") {
        return Err(RepoError::Broken("sqlite: needs a file; one writer and several readers share it".into()));
    }
    Ok(Some(Path::new(path)))
}

fn newest(migrations: &sqlx::migrate::Migrator) -> i64 {
    migrations.iter().map(|migration| migration.version).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ports::{DirectoryWrite, NetworkRow, Repository};

    impl Store {
        async fn on_the_writer(&self, sql: &'static str) {
            let Engine::Sqlite(engine) = &self.engine else { panic!("the embedded engine alone") };
            let mut writer = engine.writer().await.expect("connects");
            let result = sqlx::query(sql).execute(&mut *writer).await.map_err(RepoError::from);
            writer.settle(&result);
            result.expect("runs");
        }

        async fn add_network(&self, name: String) -> Result<i64> {
            let network = NetworkRow { id: uuid::Uuid::now_v7(), name };
            self.write_directory(&DirectoryWrite { networks: vec![network], ..DirectoryWrite::default() }).await
        }
    }

    /// SQLite ends the transaction by itself, and the driver does not notice: the only connection that writes must not
    /// stay behind unusable.
    #[tokio::test]
    async fn a_full_disk_is_unavailable_and_forgotten_when_there_is_room_again() {
        let folder = std::env::temp_dir().join(format!("telekonsil-full-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("makes a folder");
        let store = Store::connect(&format!("sqlite:{}", folder.join("test.db").display())).await.expect("connects");
        store.migrate().await.expect("migrates");
        for round in 1..=3 {
            // As many pages as there are, and not one more; for this connection only.
            store.on_the_writer("PRAGMA max_page_count = 1").await;
            let refused = store.add_network("x".repeat(100_000)).await;
            assert!(matches!(refused, Err(RepoError::Unavailable(_))), "{refused:?}");
            assert_eq!(store.add_network("x".repeat(100_000)).await.expect("writes again"), round);
        }
        assert_eq!(store.directory().await.expect("reads").networks.len(), 3);
        let Engine::Sqlite(engine) = &store.engine else { panic!("the embedded engine") };
        let whole: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&mut *engine.reader().await.expect("connects"))
            .await
            .expect("reads");
        assert_eq!(whole, "ok");
        store.close().await;
        std::fs::remove_dir_all(folder).expect("removes the folder");
    }
}
