//! From one duty to the next.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::handover::{HandOverView, PutHandOverNote};
use schemas::{HandOverNoteId, ServiceId};

/// What each duty leaves to the next one, where the caller is, was or soon will be on duty.
#[utoipa::path(
    get, path = "/api/me/hand-overs", tag = "rota", operation_id = "myHandOvers",
    responses((status = 200, body = Vec<HandOverView>))
)]
pub(super) async fn mine(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<HandOverView>>, Fault> {
    Ok(Json(edge.app.my_hand_overs(&caller.actor).await?))
}

/// The same of one service, for its coordinators too.
#[utoipa::path(
    get, path = "/api/services/{id}/hand-over", tag = "rota", operation_id = "handOver",
    params(("id" = ServiceId, Path)), responses((status = 200, body = HandOverView))
)]
pub(super) async fn of_service(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
) -> Result<Json<HandOverView>, Fault> {
    Ok(Json(edge.app.service_hand_over(&caller.actor, id).await?))
}

/// Leaves a note for whoever comes next.
#[utoipa::path(
    put, path = "/api/hand-over-notes/{id}", tag = "rota", operation_id = "putHandOverNote",
    params(("id" = HandOverNoteId, Path)), request_body = PutHandOverNote,
    responses((status = 204, description = "Left"))
)]
pub(super) async fn put_note(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<HandOverNoteId>,
    JsonBody(wish): JsonBody<PutHandOverNote>,
) -> Result<StatusCode, Fault> {
    edge.app.put_hand_over_note(&caller.actor, id, &wish).await?;
    Ok(StatusCode::NO_CONTENT)
}
