//! Calendars that go out, and those that absences come from.

use super::{Conn, Result, Row, SKIP_LOCKED, Sql, all, json, list, query};
use crate::{app::ports::*, store::fold::clean};
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) async fn put_calendar(db: &mut Conn, row: &CalendarRow) -> Result<bool> {
    let done = query(
        "INSERT INTO calendars (id, token_hash, author, service_id, label, created_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash, label = excluded.label, \
         created_at = excluded.created_at, used_at = NULL WHERE calendars.author = excluded.author \
         AND COALESCE(calendars.service_id, calendars.id) = COALESCE(excluded.service_id, excluded.id)",
    )
    .bind(row.id)
    .bind(row.token_hash.clone())
    .bind(row.author)
    .bind(row.service_id)
    .bind(clean(&row.label).into_owned())
    .bind(row.created_at)
    .bind(row.used_at)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

macro_rules! calendar_columns {
    () => {
        "id, token_hash, author, service_id, label, created_at, used_at"
    };
}

pub(in crate::store) async fn calendars(db: &mut Conn) -> Result<Vec<CalendarRow>> {
    let rows = query(concat!("SELECT ", calendar_columns!(), " FROM calendars ORDER BY created_at DESC, id DESC"))
        .fetch_all(db)
        .await?;
    all(&rows, calendar)
}

pub(in crate::store) async fn read_calendar(db: &mut Conn, token_hash: &[u8], now: i64) -> Result<Option<CalendarRow>> {
    let row = query(concat!("UPDATE calendars SET used_at = $2 WHERE token_hash = $1 RETURNING ", calendar_columns!()))
        .bind(token_hash.to_vec())
        .bind(now)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(calendar).transpose()
}

pub(in crate::store) async fn delete_calendar(db: &mut Conn, id: Uuid) -> Result<bool> {
    let done = query("DELETE FROM calendars WHERE id = $1").bind(id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

fn calendar(row: &Row) -> Result<CalendarRow> {
    Ok(CalendarRow {
        id: row.try_get("id")?,
        token_hash: row.try_get("token_hash")?,
        author: row.try_get("author")?,
        service_id: row.try_get("service_id")?,
        label: row.try_get("label")?,
        created_at: row.try_get("created_at")?,
        used_at: row.try_get("used_at")?,
    })
}

macro_rules! feed_columns {
    () => {
        "id, author, person_id, network_id, kind, label, url, zone, due_at, read_at, failed_at, fault, unknown"
    };
}

pub(super) async fn put_feed(db: &mut Conn, row: &FeedRow) -> Result<()> {
    query(concat!(
        "INSERT INTO feeds (",
        feed_columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, label = excluded.label, url = excluded.url, \
         zone = excluded.zone, due_at = excluded.due_at, leased_until = NULL, read_at = excluded.read_at, \
         failed_at = excluded.failed_at, fault = excluded.fault, unknown = excluded.unknown"
    ))
    .bind(row.id)
    .bind(row.author)
    .bind(row.person_id)
    .bind(row.network_id)
    .bind(row.kind.clone())
    .bind(clean(&row.label).into_owned())
    .bind(row.url.clone())
    .bind(row.zone.clone())
    .bind(row.due_at)
    .bind(row.read_at)
    .bind(row.failed_at)
    .bind(row.fault.clone())
    .bind(clean(&json(&row.unknown)?).into_owned())
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn delete_feed(db: &mut Conn, id: Uuid) -> Result<()> {
    query("DELETE FROM feeds WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}

pub(in crate::store) async fn feeds(db: &mut Conn) -> Result<Vec<FeedRow>> {
    let rows = query(concat!("SELECT ", feed_columns!(), " FROM feeds ORDER BY id")).fetch_all(db).await?;
    all(&rows, feed)
}

/// A lease that lies beyond the one that would be given is of a clock that was set back.
pub(in crate::store) async fn claim(db: &mut Conn, now: i64, leased_until: i64, limit: u32) -> Result<Vec<FeedRow>> {
    let mut sql = Sql::new("WITH due AS MATERIALIZED (SELECT id FROM feeds WHERE due_at <= ");
    sql.push_bind(now).push(" AND (leased_until IS NULL OR leased_until <= ").push_bind(now);
    sql.push(" OR leased_until > ").push_bind(leased_until);
    sql.push(") ORDER BY due_at, id LIMIT ").push_bind(i64::from(limit)).push(SKIP_LOCKED);
    sql.push(") UPDATE feeds SET leased_until = ").push_bind(leased_until);
    sql.push(concat!(" WHERE id IN (SELECT id FROM due) RETURNING ", feed_columns!()));
    all(&sql.build().fetch_all(db).await?, feed)
}

/// Ends the lease.
pub(in crate::store) async fn was_read(db: &mut Conn, read: &FeedRead) -> Result<()> {
    let sql = if read.fault.is_some() {
        "UPDATE feeds SET leased_until = NULL, due_at = $2, failed_at = $3, fault = $4, unknown = $5 WHERE id = $1"
    } else {
        "UPDATE feeds SET leased_until = NULL, due_at = $2, read_at = $3, failed_at = NULL, fault = $4, unknown = $5 \
         WHERE id = $1"
    };
    query(sql)
        .bind(read.id)
        .bind(read.due_at)
        .bind(read.at)
        .bind(read.fault.clone())
        .bind(clean(&json(&read.unknown)?).into_owned())
        .execute(db)
        .await?;
    Ok(())
}

fn feed(row: &Row) -> Result<FeedRow> {
    Ok(FeedRow {
        id: row.try_get("id")?,
        author: row.try_get("author")?,
        person_id: row.try_get("person_id")?,
        network_id: row.try_get("network_id")?,
        kind: row.try_get("kind")?,
        label: row.try_get("label")?,
        url: row.try_get("url")?,
        zone: row.try_get("zone")?,
        due_at: row.try_get("due_at")?,
        read_at: row.try_get("read_at")?,
        failed_at: row.try_get("failed_at")?,
        fault: row.try_get("fault")?,
        unknown: list(row, "unknown")?,
    })
}
