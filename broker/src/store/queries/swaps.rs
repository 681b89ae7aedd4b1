//! Swaps, and notes from one duty to the next.

use super::{Conn, Result, Row, Sql, all, query};
use crate::{app::ports::*, store::fold::clean};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, service_id, rev, is_open, expires_at, until_at, body"
    };
}

/// Writes revision `row.rev` if the one before it is stored; the first one if there is none.
pub(super) async fn put(db: &mut Conn, row: &SwapRow) -> Result<bool> {
    let sql = if row.rev == 1 {
        "INSERT INTO swaps (id, service_id, rev, is_open, expires_at, until_at, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING"
    } else {
        "UPDATE swaps SET rev = $3, is_open = $4, expires_at = $5, until_at = $6, body = $7 \
         WHERE id = $1 AND service_id = $2 AND rev = $3 - 1"
    };
    let done = query(sql)
        .bind(row.id)
        .bind(row.service_id)
        .bind(row.rev)
        .bind(row.is_open)
        .bind(row.expires_at)
        .bind(row.until_at)
        .bind(clean(&row.body).into_owned())
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::store) async fn swap(db: &mut Conn, id: Uuid) -> Result<Option<SwapRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM swaps WHERE id = $1")).bind(id).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn since(db: &mut Conn, since: i64, services: &[Uuid], limit: u32) -> Result<Vec<SwapRow>> {
    if services.is_empty() {
        return Ok(vec![]);
    }
    let mut sql = Sql::new(concat!("SELECT ", columns!(), " FROM swaps WHERE until_at > "));
    sql.push_bind(since).push(" AND service_id IN (");
    let mut of = sql.separated(", ");
    services.iter().for_each(|service| {
        of.push_bind(*service);
    });
    // The ids are made in the order of time (UUIDv7).
    sql.push(") ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
    all(&sql.build().fetch_all(db).await?, read)
}

pub(in crate::store) async fn expired(db: &mut Conn, now: i64, limit: u32) -> Result<Vec<SwapRow>> {
    let rows = query(concat!(
        "SELECT ",
        columns!(),
        " FROM swaps WHERE is_open = $1 AND expires_at <= $2 ORDER BY expires_at, id LIMIT $3"
    ))
    .bind(true)
    .bind(now)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

fn read(row: &Row) -> Result<SwapRow> {
    Ok(SwapRow {
        id: row.try_get("id")?,
        service_id: row.try_get("service_id")?,
        rev: row.try_get("rev")?,
        is_open: row.try_get("is_open")?,
        expires_at: row.try_get("expires_at")?,
        until_at: row.try_get("until_at")?,
        body: row.try_get("body")?,
    })
}

pub(super) async fn insert_hand_over_note(db: &mut Conn, row: &HandOverNoteRow) -> Result<()> {
    query(
        "INSERT INTO hand_over_notes (id, service_id, author, at, body) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(row.id)
    .bind(row.service_id)
    .bind(row.author)
    .bind(row.at)
    .bind(clean(&row.body).into_owned())
    .execute(db)
    .await?;
    Ok(())
}

/// The newest first.
pub(in crate::store) async fn hand_over_notes(
    db: &mut Conn,
    service: Uuid,
    since: i64,
) -> Result<Vec<HandOverNoteRow>> {
    let rows = query(
        "SELECT id, service_id, author, at, body FROM hand_over_notes WHERE service_id = $1 AND at > $2 \
         ORDER BY at DESC, id DESC",
    )
    .bind(service)
    .bind(since)
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(HandOverNoteRow {
            id: row.try_get("id")?,
            service_id: row.try_get("service_id")?,
            author: row.try_get("author")?,
            at: row.try_get("at")?,
            body: row.try_get("body")?,
        })
    })
}

pub(in crate::store) async fn sweep_hand_over_notes(db: &mut Conn, before: i64) -> Result<()> {
    query("DELETE FROM hand_over_notes WHERE at <= $1").bind(before).execute(db).await?;
    Ok(())
}
