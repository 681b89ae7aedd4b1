//! Exports of a consult, which two people answer for.

use super::{Conn, Result, Row, Sql, all, query};
use crate::{app::ports::ExportRow, store::fold::clean};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, consult_id, label, state, reason, requested_by, requested_at, decided_by, decided_at"
    };
}

pub(in crate::store) async fn insert(db: &mut Conn, row: &ExportRow) -> Result<()> {
    query(concat!(
        "INSERT INTO exports (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING"
    ))
    .bind(row.id)
    .bind(row.consult_id)
    .bind(row.label.clone())
    .bind(row.state.clone())
    .bind(clean(&row.reason).into_owned())
    .bind(row.requested_by)
    .bind(row.requested_at)
    .bind(row.decided_by)
    .bind(row.decided_at)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn export(db: &mut Conn, id: Uuid) -> Result<Option<ExportRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM exports WHERE id = $1")).bind(id).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn newest(db: &mut Conn, requested_by: Option<Uuid>, limit: u32) -> Result<Vec<ExportRow>> {
    let mut sql = Sql::new(concat!("SELECT ", columns!(), " FROM exports"));
    if let Some(person) = requested_by {
        sql.push(" WHERE requested_by = ").push_bind(person);
    }
    sql.push(" ORDER BY requested_at DESC, id DESC LIMIT ").push_bind(i64::from(limit));
    all(&sql.build().fetch_all(db).await?, read)
}

pub(in crate::store) async fn open(db: &mut Conn, consult_id: Uuid, requested_by: Uuid) -> Result<Vec<ExportRow>> {
    let rows = query(concat!(
        "SELECT ",
        columns!(),
        " FROM exports WHERE consult_id = $1 AND requested_by = $2 AND state IN ('requested', 'approved') ORDER BY id"
    ))
    .bind(consult_id)
    .bind(requested_by)
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

/// The second pair of eyes is kept here too, below every other check.
pub(in crate::store) async fn decide(db: &mut Conn, id: Uuid, state: &str, person: Uuid, at: i64) -> Result<bool> {
    let decided = query(
        "UPDATE exports SET state = $2, decided_by = $3, decided_at = $4 \
         WHERE id = $1 AND state = 'requested' AND requested_by <> $3",
    )
    .bind(id)
    .bind(state.to_owned())
    .bind(person)
    .bind(at)
    .execute(db)
    .await?;
    Ok(decided.rows_affected() == 1)
}

pub(in crate::store) async fn transfer(db: &mut Conn, id: Uuid, from: &str, to: &str) -> Result<bool> {
    let moved = query("UPDATE exports SET state = $3 WHERE id = $1 AND state = $2")
        .bind(id)
        .bind(from.to_owned())
        .bind(to.to_owned())
        .execute(db)
        .await?;
    Ok(moved.rows_affected() == 1)
}

fn read(row: &Row) -> Result<ExportRow> {
    Ok(ExportRow {
        id: row.try_get("id")?,
        consult_id: row.try_get("consult_id")?,
        label: row.try_get("label")?,
        state: row.try_get("state")?,
        reason: row.try_get("reason")?,
        requested_by: row.try_get("requested_by")?,
        requested_at: row.try_get("requested_at")?,
        decided_by: row.try_get("decided_by")?,
        decided_at: row.try_get("decided_at")?,
    })
}
