//! `/api/onboarding/…`: what is to be done before a house can begin.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::HospitalId;
use schemas::onboarding::{BeginTest, Onboarding, OnboardingPath, OnboardingStep, PutOnboarding};

/// The steps of a house, what the program sees of each, and who has said that it is done.
#[utoipa::path(
    get, path = "/api/onboarding/{id}", tag = "onboarding", operation_id = "onboarding",
    params(("id" = HospitalId, Path)), responses((status = 200, body = Onboarding))
)]
pub(super) async fn onboarding(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<HospitalId>,
) -> Result<Json<Onboarding>, Fault> {
    Ok(Json(edge.app.onboarding(&caller.actor, id).await?))
}

/// A step is done, or is not any more.
#[utoipa::path(
    put, path = "/api/onboarding/{id}/{step}", tag = "onboarding", operation_id = "putOnboarding",
    params(("id" = HospitalId, Path), ("step" = OnboardingStep, Path)), request_body = PutOnboarding,
    responses((status = 204, description = "Written"))
)]
pub(super) async fn put(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(OnboardingPath { id, step }): PathOf<OnboardingPath>,
    JsonBody(wish): JsonBody<PutOnboarding>,
) -> Result<StatusCode, Fault> {
    edge.app.put_onboarding(&caller.actor, id, step, &wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rings one specialist for that house, as a test that no report counts.
#[utoipa::path(
    post, path = "/api/onboarding/{id}/test-escalation", tag = "onboarding", operation_id = "beginTest",
    params(("id" = HospitalId, Path)), request_body = BeginTest, responses((status = 204, description = "It rings"))
)]
pub(super) async fn begin_test(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<HospitalId>,
    JsonBody(wish): JsonBody<BeginTest>,
) -> Result<StatusCode, Fault> {
    edge.app.begin_test(&caller.actor, id, &wish).await?;
    Ok(StatusCode::NO_CONTENT)
}
