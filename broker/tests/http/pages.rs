//! Pages, security headers, and what watches the server.

use crate::house::{House, code};
use reqwest::Method;
use schemas::problem::ProblemCode as Code;

#[tokio::test]
async fn pages_are_served_with_strict_headers_and_asked_for_again() {
    let house = House::open().await;
    let browser = house.stranger();
    for path in ["/login", "/login/", "/refer/", "/oncall/", "/desk/", "/room/0193e4a0-0000-7000-8000-000000000001"] {
        let page = browser.get(path).await;
        assert_eq!(page.status(), 200, "{path}");
        let headers = page.headers().clone();
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(headers["cache-control"], "no-cache");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=(self)"));
        let policy = headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval';",
            "frame-ancestors 'none'",
            "object-src 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        let tag = headers["etag"].to_str().unwrap();
        let known = browser.request(Method::GET, path).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(known.status(), 304);
        assert!(known.text().await.unwrap().is_empty());
    }
    let api = browser.get("/api/session").await;
    assert_eq!(api.headers()["cache-control"], "no-store");
    assert!(api.headers().contains_key("content-security-policy"));
    house.close().await;
}

#[tokio::test]
async fn watchers_are_answered_and_numbers_are_for_us_alone() {
    let house = House::open_with(|config| {
        config.metrics_token = Some(telekonsil::config::Secret::new("geheim".to_owned()));
    })
    .await;
    let browser = house.stranger();
    assert_eq!(browser.get("/healthz").await.status(), 200);
    assert_eq!(browser.get("/readyz").await.status(), 200);
    let health_check = browser.request(Method::GET, "/healthz").header("host", "10.0.0.7:8080").send().await.unwrap();
    assert_eq!(health_check.status(), 200, "a balancer asks by address");
    browser.get("/api/consults/0193e4a0-0000-7000-8000-000000000001").await;
    let text = browser.get("/metrics").await.text().await.unwrap();
    assert!(text.contains("route=\"/api/consults/{id}\",status=\"401\""), "{text}");
    assert!(!text.contains("0193e4a0"), "no identifier becomes a label");
    assert!(text.contains("telekonsil_sfu_rooms 0"));

    let ask = |token: Option<&'static str>| {
        let request = browser.request(Method::GET, "/metrics").header("x-forwarded-for", "198.51.100.7");
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    };
    assert_eq!(code(ask(None).send().await.unwrap()).await, (403, Code::Forbidden));
    assert_eq!(code(ask(Some("falsch")).send().await.unwrap()).await, (403, Code::Forbidden));
    assert_eq!(ask(Some("geheim")).send().await.unwrap().status(), 200);
    house.close().await;
}

#[tokio::test]
async fn a_busy_port_is_told_in_a_sentence() {
    let house = House::open().await;
    let folder = house.folder.join("second");
    let config = telekonsil::config::Config::local(&folder, house.server.http_addr, 0);
    let error = telekonsil::server::start(config).await.err().unwrap().to_string();
    assert!(error.contains("is in use") && error.contains("--listen"), "{error}");
    let config = telekonsil::config::Config::local(&house.folder, "127.0.0.1:0".parse().unwrap(), 0);
    let error = telekonsil::server::start(config).await.err().unwrap().to_string();
    assert!(error.contains("in use by another Telekonsil") && error.contains("--data"), "{error}");
    house.close().await;
}
