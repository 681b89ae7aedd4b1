//! `/api/guest`: somebody without an account, at the door of one room.

use crate::app::NewGuestSession;
use crate::http::address::ClientAddress;
use crate::http::caller::{self, Guest};
use crate::http::extract::{Json, JsonBody};
use crate::http::guard;
use crate::http::limiter::Try;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use schemas::consult::RoomTicket;
use schemas::guest::{GuestView, OpenGuestLink};
use schemas::mls::TicketRequest;
use schemas::problem::ProblemCode;

/// Opens a guest's link, once; sets the guest's cookie.
#[utoipa::path(
    post, path = "/api/guest", tag = "guest", operation_id = "openGuestLink", request_body = OpenGuestLink,
    responses((status = 200, body = GuestView)), security(())
)]
pub(super) async fn open(
    State(edge): State<Edge>,
    address: ClientAddress,
    JsonBody(link): JsonBody<OpenGuestLink>,
) -> Result<impl IntoResponse, Fault> {
    let work = edge.app.open_guest_link(&link.token.0);
    let NewGuestSession { token, view } = edge.limited(Try::link(address.ip), ProblemCode::GuestLinkUsed, work).await?;
    let cookie = caller::set_guest_cookie(&token, edge.settings.secure_cookies)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(view)))
}

/// What a guest may know: who invited them, and whether they were let in.
#[utoipa::path(
    get, path = "/api/guest", tag = "guest", operation_id = "guest", responses((status = 200, body = GuestView)),
    security(("guest" = []))
)]
pub(super) async fn view(State(edge): State<Edge>, Guest(guest): Guest) -> Result<Json<GuestView>, Fault> {
    Ok(Json(edge.app.guest_view(&guest).await?))
}

/// A ticket to the room's door: for one use, within a minute. Nothing is seen or heard behind it before somebody of
/// the team has let the guest in.
#[utoipa::path(
    post, path = "/api/guest/ticket", tag = "guest", operation_id = "guestTicket", request_body = TicketRequest,
    responses((status = 200, body = RoomTicket)), security(("guest" = [], "csrf" = []))
)]
pub(super) async fn ticket(
    State(edge): State<Edge>,
    Guest(guest): Guest,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<TicketRequest>,
) -> Result<Json<RoomTicket>, Fault> {
    edge.spend(&Try::guest_ticket(guest.id))?;
    let base = guard::websocket_base(&edge.settings, &headers);
    Ok(Json(edge.app.guest_ticket(&guest, asked.device.as_deref(), base.as_deref()).await?))
}
