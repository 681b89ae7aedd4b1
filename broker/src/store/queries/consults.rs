//! Snapshots of consults, and what is counted from them.

use super::{Conn, Result, Row, Sql, all, ids, query};
use crate::{
    app::ports::{ConsultFilter, CourseRow, SnapshotRow, StateCountRow, WorkloadRow},
    store::fold::clean,
};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, seq, state, urgency, is_open, service_id, network_id, hospital_id, requester, specialist, created_at, \
         state_since, next_deadline, label, taken_over_at, ended_at, purged_at, is_queued, asked_at, accepted_at, \
         declines, is_escalated, was_unanswered, is_test, detail"
    };
}

pub(in crate::store) async fn snapshot(db: &mut Conn, consult_id: Uuid) -> Result<Option<SnapshotRow>> {
    let row = query(concat!("SELECT ", columns!(), " FROM consults WHERE id = $1"))
        .bind(consult_id)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::store) async fn snapshots(db: &mut Conn, filter: &ConsultFilter) -> Result<Vec<SnapshotRow>> {
    let mut sql = Sql::new(concat!("SELECT ", columns!(), " FROM consults WHERE (1 = 0"));
    if let Some(hospital) = filter.hospital {
        sql.push(" OR hospital_id = ").push_bind(hospital);
    }
    if !filter.networks.is_empty() {
        sql.push(" OR network_id IN (");
        let mut networks = sql.separated(", ");
        filter.networks.iter().for_each(|network| {
            networks.push_bind(*network);
        });
        sql.push(")");
    }
    if let Some(person) = filter.person {
        sql.push(" OR id IN (SELECT consult_id FROM consult_people WHERE person_id = ").push_bind(person).push(")");
    }
    sql.push(") AND purged_at IS NULL");
    if filter.open_only {
        sql.push(" AND is_open = ").push_bind(true);
    }
    sql.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(filter.limit));
    all(&sql.build().fetch_all(db).await?, read)
}

/// Changed after `since`, with a specialist, the newest first.
pub(in crate::store) async fn since(db: &mut Conn, since: i64, limit: u32) -> Result<Vec<SnapshotRow>> {
    let rows = query(concat!(
        "SELECT ",
        columns!(),
        " FROM consults WHERE state_since > $1 AND specialist IS NOT NULL AND purged_at IS NULL \
         ORDER BY state_since DESC, id DESC LIMIT $2"
    ))
    .bind(since)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    all(&rows, read)
}

/// How many open consults stand in each state, and since when the oldest does.
pub(in crate::store) async fn open_states(db: &mut Conn) -> Result<Vec<StateCountRow>> {
    let rows =
        query("SELECT state, COUNT(*) AS n, MIN(state_since) AS oldest FROM consults WHERE is_open GROUP BY state")
            .fetch_all(db)
            .await?;
    all(&rows, |row| {
        Ok(StateCountRow { state: row.try_get("state")?, count: row.try_get("n")?, oldest: row.try_get("oldest")? })
    })
}

pub(in crate::store) async fn workload(
    db: &mut Conn,
    callouts_since: i64,
    occupying: &[String],
) -> Result<Vec<WorkloadRow>> {
    let mut sql = Sql::new(
        "SELECT person_id, CAST(SUM(open_consult) AS BIGINT) AS open_consults, \
         CAST(SUM(occupies) AS BIGINT) AS occupied_by, CAST(SUM(callout) AS BIGINT) AS callouts \
         FROM (SELECT specialist AS person_id, 1 AS open_consult, CASE WHEN state IN (",
    );
    let mut states = sql.separated(", ");
    occupying.iter().for_each(|state| {
        states.push_bind(state.clone());
    });
    sql.push(
        ") THEN 1 ELSE 0 END AS occupies, 0 AS callout FROM consults WHERE specialist IS NOT NULL AND is_open \
         AND state IN ('accepted', 'in_session', 'reporting') \
         UNION ALL SELECT person_id, 0, 0, 1 FROM consult_people WHERE relation = 'specialist' AND since >= ",
    );
    sql.push_bind(callouts_since).push(") AS work GROUP BY person_id ORDER BY person_id");
    let rows = sql.build().fetch_all(db).await?;
    let count =
        |row: &Row, column: &str| -> Result<u32> { Ok(row.try_get::<i64, _>(column)?.try_into().unwrap_or(u32::MAX)) };
    all(&rows, |row| {
        Ok(WorkloadRow {
            person_id: row.try_get("person_id")?,
            open_consults: count(row, "open_consults")?,
            occupied_by: count(row, "occupied_by")?,
            callouts: count(row, "callouts")?,
        })
    })
}

pub(in crate::store) async fn queued(db: &mut Conn, service_id: Uuid) -> Result<Vec<Uuid>> {
    let rows = query(
        "SELECT id FROM consults WHERE service_id = $1 AND is_queued AND state = 'unanswered' ORDER BY created_at, id",
    )
    .bind(service_id)
    .fetch_all(db)
    .await?;
    ids(&rows)
}

pub(in crate::store) async fn by_label(db: &mut Conn, label: &str) -> Result<Vec<Uuid>> {
    let rows = query("SELECT id FROM consults WHERE label = $1 ORDER BY created_at DESC, id DESC")
        .bind(clean(label.trim()).to_ascii_uppercase())
        .fetch_all(db)
        .await?;
    ids(&rows)
}

pub(in crate::store) async fn page(db: &mut Conn, after: Option<Uuid>, limit: u32) -> Result<Vec<(Uuid, i64)>> {
    let mut sql = Sql::new("SELECT id, seq FROM consults");
    if let Some(after) = after {
        sql.push(" WHERE id > ").push_bind(after);
    }
    sql.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
    all(&sql.build().fetch_all(db).await?, |row| Ok((row.try_get(0)?, row.try_get(1)?)))
}

fn read(row: &Row) -> Result<SnapshotRow> {
    Ok(SnapshotRow {
        consult_id: row.try_get("id")?,
        seq: row.try_get("seq")?,
        state: row.try_get("state")?,
        urgency: row.try_get("urgency")?,
        is_open: row.try_get("is_open")?,
        service_id: row.try_get("service_id")?,
        network_id: row.try_get("network_id")?,
        hospital_id: row.try_get("hospital_id")?,
        requester: row.try_get("requester")?,
        specialist: row.try_get("specialist")?,
        created_at: row.try_get("created_at")?,
        state_since: row.try_get("state_since")?,
        next_deadline: row.try_get("next_deadline")?,
        label: row.try_get("label")?,
        taken_over_at: row.try_get("taken_over_at")?,
        ended_at: row.try_get("ended_at")?,
        purged_at: row.try_get("purged_at")?,
        is_queued: row.try_get("is_queued")?,
        course: CourseRow {
            asked_at: row.try_get("asked_at")?,
            accepted_at: row.try_get("accepted_at")?,
            declines: row.try_get("declines")?,
            escalated: row.try_get("is_escalated")?,
            unanswered: row.try_get("was_unanswered")?,
            is_test: row.try_get("is_test")?,
        },
        detail: row.try_get("detail")?,
    })
}
