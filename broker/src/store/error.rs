//! Which database errors pass by themselves and which do not.
//!
//! Texts come from the driver and name tables and constraints. They never hold a bound value: PostgreSQL puts those
//! into the error's `detail`, which is left out here.

use crate::app::ports::RepoError;
use sqlx::error::DatabaseError;

impl From<sqlx::Error> for RepoError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            // Protocol: among others, a line that ends within the handshake is read as an odd first byte.
            E::Io(_)
            | E::Tls(_)
            | E::Protocol(_)
            | E::PoolTimedOut
            | E::PoolClosed
            | E::WorkerCrashed
            | E::BeginFailed => Self::Unavailable(error.to_string()),
            E::Database(db) if passes(db.as_ref()) => Self::Unavailable(db.message().to_owned()),
            E::Database(db) => Self::Broken(db.message().to_owned()),
            E::ColumnDecode { index, .. } => Self::Broken(format!("column {index} cannot be read")),
            _ => Self::Broken(error.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for RepoError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

fn passes(error: &dyn DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // Result codes of sqlite.org/rescode.html; the low byte is the primary one:
        // BUSY, LOCKED, READONLY (a disk that the system mounted so), IOERR, FULL, CANTOPEN.
        return code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14));
    }
    // SQLSTATE classes of PostgreSQL's appendix A: connection, resources, operator intervention (shut-down, statement
    // timeout), system error; and single codes: serialisation, deadlock, lock not available, idle transaction ended.
    ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        || matches!(code.as_ref(), "40001" | "40P01" | "55P03" | "25P03")
}
