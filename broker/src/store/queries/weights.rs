//! What each rule of the matching is worth to a service.

use super::{Conn, Result, Row, all, query};
use crate::app::ports::WeightsRow;
use sqlx::Row as _;
use uuid::Uuid;

/// Of each service the version that counts.
pub(in crate::store) async fn current(db: &mut Conn) -> Result<Vec<WeightsRow>> {
    let rows = query(
        "SELECT service_id, version, body, author, written_at, note FROM match_weights AS w WHERE version = \
         (SELECT MAX(version) FROM match_weights WHERE service_id = w.service_id) ORDER BY service_id",
    )
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

pub(in crate::store) async fn history(db: &mut Conn, service: Uuid, limit: u32) -> Result<Vec<WeightsRow>> {
    let rows = query(
        "SELECT service_id, version, body, author, written_at, note FROM match_weights WHERE service_id = $1 \
         ORDER BY version DESC LIMIT $2",
    )
    .bind(service)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

/// The caller has looked at the version before in the same revision of the directory.
pub(in crate::store) async fn insert(db: &mut Conn, row: &WeightsRow) -> Result<()> {
    query(
        "INSERT INTO match_weights (service_id, version, body, author, written_at, note) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.service_id)
    .bind(row.version)
    .bind(row.body.clone())
    .bind(row.author)
    .bind(row.written_at)
    .bind(row.note.clone())
    .execute(db)
    .await?;
    Ok(())
}

fn read(row: &Row) -> Result<WeightsRow> {
    Ok(WeightsRow {
        service_id: row.try_get("service_id")?,
        version: row.try_get("version")?,
        body: row.try_get("body")?,
        author: row.try_get("author")?,
        written_at: row.try_get("written_at")?,
        note: row.try_get("note")?,
    })
}
