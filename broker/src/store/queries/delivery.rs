//! Messages on their way to people.

use super::{Conn, Result, Row, SKIP_LOCKED, Sql, all, query};
use crate::app::ports::{MessageEnd, MessageRow};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, person_id, consult_id, kind, body, course, rev, queued_at, ended_at, answered_on, next_at"
    };
}

/// What belongs to no consult is kept for 90 days. More tells for longer who was told what and when; less leaves less to
/// look into after a complaint.
pub(super) const KEPT_MS: i64 = 90 * 24 * 3600 * 1000;

/// A ring, alarm or note is queued once, however often its decision is repeated.
pub(in crate::store) async fn queue(db: &mut Conn, rows: &[MessageRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(concat!("INSERT INTO messages (", columns!(), ") "));
    sql.push_values(rows, |mut values, row| {
        values.push_bind(row.id).push_bind(row.person_id).push_bind(row.consult_id).push_bind(row.kind.clone());
        values.push_bind(row.body.clone()).push_bind(row.course.clone()).push_bind(row.rev).push_bind(row.queued_at);
        values.push_bind(row.ended_at).push_bind(row.answered_on.clone()).push_bind(row.next_at);
    });
    sql.push(" ON CONFLICT (id) DO NOTHING").build().execute(db).await?;
    Ok(())
}

/// Ends their use. The first end counts; whoever works on one finds another revision and looks again.
pub(super) async fn end(db: &mut Conn, ends: &[MessageEnd]) -> Result<()> {
    for end in ends {
        query(
            "UPDATE messages SET ended_at = $2, answered_on = $3, next_at = $2, rev = rev + 1, lease_node = NULL, \
             lease_until = NULL WHERE id = $1 AND ended_at IS NULL",
        )
        .bind(end.id)
        .bind(end.at)
        .bind(end.answered_on.clone())
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// See [`super::deadlines::claim`].
pub(in crate::store) async fn claim(
    db: &mut Conn,
    now: i64,
    lease_until: i64,
    node: &str,
    limit: u32,
) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new("WITH due AS MATERIALIZED (SELECT id FROM messages WHERE next_at <= ");
    sql.push_bind(now).push(" AND (lease_until IS NULL OR lease_until <= ").push_bind(now);
    sql.push(" OR lease_until > ").push_bind(lease_until);
    sql.push(") ORDER BY next_at, id LIMIT ").push_bind(i64::from(limit)).push(SKIP_LOCKED);
    sql.push(") UPDATE messages SET lease_node = ").push_bind(node.to_owned());
    sql.push(", lease_until = ").push_bind(lease_until);
    sql.push(" WHERE id IN (SELECT id FROM due) RETURNING next_at, id");
    let mut claimed = Vec::new();
    for row in sql.build().fetch_all(db).await? {
        claimed.push((row.try_get::<i64, _>(0)?, row.try_get::<Uuid, _>(1)?));
    }
    claimed.sort_unstable();
    Ok(claimed.into_iter().map(|(_, id)| id).collect())
}

pub(in crate::store) async fn message(db: &mut Conn, id: Uuid) -> Result<Option<MessageRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM messages WHERE id = $1")).bind(id).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn save(db: &mut Conn, row: &MessageRow) -> Result<bool> {
    let saved = query(
        "UPDATE messages SET course = $3, next_at = $4, rev = rev + 1, lease_node = NULL, lease_until = NULL \
         WHERE id = $1 AND rev = $2",
    )
    .bind(row.id)
    .bind(row.rev)
    .bind(row.course.clone())
    .bind(row.next_at)
    .execute(db)
    .await?;
    Ok(saved.rows_affected() == 1)
}

pub(in crate::store) async fn earliest(db: &mut Conn) -> Result<Option<i64>> {
    let row = query("SELECT MIN(next_at) FROM messages WHERE next_at IS NOT NULL").fetch_one(db).await?;
    Ok(row.try_get(0)?)
}

pub(in crate::store) async fn of_consult(db: &mut Conn, consult_id: Uuid, kind: &str) -> Result<Vec<MessageRow>> {
    let rows = query(concat!(
        "SELECT ",
        columns!(),
        " FROM messages WHERE consult_id = $1 AND kind = $2 ORDER BY queued_at, id"
    ))
    .bind(consult_id)
    .bind(kind.to_owned())
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

/// The first answer stays; it comes back.
pub(in crate::store) async fn keep_answer(db: &mut Conn, message_id: Uuid, answer: &str, at: i64) -> Result<String> {
    query(
        "INSERT INTO link_answers (message_id, answer, answered_at) VALUES ($1, $2, $3) \
         ON CONFLICT (message_id) DO NOTHING",
    )
    .bind(message_id)
    .bind(answer.to_owned())
    .bind(at)
    .execute(&mut *db)
    .await?;
    let row = query("SELECT answer FROM link_answers WHERE message_id = $1").bind(message_id).fetch_one(db).await?;
    Ok(row.try_get(0)?)
}

/// Everything of a consult goes with its purge.
pub(super) async fn purge(db: &mut Conn, consult_id: Uuid) -> Result<()> {
    query("DELETE FROM link_answers WHERE message_id IN (SELECT id FROM messages WHERE consult_id = $1)")
        .bind(consult_id)
        .execute(&mut *db)
        .await?;
    query("DELETE FROM messages WHERE consult_id = $1").bind(consult_id).execute(db).await?;
    Ok(())
}

/// What belongs to no consult and was queued before.
pub(super) async fn sweep(db: &mut Conn, before: i64) -> Result<()> {
    query("DELETE FROM messages WHERE consult_id IS NULL AND queued_at < $1").bind(before).execute(&mut *db).await?;
    query("DELETE FROM self_tests WHERE started_at < $1").bind(before).execute(db).await?;
    Ok(())
}

fn read(row: &Row) -> Result<MessageRow> {
    Ok(MessageRow {
        id: row.try_get("id")?,
        person_id: row.try_get("person_id")?,
        consult_id: row.try_get("consult_id")?,
        kind: row.try_get("kind")?,
        body: row.try_get("body")?,
        course: row.try_get("course")?,
        rev: row.try_get("rev")?,
        queued_at: row.try_get("queued_at")?,
        ended_at: row.try_get("ended_at")?,
        answered_on: row.try_get("answered_on")?,
        next_at: row.try_get("next_at")?,
    })
}
