//! `/api/session`: signing in and out.

use crate::app::NewSession;
use crate::http::address::ClientAddress;
use crate::http::caller::{self, Caller};
use crate::http::extract::{Json, JsonBody};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use schemas::problem::ProblemCode;
use schemas::session::{Me, SignIn};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// Signs in by e-mail address and password; sets the session cookie.
#[utoipa::path(
    post, path = "/api/session", tag = "session", operation_id = "signIn", request_body = SignIn,
    responses((status = 200, body = Me)), security(())
)]
pub(super) async fn sign_in(
    State(edge): State<Edge>,
    address: ClientAddress,
    JsonBody(sign_in): JsonBody<SignIn>,
) -> Result<impl IntoResponse, Fault> {
    let limiter = || edge.sign_ins.lock().unwrap_or_else(PoisonError::into_inner);
    let wait = limiter().begin(address.ip, &sign_in.email, edge.clock.now());
    wait.map_err(|seconds| Fault::new(ProblemCode::TooManyRequests).retry_after(seconds))?;
    let result = edge.app.sign_in(&sign_in.email, &sign_in.password.0).await;
    match &result {
        Ok(_) => limiter().succeeded(address.ip, &sign_in.email),
        Err(error) if error.code() == ProblemCode::WrongCredentials => {
            edge.metrics.sign_in_failures.fetch_add(1, Ordering::Relaxed);
        }
        Err(_) => limiter().taken_back(address.ip, &sign_in.email),
    }
    let NewSession { token, me } = result?;
    let cookie = caller::set_cookie(&token, edge.settings.secure_cookies)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(me)))
}

/// Who is signed in, and the anti-forgery token for everything that changes something.
#[utoipa::path(
    get, path = "/api/session", tag = "session", operation_id = "me", responses((status = 200, body = Me))
)]
pub(super) async fn me(caller: Caller) -> Json<Me> {
    Json(caller.me)
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/session", tag = "session", operation_id = "signOut",
    responses((status = 204, description = "Signed out"))
)]
pub(super) async fn sign_out(State(edge): State<Edge>, caller: Caller) -> Result<impl IntoResponse, Fault> {
    if let Some(token) = &caller.token {
        edge.app.sign_out(token).await?;
    }
    // Nothing that a page stored may outlive the session on a shared computer.
    let headers = [
        (header::SET_COOKIE, caller::clear_cookie()),
        (header::HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\"")),
    ];
    Ok((StatusCode::NO_CONTENT, headers))
}
