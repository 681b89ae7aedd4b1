//! `/api/session`, `/api/me/sessions`: signing in and out.

use crate::app::{NewSession, Redeemed};
use crate::http::address::ClientAddress;
use crate::http::caller::{self, Caller};
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::limiter::Try;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemas::SessionId;
use schemas::problem::ProblemCode;
use schemas::session::{ChangePassword, Me, RedeemLink, SessionInfo, SignIn};
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
) -> Result<Response, Fault> {
    let tried = Try::sign_in(address.ip, &sign_in.email);
    let work = edge.app.sign_in(&sign_in.email, &sign_in.password.0);
    let signed_in = edge.limited(tried, ProblemCode::WrongCredentials, work).await;
    if signed_in.as_ref().is_err_and(|fault| fault.code() == ProblemCode::WrongCredentials) {
        edge.metrics.sign_in_failures.fetch_add(1, Ordering::Relaxed);
    }
    welcome(&edge, signed_in?)
}

/// Signs in by a token that works once: a telephone by the QR code of a page, or anybody by a link's fragment.
///
/// A telephone on which the same person is signed in keeps that session: `home` is the consult's room, and no cookie is
/// set.
#[utoipa::path(
    post, path = "/api/session/link", tag = "session", operation_id = "redeemLink", request_body = RedeemLink,
    responses((status = 200, body = Me)), security(())
)]
pub(super) async fn redeem_link(
    State(edge): State<Edge>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(link): JsonBody<RedeemLink>,
) -> Result<Response, Fault> {
    let cookie = caller::cookie(&headers);
    let work = edge.app.redeem_link(&link.token.0, cookie.as_deref());
    match edge.limited(Try::link(address.ip), ProblemCode::LinkUsed, work).await? {
        Redeemed::New(session) => welcome(&edge, session),
        Redeemed::Stays(me) => Ok(Json(me).into_response()),
    }
}

fn welcome(edge: &Edge, session: NewSession) -> Result<Response, Fault> {
    let NewSession { token, me } = session;
    let cookie = caller::set_cookie(&token, edge.settings.secure_cookies)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(me)).into_response())
}

/// Who is signed in, and the anti-forgery token for everything that changes something.
#[utoipa::path(
    get, path = "/api/session", tag = "session", operation_id = "me", responses((status = 200, body = Me))
)]
pub(super) async fn me(caller: Caller) -> Json<Me> {
    Json(caller.session.me)
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

/// Changes the caller's own password; every other session of theirs ends.
#[utoipa::path(
    put, path = "/api/session/password", tag = "session", operation_id = "changePassword",
    request_body = ChangePassword, responses((status = 204, description = "Changed"))
)]
pub(super) async fn change_password(
    State(edge): State<Edge>,
    caller: Caller,
    JsonBody(change): JsonBody<ChangePassword>,
) -> Result<StatusCode, Fault> {
    let work = edge.app.change_password(&caller.session, &change);
    edge.limited(Try::password_again(caller.label()), ProblemCode::WrongPassword, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's own sessions, last used first.
#[utoipa::path(
    get, path = "/api/me/sessions", tag = "session", operation_id = "mySessions",
    responses((status = 200, body = Vec<SessionInfo>))
)]
pub(super) async fn list(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<SessionInfo>>, Fault> {
    Ok(Json(edge.app.my_sessions(&caller.session).await?))
}

/// Ends one of the caller's own sessions: a lost telephone's, a forgotten ward computer's.
#[utoipa::path(
    delete, path = "/api/me/sessions/{id}", tag = "session", operation_id = "endMySession",
    params(("id" = SessionId, Path)), responses((status = 204, description = "Ended"))
)]
pub(super) async fn end(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<SessionId>,
) -> Result<StatusCode, Fault> {
    edge.app.end_my_session(&caller.session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
