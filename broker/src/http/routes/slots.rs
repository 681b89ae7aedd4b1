//! `/api/services/{id}/slots`, how a service lets itself be booked, and batches.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::ServiceId;
use schemas::slots::{PlacementProposal, SendPlacements, SentPlacements, ServiceBooking, SlotList, SlotQuery};

/// What the caller's house can book of a service.
#[utoipa::path(
    get, path = "/api/services/{id}/slots", tag = "slots", operation_id = "slots",
    params(("id" = ServiceId, Path), SlotQuery), responses((status = 200, body = SlotList))
)]
pub(super) async fn slots(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    QueryOf(query): QueryOf<SlotQuery>,
) -> Result<Json<SlotList>, Fault> {
    Ok(Json(edge.app.slots(&caller.actor, id, query).await?))
}

/// How a service lets itself be booked.
#[utoipa::path(
    get, path = "/api/services/{id}/booking", tag = "slots", operation_id = "bookingRules",
    params(("id" = ServiceId, Path)), responses((status = 200, body = ServiceBooking))
)]
pub(super) async fn rules(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
) -> Result<Json<ServiceBooking>, Fault> {
    Ok(Json(edge.app.booking_rules(&caller.actor, id).await?))
}

/// Changes that. What is booked stays so.
#[utoipa::path(
    put, path = "/api/services/{id}/booking", tag = "slots", operation_id = "putBookingRules",
    params(("id" = ServiceId, Path)), request_body = ServiceBooking,
    responses((status = 204, description = "Written"))
)]
pub(super) async fn put_rules(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(rules): JsonBody<ServiceBooking>,
) -> Result<StatusCode, Fault> {
    edge.app.put_booking_rules(&caller.actor, id, &rules).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The consults that wait for a slot, shared out. Nothing is booked by it.
#[utoipa::path(
    get, path = "/api/services/{id}/placements", tag = "slots", operation_id = "placements",
    params(("id" = ServiceId, Path)), responses((status = 200, body = PlacementProposal))
)]
pub(super) async fn placements(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
) -> Result<Json<PlacementProposal>, Fault> {
    Ok(Json(edge.app.placements(&caller.actor, id).await?))
}

/// Holds slots for consults that wait, and asks both sides.
#[utoipa::path(
    post, path = "/api/services/{id}/placements", tag = "slots", operation_id = "sendPlacements",
    params(("id" = ServiceId, Path)), request_body = SendPlacements,
    responses((status = 200, body = SentPlacements))
)]
pub(super) async fn send_placements(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(send): JsonBody<SendPlacements>,
) -> Result<Json<SentPlacements>, Fault> {
    Ok(Json(edge.app.send_placements(&caller.actor, id, &send).await?))
}
