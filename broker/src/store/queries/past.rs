//! What the matching reads of the past.

use super::{Conn, Result, Sql, all, query};
use crate::app::ports::{AnswerTimeRow, PositionedEvent, StayRow};
use sqlx::Row as _;
use uuid::Uuid;

/// People in one statement: SQLite binds 32,766 values.
const AT_ONCE: usize = 500;

/// Milliseconds from the first ring to the accept.
pub(in crate::store) async fn answer_times(
    db: &mut Conn,
    service: Uuid,
    people: &[Uuid],
    since: i64,
) -> Result<Vec<AnswerTimeRow>> {
    let mut found = Vec::new();
    for people in people.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT a.person_id AS person_id, a.since - r.since AS took FROM consult_people AS a \
             JOIN consult_people AS r ON r.consult_id = a.consult_id AND r.person_id = a.person_id \
             AND r.relation = 'rung' JOIN consults AS c ON c.id = a.consult_id WHERE a.relation = 'specialist' \
             AND c.service_id = ",
        );
        sql.push_bind(service).push(" AND a.since >= ").push_bind(since).push(" AND a.person_id IN (");
        bind(&mut sql, people);
        sql.push(") ORDER BY a.person_id, took");
        let rows = sql.build().fetch_all(&mut *db).await?;
        found.extend(all(&rows, |row| {
            Ok(AnswerTimeRow { person_id: row.try_get("person_id")?, took: row.try_get("took")? })
        })?);
    }
    Ok(found)
}

/// Comings and goings.
pub(in crate::store) async fn stays(db: &mut Conn, people: &[Uuid], since: i64) -> Result<Vec<StayRow>> {
    let mut found = Vec::new();
    for people in people.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT consult_id, actor, kind, recorded_at FROM consult_events WHERE kind IN ('joined', 'left') \
             AND recorded_at >= ",
        );
        sql.push_bind(since).push(" AND actor IN (");
        bind(&mut sql, people);
        sql.push(") ORDER BY actor, recorded_at, position");
        let rows = sql.build().fetch_all(&mut *db).await?;
        found.extend(all(&rows, |row| {
            Ok(StayRow {
                consult_id: row.try_get("consult_id")?,
                person_id: row.try_get("actor")?,
                came: row.try_get::<String, _>("kind")? == "joined",
                at: row.try_get("recorded_at")?,
            })
        })?);
    }
    Ok(found)
}

fn bind(sql: &mut Sql, people: &[Uuid]) {
    let mut list = sql.separated(", ");
    people.iter().for_each(|person| {
        list.push_bind(*person);
    });
}

/// The last rankings of a service that were not purged, the newest first.
pub(in crate::store) async fn matches(db: &mut Conn, service: Uuid, limit: u32) -> Result<Vec<PositionedEvent>> {
    let rows = query(
        "SELECT e.consult_id, e.position, e.seq, e.recorded_at, e.actor, e.version, e.kind, e.body, e.salt, \
         e.commitment, e.hash FROM consult_events AS e JOIN consults AS c ON c.id = e.consult_id \
         WHERE e.kind = 'matched' AND e.body IS NOT NULL AND c.service_id = $1 ORDER BY e.position DESC LIMIT $2",
    )
    .bind(service)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, |row| {
        Ok(PositionedEvent {
            position: row.try_get("position")?,
            consult_id: row.try_get("consult_id")?,
            event: super::log::event(row)?,
        })
    })
}

/// That a consult reached a neighbouring network's people; the first time counts.
pub(in crate::store) async fn overflowed(db: &mut Conn, consult: Uuid, service: Uuid, since: i64) -> Result<()> {
    query(
        "INSERT INTO overflows (consult_id, service_id, since) VALUES ($1, $2, $3) ON CONFLICT (consult_id) DO NOTHING",
    )
    .bind(consult)
    .bind(service)
    .bind(since)
    .execute(db)
    .await?;
    Ok(())
}

/// Other consults of the service `from` that reached people of `to` since then.
pub(in crate::store) async fn overflows(db: &mut Conn, from: Uuid, to: Uuid, since: i64, except: Uuid) -> Result<i64> {
    let row = query(
        "SELECT COUNT(*) FROM overflows AS o JOIN consults AS c ON c.id = o.consult_id \
         WHERE o.service_id = $1 AND o.since >= $2 AND c.service_id = $3 AND o.consult_id <> $4",
    )
    .bind(to)
    .bind(since)
    .bind(from)
    .bind(except)
    .fetch_one(db)
    .await?;
    Ok(row.try_get(0)?)
}
