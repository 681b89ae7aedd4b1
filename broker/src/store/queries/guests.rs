//! People without an account: a link that works once, then a cookie.

use super::{Conn, Result, Row, query};
use crate::app::ports::GuestRow;
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, consult_id, token_hash, cookie_hash, csrf_token, expires_at, session_until"
    };
}

pub(in crate::store) async fn put_link(db: &mut Conn, row: &GuestRow) -> Result<bool> {
    let done = query(concat!(
        "INSERT INTO guests (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE \
         SET token_hash = excluded.token_hash, expires_at = excluded.expires_at \
         WHERE guests.cookie_hash IS NULL AND guests.consult_id = excluded.consult_id"
    ))
    .bind(row.id)
    .bind(row.consult_id)
    .bind(row.token_hash.clone())
    .bind(row.cookie_hash.clone())
    .bind(row.csrf_token.clone())
    .bind(row.expires_at)
    .bind(row.session_until)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::store) async fn by_link(db: &mut Conn, token_hash: &[u8], now: i64) -> Result<Option<GuestRow>> {
    let row = query(concat!(
        "SELECT ",
        columns!(),
        " FROM guests WHERE token_hash = $1 AND expires_at > $2 AND cookie_hash IS NULL"
    ))
    .bind(token_hash.to_vec())
    .bind(now)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(read).transpose()
}

/// The missing cookie is the compare-and-set: of two browsers one gets the row.
pub(in crate::store) async fn open_link(
    db: &mut Conn,
    token_hash: &[u8],
    now: i64,
    cookie_hash: &[u8],
    csrf_token: &str,
    session_until: i64,
) -> Result<Option<GuestRow>> {
    let row = query(concat!(
        "UPDATE guests SET cookie_hash = $3, csrf_token = $4, session_until = $5 \
         WHERE token_hash = $1 AND expires_at > $2 AND cookie_hash IS NULL RETURNING ",
        columns!()
    ))
    .bind(token_hash.to_vec())
    .bind(now)
    .bind(cookie_hash.to_vec())
    .bind(csrf_token.to_owned())
    .bind(session_until)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn by_cookie(db: &mut Conn, cookie_hash: &[u8], now: i64) -> Result<Option<GuestRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM guests WHERE cookie_hash = $1 AND session_until > $2"))
        .bind(cookie_hash.to_vec())
        .bind(now)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn end(db: &mut Conn, consult_id: Uuid, id: Uuid) -> Result<()> {
    query("DELETE FROM guests WHERE id = $1 AND consult_id = $2").bind(id).bind(consult_id).execute(db).await?;
    Ok(())
}

fn read(row: &Row) -> Result<GuestRow> {
    Ok(GuestRow {
        id: row.try_get("id")?,
        consult_id: row.try_get("consult_id")?,
        token_hash: row.try_get("token_hash")?,
        cookie_hash: row.try_get("cookie_hash")?,
        csrf_token: row.try_get("csrf_token")?,
        expires_at: row.try_get("expires_at")?,
        session_until: row.try_get("session_until")?,
    })
}
