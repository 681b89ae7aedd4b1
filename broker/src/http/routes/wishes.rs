//! What people would like of a month, and what it is planned by.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::ServiceId;
use schemas::wishes::{MonthQuery, MyWishes, PlanningFacts, PlanningQuery, PutPlanningRules, PutWishes};

/// The caller's own wishes of a month, by service.
#[utoipa::path(
    get, path = "/api/me/wishes", tag = "rota", operation_id = "myWishes",
    params(MonthQuery), responses((status = 200, body = Vec<MyWishes>))
)]
pub(super) async fn mine(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(of): QueryOf<MonthQuery>,
) -> Result<Json<Vec<MyWishes>>, Fault> {
    Ok(Json(edge.app.my_wishes(&caller.actor, &of.month).await?))
}

/// Writes down all wishes of one person for one month.
#[utoipa::path(
    put, path = "/api/services/{id}/wishes", tag = "rota", operation_id = "putWishes",
    params(("id" = ServiceId, Path)), request_body = PutWishes, responses((status = 204, description = "Written"))
)]
pub(super) async fn put(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wishes): JsonBody<PutWishes>,
) -> Result<StatusCode, Fault> {
    edge.app.put_wishes(&caller.actor, id, &wishes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a proposal for that month has to know.
#[utoipa::path(
    get, path = "/api/services/{id}/planning", tag = "rota", operation_id = "planningFacts",
    params(("id" = ServiceId, Path), PlanningQuery), responses((status = 200, body = PlanningFacts))
)]
pub(super) async fn facts(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    QueryOf(of): QueryOf<PlanningQuery>,
) -> Result<Json<PlanningFacts>, Fault> {
    Ok(Json(edge.app.planning_facts(&caller.actor, id, &of.month, of.before).await?))
}

/// What the rota is planned by from now on.
#[utoipa::path(
    put, path = "/api/services/{id}/planning", tag = "rota", operation_id = "putPlanningRules",
    params(("id" = ServiceId, Path)), request_body = PutPlanningRules,
    responses((status = 204, description = "Written"))
)]
pub(super) async fn put_rules(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(rules): JsonBody<PutPlanningRules>,
) -> Result<StatusCode, Fault> {
    edge.app.put_planning_rules(&caller.actor, id, &rules).await?;
    Ok(StatusCode::NO_CONTENT)
}
