//! Drafts of rotas, their history, absences, and what people are told of their duties.

use super::{Conn, Result, Row, all, delivery, query};
use crate::app::ports::*;
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) async fn draft(db: &mut Conn, service: Uuid) -> Result<Option<DraftRow>> {
    let row =
        query("SELECT service_id, based_on, rev, body, author, updated_at FROM rota_drafts WHERE service_id = $1")
            .bind(service)
            .fetch_optional(db)
            .await?;
    row.map(|row| {
        Ok(DraftRow {
            service_id: row.try_get("service_id")?,
            based_on: row.try_get("based_on")?,
            rev: row.try_get("rev")?,
            body: row.try_get("body")?,
            author: row.try_get("author")?,
            updated_at: row.try_get("updated_at")?,
        })
    })
    .transpose()
}

/// Writes revision `row.rev` if the one before it is stored; the first one if there is none.
pub(in crate::store) async fn put_draft(db: &mut Conn, row: &DraftRow) -> Result<bool> {
    let sql = if row.rev == 1 {
        "INSERT INTO rota_drafts (service_id, based_on, rev, body, author, updated_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (service_id) DO NOTHING"
    } else {
        "UPDATE rota_drafts SET based_on = $2, rev = $3, body = $4, author = $5, updated_at = $6 \
         WHERE service_id = $1 AND rev = $3 - 1"
    };
    let done = query(sql)
        .bind(row.service_id)
        .bind(row.based_on)
        .bind(row.rev)
        .bind(row.body.clone())
        .bind(row.author)
        .bind(row.updated_at)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::store) async fn delete_draft(db: &mut Conn, service: Uuid, rev: i64) -> Result<bool> {
    let done =
        query("DELETE FROM rota_drafts WHERE service_id = $1 AND rev = $2").bind(service).bind(rev).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// The newest first.
pub(in crate::store) async fn rota_history(db: &mut Conn, service: Uuid, limit: u32) -> Result<Vec<RotaRow>> {
    let rows = query(
        "SELECT service_id, revision, body, author, published_at, note FROM rota_history WHERE service_id = $1 \
         ORDER BY revision DESC LIMIT $2",
    )
    .bind(service)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, rota)
}

pub(in crate::store) async fn rota_version(db: &mut Conn, service: Uuid, revision: i64) -> Result<Option<RotaRow>> {
    let row = query(
        "SELECT service_id, revision, body, author, published_at, note FROM rota_history \
         WHERE service_id = $1 AND revision = $2",
    )
    .bind(service)
    .bind(revision)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(rota).transpose()
}

pub(super) fn rota(row: &Row) -> Result<RotaRow> {
    Ok(RotaRow {
        service_id: row.try_get("service_id")?,
        revision: row.try_get("revision")?,
        body: row.try_get("body")?,
        author: row.try_get("author")?,
        published_at: row.try_get("published_at")?,
        note: row.try_get("note")?,
    })
}

pub(super) async fn absences(db: &mut Conn) -> Result<Vec<AbsenceRow>> {
    let rows = query(
        "SELECT id, person_id, kind, zone, from_wall, until_wall, author, written_at, feed_id FROM absences \
             ORDER BY id",
    )
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(AbsenceRow {
            id: row.try_get("id")?,
            person_id: row.try_get("person_id")?,
            kind: row.try_get("kind")?,
            zone: row.try_get("zone")?,
            from: row.try_get("from_wall")?,
            until: row.try_get("until_wall")?,
            author: row.try_get("author")?,
            written_at: row.try_get("written_at")?,
            feed_id: row.try_get("feed_id")?,
        })
    })
}

pub(super) async fn absence(db: &mut Conn, row: &AbsenceRow) -> Result<()> {
    query(
        "INSERT INTO absences (id, person_id, kind, zone, from_wall, until_wall, author, written_at, feed_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, zone = excluded.zone, from_wall = excluded.from_wall, \
         until_wall = excluded.until_wall, author = excluded.author, written_at = excluded.written_at, \
         feed_id = excluded.feed_id",
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.kind.clone())
    .bind(row.zone.clone())
    .bind(row.from.clone())
    .bind(row.until.clone())
    .bind(row.author)
    .bind(row.written_at)
    .bind(row.feed_id)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn delete_absence(db: &mut Conn, id: Uuid) -> Result<()> {
    query("DELETE FROM absences WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}

pub(super) async fn insert_duty_note(db: &mut Conn, row: &DutyNoteRow) -> Result<()> {
    query(
        "INSERT INTO duty_notes (id, person_id, service_id, at, author, body, seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.service_id)
    .bind(row.at)
    .bind(row.author)
    .bind(row.body.clone())
    .bind(row.seen_at)
    .execute(&mut *db)
    .await?;
    // In the same transaction: nobody's duties change in silence.
    delivery::queue(db, &[MessageRow::of_duty_note(row)]).await
}

pub(super) async fn settings(db: &mut Conn) -> Result<Vec<RotaSettingsRow>> {
    let rows = query("SELECT service_id, swaps_need_approval, notice_minutes FROM rota_settings ORDER BY service_id")
        .fetch_all(db)
        .await?;
    all(&rows, |row| {
        Ok(RotaSettingsRow {
            service_id: row.try_get("service_id")?,
            swaps_need_approval: row.try_get("swaps_need_approval")?,
            notice_minutes: row.try_get("notice_minutes")?,
        })
    })
}

pub(super) async fn put_settings(db: &mut Conn, row: &RotaSettingsRow) -> Result<()> {
    query(
        "INSERT INTO rota_settings (service_id, swaps_need_approval, notice_minutes) VALUES ($1, $2, $3) \
         ON CONFLICT (service_id) DO UPDATE SET swaps_need_approval = excluded.swaps_need_approval, \
         notice_minutes = excluded.notice_minutes",
    )
    .bind(row.service_id)
    .bind(row.swaps_need_approval)
    .bind(row.notice_minutes)
    .execute(db)
    .await?;
    Ok(())
}

/// The newest first.
pub(in crate::store) async fn duty_notes(db: &mut Conn, person: Uuid, limit: u32) -> Result<Vec<DutyNoteRow>> {
    let rows = query(
        "SELECT id, person_id, service_id, at, author, body, seen_at FROM duty_notes WHERE person_id = $1 \
         ORDER BY at DESC, id DESC LIMIT $2",
    )
    .bind(person)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(DutyNoteRow {
            id: row.try_get("id")?,
            person_id: row.try_get("person_id")?,
            service_id: row.try_get("service_id")?,
            at: row.try_get("at")?,
            author: row.try_get("author")?,
            body: row.try_get("body")?,
            seen_at: row.try_get("seen_at")?,
        })
    })
}

/// Whatever was told until `until` and not seen.
pub(in crate::store) async fn see_duty_notes(db: &mut Conn, person: Uuid, until: i64, at: i64) -> Result<u64> {
    let done = query("UPDATE duty_notes SET seen_at = $3 WHERE person_id = $1 AND at <= $2 AND seen_at IS NULL")
        .bind(person)
        .bind(until)
        .bind(at)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}
