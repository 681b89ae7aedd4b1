//! What may be purged, and what waits for it.

use super::{Conn, Result, Sql, ids, query};
use crate::app::ports::RetentionRow;
use sqlx::Row as _;
use uuid::Uuid;

/// `$1`: the report taken over before, whether the consult ended since or not; `$2`: cancelled before.
macro_rules! due {
    () => {
        "(taken_over_at < $1 OR (state = 'cancelled' AND ended_at < $2))"
    };
}

/// A study that no consult needs: none that was not purged, or only such as detached it.
macro_rules! unattached {
    () => {
        "wrapped_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM consult_studies cs JOIN consults c \
         ON c.id = cs.consult_id WHERE cs.study_id = studies.id AND c.purged_at IS NULL AND NOT cs.is_detached)"
    };
}

pub(in crate::store) async fn purgeable(
    db: &mut Conn,
    taken_over_before: i64,
    older_than: i64,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new("SELECT id FROM consults WHERE purged_at IS NULL AND (taken_over_at < ");
    sql.push_bind(taken_over_before).push(" OR (state = 'cancelled' AND ended_at < ").push_bind(older_than).push("))");
    ids(&page(sql, after, limit).build().fetch_all(db).await?)
}

pub(in crate::store) async fn unattached(
    db: &mut Conn,
    older_than: i64,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new(concat!("SELECT id FROM studies WHERE ", unattached!(), " AND updated_at < "));
    sql.push_bind(older_than);
    ids(&page(sql, after, limit).build().fetch_all(db).await?)
}

fn page(mut sql: Sql, after: Option<Uuid>, limit: u32) -> Sql {
    if let Some(after) = after {
        sql.push(" AND id > ").push_bind(after);
    }
    sql.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    sql
}

/// The caller holds one state of the database over all statements.
pub(in crate::store) async fn retention(
    db: &mut Conn,
    taken_over_before: i64,
    older_than: i64,
    limit: u32,
) -> Result<RetentionRow> {
    let counts = query(concat!(
        "SELECT COUNT(CASE WHEN ",
        due!(),
        " THEN 1 END) AS due, COUNT(*) AS may FROM consults WHERE purged_at IS NULL \
         AND (taken_over_at IS NOT NULL OR state = 'cancelled')"
    ))
    .bind(taken_over_before)
    .bind(older_than)
    .fetch_one(&mut *db)
    .await?;
    let (due, may): (i64, i64) = (counts.try_get("due")?, counts.try_get("may")?);
    let purged = query("SELECT COUNT(*) FROM consults WHERE purged_at IS NOT NULL").fetch_one(&mut *db).await?;
    let left = query(
        "SELECT id FROM consults WHERE ended_at IS NOT NULL AND purged_at IS NULL AND taken_over_at IS NULL \
         AND state <> 'cancelled' ORDER BY ended_at, id LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(&mut *db)
    .await?;
    let open = query(
        "SELECT id FROM consults WHERE ended_at IS NULL AND purged_at IS NULL AND taken_over_at IS NULL \
         AND created_at < $1 ORDER BY created_at, id LIMIT $2",
    )
    .bind(older_than)
    .bind(i64::from(limit))
    .fetch_all(&mut *db)
    .await?;
    let studies = query(concat!("SELECT COUNT(*) FROM studies WHERE ", unattached!(), " AND updated_at < $1"))
        .bind(older_than)
        .fetch_one(db)
        .await?;
    Ok(RetentionRow {
        due,
        waiting: may - due,
        purged: purged.try_get(0)?,
        not_taken_over: ids(&left)?,
        still_open: ids(&open)?,
        unattached: studies.try_get(0)?,
    })
}
