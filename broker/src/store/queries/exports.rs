//! Exports of a consult, which two people answer for.

use super::{Conn, Result, Row, Sql, all, notices, query};
use crate::{
    app::ports::{AskedExport, ExportRow, NoticeRow},
    store::fold::clean,
};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, consult_id, label, state, reason, requested_by, requested_at, decided_by, decided_at"
    };
}

/// The consult's row comes first: two that ask at once would not see each other, and a purge that came before must not
/// leave a reason behind.
pub(in crate::store) async fn ask(
    db: &mut Conn,
    row: &ExportRow,
    notice: &NoticeRow,
    approved_after: i64,
) -> Result<AskedExport> {
    let locked = query("UPDATE consults SET seq = seq WHERE id = $1 AND purged_at IS NULL")
        .bind(row.consult_id)
        .execute(&mut *db)
        .await?;
    if locked.rows_affected() == 0 {
        return Ok(AskedExport::Purged);
    }
    if !insert(db, row).await? {
        return Ok(AskedExport::Known);
    }
    let other = query(
        "SELECT 1 FROM exports WHERE consult_id = $1 AND requested_by = $2 AND id <> $3 \
         AND (state = 'requested' OR state = 'approved' AND decided_at > $4) LIMIT 1",
    )
    .bind(row.consult_id)
    .bind(row.requested_by)
    .bind(row.id)
    .bind(approved_after)
    .fetch_optional(&mut *db)
    .await?;
    if other.is_some() {
        return Ok(AskedExport::StillOpen);
    }
    notices::insert(db, notice).await?;
    Ok(AskedExport::New)
}

/// `false`: there is one of that id.
async fn insert(db: &mut Conn, row: &ExportRow) -> Result<bool> {
    let inserted = query(concat!(
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
    Ok(inserted.rows_affected() == 1)
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
