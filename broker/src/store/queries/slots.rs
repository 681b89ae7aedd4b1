//! Slots that are held, and how services let themselves be booked.

use super::{Conn, Result, all, query};
use crate::app::ports::*;
use sqlx::Row as _;
use uuid::Uuid;

/// What ends after `after`. The caller holds one state of the database over both statements.
pub(in crate::store) async fn bookings(db: &mut Conn, after: i64) -> Result<BookingsRead> {
    let rows = query(
        "SELECT consult_id, person_id, service_id, starts_at, ends_at, busy_from, busy_until FROM bookings \
         WHERE busy_until > $1 ORDER BY starts_at, person_id",
    )
    .bind(after)
    .fetch_all(&mut *db)
    .await?;
    let bookings = all(&rows, |row| {
        Ok(BookingRow {
            consult_id: row.try_get("consult_id")?,
            person_id: row.try_get("person_id")?,
            service_id: row.try_get("service_id")?,
            starts_at: row.try_get("starts_at")?,
            ends_at: row.try_get("ends_at")?,
            busy_from: row.try_get("busy_from")?,
            busy_until: row.try_get("busy_until")?,
        })
    })?;
    let rows = query("SELECT person_id, rev FROM schedules ORDER BY person_id").fetch_all(db).await?;
    let schedules = all(&rows, |row| Ok((row.try_get(0)?, row.try_get(1)?)))?;
    Ok(BookingsRead { bookings, schedules })
}

/// `false` when somebody else booked the person meanwhile; the caller rolls back. The schedule's row is locked before
/// anything is decided upon it, so of two at once the second one sees the first one's.
pub(super) async fn write(db: &mut Conn, consult_id: Uuid, write: &BookingWrite) -> Result<bool> {
    free(db, consult_id).await?;
    let BookingWrite::Hold { row, schedule_rev } = write else { return Ok(true) };
    let sql = if *schedule_rev == 0 {
        "INSERT INTO schedules (person_id, rev) VALUES ($1, $2) ON CONFLICT (person_id) DO NOTHING"
    } else {
        "UPDATE schedules SET rev = $2 WHERE person_id = $1 AND rev = $2 - 1"
    };
    if query(sql).bind(row.person_id).bind(*schedule_rev + 1).execute(&mut *db).await?.rows_affected() != 1 {
        return Ok(false);
    }
    let held = query(
        "INSERT INTO bookings (consult_id, person_id, service_id, starts_at, ends_at, busy_from, busy_until) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(consult_id)
    .bind(row.person_id)
    .bind(row.service_id)
    .bind(row.starts_at)
    .bind(row.ends_at)
    .bind(row.busy_from)
    .bind(row.busy_until)
    .execute(db)
    .await?;
    Ok(held.rows_affected() == 1)
}

pub(super) async fn free(db: &mut Conn, consult_id: Uuid) -> Result<()> {
    query("DELETE FROM bookings WHERE consult_id = $1").bind(consult_id).execute(db).await?;
    Ok(())
}

pub(super) async fn rules(db: &mut Conn) -> Result<Vec<BookingRulesRow>> {
    let rows = query("SELECT service_id, body, author, written_at FROM booking_rules ORDER BY service_id")
        .fetch_all(db)
        .await?;
    all(&rows, |row| {
        Ok(BookingRulesRow {
            service_id: row.try_get("service_id")?,
            body: row.try_get("body")?,
            author: row.try_get("author")?,
            written_at: row.try_get("written_at")?,
        })
    })
}

pub(super) async fn put_rules(db: &mut Conn, row: &BookingRulesRow) -> Result<()> {
    query(
        "INSERT INTO booking_rules (service_id, body, author, written_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (service_id) DO UPDATE SET body = excluded.body, author = excluded.author, \
         written_at = excluded.written_at",
    )
    .bind(row.service_id)
    .bind(row.body.clone())
    .bind(row.author)
    .bind(row.written_at)
    .execute(db)
    .await?;
    Ok(())
}
