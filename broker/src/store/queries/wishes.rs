//! Wishes, and what a rota is planned by.

use super::{Conn, Result, Row, all, query};
use crate::app::ports::*;
use sqlx::Row as _;
use uuid::Uuid;

pub(in crate::store) async fn planning_rules(db: &mut Conn, service: Uuid) -> Result<Option<PlanningRulesRow>> {
    let row = query("SELECT service_id, rev, body, author, updated_at FROM planning_rules WHERE service_id = $1")
        .bind(service)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(PlanningRulesRow {
            service_id: row.try_get("service_id")?,
            rev: row.try_get("rev")?,
            body: row.try_get("body")?,
            author: row.try_get("author")?,
            updated_at: row.try_get("updated_at")?,
        })
    })
    .transpose()
}

/// Writes revision `row.rev` if the one before it is stored; the first one if there is none.
pub(in crate::store) async fn put_planning_rules(db: &mut Conn, row: &PlanningRulesRow) -> Result<bool> {
    let sql = if row.rev == 1 {
        "INSERT INTO planning_rules (service_id, rev, body, author, updated_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (service_id) DO NOTHING"
    } else {
        "UPDATE planning_rules SET rev = $2, body = $3, author = $4, updated_at = $5 \
         WHERE service_id = $1 AND rev = $2 - 1"
    };
    let done = query(sql)
        .bind(row.service_id)
        .bind(row.rev)
        .bind(row.body.clone())
        .bind(row.author)
        .bind(row.updated_at)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Of everybody, from the day `from` to the one before `until`, by person and day.
pub(in crate::store) async fn of_service(
    db: &mut Conn,
    service: Uuid,
    from: &str,
    until: &str,
) -> Result<Vec<WishRow>> {
    let rows = query(
        "SELECT service_id, person_id, day, kind, author, written_at FROM wishes \
         WHERE service_id = $1 AND day >= $2 AND day < $3 ORDER BY person_id, day",
    )
    .bind(service)
    .bind(from.to_owned())
    .bind(until.to_owned())
    .fetch_all(db)
    .await?;
    all(&rows, wish)
}

/// Of one person for all services, by service and day.
pub(in crate::store) async fn of_person(db: &mut Conn, person: Uuid, from: &str, until: &str) -> Result<Vec<WishRow>> {
    let rows = query(
        "SELECT service_id, person_id, day, kind, author, written_at FROM wishes \
         WHERE person_id = $1 AND day >= $2 AND day < $3 ORDER BY service_id, day",
    )
    .bind(person)
    .bind(from.to_owned())
    .bind(until.to_owned())
    .fetch_all(db)
    .await?;
    all(&rows, wish)
}

pub(in crate::store) async fn put(db: &mut Conn, write: &WishWrite) -> Result<()> {
    query("DELETE FROM wishes WHERE service_id = $1 AND person_id = $2 AND (day >= $3 AND day < $4 OR day < $5)")
        .bind(write.service_id)
        .bind(write.person_id)
        .bind(write.from.clone())
        .bind(write.until.clone())
        .bind(write.kept_from.clone())
        .execute(&mut *db)
        .await?;
    for row in &write.rows {
        query(
            "INSERT INTO wishes (service_id, person_id, day, kind, author, written_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(row.service_id)
        .bind(row.person_id)
        .bind(row.day.clone())
        .bind(row.kind.clone())
        .bind(row.author)
        .bind(row.written_at)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

fn wish(row: &Row) -> Result<WishRow> {
    Ok(WishRow {
        service_id: row.try_get("service_id")?,
        person_id: row.try_get("person_id")?,
        day: row.try_get("day")?,
        kind: row.try_get("kind")?,
        author: row.try_get("author")?,
        written_at: row.try_get("written_at")?,
    })
}
