//! The event log, by consult and by position.

use super::{Conn, Result, Row, all, query};
use crate::app::ports::{EventRow, PositionedEvent, RepoError};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "seq, recorded_at, actor, version, kind, body, salt, commitment, hash"
    };
}

pub(in crate::store) async fn load(db: &mut Conn, consult_id: Uuid) -> Result<Option<Vec<EventRow>>> {
    let rows = query(concat!("SELECT ", columns!(), " FROM consult_events WHERE consult_id = $1 ORDER BY seq"))
        .bind(consult_id)
        .fetch_all(db)
        .await?;
    (!rows.is_empty()).then(|| all(&rows, event)).transpose()
}

pub(in crate::store) async fn events_after(db: &mut Conn, position: i64, limit: u32) -> Result<Vec<PositionedEvent>> {
    let rows = query(concat!(
        "SELECT position, consult_id, ",
        columns!(),
        " FROM consult_events WHERE position > $1 ORDER BY position LIMIT $2"
    ))
    .bind(position)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(PositionedEvent {
            position: row.try_get("position")?,
            consult_id: row.try_get("consult_id")?,
            event: event(row)?,
        })
    })
}

pub(in crate::store) async fn first_missing(db: &mut Conn) -> Result<Option<i64>> {
    let row = query(
        "SELECT MIN(expected.position) FROM (SELECT 1 AS position UNION ALL SELECT position + 1 FROM consult_events) \
         AS expected WHERE expected.position <= (SELECT value FROM counters WHERE name = 'log') \
         AND NOT EXISTS (SELECT 1 FROM consult_events e WHERE e.position = expected.position)",
    )
    .fetch_one(db)
    .await?;
    Ok(row.try_get(0)?)
}

pub(super) fn event(row: &Row) -> Result<EventRow> {
    let version: i64 = row.try_get("version")?;
    Ok(EventRow {
        seq: row.try_get("seq")?,
        at: row.try_get("recorded_at")?,
        actor: row.try_get("actor")?,
        version: version.try_into().map_err(|_| RepoError::Broken("an event's version is out of range".into()))?,
        kind: row.try_get("kind")?,
        body: row.try_get("body")?,
        salt: row.try_get("salt")?,
        commitment: row.try_get("commitment")?,
        hash: row.try_get("hash")?,
    })
}
