//! `/api/privacy`, `/api/break-glass`: who read what, who opened what, what leaves the house.

use crate::app::ExportFile;
use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf, QueryOf};
use crate::http::limiter::Try;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use schemas::privacy::{
    AccessEntry, BreakGlass, DecideExport, Export, GlassBroken, NamedConsult, NoticePage, NoticeQuery, RequestExport,
    Retention,
};
use schemas::problem::ProblemCode;
use schemas::{ConsultId, ExportId, NoticeId};

/// Opens a consult to a physician who has nothing to do with it, in an emergency. The data-protection role is told.
#[utoipa::path(
    post, path = "/api/break-glass", tag = "privacy", operation_id = "breakGlass", request_body = BreakGlass,
    responses((status = 200, body = GlassBroken))
)]
pub(super) async fn break_glass(
    State(edge): State<Edge>,
    caller: Caller,
    JsonBody(wanted): JsonBody<BreakGlass>,
) -> Result<Json<GlassBroken>, Fault> {
    edge.spend(&Try::glass(caller.actor.person_id))?;
    Ok(Json(edge.app.break_glass(&caller.actor, wanted).await?))
}

/// Consults of a short name (`TK-7F3A`), newest first, as far as the caller may ask for their access log or an export.
#[utoipa::path(
    get, path = "/api/privacy/consults/{name}", tag = "privacy", operation_id = "namedConsults",
    params(("name" = String, Path)), responses((status = 200, body = Vec<NamedConsult>))
)]
pub(super) async fn named_consults(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(name): PathOf<String>,
) -> Result<Json<Vec<NamedConsult>>, Fault> {
    Ok(Json(edge.app.named_consults(&caller.actor, &name).await?))
}

/// Who read the consult, its report and its images, newest first.
#[utoipa::path(
    get, path = "/api/consults/{id}/access-log", tag = "privacy", operation_id = "accessLog",
    params(("id" = ConsultId, Path)), responses((status = 200, body = Vec<AccessEntry>))
)]
pub(super) async fn access_log(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
) -> Result<Json<Vec<AccessEntry>>, Fault> {
    Ok(Json(edge.app.access_log(&caller.actor, id).await?))
}

/// Asks for an export of a consult; a second person decides.
#[utoipa::path(
    post, path = "/api/consults/{id}/exports", tag = "privacy", operation_id = "requestExport",
    params(("id" = ConsultId, Path)), request_body = RequestExport, responses((status = 201, body = Export))
)]
pub(super) async fn request_export(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    JsonBody(wanted): JsonBody<RequestExport>,
) -> Result<impl IntoResponse, Fault> {
    edge.spend(&Try::export(caller.actor.person_id))?;
    Ok((StatusCode::CREATED, Json(edge.app.request_export(&caller.actor, id, wanted).await?)))
}

/// Exports, newest first: all for those who decide, one's own for others.
#[utoipa::path(
    get, path = "/api/privacy/exports", tag = "privacy", operation_id = "exports",
    responses((status = 200, body = Vec<Export>))
)]
pub(super) async fn exports(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<Export>>, Fault> {
    Ok(Json(edge.app.exports(&caller.actor).await?))
}

/// Approves or refuses an export; never by who asked for it.
#[utoipa::path(
    post, path = "/api/privacy/exports/{id}/decision", tag = "privacy", operation_id = "decideExport",
    params(("id" = ExportId, Path)), request_body = DecideExport, responses((status = 200, body = Export))
)]
pub(super) async fn decide_export(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ExportId>,
    JsonBody(decision): JsonBody<DecideExport>,
) -> Result<Json<Export>, Fault> {
    Ok(Json(edge.app.decide_export(&caller.actor, id, decision).await?))
}

/// The approved export, for who asked for it, within 24 hours.
#[utoipa::path(
    get, path = "/api/privacy/exports/{id}/file", tag = "privacy", operation_id = "exportFile",
    params(("id" = ExportId, Path)), responses((status = 200, body = serde_json::Value))
)]
pub(super) async fn export_file(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ExportId>,
) -> Result<impl IntoResponse, Fault> {
    let ExportFile { name, json } = edge.app.export_file(&caller.actor, id).await?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|_| Fault::new(ProblemCode::Internal))?;
    let json_type = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json_type), (header::CONTENT_DISPOSITION, disposition)], json))
}

/// What the data-protection role was told, newest first. Broken glass that nobody has looked at is on the first page,
/// however old.
#[utoipa::path(
    get, path = "/api/privacy/notices", tag = "privacy", operation_id = "notices", params(NoticeQuery),
    responses((status = 200, body = NoticePage))
)]
pub(super) async fn notices(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<NoticeQuery>,
) -> Result<Json<NoticePage>, Fault> {
    Ok(Json(edge.app.notices(&caller.actor, query).await?))
}

/// Says that a notice was read. Whoever was first stays.
#[utoipa::path(
    post, path = "/api/privacy/notices/{id}/seen", tag = "privacy", operation_id = "seeNotice",
    params(("id" = NoticeId, Path)), responses((status = 204, description = "Noted"))
)]
pub(super) async fn see_notice(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<NoticeId>,
) -> Result<StatusCode, Fault> {
    edge.app.see_notice(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What waits for its purge, and what cannot be purged.
#[utoipa::path(
    get, path = "/api/privacy/retention", tag = "privacy", operation_id = "retention",
    responses((status = 200, body = Retention))
)]
pub(super) async fn retention(State(edge): State<Edge>, caller: Caller) -> Result<Json<Retention>, Fault> {
    Ok(Json(edge.app.retention(&caller.actor).await?))
}
