//! The directory as tables, in and out, and as a page to look things up.

use super::file::csv;
use crate::http::caller::Caller;
use crate::http::extract::{Json, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::IntoResponse;
use schemas::import::{DirectoryHouse, ExportQuery, ImportQuery, ImportReport};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest table: twenty thousand lines of two hundred letters.
const MAX_BYTES: usize = 4 << 20;

/// These take larger bodies than the others.
pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(import))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .routes(routes!(export))
        .routes(routes!(phone_book))
}

/// Holds a table against the directory, and writes it unless it is only to be checked.
#[utoipa::path(
    post, path = "/api/admin/import", tag = "admin", operation_id = "importTable", params(ImportQuery),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = ImportReport))
)]
async fn import(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<ImportQuery>,
    file: Bytes,
) -> Result<Json<ImportReport>, Fault> {
    Ok(Json(edge.app.import(&caller.actor, query, &file).await?))
}

/// A table of the directory, of the form that an import reads.
#[utoipa::path(
    get, path = "/api/admin/export.csv", tag = "admin", operation_id = "exportTable", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv"))
)]
async fn export(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<ExportQuery>,
) -> Result<impl IntoResponse, Fault> {
    csv(edge.app.directory_table(&caller.actor, query).await?)
}

/// Houses with their departments and people, as far as the caller's networks reach.
#[utoipa::path(
    get, path = "/api/directory", tag = "directory", operation_id = "phoneBook",
    responses((status = 200, body = Vec<DirectoryHouse>))
)]
async fn phone_book(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<DirectoryHouse>>, Fault> {
    Ok(Json(edge.app.phone_book(&caller.actor).await?))
}
