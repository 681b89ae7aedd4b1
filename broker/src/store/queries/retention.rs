//! What may be purged, and what waits for it.

use super::{Conn, Result, ids, query};
use crate::app::ports::RetentionRow;
use sqlx::Row as _;
use uuid::Uuid;

/// Ended, and still holding patient data: the condition of the index `consults_to_purge`.
macro_rules! kept {
    () => {
        "ended_at IS NOT NULL AND purged_at IS NULL"
    };
}

/// `$1`: the report taken over before, `$2`: cancelled before.
macro_rules! due {
    () => {
        "(taken_over_at < $1 OR (state = 'cancelled' AND ended_at < $2))"
    };
}

pub(in crate::store) async fn purgeable(
    db: &mut Conn,
    taken_over_before: i64,
    cancelled_before: i64,
    limit: u32,
) -> Result<Vec<Uuid>> {
    let rows =
        query(concat!("SELECT id FROM consults WHERE ", kept!(), " AND ", due!(), " ORDER BY ended_at, id LIMIT $3"))
            .bind(taken_over_before)
            .bind(cancelled_before)
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?;
    ids(&rows)
}

/// The caller holds one state of the database over all statements.
pub(in crate::store) async fn retention(
    db: &mut Conn,
    taken_over_before: i64,
    cancelled_before: i64,
    limit: u32,
) -> Result<RetentionRow> {
    let counts = query(concat!(
        "SELECT COUNT(CASE WHEN ",
        due!(),
        " THEN 1 END) AS due, COUNT(*) AS may FROM consults WHERE ",
        kept!(),
        " AND (taken_over_at IS NOT NULL OR state = 'cancelled')"
    ))
    .bind(taken_over_before)
    .bind(cancelled_before)
    .fetch_one(&mut *db)
    .await?;
    let (due, may): (i64, i64) = (counts.try_get("due")?, counts.try_get("may")?);
    let purged = query("SELECT COUNT(*) FROM consults WHERE purged_at IS NOT NULL").fetch_one(&mut *db).await?;
    let left = query(concat!(
        "SELECT id FROM consults WHERE ",
        kept!(),
        " AND taken_over_at IS NULL AND state <> 'cancelled' ORDER BY ended_at, id LIMIT $1"
    ))
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    Ok(RetentionRow { due, waiting: may - due, purged: purged.try_get(0)?, not_taken_over: ids(&left)? })
}
