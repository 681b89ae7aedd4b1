//! A connection for the length of one call.

use super::Result;
use sqlx::{Database, Pool, pool::PoolConnection};
use std::ops::{Deref, DerefMut};

/// Goes back to the pool after a call that went well, and is closed after any other:
/// - SQLite ends a transaction by itself when the disk is full. The driver believes it open and would refuse every
///   further one on this connection, and there is one that writes.
/// - A call that nobody waits for any more (its time ran out, a browser went away) has its answer still to come. A
///   server that never answers would take the pool's connections one by one.
///
/// Opening one anew costs milliseconds, and neither is common.
pub(super) struct Held<Db: Database> {
    connection: PoolConnection<Db>,
    went_well: bool,
}

impl<Db: Database> Held<Db> {
    pub(super) async fn of(pool: &Pool<Db>) -> Result<Self> {
        Ok(Self { connection: pool.acquire().await?, went_well: false })
    }

    pub(super) fn settle<T>(&mut self, result: &Result<T>) {
        self.went_well = result.is_ok();
    }
}

impl<Db: Database> Deref for Held<Db> {
    type Target = Db::Connection;

    fn deref(&self) -> &Db::Connection {
        &self.connection
    }
}

impl<Db: Database> DerefMut for Held<Db> {
    fn deref_mut(&mut self) -> &mut Db::Connection {
        &mut self.connection
    }
}

impl<Db: Database> Drop for Held<Db> {
    fn drop(&mut self) {
        if !self.went_well {
            self.connection.close_on_drop();
        }
    }
}
