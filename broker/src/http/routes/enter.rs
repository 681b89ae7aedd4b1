//! `/enter?token=…`: the demo's one-time links, which stay on this machine; everybody else's are pages with the token in
//! the fragment, which no proxy writes down and no mail scanner redeems. `/`: the way to one's own page.

use crate::app::NewSession;
use crate::http::address::ClientAddress;
use crate::http::caller;
use crate::http::limiter::Try;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemas::problem::ProblemCode;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

/// Signs in by a link that works once, and goes to the person's page.
pub(super) async fn enter(
    State(edge): State<Edge>,
    address: ClientAddress,
    method: Method,
    headers: HeaderMap,
    token: Result<Query<Token>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Fault> {
    if is_preview(&method, &headers) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let token = token.map(|Query(token)| token.token).unwrap_or_default();
    let work = edge.app.consume_link(&token);
    match edge.limited(Try::link(address.ip), ProblemCode::LinkUsed, work).await {
        Ok(NewSession { token, me }) => {
            let cookie = caller::set_cookie(&token, edge.settings.secure_cookies)?;
            let mut response = see_other(&me.home);
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            Ok(response)
        }
        // Somebody looks at a browser window here: the sign-in page says it in words.
        Err(fault) if fault.code() == ProblemCode::LinkUsed => Ok(see_other("/login/?problem=link_used")),
        Err(fault) => Err(fault),
    }
}

/// Mail scanners and browsers look ahead; the link must still work when its owner comes.
fn is_preview(method: &Method, headers: &HeaderMap) -> bool {
    let purpose = headers.get("sec-purpose").or_else(|| headers.get("purpose")).and_then(|value| value.to_str().ok());
    *method == Method::HEAD
        || purpose.is_some_and(|purpose| purpose.contains("prefetch") || purpose.contains("preview"))
}

/// To the page of whoever is signed in, or to the sign-in page.
pub(super) async fn home(State(edge): State<Edge>, headers: HeaderMap) -> Result<Response, Fault> {
    let session = match caller::cookie(&headers) {
        Some(token) => edge.app.session(&token).await?,
        None => None,
    };
    Ok(session.map_or_else(|| see_other("/login/"), |session| see_other(&session.me.home)))
}

fn see_other(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/login/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
