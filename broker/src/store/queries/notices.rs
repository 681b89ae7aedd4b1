//! What the data-protection role has to see.

use super::{Conn, Result, Row, Sql, all, query};
use crate::{app::ports::NoticeRow, store::fold::clean};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, kind, noticed_at, person_id, consult_id, label, reason, about, change, seen_by, seen_at"
    };
}

pub(in crate::store) async fn insert(db: &mut Conn, row: &NoticeRow) -> Result<()> {
    query(concat!(
        "INSERT INTO notices (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING"
    ))
    .bind(row.id)
    .bind(row.kind.clone())
    .bind(row.at)
    .bind(row.person_id)
    .bind(row.consult_id)
    .bind(row.label.clone())
    .bind(clean(&row.reason).into_owned())
    .bind(row.about)
    .bind(row.change.clone())
    .bind(row.seen_by)
    .bind(row.seen_at)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn newest(db: &mut Conn, before: Option<Uuid>, limit: u32) -> Result<Vec<NoticeRow>> {
    let mut sql = Sql::new(concat!("SELECT ", columns!(), " FROM notices"));
    if let Some(before) = before {
        sql.push(" WHERE (noticed_at, id) < (SELECT noticed_at, id FROM notices WHERE id = ")
            .push_bind(before)
            .push(")");
    }
    sql.push(" ORDER BY noticed_at DESC, id DESC LIMIT ").push_bind(i64::from(limit));
    all(&sql.build().fetch_all(db).await?, read)
}

pub(in crate::store) async fn unseen(db: &mut Conn, kind: &str, limit: u32) -> Result<Vec<NoticeRow>> {
    let rows = query(concat!(
        "SELECT ",
        columns!(),
        " FROM notices WHERE kind = $1 AND seen_at IS NULL ORDER BY noticed_at DESC, id DESC LIMIT $2"
    ))
    .bind(kind.to_owned())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

pub(in crate::store) async fn notice(db: &mut Conn, id: Uuid) -> Result<Option<NoticeRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM notices WHERE id = $1")).bind(id).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
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

fn read(row: &Row) -> Result<NoticeRow> {
    Ok(NoticeRow {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        at: row.try_get("noticed_at")?,
        person_id: row.try_get("person_id")?,
        consult_id: row.try_get("consult_id")?,
        label: row.try_get("label")?,
        reason: row.try_get("reason")?,
        about: row.try_get("about")?,
        change: row.try_get("change")?,
        seen_by: row.try_get("seen_by")?,
        seen_at: row.try_get("seen_at")?,
    })
}
