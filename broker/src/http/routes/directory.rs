//! Services, the coordinator's board, my duties.

use crate::http::caller::Caller;
use crate::http::extract::Json;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use schemas::directory::{Board, Duty, Service};

/// Services that the caller's house can ask for.
#[utoipa::path(
    get, path = "/api/services", tag = "directory", operation_id = "services",
    responses((status = 200, body = Vec<Service>))
)]
pub(super) async fn services(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<Service>>, Fault> {
    Ok(Json(edge.app.services(&caller.actor).await?))
}

/// Everything the coordinator watches: who is on duty, open consults, gaps.
#[utoipa::path(
    get, path = "/api/board", tag = "directory", operation_id = "board", responses((status = 200, body = Board))
)]
pub(super) async fn board(State(edge): State<Edge>, caller: Caller) -> Result<Json<Board>, Fault> {
    Ok(Json(edge.app.board(&caller.actor).await?))
}

/// The caller's own duties, now and next.
#[utoipa::path(
    get, path = "/api/me/duties", tag = "directory", operation_id = "myDuties",
    responses((status = 200, body = Vec<Duty>))
)]
pub(super) async fn my_duties(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<Duty>>, Fault> {
    Ok(Json(edge.app.duties(&caller.actor).await?))
}
