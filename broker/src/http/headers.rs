//! Security headers of every response.

use super::state::{Edge, Settings};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;

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
    set(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
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

/// Style sheets that React Aria puts into the page by script (`usePress`, `usePreventScroll`). They are named by their
/// hashes, so that no other inline sheet is taken. When a new version of it changes them, browsers report a violation,
/// which the browser tests look for.
const INJECTED_STYLES: [&str; 2] = [
    "@layer {\n  [data-react-aria-pressable] {\n    touch-action: pan-x pan-y pinch-zoom;\n  }\n}",
    "@layer {\n  * {\n    overscroll-behavior: contain;\n  }\n}",
];

/// `'sha256-…'` of [`INJECTED_STYLES`] (CSP level 3 § 2.3.1).
static STYLE_HASHES: LazyLock<String> = LazyLock::new(|| {
    let hash = |style: &&str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes())));
    INJECTED_STYLES.iter().map(hash).collect::<Vec<_>>().join(" ")
});

/// - `wasm-unsafe-eval`: Cornerstone3D's decoders are WebAssembly.
/// - `worker-src blob:` and `img-src blob: data:`: it makes workers and thumbnails of objects.
/// - `style-src-attr 'unsafe-inline'`: it sets the attribute `style` of the text beside a measurement, with a changing
///   identifier in it. A style attribute can neither load nor send anything that this policy does not allow anyway.
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
    let hashes = &*STYLE_HASHES;
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
         style-src 'self'; style-src-elem 'self' {hashes}; style-src-attr 'unsafe-inline'; \
         img-src 'self' blob: data:; media-src 'self' blob:; connect-src {connect}; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    fn settings() -> Settings {
        Settings {
            public_origins: Vec::new(),
            node_origin: None,
            all_nodes: vec![Origin::parse("https://n2.example.org").unwrap()],
            trusted_proxies: Vec::new(),
            secure_cookies: true,
            metrics_token: None,
        }
    }

    #[test]
    fn pages_may_connect_to_every_node_and_to_nobody_else() {
        let policy = content_security_policy(&settings(), Some("konsil.example.org"));
        assert!(
            policy.contains("connect-src 'self' wss://konsil.example.org https://n2.example.org wss://n2.example.org;")
        );
        let strange = content_security_policy(&settings(), Some("x; script-src *"));
        assert!(!strange.contains('*'));
    }

    #[test]
    fn no_script_and_no_sheet_but_ours() {
        let policy = content_security_policy(&settings(), None);
        let part = |name: &str| policy.split("; ").find(|part| part.starts_with(name)).unwrap();
        assert_eq!(part("script-src "), "script-src 'self' 'wasm-unsafe-eval'");
        assert_eq!(part("style-src "), "style-src 'self'");
        assert_eq!(
            part("style-src-elem "),
            "style-src-elem 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o=' \
             'sha256-gYiS/BvZvRcK27JIXTuwhZ3hs2+VJ1X+2gUlE+farlg='"
        );
    }
}
