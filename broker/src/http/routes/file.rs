//! Answers that a browser keeps as a file.

use crate::app::TableFile;
use crate::http::problem::Fault;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use schemas::problem::ProblemCode;

pub(super) fn csv(TableFile { name, bytes }: TableFile) -> Result<Response, Fault> {
    attachment(&name, "text/csv; charset=utf-8", bytes)
}

/// Never shown in the page's own origin, and kept by nobody in between.
pub(super) fn attachment(name: &str, kind: &'static str, bytes: Vec<u8>) -> Result<Response, Fault> {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|_| Fault::new(ProblemCode::Internal))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}
