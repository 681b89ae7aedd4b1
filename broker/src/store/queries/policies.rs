//! How services ask their people, and what was written before.

use super::{Conn, Result, Row, all, query};
use crate::app::ports::*;
use sqlx::Row as _;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) async fn policies(db: &mut Conn) -> Result<Vec<PolicyRow>> {
    let rows =
        query("SELECT service_id, revision, body, author, written_at, note FROM service_policies ORDER BY service_id")
            .fetch_all(db)
            .await?;
    all(&rows, policy)
}

fn policy(row: &Row) -> Result<PolicyRow> {
    Ok(PolicyRow {
        service_id: row.try_get("service_id")?,
        revision: row.try_get("revision")?,
        body: row.try_get("body")?,
        author: row.try_get("author")?,
        written_at: row.try_get("written_at")?,
        note: row.try_get("note")?,
    })
}

/// The given revision is not looked at: the stored one grows, and the history keeps it.
pub(super) async fn write(db: &mut Conn, row: &PolicyRow) -> Result<()> {
    query(
        "INSERT INTO service_policies (service_id, revision, body, author, written_at, note) \
         VALUES ($1, 1, $2, $3, $4, $5) \
         ON CONFLICT (service_id) DO UPDATE SET revision = service_policies.revision + 1, body = excluded.body, \
         author = excluded.author, written_at = excluded.written_at, note = excluded.note",
    )
    .bind(row.service_id)
    .bind(row.body.clone())
    .bind(row.author)
    .bind(row.written_at)
    .bind(row.note.clone())
    .execute(&mut *db)
    .await?;
    query(
        "INSERT INTO policy_history (service_id, revision, body, author, written_at, note) \
         SELECT service_id, revision, body, author, written_at, note FROM service_policies WHERE service_id = $1",
    )
    .bind(row.service_id)
    .execute(db)
    .await?;
    Ok(())
}

/// The newest first.
pub(in crate::store) async fn history(db: &mut Conn, service: Uuid, limit: u32) -> Result<Vec<PolicyRow>> {
    let rows = query(
        "SELECT service_id, revision, body, author, written_at, note FROM policy_history WHERE service_id = $1 \
         ORDER BY revision DESC LIMIT $2",
    )
    .bind(service)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, policy)
}

pub(in crate::store) async fn version(db: &mut Conn, service: Uuid, revision: i64) -> Result<Option<PolicyRow>> {
    let row = query(
        "SELECT service_id, revision, body, author, written_at, note FROM policy_history \
         WHERE service_id = $1 AND revision = $2",
    )
    .bind(service)
    .bind(revision)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(policy).transpose()
}

/// Telephones that joined one consult by a QR code say nothing about being awake for another one.
pub(in crate::store) async fn seen_since(db: &mut Conn, since: i64) -> Result<BTreeMap<Uuid, i64>> {
    let rows = query(
        "SELECT person_id, MAX(last_seen_at) AS seen FROM sessions WHERE last_seen_at >= $1 AND only_consult IS NULL \
         GROUP BY person_id",
    )
    .bind(since)
    .fetch_all(db)
    .await?;
    Ok(all(&rows, |row| Ok((row.try_get("person_id")?, row.try_get("seen")?)))?.into_iter().collect())
}
