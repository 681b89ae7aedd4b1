//! `/api/consults/{id}/timeline.…`: the history as a file.

use super::file::{attachment, csv};
use crate::http::caller::Caller;
use crate::http::extract::{PathOf, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::response::IntoResponse;
use schemas::ConsultId;
use schemas::reports::FileQuery;

/// The history to the second, in UTC and in the service's zone, for coordinators and the data-protection role.
#[utoipa::path(
    get, path = "/api/consults/{id}/timeline.csv", tag = "consults", operation_id = "timelineTable",
    params(("id" = ConsultId, Path), FileQuery),
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub(super) async fn table(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    QueryOf(query): QueryOf<FileQuery>,
) -> Result<impl IntoResponse, Fault> {
    csv(edge.app.timeline_table(&caller.actor, id, query.language.unwrap_or_default()).await?)
}

/// The same as PDF/A.
#[utoipa::path(
    get, path = "/api/consults/{id}/timeline.pdf", tag = "consults", operation_id = "timelinePdf",
    params(("id" = ConsultId, Path), FileQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"))
)]
pub(super) async fn pdf(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    QueryOf(query): QueryOf<FileQuery>,
) -> Result<impl IntoResponse, Fault> {
    let file = edge.app.timeline_pdf(&caller.actor, id, query.language.unwrap_or_default()).await?;
    attachment(&file.name, "application/pdf", file.bytes)
}
