//! Who read which study and which consult.

use super::{Conn, Result, Sql, all, query};
use crate::app::ports::AccessRow;
use sqlx::Row as _;
use uuid::Uuid;

/// Rows in one statement. SQLite takes 32,766 values in a statement; fewer cost more statements.
const CHUNK: usize = 1000;

/// The first read of a quarter of an hour counts.
pub(in crate::store) async fn insert(db: &mut Conn, rows: &[AccessRow]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let mut sql = Sql::new("INSERT INTO access_log (person_id, session, kind, subject, window_start, first_at) ");
        sql.push_values(chunk, |mut values, row| {
            values.push_bind(row.person_id).push_bind(row.session.clone()).push_bind(row.kind.clone());
            values.push_bind(row.subject).push_bind(row.window_start).push_bind(row.at);
        });
        sql.push(" ON CONFLICT (person_id, session, kind, subject, window_start) DO NOTHING");
        // The many lengths of a search's answer are no statements to remember.
        sql.build().persistent(chunk.len() == 1).execute(&mut *db).await?;
    }
    Ok(())
}

pub(in crate::store) async fn of_consult(db: &mut Conn, consult_id: Uuid, limit: u32) -> Result<Vec<AccessRow>> {
    let rows = query(
        "SELECT person_id, session, kind, subject, window_start, first_at FROM access_log WHERE subject = $1 \
         OR subject IN (SELECT study_id FROM consult_studies WHERE consult_id = $1) \
         ORDER BY first_at DESC, subject, person_id, session, kind LIMIT $2",
    )
    .bind(consult_id)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(AccessRow {
            person_id: row.try_get("person_id")?,
            session: row.try_get("session")?,
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            window_start: row.try_get("window_start")?,
            at: row.try_get("first_at")?,
        })
    })
}

pub(in crate::store) async fn sweep(db: &mut Conn, before: i64) -> Result<u64> {
    let swept = query(
        "DELETE FROM access_log WHERE first_at < $1 \
         AND (subject IN (SELECT id FROM studies WHERE wrapped_key IS NULL) \
         OR subject IN (SELECT id FROM consults WHERE purged_at IS NOT NULL))",
    )
    .bind(before)
    .execute(db)
    .await?;
    Ok(swept.rows_affected())
}
