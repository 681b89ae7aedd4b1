//! Which requests may come in at all: host names that are ours, pages that are ours.
//!
//! The host check stops DNS rebinding; the origin check stops other sites' pages from sending forms or opening
//! sockets here (RFC 6455 § 10.2), also before anybody is signed in.

use super::problem::Fault;
use super::state::{Edge, Settings};
use crate::config::Origin;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemas::problem::ProblemCode;
use std::net::IpAddr;

/// Checks host and origin of every request except those of machines that watch us.
pub async fn guard(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let watched = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    let upgrade = request.headers().contains_key(header::UPGRADE);
    let unsafe_method = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let checked = one_host(request.headers()).and_then(|()| match watched {
        true => Ok(()),
        false => check(&edge.settings, request.headers(), upgrade || unsafe_method),
    });
    if let Err(fault) = checked {
        return fault.into_response();
    }
    next.run(request).await
}

/// Several Host lines are refused (RFC 9112 § 3.2): a proxy in front may have believed another one than we would.
fn one_host(headers: &HeaderMap) -> Result<(), Fault> {
    match headers.get_all(header::HOST).iter().nth(1) {
        None => Ok(()),
        Some(_) => Err(Fault::new(ProblemCode::MalformedRequest).detail("the request names several hosts")),
    }
}

fn check(settings: &Settings, headers: &HeaderMap, from_page: bool) -> Result<(), Fault> {
    let host = text(headers, header::HOST).filter(|host| is_ours(settings, host)).ok_or_else(|| {
        Fault::new(ProblemCode::MalformedRequest).detail("this server is not known under that host name")
    })?;
    if !from_page {
        return Ok(());
    }
    let refused = || Fault::new(ProblemCode::CsrfFailed).detail("the request comes from another site");
    if headers.contains_key(header::ORIGIN) {
        let origin = text(headers, header::ORIGIN).and_then(Origin::parse).ok_or_else(refused)?;
        // A socket may be opened from the public address to this node's own one.
        let own = origin.authority().eq_ignore_ascii_case(host) || settings.public_origins.contains(&origin);
        return if own { Ok(()) } else { Err(refused()) };
    }
    match text(headers, header::HeaderName::from_static("sec-fetch-site")) {
        // Absent: not a browser; such a client has no cookies of ours that it did not get itself.
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(refused()),
    }
}

/// Loopback names (a server without public address is a demo or a test), or one that was configured.
fn is_ours(settings: &Settings, host: &str) -> bool {
    let name = host_name(host);
    let configured = settings.public_origins.iter().chain(&settings.all_nodes).chain(&settings.node_origin);
    let mut configured = configured.map(|origin| host_name(origin.authority()));
    if configured.any(|ours| ours.eq_ignore_ascii_case(name)) {
        return true;
    }
    let lower = name.to_ascii_lowercase();
    lower == "localhost"
        || lower.ends_with(".localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn host_name(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// `ws://` or `wss://` and the host that the browser used; room sockets of this node go there.
pub(super) fn websocket_base(settings: &Settings, headers: &HeaderMap) -> Option<String> {
    if settings.node_origin.is_some() {
        // Several nodes behind one name: that name may lead to another node.
        return None;
    }
    if let Some(origin) = text(headers, header::ORIGIN).and_then(Origin::parse) {
        return Some(origin.websocket());
    }
    let host = text(headers, header::HOST)?;
    let public = settings.public_origins.iter().find(|origin| origin.authority().eq_ignore_ascii_case(host));
    let scheme = if settings.secure_cookies { "wss" } else { "ws" };
    Some(public.map_or_else(|| format!("{scheme}://{host}"), Origin::websocket))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn settings(public: &[&str]) -> Settings {
        Settings {
            public_origins: public.iter().map(|text| Origin::parse(text).unwrap()).collect(),
            node_origin: None,
            all_nodes: Vec::new(),
            trusted_proxies: Vec::new(),
            secure_cookies: false,
            metrics_token: None,
        }
    }

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = list.iter().map(|(name, value)| (header::HeaderName::from_static(name), value));
        pairs.map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let settings = settings(&["https://konsil.example.org"]);
        for host in ["localhost:8080", "referrer.localhost:8080", "127.0.0.1:1", "[::1]:8080", "konsil.example.org"] {
            assert!(is_ours(&settings, host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "192.168.1.1", "konsil.example.org.evil", ""] {
            assert!(!is_ours(&settings, host), "{host}");
        }
    }

    #[test]
    fn two_hosts_are_one_too_many() {
        let mut headers = headers(&[("host", "localhost:8080")]);
        assert!(one_host(&headers).is_ok());
        headers.append(header::HOST, HeaderValue::from_static("localhost:8080"));
        assert_eq!(one_host(&headers).unwrap_err().code(), ProblemCode::MalformedRequest);
    }

    #[test]
    fn a_page_of_another_site_changes_nothing() {
        let settings = settings(&[]);
        let host = ("host", "referrer.localhost:8080");
        let ok = |list: &[_]| check(&settings, &headers(list), true).is_ok();
        assert!(ok(&[host, ("origin", "http://referrer.localhost:8080")]));
        assert!(ok(&[host]));
        assert!(ok(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(!ok(&[host, ("origin", "http://specialist.localhost:8080")]));
        assert!(!ok(&[host, ("origin", "http://referrer.localhost:9090")]));
        assert!(!ok(&[host, ("origin", "null")]));
        assert!(!ok(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!ok(&[host, ("sec-fetch-site", "same-site")]));
        assert!(check(&settings, &headers(&[host, ("origin", "null")]), false).is_ok(), "reading is not changing");
    }

    #[test]
    fn the_room_socket_goes_to_the_host_that_the_browser_used() {
        let plain = settings(&[]);
        let asked = headers(&[("host", "referrer.localhost:8080")]);
        assert_eq!(websocket_base(&plain, &asked).as_deref(), Some("ws://referrer.localhost:8080"));
        let public = settings(&["https://konsil.example.org"]);
        let asked = headers(&[("host", "konsil.example.org")]);
        assert_eq!(websocket_base(&public, &asked).as_deref(), Some("wss://konsil.example.org"));
        let asked = headers(&[("host", "konsil.example.org"), ("origin", "https://konsil.example.org")]);
        assert_eq!(websocket_base(&public, &asked).as_deref(), Some("wss://konsil.example.org"));
    }
}
