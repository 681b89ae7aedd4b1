//! What is counted over all consults, purged ones as well.

use super::{Conn, Result, Row, Sql, all, planning, query};
use crate::app::ports::*;
use sqlx::Row as _;
use uuid::Uuid;

/// Percentiles are exact, by nearest rank ([`AnswerRow::median_ms`]): times are numbered in their order within each
/// group, those that never came behind all others, and the one with the right number is taken.
pub(in crate::store) async fn answers(db: &mut Conn, filter: &ReportFilter, by: ReportBy) -> Result<Vec<AnswerRow>> {
    let mut sql = Sql::new("WITH asked AS (SELECT service_id, state, declines, is_escalated, was_unanswered, ");
    sql.push(match by {
        ReportBy::Urgency => "urgency",
        ReportBy::Hospital => "hospital_id",
    });
    sql.push(" AS grouped, accepted_at - asked_at AS took FROM consults WHERE ");
    counted(&mut sql, filter, "asked_at");
    sql.push(
        "), placed AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY service_id, grouped ORDER BY took IS NULL, took) AS \
         place, COUNT(took) OVER (PARTITION BY service_id, grouped) AS n FROM asked) \
         SELECT service_id, grouped, COUNT(*) AS asked, COUNT(took) AS accepted, \
         CAST(SUM(CASE WHEN declines > 0 THEN 1 ELSE 0 END) AS BIGINT) AS declined, \
         CAST(SUM(CASE WHEN is_escalated THEN 1 ELSE 0 END) AS BIGINT) AS escalated, \
         CAST(SUM(CASE WHEN was_unanswered THEN 1 ELSE 0 END) AS BIGINT) AS unanswered, \
         CAST(SUM(CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END) AS BIGINT) AS cancelled, \
         MIN(CASE WHEN place = (50 * n + 99) / 100 THEN took END) AS median_ms, \
         MIN(CASE WHEN place = (95 * n + 99) / 100 THEN took END) AS p95_ms \
         FROM placed GROUP BY service_id, grouped ORDER BY service_id, grouped",
    );
    all(&sql.build().fetch_all(db).await?, |row| answer(row, by))
}

fn answer(row: &Row, by: ReportBy) -> Result<AnswerRow> {
    Ok(AnswerRow {
        service_id: row.try_get("service_id")?,
        urgency: (by == ReportBy::Urgency).then(|| row.try_get("grouped")).transpose()?,
        hospital_id: (by == ReportBy::Hospital).then(|| row.try_get("grouped")).transpose()?,
        asked: row.try_get("asked")?,
        accepted: row.try_get("accepted")?,
        declined: row.try_get("declined")?,
        escalated: row.try_get("escalated")?,
        unanswered: row.try_get("unanswered")?,
        cancelled: row.try_get("cancelled")?,
        median_ms: row.try_get("median_ms")?,
        p95_ms: row.try_get("p95_ms")?,
    })
}

/// By the person who has, or had last, the consult: who accepted it before is not known after the purge.
pub(in crate::store) async fn call_outs(db: &mut Conn, filter: &ReportFilter) -> Result<Vec<CallOutRow>> {
    let mut sql = Sql::new("SELECT service_id, specialist, COUNT(*) AS n FROM consults WHERE ");
    counted(&mut sql, filter, "accepted_at");
    sql.push(" AND specialist IS NOT NULL GROUP BY service_id, specialist ORDER BY service_id, specialist");
    all(&sql.build().fetch_all(db).await?, |row| {
        Ok(CallOutRow {
            service_id: row.try_get("service_id")?,
            person_id: row.try_get("specialist")?,
            count: row.try_get("n")?,
        })
    })
}

fn counted(sql: &mut Sql, filter: &ReportFilter, at: &'static str) {
    sql.push("NOT is_test AND ").push(at).push(" >= ").push_bind(filter.from);
    sql.push(" AND ").push(at).push(" < ").push_bind(filter.until).push(" AND (1 = 0");
    for network in &filter.networks {
        sql.push(" OR network_id = ").push_bind(*network);
    }
    sql.push(")");
}

/// From the last one that is known to have been in force at `from` to the last one before what is known to have come later:
/// those of unknown time lie between.
pub(in crate::store) async fn rotas_in_force(
    db: &mut Conn,
    service: Uuid,
    from: i64,
    until: i64,
) -> Result<Vec<RotaRow>> {
    let rows = query(
        "SELECT service_id, revision, body, author, published_at, note FROM rota_history WHERE service_id = $1 \
         AND revision >= COALESCE((SELECT MAX(revision) FROM rota_history WHERE service_id = $1 \
         AND published_at <= $2), 0) AND NOT EXISTS (SELECT 1 FROM rota_history later WHERE later.service_id = $1 \
         AND later.published_at >= $3 AND later.revision <= rota_history.revision) ORDER BY revision",
    )
    .bind(service)
    .bind(from)
    .bind(until)
    .fetch_all(db)
    .await?;
    all(&rows, planning::rota)
}
