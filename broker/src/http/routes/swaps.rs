//! `/api/swaps`, and what a service wants of its rota.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::swaps::{AskSwap, CandidateQuery, RotaSettings, Swap, SwapCandidate, SwapStep};
use schemas::{ServiceId, SwapId};

/// What the caller asked, is asked, or decides; the newest first.
#[utoipa::path(
    get, path = "/api/swaps", tag = "rota", operation_id = "swaps", responses((status = 200, body = Vec<Swap>))
)]
pub(super) async fn swaps(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<Swap>>, Fault> {
    Ok(Json(edge.app.swaps(&caller.actor).await?))
}

/// Asks for a swap, or as a coordinator makes one at once.
#[utoipa::path(
    put, path = "/api/swaps/{id}", tag = "rota", operation_id = "askSwap",
    params(("id" = SwapId, Path)), request_body = AskSwap, responses((status = 204, description = "Asked"))
)]
pub(super) async fn ask(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<SwapId>,
    JsonBody(wish): JsonBody<AskSwap>,
) -> Result<StatusCode, Fault> {
    edge.app.ask_swap(&caller.actor, id, &wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says something to a swap; the first yes wins.
#[utoipa::path(
    post, path = "/api/swaps/{id}/steps", tag = "rota", operation_id = "answerSwap",
    params(("id" = SwapId, Path)), request_body = SwapStep, responses((status = 204, description = "Done"))
)]
pub(super) async fn step(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<SwapId>,
    JsonBody(step): JsonBody<SwapStep>,
) -> Result<StatusCode, Fault> {
    edge.app.answer_swap(&caller.actor, id, &step).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who could take a duty, those who can first, with what would be wrong by it.
#[utoipa::path(
    get, path = "/api/services/{id}/swap-candidates", tag = "rota", operation_id = "swapCandidates",
    params(("id" = ServiceId, Path), CandidateQuery), responses((status = 200, body = Vec<SwapCandidate>))
)]
pub(super) async fn candidates(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    QueryOf(query): QueryOf<CandidateQuery>,
) -> Result<Json<Vec<SwapCandidate>>, Fault> {
    Ok(Json(edge.app.swap_candidates(&caller.actor, id, query).await?))
}

/// Approval of swaps, and the notice before a duty.
#[utoipa::path(
    put, path = "/api/services/{id}/rota/settings", tag = "rota", operation_id = "putRotaSettings",
    params(("id" = ServiceId, Path)), request_body = RotaSettings, responses((status = 204, description = "Set"))
)]
pub(super) async fn put_settings(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(settings): JsonBody<RotaSettings>,
) -> Result<StatusCode, Fault> {
    edge.app.put_rota_settings(&caller.actor, id, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}
