//! Which version the tables are at.

use super::{Conn, Result, query};
use sqlx::Row as _;

/// The last migration that was carried out; `None` where there never was one.
pub(in crate::store) async fn version(db: &mut Conn) -> Result<Option<i64>> {
    match query("SELECT MAX(version) FROM _sqlx_migrations WHERE success").fetch_one(db).await {
        Ok(row) => Ok(row.try_get(0)?),
        Err(sqlx::Error::Database(error)) if is_missing_table(error.as_ref()) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// PostgreSQL has a code of its own for it (`undefined_table`), SQLite only words.
fn is_missing_table(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().is_some_and(|code| code == "42P01") || error.message().starts_with("no such table")
}
