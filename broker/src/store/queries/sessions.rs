//! Passwords, sessions, one-time links, and the sweeping of what has ended.

use super::{Conn, Result, query};
use crate::{
    app::ports::{CredentialRow, LinkRow, SessionRow},
    store::fold::{clean, fold},
};
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) async fn credential(db: &mut Conn, email: &str) -> Result<Option<CredentialRow>> {
    let row = query(
        "SELECT p.id, c.password_hash FROM people p LEFT JOIN credentials c ON c.person_id = p.id WHERE p.email = $1",
    )
    .bind(fold(&clean(email)))
    .fetch_optional(db)
    .await?;
    row.map(|row| Ok(CredentialRow { person_id: row.try_get("id")?, password_hash: row.try_get("password_hash")? }))
        .transpose()
}

pub(in crate::store) async fn set_password(db: &mut Conn, person_id: Uuid, password_hash: &str) -> Result<()> {
    query(
        "INSERT INTO credentials (person_id, password_hash) VALUES ($1, $2) \
         ON CONFLICT (person_id) DO UPDATE SET password_hash = excluded.password_hash",
    )
    .bind(person_id)
    .bind(password_hash.to_owned())
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn insert(db: &mut Conn, row: &SessionRow) -> Result<()> {
    query(
        "INSERT INTO sessions (token_hash, person_id, csrf_token, created_at, last_seen_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.token_hash.clone())
    .bind(row.person_id)
    .bind(row.csrf_token.clone())
    .bind(row.created_at)
    .bind(row.last_seen_at)
    .bind(row.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn session(db: &mut Conn, token_hash: &[u8]) -> Result<Option<SessionRow>> {
    let row = query(
        "SELECT token_hash, person_id, csrf_token, created_at, last_seen_at, expires_at FROM sessions \
         WHERE token_hash = $1",
    )
    .bind(token_hash.to_vec())
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(SessionRow {
            token_hash: row.try_get("token_hash")?,
            person_id: row.try_get("person_id")?,
            csrf_token: row.try_get("csrf_token")?,
            created_at: row.try_get("created_at")?,
            last_seen_at: row.try_get("last_seen_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    })
    .transpose()
}

pub(in crate::store) async fn touch(
    db: &mut Conn,
    token_hash: &[u8],
    last_seen_at: i64,
    expires_at: i64,
) -> Result<()> {
    query("UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE token_hash = $1")
        .bind(token_hash.to_vec())
        .bind(last_seen_at)
        .bind(expires_at)
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::store) async fn delete(db: &mut Conn, token_hash: &[u8]) -> Result<()> {
    query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash.to_vec()).execute(db).await?;
    Ok(())
}

pub(in crate::store) async fn insert_link(db: &mut Conn, row: &LinkRow) -> Result<()> {
    query("INSERT INTO links (token_hash, person_id, expires_at) VALUES ($1, $2, $3)")
        .bind(row.token_hash.clone())
        .bind(row.person_id)
        .bind(row.expires_at)
        .execute(db)
        .await?;
    Ok(())
}

/// The deletion is the compare-and-set: of two browsers one gets the row.
pub(in crate::store) async fn consume_link(db: &mut Conn, token_hash: &[u8], now: i64) -> Result<Option<Uuid>> {
    let row = query("DELETE FROM links WHERE token_hash = $1 AND expires_at > $2 RETURNING person_id")
        .bind(token_hash.to_vec())
        .bind(now)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// A lease's row holds the fencing epoch and must stay as long as anybody may enter the room again.
pub(in crate::store) async fn sweep(db: &mut Conn, now: i64) -> Result<()> {
    for sql in [
        "DELETE FROM sessions WHERE expires_at < $1",
        "DELETE FROM links WHERE expires_at < $1",
        "DELETE FROM used_tickets WHERE expires_at < $1",
    ] {
        query(sql).bind(now).execute(&mut *db).await?;
    }
    query(
        "DELETE FROM room_leases WHERE lease_until < $1 \
         AND consult_id IN (SELECT id FROM consults WHERE is_open = $2)",
    )
    .bind(now)
    .bind(false)
    .execute(db)
    .await?;
    Ok(())
}
