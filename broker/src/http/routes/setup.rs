//! `/api/setup`: the first administrator of an empty installation.

use crate::app::NewSession;
use crate::http::caller;
use crate::http::extract::{Json, JsonBody};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use schemas::admin::Setup;
use schemas::session::Me;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether somebody has to be the first.
#[derive(Serialize, ToSchema)]
pub(super) struct SetupState {
    /// Nobody is in the directory: the console shows a link to `/setup/#token`.
    needed: bool,
}

/// Whether this installation waits for its first administrator.
#[utoipa::path(
    get, path = "/api/setup", tag = "admin", operation_id = "setupState",
    responses((status = 200, body = SetupState)), security(())
)]
pub(super) async fn state(State(edge): State<Edge>) -> Result<Json<SetupState>, Fault> {
    Ok(Json(SetupState { needed: edge.app.setup_needed().await? }))
}

/// Makes the first house and its administrator, by the token that the console shows, and signs them in.
#[utoipa::path(
    post, path = "/api/setup", tag = "admin", operation_id = "setUp", request_body = Setup,
    responses((status = 200, body = Me)), security(())
)]
pub(super) async fn set_up(
    State(edge): State<Edge>,
    JsonBody(setup): JsonBody<Setup>,
) -> Result<impl IntoResponse, Fault> {
    let NewSession { token, me } = edge.app.set_up(setup).await?;
    let cookie = caller::set_cookie(&token, edge.settings.secure_cookies)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(me)))
}
