//! Security headers of every response.

use super::state::{Edge, Settings};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::fmt::Write as _;

/// Adds the headers; `Cache-Control: no-store` where a handler said nothing about caching.
pub async fn harden(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&edge.settings, host.as_deref())) {
        set(header::CONTENT_SECURITY_POLICY, policy);
    }
    set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=(), payment=(), usb=()",
        ),
    );
    set(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    set(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    if edge.settings.secure_cookies {
        // A year, as the preload list asks for.
        set(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// - `wasm-unsafe-eval`: Cornerstone3D's decoders are WebAssembly.
/// - `worker-src blob:` and `img-src blob: data:`: it makes workers and thumbnails of objects.
/// - `style-src 'unsafe-inline'`: it positions its overlays by style attributes; scripts stay strict.
/// - `connect-src`: ourselves and the nodes that may own a room. `'self'` alone covers `ws:` only in newer browsers.
fn content_security_policy(settings: &Settings, host: Option<&str>) -> String {
    let mut connect = String::from("'self'");
    if let Some(host) = host.filter(|host| host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))) {
        let scheme = if settings.secure_cookies { "wss" } else { "ws" };
        let _ = write!(connect, " {scheme}://{host}");
    }
    for node in &settings.all_nodes {
        let _ = write!(connect, " {} {}", node.as_str(), node.websocket());
    }
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
         style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; \
         connect-src {connect}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    #[test]
    fn pages_may_connect_to_every_node_and_to_nobody_else() {
        let settings = Settings {
            public_origins: Vec::new(),
            node_origin: None,
            all_nodes: vec![Origin::parse("https://n2.example.org").unwrap()],
            secure_cookies: true,
            metrics_token: None,
        };
        let policy = content_security_policy(&settings, Some("konsil.example.org"));
        assert!(
            policy.contains("connect-src 'self' wss://konsil.example.org https://n2.example.org wss://n2.example.org;")
        );
        let strange = content_security_policy(&settings, Some("x; script-src *"));
        assert!(!strange.contains('*'));
    }
}
