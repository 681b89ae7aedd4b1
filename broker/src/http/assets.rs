//! The built web application, embedded by `build.rs`.

use super::problem::Fault;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemas::problem::ProblemCode;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// One file of the built web folder.
pub(super) struct EmbeddedFile {
    /// Without a leading slash.
    path: &'static str,
    /// Hash of the content.
    tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
}

/// Serves `GET` and `HEAD` of everything that no other route takes.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    let Some(file) = page(path).or_else(|| find(path.trim_start_matches('/'))) else {
        return Fault::new(ProblemCode::NotFound).into_response();
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = Fault::new(ProblemCode::MethodNotAllowed).into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    deliver(file, request.headers())
}

/// The pages. `/room/{consult}` is one page for every consult; the script reads the id from the address.
fn page(path: &str) -> Option<&'static EmbeddedFile> {
    let mut parts = path.trim_matches('/').split('/');
    let name = parts.next()?;
    match (name, parts.next(), parts.next()) {
        (
            "login" | "refer" | "oncall" | "desk" | "admin" | "privacy" | "guest" | "phone" | "setup" | "answer",
            None,
            _,
        ) => find(&format!("{name}/index.html")),
        ("room", Some(consult), None) if consult.parse::<uuid::Uuid>().is_ok() => find("room/index.html"),
        _ => None,
    }
}

fn find(path: &str) -> Option<&'static EmbeddedFile> {
    let index = FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
    FILES.get(index)
}

fn deliver(file: &'static EmbeddedFile, asked: &HeaderMap) -> Response {
    let packed = file.brotli.filter(|_| accepts_brotli(asked));
    // The two representations must not share a tag (RFC 9110 § 8.8.3.3).
    let tag = format!("\"{}{}\"", file.tag, if packed.is_some() { "-br" } else { "" });
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|tags| {
        tags.split(',').any(|have| have.trim().trim_start_matches("W/") == tag || have.trim() == "*")
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(packed.unwrap_or(file.plain)).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(file.path)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if !known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(file.path)));
        if packed.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
    }
    response
}

/// Vite puts a hash of the content into the names below `assets/`; everything else keeps its name and is asked for
/// again each time.
fn cache_control(path: &str) -> &'static str {
    if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn accepts_brotli(asked: &HeaderMap) -> bool {
    asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some("br") && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_there_under_its_address() {
        for name in ["login", "refer", "oncall", "desk", "admin", "privacy", "guest", "phone", "setup", "answer"] {
            assert!(page(&format!("/{name}")).is_some() && page(&format!("/{name}/")).is_some(), "{name}");
        }
        assert!(page("/room/0193e4a0-0000-7000-8000-000000000001").is_some());
        for path in ["/", "/room", "/room/", "/room/x", "/room/../login", "/refer/x", "/api"] {
            assert!(page(path).is_none(), "{path}");
        }
    }

    #[test]
    fn files_are_sorted_because_they_are_searched_by_halves() {
        assert!(FILES.is_sorted_by(|a, b| a.path < b.path));
    }

    #[test]
    fn brotli_only_for_those_who_take_it() {
        let with =
            |value: &'static str| HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
        assert!(accepts_brotli(&with("gzip, deflate, br, zstd")));
        assert!(accepts_brotli(&with("gzip;q=0.5, br;q=0.9")));
        assert!(!accepts_brotli(&with("gzip, br;q=0")));
        assert!(!accepts_brotli(&HeaderMap::new()));
    }
}
