//! `/api/reports/…`, each as JSON and as a table for office programs.

use super::file::csv;
use crate::http::caller::Caller;
use crate::http::extract::{Json, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::response::IntoResponse;
use schemas::reports::{AnswerLine, CoverageLine, DutyLine, ReportQuery, YearQuery};

/// How the consults of the caller's networks were answered, by service and urgency.
#[utoipa::path(
    get, path = "/api/reports/answers", tag = "reports", operation_id = "answerReport", params(ReportQuery),
    responses((status = 200, body = Vec<AnswerLine>))
)]
pub(super) async fn answers(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<ReportQuery>,
) -> Result<Json<Vec<AnswerLine>>, Fault> {
    Ok(Json(edge.app.answer_report(&caller.actor, &query).await?))
}

/// The same as CSV.
#[utoipa::path(
    get, path = "/api/reports/answers.csv", tag = "reports", operation_id = "answerTable", params(ReportQuery),
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub(super) async fn answers_csv(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<ReportQuery>,
) -> Result<impl IntoResponse, Fault> {
    csv(edge.app.answer_table(&caller.actor, &query).await?)
}

/// Which house was covered by whom, by quarter of a year (KHVVG).
#[utoipa::path(
    get, path = "/api/reports/coverage", tag = "reports", operation_id = "coverageReport", params(YearQuery),
    responses((status = 200, body = Vec<CoverageLine>))
)]
pub(super) async fn coverage(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<YearQuery>,
) -> Result<Json<Vec<CoverageLine>>, Fault> {
    Ok(Json(edge.app.coverage_report(&caller.actor, &query).await?))
}

/// The same as CSV.
#[utoipa::path(
    get, path = "/api/reports/coverage.csv", tag = "reports", operation_id = "coverageTable", params(YearQuery),
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub(super) async fn coverage_csv(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<YearQuery>,
) -> Result<impl IntoResponse, Fault> {
    csv(edge.app.coverage_table(&caller.actor, &query).await?)
}

/// What each person has borne for a service: hours, nights, weekends, holidays, call-outs.
#[utoipa::path(
    get, path = "/api/reports/duties", tag = "reports", operation_id = "dutyReport", params(ReportQuery),
    responses((status = 200, body = Vec<DutyLine>))
)]
pub(super) async fn duties(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<ReportQuery>,
) -> Result<Json<Vec<DutyLine>>, Fault> {
    Ok(Json(edge.app.duty_report(&caller.actor, &query).await?))
}

/// The same as CSV.
#[utoipa::path(
    get, path = "/api/reports/duties.csv", tag = "reports", operation_id = "dutyTable", params(ReportQuery),
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub(super) async fn duties_csv(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<ReportQuery>,
) -> Result<impl IntoResponse, Fault> {
    csv(edge.app.duty_table(&caller.actor, &query).await?)
}
