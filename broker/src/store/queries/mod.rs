//! Every query, once. This folder is mounted by `sqlite.rs` and `postgres.rs`; `Db` is their database. Each function
//! takes a connection, which the caller may have put into a transaction.
//!
//! What both engines understand alike: `$1`, `RETURNING`, `ON CONFLICT`, `WITH … AS MATERIALIZED`, `NULLS LAST`,
//! partial indexes. Sums are cast to BIGINT, because PostgreSQL widens them to NUMERIC.

use super::{Db, SKIP_LOCKED};
use crate::app::ports::{RepoError, RepoResult as Result};
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) mod access_log;
pub(in crate::store) mod append;
pub(in crate::store) mod consults;
pub(in crate::store) mod counters;
pub(in crate::store) mod dead_blobs;
pub(in crate::store) mod deadlines;
pub(in crate::store) mod delivery;
pub(in crate::store) mod delivery_people;
pub(in crate::store) mod directory;
pub(in crate::store) mod directory_write;
pub(in crate::store) mod exports;
pub(in crate::store) mod feeds;
pub(in crate::store) mod guests;
pub(in crate::store) mod instance_write;
pub(in crate::store) mod instances;
pub(in crate::store) mod log;
pub(in crate::store) mod notices;
pub(in crate::store) mod onboarding;
pub(in crate::store) mod past;
pub(in crate::store) mod planning;
pub(in crate::store) mod policies;
pub(in crate::store) mod purge;
pub(in crate::store) mod reports;
pub(in crate::store) mod retention;
pub(in crate::store) mod rooms;
pub(in crate::store) mod schema;
pub(in crate::store) mod service_tokens;
pub(in crate::store) mod sessions;
pub(in crate::store) mod slots;
pub(in crate::store) mod studies;
pub(in crate::store) mod study_search;
pub(in crate::store) mod swaps;
pub(in crate::store) mod weights;
pub(in crate::store) mod wishes;

type Conn = <Db as sqlx::Database>::Connection;
type Row = <Db as sqlx::Database>::Row;
type Sql = sqlx::QueryBuilder<Db>;
type Query = sqlx::query::Query<'static, Db, <Db as sqlx::Database>::Arguments>;

fn query(sql: &'static str) -> Query {
    sqlx::query::<Db>(sql)
}

/// Reads every row by `read`.
fn all<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(read).collect()
}

/// Rows whose first column is an id.
fn ids(rows: &[Row]) -> Result<Vec<Uuid>> {
    all(rows, |row| Ok(row.try_get(0)?))
}

/// A column that holds a JSON array.
fn list<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|_| RepoError::Broken(format!("column {column} is not a list")))
}

fn json<T: serde::Serialize>(list: &[T]) -> Result<String> {
    serde_json::to_string(list).map_err(|_| RepoError::Broken("a list cannot be written".into()))
}
