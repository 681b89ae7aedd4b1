//! The embedded engine: one file, one writer, a few readers.

use super::{RepoError, Result, held::Held};
use crate::app::ports::PoolRow;
use sqlx::{
    Connection, Pool, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{fs::OpenOptions, io::ErrorKind, path::Path, time::Duration};

pub(super) type Db = sqlx::Sqlite;

#[allow(clippy::duplicate_mod, reason = "the queries are compiled once per engine")]
#[path = "queries/mod.rs"]
pub(in crate::store) mod queries;

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// There is one writer; nothing to skip.
const SKIP_LOCKED: &str = "";

/// Connections that only read. Each is a thread with a page cache of about 2 MB; fewer make lists wait behind each
/// other, more than cores gain nothing.
const READERS: u32 = 4;
/// How long a statement waits for another *process* that writes (`telekonsil token`, a backup). Within this process
/// writers queue for the one connection instead. Less fails needlessly, more holds a request without an answer.
const BUSY: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it is told to come back (`unavailable`).
const ACQUIRE: Duration = Duration::from_secs(10);
/// The write-ahead log is cut back to this size after a checkpoint; without it one large burst would keep its disk
/// space for ever.
const WAL_BYTES: &str = "67108864";

/// Statements that see one state of the database, whatever is written meanwhile.
pub(in crate::store) const SNAPSHOT: &str = "BEGIN";
/// Takes the write lock at once: a transaction that starts by reading and then writes would fail with `SQLITE_BUSY` when
/// another process wrote in between.
pub(in crate::store) const WRITE: &str = "BEGIN IMMEDIATE";

pub(super) struct Engine {
    writer: Pool<Db>,
    readers: Pool<Db>,
}

impl Engine {
    /// Opens the file, and makes it when it is missing.
    pub(super) async fn connect(path: &Path) -> Result<Self> {
        make_private(path)?;
        Self::open(path).await
    }

    /// Opens the file, which must be there.
    pub(super) async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL flushes the log at every commit: an acknowledged consult survives a power cut. NORMAL would survive
            // `kill -9` only. It costs one fsync a commit, some milliseconds on a laptop's disk, and a consult
            // commits a few dozen times in its life.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("journal_size_limit", WAL_BYTES)
            // Purging deletes wrapped keys and salts; zeroed pages make that true on the disk as well. It costs some
            // writing at deletes, which are rare.
            .pragma("secure_delete", "ON");
        // Connections to a file do not go stale: no ends of life, no tests before use.
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(ACQUIRE)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        let writer = pool().max_connections(1).connect_with(options.clone().optimize_on_close(true, 400)).await?;
        let readers = pool().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self { writer, readers })
    }

    pub(super) async fn migrate(&self) -> Result<()> {
        Ok(MIGRATIONS.run(&self.writer).await?)
    }

    /// Version of the last migration that was carried out; `None` where there are no tables of ours.
    pub(super) async fn schema_version(&self) -> Result<Option<i64>> {
        let mut reader = self.reader().await?;
        let version = queries::schema::version(&mut reader).await;
        reader.settle(&version);
        version
    }

    pub(super) async fn reader(&self) -> Result<Held<Db>> {
        Held::of(&self.readers).await
    }

    pub(super) async fn writer(&self) -> Result<Held<Db>> {
        Held::of(&self.writer).await
    }

    /// By a connection of its own: the readers may not write, not even into another file, and the writer must not be
    /// kept from its work. It reads in one transaction, which holds nobody up under a write-ahead log.
    pub(super) async fn copy_to(&self, file: &Path) -> Result<()> {
        let name = file.to_str().ok_or_else(|| RepoError::Broken("the copy's path is not UTF-8".into()))?;
        if file.exists() {
            return Err(RepoError::Broken("the copy's file is there already".into()));
        }
        make_private(file)?;
        let options = self.writer.connect_options().as_ref().clone().optimize_on_close(false, None);
        let copied = async {
            let mut connection = SqliteConnection::connect_with(&options).await?;
            sqlx::query("VACUUM INTO $1").bind(name.to_owned()).execute(&mut connection).await?;
            connection.close().await?;
            // A copy that is told of is on the disk.
            tokio::fs::File::open(file).await?.sync_all().await?;
            Ok::<_, sqlx::Error>(())
        };
        let copied = copied.await;
        if copied.is_err() {
            // Half a copy must not be taken for one.
            tokio::fs::remove_file(file).await.map_err(sqlx::Error::from)?;
        }
        Ok(copied?)
    }

    /// Empties the write-ahead log, which still holds the pages of before a purge; the file's own were zeroed
    /// (`secure_delete`). Whoever reads an older state at this moment prevents it, and is not waited for
    /// ([`RepoError::Unavailable`]): it has to be tried again.
    pub(super) async fn empty_log(&self) -> Result<()> {
        let options = self.writer.connect_options().as_ref().clone().optimize_on_close(false, None);
        let mut connection = SqliteConnection::connect_with(&options.busy_timeout(Duration::ZERO)).await?;
        let done = sqlx::query_as::<_, (i64, i64, i64)>("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection);
        let (busy, ..) = done.await?;
        connection.close().await?;
        if busy == 0 { Ok(()) } else { Err(RepoError::Unavailable("somebody reads an older state".into())) }
    }

    /// The writer's and the readers'.
    pub(super) fn pool_row(&self) -> PoolRow {
        let (writer, readers) = (&self.writer, &self.readers);
        PoolRow {
            open: writer.size() + readers.size(),
            idle: (writer.num_idle() + readers.num_idle()) as u32,
            max: 1 + READERS,
        }
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes a missing file that only this user may read. SQLite gives its log and its shared memory the same mode.
fn make_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(RepoError::Unavailable(format!("the database file cannot be made: {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Row;

    async fn pragma(db: &mut sqlx::SqliteConnection, sql: &'static str) -> String {
        let row = sqlx::query(sql).fetch_one(db).await.expect("answers");
        row.try_get::<i64, _>(0).map(|n| n.to_string()).unwrap_or_else(|_| row.get(0))
    }

    /// What is acknowledged is on the disk, and readers cannot write: a driver that ignored one of these would break no
    /// other test.
    #[tokio::test]
    async fn connections_keep_the_promises_of_this_module() {
        let folder = std::env::temp_dir().join(format!("telekonsil-sqlite-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("makes a folder");
        let engine = Engine::connect(&folder.join("test.db")).await.expect("connects");
        let mut writer = engine.writer.acquire().await.expect("connects");
        for (sql, value) in [
            ("PRAGMA journal_mode", "wal"),
            ("PRAGMA synchronous", "2"),
            ("PRAGMA foreign_keys", "1"),
            ("PRAGMA secure_delete", "1"),
            ("PRAGMA busy_timeout", "5000"),
            ("PRAGMA query_only", "0"),
        ] {
            assert_eq!(pragma(&mut writer, sql).await, value, "{sql}");
        }
        drop(writer);
        let mut reader = engine.readers.acquire().await.expect("connects");
        assert_eq!(pragma(&mut reader, "PRAGMA query_only").await, "1");
        drop(reader);
        engine.close().await;
        std::fs::remove_dir_all(folder).expect("removes the folder");
    }
}
