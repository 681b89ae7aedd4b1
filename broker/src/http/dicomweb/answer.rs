//! What the answers have in common: JSON, caching, absolute URLs.

use crate::http::Edge;
use crate::http::problem::Fault;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use imaging::dicomweb::accept::{self, NotAcceptable};
use schemas::ConsultId;
use schemas::problem::ProblemCode;

/// Objects never change under their URL, so a browser need not ask again. An hour is about a consult: more leaves
/// pictures longer in the cache of a ward's computer, less fetches a series twice.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("private, max-age=3600, immutable");

/// Marks a response as cacheable by the browser of this person alone.
pub(super) fn immutable(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, IMMUTABLE);
    headers.insert(header::VARY, HeaderValue::from_static("accept, cookie, authorization"));
    response
}

/// DICOM JSON in the media type that the client accepts.
pub(super) fn json(accepted: &'static str, status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, accepted)], body).into_response()
}

/// The JSON media type to answer with.
pub(super) fn accepted_json(headers: &HeaderMap) -> Result<&'static str, Fault> {
    accept::json(text(headers, header::ACCEPT)).map_err(not_acceptable)
}

pub(super) fn not_acceptable(_: NotAcceptable) -> Fault {
    Fault::new(ProblemCode::NotAcceptable)
}

/// A query parameter that cannot be read.
pub(super) fn bad_query(error: &impl std::fmt::Display) -> Fault {
    Fault::new(ProblemCode::MalformedRequest).detail(error.to_string())
}

pub(super) fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Names the consult within which a study is meant; our own parameter beside those of PS3.18. Two houses may hold
/// studies of one Study Instance UID, and then only the consult tells them apart.
pub(super) const CONSULT: &str = "consult";

/// The consult that a query names, at most one.
pub(super) fn consult(pairs: &[(String, String)]) -> Result<Option<ConsultId>, Fault> {
    let mut named = pairs.iter().filter(|(name, _)| name == CONSULT).map(|(_, value)| value.parse().map(ConsultId));
    match (named.next(), named.next()) {
        (None, _) => Ok(None),
        (Some(Ok(id)), None) => Ok(Some(id)),
        _ => Err(Fault::new(ProblemCode::MalformedRequest).detail("the query parameter consult names no one consult")),
    }
}

/// Absolute URLs as the client reaches us (PS3.18 asks for absolute ones).
#[derive(Clone)]
pub(super) struct Urls(String);

impl Urls {
    pub(super) fn new(edge: &Edge, headers: &HeaderMap) -> Self {
        let host = text(headers, header::HOST).unwrap_or("localhost");
        let public = edge.settings.public_origins.iter().find(|origin| origin.authority().eq_ignore_ascii_case(host));
        let scheme = if edge.settings.secure_cookies { "https" } else { "http" };
        let origin = public.map_or_else(|| format!("{scheme}://{host}"), |origin| origin.as_str().to_owned());
        Self(format!("{origin}/dicomweb"))
    }

    pub(super) fn study(&self, study: &str) -> String {
        format!("{}/studies/{study}", self.0)
    }

    pub(super) fn series(&self, study: &str, series: &str) -> String {
        format!("{}/series/{series}", self.study(study))
    }

    pub(super) fn instance(&self, study: &str, series: &str, instance: &str) -> String {
        format!("{}/instances/{instance}", self.series(study, series))
    }
}
