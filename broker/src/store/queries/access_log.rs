//! Who read which study.

use super::{Conn, Result, all, query};
use crate::app::ports::AccessRow;
use sqlx::Row as _;
use uuid::Uuid;

/// The first read of a quarter of an hour counts.
pub(in crate::store) async fn insert(db: &mut Conn, row: &AccessRow) -> Result<()> {
    query(
        "INSERT INTO access_log (person_id, session, study_id, window_start, first_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (person_id, session, study_id, window_start) DO NOTHING",
    )
    .bind(row.person_id)
    .bind(row.session.clone())
    .bind(row.study_id)
    .bind(row.window_start)
    .bind(row.at)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn of_consult(db: &mut Conn, consult_id: Uuid, limit: u32) -> Result<Vec<AccessRow>> {
    let rows = query(
        "SELECT person_id, session, study_id, window_start, first_at FROM access_log WHERE study_id IN \
         (SELECT study_id FROM consult_studies WHERE consult_id = $1) \
         ORDER BY first_at DESC, study_id, person_id, session LIMIT $2",
    )
    .bind(consult_id)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(AccessRow {
            person_id: row.try_get("person_id")?,
            session: row.try_get("session")?,
            study_id: row.try_get("study_id")?,
            window_start: row.try_get("window_start")?,
            at: row.try_get("first_at")?,
        })
    })
}

pub(in crate::store) async fn sweep(db: &mut Conn, before: i64) -> Result<u64> {
    let swept = query(
        "DELETE FROM access_log WHERE first_at < $1 \
         AND study_id IN (SELECT id FROM studies WHERE wrapped_key IS NULL)",
    )
    .bind(before)
    .execute(db)
    .await?;
    Ok(swept.rows_affected())
}
