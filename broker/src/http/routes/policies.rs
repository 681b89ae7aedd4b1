//! `/api/services/{id}/policies`: how a service asks its people.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::ServiceId;
use schemas::policy::{DryRun, DryRunResult, PoliciesView, PolicyVersion, PutPolicies, RestorePolicies};

/// The policies of a service that the caller coordinates or administers.
#[utoipa::path(
    get, path = "/api/services/{id}/policies", tag = "policies", operation_id = "policies",
    params(("id" = ServiceId, Path)), responses((status = 200, body = PoliciesView))
)]
pub(super) async fn policies(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
) -> Result<Json<PoliciesView>, Fault> {
    Ok(Json(edge.app.policies(&caller.actor, id).await?))
}

/// They count from the next round of every consult on.
#[utoipa::path(
    put, path = "/api/services/{id}/policies", tag = "policies", operation_id = "putPolicies",
    params(("id" = ServiceId, Path)), request_body = PutPolicies, responses((status = 204, description = "Written"))
)]
pub(super) async fn put(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<PutPolicies>,
) -> Result<StatusCode, Fault> {
    edge.app.put_policies(&caller.actor, id, &wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was written, the newest first.
#[utoipa::path(
    get, path = "/api/services/{id}/policies/history", tag = "policies", operation_id = "policyHistory",
    params(("id" = ServiceId, Path)), responses((status = 200, body = Vec<PolicyVersion>))
)]
pub(super) async fn history(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
) -> Result<Json<Vec<PolicyVersion>>, Fault> {
    Ok(Json(edge.app.policy_history(&caller.actor, id).await?))
}

/// What counted once counts again.
#[utoipa::path(
    post, path = "/api/services/{id}/policies/restore", tag = "policies", operation_id = "restorePolicies",
    params(("id" = ServiceId, Path)), request_body = RestorePolicies,
    responses((status = 204, description = "Written again"))
)]
pub(super) async fn restore(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<RestorePolicies>,
) -> Result<StatusCode, Fault> {
    edge.app.restore_policies(&caller.actor, id, wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who would be rung if a house asked now, by what is stored or by what is given. Rings nobody and writes nothing.
#[utoipa::path(
    post, path = "/api/services/{id}/policies/dry-run", tag = "policies", operation_id = "dryRun",
    params(("id" = ServiceId, Path)), request_body = DryRun, responses((status = 200, body = DryRunResult))
)]
pub(super) async fn dry_run(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<DryRun>,
) -> Result<Json<DryRunResult>, Fault> {
    Ok(Json(edge.app.dry_run(&caller.actor, id, &wish).await?))
}
