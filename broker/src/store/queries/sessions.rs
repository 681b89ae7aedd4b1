//! Passwords, sessions, one-time links, and the sweeping of what has ended.

use super::{Conn, Result, Row, Sql, all, delivery, delivery_people, ids, query};
use crate::{
    app::ports::{CredentialRow, LinkRow, SessionRow},
    store::fold::{clean, fold},
};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, token_hash, person_id, csrf_token, created_at, last_seen_at, expires_at, only_consult"
    };
}

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

pub(in crate::store) async fn with_password(db: &mut Conn) -> Result<Vec<Uuid>> {
    ids(&query("SELECT person_id FROM credentials WHERE password_hash IS NOT NULL").fetch_all(db).await?)
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

pub(in crate::store) async fn change_password(
    db: &mut Conn,
    person_id: Uuid,
    password_hash: &str,
    session: Uuid,
) -> Result<()> {
    set_password(&mut *db, person_id, password_hash).await?;
    delete_of(db, person_id, Some(session)).await?;
    Ok(())
}

/// Whoever holds a session or a link of before may be the one who found the password out.
pub(in crate::store) async fn forget_password(db: &mut Conn, person_id: Uuid) -> Result<()> {
    query("DELETE FROM credentials WHERE person_id = $1").bind(person_id).execute(&mut *db).await?;
    delivery_people::delete_subscriptions_of(db, person_id).await?;
    delete_of(db, person_id, None).await?;
    Ok(())
}

pub(in crate::store) async fn insert(db: &mut Conn, row: &SessionRow) -> Result<()> {
    query(
        "INSERT INTO sessions (id, token_hash, person_id, csrf_token, created_at, last_seen_at, expires_at, \
         only_consult) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(row.token_hash.clone())
    .bind(row.person_id)
    .bind(row.csrf_token.clone())
    .bind(row.created_at)
    .bind(row.last_seen_at)
    .bind(row.expires_at)
    .bind(row.only_consult)
    .execute(db)
    .await?;
    Ok(())
}

pub(in crate::store) async fn session(db: &mut Conn, token_hash: &[u8]) -> Result<Option<SessionRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM sessions WHERE token_hash = $1"))
        .bind(token_hash.to_vec())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn list(db: &mut Conn, person: Option<Uuid>, now: i64) -> Result<Vec<SessionRow>> {
    let mut sql = Sql::new(concat!("SELECT ", columns!(), " FROM sessions WHERE expires_at > "));
    sql.push_bind(now);
    if let Some(person) = person {
        sql.push(" AND person_id = ").push_bind(person);
    }
    sql.push(" ORDER BY last_seen_at DESC, id");
    all(&sql.build().fetch_all(db).await?, read)
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

pub(in crate::store) async fn delete_by_id(db: &mut Conn, id: Uuid, person: Option<Uuid>) -> Result<bool> {
    let mut sql = Sql::new("DELETE FROM sessions WHERE id = ");
    sql.push_bind(id);
    if let Some(person) = person {
        sql.push(" AND person_id = ").push_bind(person);
    }
    Ok(sql.build().execute(db).await?.rows_affected() == 1)
}

/// A link that somebody holds back would open the next session: it goes with the sessions.
pub(in crate::store) async fn delete_of(db: &mut Conn, person: Uuid, except: Option<Uuid>) -> Result<u64> {
    let mut sql = Sql::new("DELETE FROM sessions WHERE person_id = ");
    sql.push_bind(person);
    if let Some(except) = except {
        sql.push(" AND id <> ").push_bind(except);
    }
    let ended = sql.build().execute(&mut *db).await?.rows_affected();
    query("DELETE FROM links WHERE person_id = $1").bind(person).execute(db).await?;
    Ok(ended)
}

pub(in crate::store) async fn delete_all(db: &mut Conn) -> Result<u64> {
    for sql in ["DELETE FROM links", "DELETE FROM guests"] {
        query(sql).execute(&mut *db).await?;
    }
    Ok(query("DELETE FROM sessions").execute(db).await?.rows_affected())
}

pub(in crate::store) async fn insert_link(db: &mut Conn, row: &LinkRow) -> Result<()> {
    query("INSERT INTO links (token_hash, person_id, expires_at, only_consult) VALUES ($1, $2, $3, $4)")
        .bind(row.token_hash.clone())
        .bind(row.person_id)
        .bind(row.expires_at)
        .bind(row.only_consult)
        .execute(db)
        .await?;
    Ok(())
}

/// The deletion is the compare-and-set: of two browsers one gets the row.
pub(in crate::store) async fn consume_link(db: &mut Conn, token_hash: &[u8], now: i64) -> Result<Option<LinkRow>> {
    let row = query(
        "DELETE FROM links WHERE token_hash = $1 AND expires_at > $2 \
         RETURNING token_hash, person_id, expires_at, only_consult",
    )
    .bind(token_hash.to_vec())
    .bind(now)
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(LinkRow {
            token_hash: row.try_get("token_hash")?,
            person_id: row.try_get("person_id")?,
            expires_at: row.try_get("expires_at")?,
            only_consult: row.try_get("only_consult")?,
        })
    })
    .transpose()
}

/// A lease's row holds the fencing epoch and must stay as long as anybody may enter the room again.
pub(in crate::store) async fn sweep(db: &mut Conn, now: i64) -> Result<()> {
    for sql in [
        "DELETE FROM sessions WHERE expires_at < $1",
        "DELETE FROM links WHERE expires_at < $1",
        "DELETE FROM used_tickets WHERE expires_at < $1",
        "DELETE FROM service_tokens WHERE expires_at < $1",
        // A cookie outlives its link.
        "DELETE FROM guests WHERE COALESCE(session_until, expires_at) < $1",
    ] {
        query(sql).bind(now).execute(&mut *db).await?;
    }
    delivery::sweep(db, now - delivery::KEPT_MS).await?;
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

fn read(row: &Row) -> Result<SessionRow> {
    Ok(SessionRow {
        id: row.try_get("id")?,
        token_hash: row.try_get("token_hash")?,
        person_id: row.try_get("person_id")?,
        csrf_token: row.try_get("csrf_token")?,
        created_at: row.try_get("created_at")?,
        last_seen_at: row.try_get("last_seen_at")?,
        expires_at: row.try_get("expires_at")?,
        only_consult: row.try_get("only_consult")?,
    })
}
