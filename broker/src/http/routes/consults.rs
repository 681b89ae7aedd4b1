//! `/api/consults`: asking, following, acting.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf, QueryOf};
use crate::http::guard;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use schemas::ConsultId;
use schemas::consult::{Action, ConsultDetail, ConsultQuery, ConsultSummary, NewConsult, RoomTicket};
use schemas::directory::Colleague;
use schemas::guest::{GuestLink, InviteGuest};
use schemas::matching::MatchExplanation;
use schemas::mls::TicketRequest;
use schemas::session::PhoneLink;

/// Consults that the caller may see, newest first.
#[utoipa::path(
    get, path = "/api/consults", tag = "consults", operation_id = "consults", params(ConsultQuery),
    responses((status = 200, body = Vec<ConsultSummary>))
)]
pub(super) async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<ConsultQuery>,
) -> Result<Json<Vec<ConsultSummary>>, Fault> {
    Ok(Json(edge.app.consults(&caller.actor, &query).await?))
}

/// Asks for a consult. Sending the same id again is answered with the same consult.
#[utoipa::path(
    post, path = "/api/consults", tag = "consults", operation_id = "createConsult", request_body = NewConsult,
    responses(
        (status = 201, body = ConsultDetail, description = "Requested; people are being rung"),
        (status = 200, body = ConsultDetail, description = "Was requested before"),
    )
)]
pub(super) async fn create(
    State(edge): State<Edge>,
    caller: Caller,
    JsonBody(consult): JsonBody<NewConsult>,
) -> Result<impl IntoResponse, Fault> {
    let location = HeaderValue::from_str(&format!("/api/consults/{}", consult.id))
        .map_err(|_| Fault::new(schemas::problem::ProblemCode::Internal))?;
    let (detail, created) = edge.app.create(&caller.actor, caller.label(), consult).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, [(header::LOCATION, location)], Json(detail)))
}

/// One consult, as far as the caller may see it. Reading what is of the patient is written to the access log.
#[utoipa::path(
    get, path = "/api/consults/{id}", tag = "consults", operation_id = "consult",
    params(("id" = ConsultId, Path)), responses((status = 200, body = ConsultDetail))
)]
pub(super) async fn detail(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
) -> Result<Json<ConsultDetail>, Fault> {
    Ok(Json(edge.app.open_consult(&caller.actor, caller.label(), id).await?))
}

/// Does something with a consult; the answer is the consult afterwards.
#[utoipa::path(
    post, path = "/api/consults/{id}/actions", tag = "consults", operation_id = "act",
    params(("id" = ConsultId, Path)), request_body = Action, responses((status = 200, body = ConsultDetail))
)]
pub(super) async fn act(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    JsonBody(action): JsonBody<Action>,
) -> Result<Json<ConsultDetail>, Fault> {
    Ok(Json(edge.app.act(&caller.actor, caller.label(), id, action).await?))
}

/// Why this specialist and why not the others, once for each round.
#[utoipa::path(
    get, path = "/api/consults/{id}/match", tag = "consults", operation_id = "matchExplanations",
    params(("id" = ConsultId, Path)), responses((status = 200, body = Vec<MatchExplanation>))
)]
pub(super) async fn match_explanations(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
) -> Result<Json<Vec<MatchExplanation>>, Fault> {
    Ok(Json(edge.app.match_explanations(&caller.actor, id).await?))
}

/// A ticket into the consult's room: for one use, within a minute. With who the caller's device belongs to, for the other
/// members of the room.
#[utoipa::path(
    post, path = "/api/consults/{id}/ticket", tag = "rooms", operation_id = "ticket", request_body = TicketRequest,
    params(("id" = ConsultId, Path)), responses((status = 200, body = RoomTicket))
)]
pub(super) async fn ticket(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<TicketRequest>,
) -> Result<Json<RoomTicket>, Fault> {
    let base = guard::websocket_base(&edge.settings, &headers);
    Ok(Json(edge.app.ticket(&caller.session, id, asked.device.as_deref(), base.as_deref()).await?))
}

/// Who may take the consult over, or help.
#[utoipa::path(
    get, path = "/api/consults/{id}/colleagues", tag = "consults", operation_id = "colleagues",
    params(("id" = ConsultId, Path)), responses((status = 200, body = Vec<Colleague>))
)]
pub(super) async fn colleagues(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
) -> Result<Json<Vec<Colleague>>, Fault> {
    Ok(Json(edge.app.colleagues(&caller.actor, id).await?))
}

/// Invites somebody without an account. The link is shown once.
#[utoipa::path(
    post, path = "/api/consults/{id}/guests", tag = "rooms", operation_id = "inviteGuest",
    params(("id" = ConsultId, Path)), request_body = InviteGuest, responses((status = 201, body = GuestLink))
)]
pub(super) async fn invite_guest(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    JsonBody(invited): JsonBody<InviteGuest>,
) -> Result<impl IntoResponse, Fault> {
    Ok((StatusCode::CREATED, Json(edge.app.invite_guest(&caller.actor, id, invited).await?)))
}

/// A link by which the caller's own telephone joins this consult, and reaches nothing else.
#[utoipa::path(
    post, path = "/api/consults/{id}/phone-link", tag = "rooms", operation_id = "phoneLink",
    params(("id" = ConsultId, Path)), responses((status = 201, body = PhoneLink))
)]
pub(super) async fn phone_link(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
) -> Result<impl IntoResponse, Fault> {
    Ok((StatusCode::CREATED, Json(edge.app.phone_link(&caller.actor, id).await?)))
}
