//! What the data-protection role has to see.

use super::{Conn, Result, all, query};
use crate::{app::ports::NoticeRow, store::fold::clean};
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) async fn insert(db: &mut Conn, row: &NoticeRow) -> Result<()> {
    query(
        "INSERT INTO notices (id, kind, noticed_at, person_id, consult_id, label, reason, seen_by, seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
    )
    .bind(row.id)
    .bind(row.kind.clone())
    .bind(row.at)
    .bind(row.person_id)
    .bind(row.consult_id)
    .bind(row.label.clone())
    .bind(clean(&row.reason).into_owned())
    .bind(row.seen_by)
    .bind(row.seen_at)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn newest(db: &mut Conn, limit: u32) -> Result<Vec<NoticeRow>> {
    let rows = query(
        "SELECT id, kind, noticed_at, person_id, consult_id, label, reason, seen_by, seen_at FROM notices \
         ORDER BY noticed_at DESC, id DESC LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(NoticeRow {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            at: row.try_get("noticed_at")?,
            person_id: row.try_get("person_id")?,
            consult_id: row.try_get("consult_id")?,
            label: row.try_get("label")?,
            reason: row.try_get("reason")?,
            seen_by: row.try_get("seen_by")?,
            seen_at: row.try_get("seen_at")?,
        })
    })
}

pub(in crate::store) async fn mark_seen(db: &mut Conn, id: Uuid, person: Uuid, at: i64) -> Result<bool> {
    let seen = query("UPDATE notices SET seen_by = $2, seen_at = $3 WHERE id = $1 AND seen_at IS NULL")
        .bind(id)
        .bind(person)
        .bind(at)
        .execute(db)
        .await?;
    Ok(seen.rows_affected() == 1)
}
