//! The position of the log and the revision of the directory.

use super::{Conn, Result, query};
use sqlx::Row as _;

/// Position of the last event of all.
pub(super) const LOG: &str = "log";
/// Revision of people, houses, services, policies and rotas.
pub(super) const DIRECTORY: &str = "directory";

pub(in crate::store) async fn position(db: &mut Conn) -> Result<i64> {
    value(db, LOG).await
}

pub(in crate::store) async fn revision(db: &mut Conn) -> Result<i64> {
    value(db, DIRECTORY).await
}

async fn value(db: &mut Conn, name: &'static str) -> Result<i64> {
    let row = query("SELECT value FROM counters WHERE name = $1").bind(name).fetch_one(db).await?;
    Ok(row.try_get(0)?)
}

/// Adds `by` and returns the new value. From here to the commit every other transaction that raises this counter
/// waits, so that values appear to readers in their order and without gaps.
pub(super) async fn raise(db: &mut Conn, name: &'static str, by: i64) -> Result<i64> {
    let row = query("UPDATE counters SET value = value + $1 WHERE name = $2 RETURNING value")
        .bind(by)
        .bind(name)
        .fetch_one(db)
        .await?;
    Ok(row.try_get(0)?)
}

/// Adds one if the value still is `expected`; `None` otherwise.
pub(super) async fn raise_from(db: &mut Conn, name: &'static str, expected: i64) -> Result<Option<i64>> {
    let row = query("UPDATE counters SET value = value + 1 WHERE name = $1 AND value = $2 RETURNING value")
        .bind(name)
        .bind(expected)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
