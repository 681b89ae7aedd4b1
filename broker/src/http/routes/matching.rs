//! Who would be asked and why: rankings tried and computed again, and what the rules are worth.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::matching::{MatchReplay, PutWeights, ServiceWeights, Weights, WeightsPreview, WhatIf, WhatIfAnswer};
use schemas::{ConsultId, ServiceId};

/// The ranking as it would be now: with somebody ill, for another house. Nothing is written, nobody is rung.
#[utoipa::path(
    post, path = "/api/services/{id}/match", tag = "matching", operation_id = "whatIf", request_body = WhatIf,
    params(("id" = ServiceId, Path)), responses((status = 200, body = WhatIfAnswer))
)]
pub(super) async fn what_if(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<WhatIf>,
) -> Result<Json<WhatIfAnswer>, Fault> {
    Ok(Json(edge.app.what_if(&caller.actor, id, wish).await?))
}

/// Computes every decision of a consult again from the log and compares.
#[utoipa::path(
    post, path = "/api/consults/{id}/match/replay", tag = "matching", operation_id = "replayMatches",
    params(("id" = ConsultId, Path)), responses((status = 200, body = Vec<MatchReplay>))
)]
pub(super) async fn replay(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
) -> Result<Json<Vec<MatchReplay>>, Fault> {
    Ok(Json(edge.app.replay_matches(&caller.actor, id).await?))
}

/// What each rule is worth to a service, with its history.
#[utoipa::path(
    get, path = "/api/services/{id}/weights", tag = "matching", operation_id = "weights",
    params(("id" = ServiceId, Path)), responses((status = 200, body = ServiceWeights))
)]
pub(super) async fn weights(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
) -> Result<Json<ServiceWeights>, Fault> {
    Ok(Json(edge.app.weights(&caller.actor, id).await?))
}

/// Writes a new version of them.
#[utoipa::path(
    put, path = "/api/services/{id}/weights", tag = "matching", operation_id = "putWeights", request_body = PutWeights,
    params(("id" = ServiceId, Path)), responses((status = 204, description = "Written"))
)]
pub(super) async fn put_weights(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<PutWeights>,
) -> Result<StatusCode, Fault> {
    edge.app.put_weights(&caller.actor, id, wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the last decisions would have come out by other weights. Nothing is written.
#[utoipa::path(
    post, path = "/api/services/{id}/weights/preview", tag = "matching", operation_id = "previewWeights",
    request_body = Weights, params(("id" = ServiceId, Path)), responses((status = 200, body = WeightsPreview))
)]
pub(super) async fn preview_weights(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(weights): JsonBody<Weights>,
) -> Result<Json<WeightsPreview>, Fault> {
    Ok(Json(edge.app.preview_weights(&caller.actor, id, &weights).await?))
}
