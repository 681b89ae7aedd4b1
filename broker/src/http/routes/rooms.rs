//! `/api/rooms/{consult}/ws`: the room socket. The ticket is its first message; no cookie is asked for, because the
//! socket may go to another node's host name. `/api/rooms/check`: the same for a room of the caller's own, to try the
//! path before a call.

use crate::http::caller::Caller;
use crate::http::extract::{Json, PathOf};
use crate::http::guard;
use crate::http::limiter::Try;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use schemas::ConsultId;
use schemas::problem::ProblemCode;
use schemas::room::{CheckTickets, ClientMessage, ServerMessage};

/// Bytes of a frame that are still read, to be answered with a refusal. More lets a stranger make us hold more;
/// larger ones end the connection.
const MAX_FRAME: usize = 1024 * 1024;

/// Opens the room socket (RFC 6455). Messages are JSON text: `ClientMessage` to the server, `ServerMessage` back; the
/// first one is `hello` or `knock` with the ticket, within ten seconds.
#[utoipa::path(
    get, path = "/api/rooms/{consult}/ws", tag = "rooms", operation_id = "roomSocket",
    params(("consult" = ConsultId, Path)), request_body = ClientMessage,
    responses((status = 101, body = ServerMessage, description = "Switching to the room protocol")), security(())
)]
pub(super) async fn socket(
    State(edge): State<Edge>,
    PathOf(consult): PathOf<ConsultId>,
    Upgrade(upgrade): Upgrade,
) -> Result<Response, Fault> {
    Ok(upgrade.max_message_size(MAX_FRAME).max_frame_size(MAX_FRAME).on_upgrade(async move |socket| {
        let _open = edge.metrics.room_sockets.enter();
        let _waited_for = edge.sockets.subscribe();
        edge.rooms.serve(consult, socket, edge.stopped()).await;
    }))
}

/// Tickets for both ends of a check of the path, each for one use, within a minute.
#[utoipa::path(
    post, path = "/api/rooms/check", tag = "rooms", operation_id = "checkTickets",
    responses((status = 200, body = CheckTickets))
)]
pub(super) async fn check(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<CheckTickets>, Fault> {
    edge.spend(&Try::check(caller.session.id))?;
    let base = guard::websocket_base(&edge.settings, &headers);
    Ok(Json(edge.app.check_tickets(&caller.session, base.as_deref())?))
}

/// Opens a socket of a check (RFC 6455). The messages are those of the room socket; it ends after some seconds.
#[utoipa::path(
    get, path = "/api/rooms/check/ws", tag = "rooms", operation_id = "checkSocket", request_body = ClientMessage,
    responses((status = 101, body = ServerMessage, description = "Switching to the room protocol")), security(())
)]
pub(super) async fn check_socket(State(edge): State<Edge>, Upgrade(upgrade): Upgrade) -> Result<Response, Fault> {
    Ok(upgrade.max_message_size(MAX_FRAME).max_frame_size(MAX_FRAME).on_upgrade(async move |socket| {
        let _open = edge.metrics.room_sockets.enter();
        let _waited_for = edge.sockets.subscribe();
        edge.rooms.serve_check(socket, edge.stopped()).await;
    }))
}

pub(super) struct Upgrade(WebSocketUpgrade);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let upgrade: Result<_, WebSocketUpgradeRejection> = WebSocketUpgrade::from_request_parts(parts, state).await;
        upgrade
            .map(Self)
            .map_err(|_| Fault::new(ProblemCode::MalformedRequest).detail("this address is for WebSockets"))
    }
}
