//! Snapshots of consults, and what is counted from them.

use super::{Conn, Result, Row, Sql, all, query};
use crate::app::ports::{ConsultFilter, SnapshotRow, WorkloadRow};
use sqlx::Row as _;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, seq, state, urgency, is_open, service_id, network_id, hospital_id, requester, specialist, created_at, \
         state_since, next_deadline, detail"
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
    sql.push(")");
    if filter.open_only {
        sql.push(" AND is_open = ").push_bind(true);
    }
    sql.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(filter.limit));
    all(&sql.build().fetch_all(db).await?, read)
}

pub(in crate::store) async fn workload(db: &mut Conn, callouts_since: i64) -> Result<Vec<WorkloadRow>> {
    let rows = query(
        "SELECT person_id, CAST(SUM(open_consult) AS BIGINT) AS open_consults, CAST(SUM(callout) AS BIGINT) AS callouts \
         FROM (SELECT specialist AS person_id, 1 AS open_consult, 0 AS callout FROM consults \
         WHERE specialist IS NOT NULL AND is_open = $1 \
         AND state IN ('accepted', 'in_session', 'reporting') \
         UNION ALL SELECT person_id, 0, 1 FROM consult_people WHERE relation = 'specialist' AND since >= $2) AS work \
         GROUP BY person_id ORDER BY person_id",
    )
    .bind(true)
    .bind(callouts_since)
    .fetch_all(db)
    .await?;
    let count =
        |row: &Row, column: &str| -> Result<u32> { Ok(row.try_get::<i64, _>(column)?.try_into().unwrap_or(u32::MAX)) };
    all(&rows, |row| {
        Ok(WorkloadRow {
            person_id: row.try_get("person_id")?,
            open_consults: count(row, "open_consults")?,
            callouts: count(row, "callouts")?,
        })
    })
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
        detail: row.try_get("detail")?,
    })
}
