//! `/api/consults/{id}/report`: signing it, and reading it as PDF.

use crate::app::ReportFile;
use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf, QueryOf};
use crate::http::limiter::Try;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use schemas::ConsultId;
use schemas::consult::ConsultDetail;
use schemas::problem::ProblemCode;
use schemas::report::SignReport;
use serde::Deserialize;

/// Signs the report, or amends it; the answer is the consult afterwards. The caller's password is asked for again:
/// five wrong ones in a session, and it waits for a quarter of an hour.
#[utoipa::path(
    post, path = "/api/consults/{id}/report", tag = "consults", operation_id = "signReport",
    params(("id" = ConsultId, Path)), request_body = SignReport, responses((status = 200, body = ConsultDetail))
)]
pub(super) async fn sign(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    JsonBody(report): JsonBody<SignReport>,
) -> Result<Json<ConsultDetail>, Fault> {
    let work = edge.app.sign_report(&caller.actor, caller.label(), id, report);
    Ok(Json(edge.limited(Try::password_again(caller.label()), ProblemCode::WrongPassword, work).await?))
}

/// Which version.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Version {
    /// From 1; absent: the current one.
    #[param(minimum = 1)]
    version: Option<u32>,
}

/// A version of the signed report as PDF/A. Reading it is written to the access log.
#[utoipa::path(
    get, path = "/api/consults/{id}/report.pdf", tag = "consults", operation_id = "reportPdf",
    params(("id" = ConsultId, Path), Version),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"))
)]
pub(super) async fn pdf(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    QueryOf(Version { version }): QueryOf<Version>,
) -> Result<impl IntoResponse, Fault> {
    let ReportFile { name, bytes } = edge.app.report_file(&caller.actor, caller.label(), id, version).await?;
    let disposition = HeaderValue::from_str(&format!("inline; filename=\"{name}\""))
        .map_err(|_| Fault::new(ProblemCode::Internal))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes))
}
