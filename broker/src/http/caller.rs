//! Who asks: session cookie, a guest's cookie, or bearer token.

use super::problem::Fault;
use super::state::Edge;
use crate::app::{GuestSession, Session};
use crate::domain::directory::Actor;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum_extra::extract::CookieJar;
use schemas::problem::ProblemCode;
use subtle::ConstantTimeEq;

/// Name of the session cookie. Host-only (no `Domain`), so that `referrer.localhost` and `specialist.localhost` hold
/// different people in one browser.
const COOKIE: &str = "tk_session";
/// Name of a guest's cookie. Another one, so that somebody who is signed in can open a guest's link to look at it
/// without losing their session, and so that no route can mistake the one for the other.
const GUEST_COOKIE: &str = "tk_guest";
/// Header that repeats the session's anti-forgery token.
pub(super) const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// Marks routes that take bearer tokens (a request extension, set by the layer of that subtree).
#[derive(Clone, Copy)]
pub struct BearerAllowed;

/// Somebody who is signed in. A handler that asks for it cannot forget the anti-forgery check: it is made here, for
/// every method that changes something, when the session came by cookie.
pub struct Caller {
    pub actor: Actor,
    pub session: Session,
    /// Token of the cookie; absent for bearer tokens.
    pub(super) token: Option<String>,
}

impl Caller {
    /// Opaque name of the session, for the access log.
    pub fn label(&self) -> &str {
        &self.session.label
    }
}

impl FromRequestParts<Edge> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Fault> {
        let takes_bearer = parts.extensions.get::<BearerAllowed>().is_some();
        if let Some(token) = bearer(&parts.headers).filter(|_| takes_bearer) {
            let session = edge.app.service_session(token).await?;
            return Ok(Self { actor: session.actor.clone(), session, token: None });
        }
        let token = cookie(&parts.headers).ok_or(ProblemCode::NotSignedIn)?;
        let session = edge.app.session(&token).await?.ok_or(ProblemCode::NotSignedIn)?;
        check_csrf(parts, &session.me.csrf_token.0)?;
        Ok(Self { actor: session.actor.clone(), session, token: Some(token) })
    }
}

/// Somebody without an account whose link was opened. No route but the guest's own asks for it.
pub struct Guest(pub GuestSession);

impl FromRequestParts<Edge> for Guest {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Fault> {
        let token = cookie_of(&parts.headers, GUEST_COOKIE).ok_or(ProblemCode::NotSignedIn)?;
        let guest = edge.app.guest_session(&token).await?.ok_or(ProblemCode::NotSignedIn)?;
        check_csrf(parts, &guest.csrf_token)?;
        Ok(Self(guest))
    }
}

fn check_csrf(parts: &Parts, expected: &str) -> Result<(), Fault> {
    let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !has_csrf_token(&parts.headers, expected) { Err(ProblemCode::CsrfFailed.into()) } else { Ok(()) }
}

fn has_csrf_token(headers: &HeaderMap, expected: &str) -> bool {
    headers.get(CSRF_HEADER).is_some_and(|given| bool::from(given.as_bytes().ct_eq(expected.as_bytes())))
}

/// `Authorization: Bearer …` (RFC 6750 § 2.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session token that came with the request.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, COOKIE)
}

fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers).get(name).map(|cookie| cookie.value().to_owned()).filter(|text| !text.is_empty())
}

/// How long the browser keeps the cookie: as long as a session can live at most. The server ends sessions earlier; a
/// cookie that went away with the browser's window would leave a specialist's telephone unreachable after a restart.
const COOKIE_SECONDS: u32 = 60 * 24 * 3600;

/// `Set-Cookie` that signs in.
pub(super) fn set_cookie(token: &str, secure: bool) -> Result<HeaderValue, Fault> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{COOKIE}={token}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    ))
    .map_err(|_| Fault::new(ProblemCode::Internal))
}

/// Longest life of a guest's cookie: the server ends it with the consult.
const GUEST_COOKIE_SECONDS: u32 = 12 * 3600;

/// `Set-Cookie` of a guest. Sent to the API alone, and never by another site's link.
pub(super) fn set_guest_cookie(token: &str, secure: bool) -> Result<HeaderValue, Fault> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{GUEST_COOKIE}={token}; Path=/api; Max-Age={GUEST_COOKIE_SECONDS}; HttpOnly; SameSite=Strict{secure}"
    ))
    .map_err(|_| Fault::new(ProblemCode::Internal))
}

/// `Set-Cookie` that signs out.
pub(super) fn clear_cookie() -> HeaderValue {
    HeaderValue::from_static("tk_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_host_only_and_out_of_reach_of_scripts() {
        let cookie = set_cookie("abc", true).unwrap();
        let text = cookie.to_str().unwrap();
        assert_eq!(text, "tk_session=abc; Path=/; Max-Age=5184000; HttpOnly; SameSite=Lax; Secure");
        assert!(!text.contains("Domain"));
    }

    #[test]
    fn a_guests_cookie_reaches_the_api_alone() {
        let cookie = set_guest_cookie("abc", false).unwrap();
        assert_eq!(cookie.to_str().unwrap(), "tk_guest=abc; Path=/api; Max-Age=43200; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn the_anti_forgery_token_must_be_equal() {
        let with = |value: &'static str| HeaderMap::from_iter([(CSRF_HEADER, HeaderValue::from_static(value))]);
        assert!(has_csrf_token(&with("secret"), "secret"));
        assert!(!has_csrf_token(&with("secre"), "secret"));
        assert!(!has_csrf_token(&with(""), "secret"));
        assert!(!has_csrf_token(&HeaderMap::new(), "secret"));
    }
}
