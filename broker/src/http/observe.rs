//! One log line and one measurement per request: method, route template, status, time. Never path, query or body.

use super::problem::Fault;
use super::state::Edge;
use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use schemas::problem::ProblemCode;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// Logs and measures. Waits until the head of the response is there; streams go on after it.
pub async fn observe(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let method = name(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let started = Instant::now();
    let response = next.run(request).await;
    let elapsed = started.elapsed();
    let route = matched.as_ref().map_or("(page)", MatchedPath::as_str);
    let status = response.status().as_u16();
    edge.metrics.observe(method, route, status, elapsed);
    let millis = elapsed.as_millis();
    match response.status() {
        StatusCode::SERVICE_UNAVAILABLE => tracing::warn!(method, route, status, millis, "request"),
        status if status.is_server_error() => {
            tracing::error!(method, route, status = status.as_u16(), millis, "request");
        }
        _ if method == "GET" || method == "HEAD" => tracing::debug!(method, route, status, millis, "request"),
        _ => tracing::info!(method, route, status, millis, "request"),
    }
    response
}

/// A handler panicked: the hook set by `main` has logged where; the payload may hold anything and is not looked at.
pub fn panicked(_payload: Box<dyn Any + Send + 'static>) -> Response {
    Fault::new(ProblemCode::Internal).into_response()
}

/// Ends requests that take longer than [`crate::config::Limits::request_time`]: 408 when the body is what did not come,
/// 503 when we are slow. Not for streams and uploads.
pub async fn time_limit(State(time): State<Duration>, request: Request, next: Next) -> Response {
    within(time, request, next).await
}

async fn within(time: Duration, request: Request, next: Next) -> Response {
    let arrived = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let request = request.map(|body| watch_end(body, Arc::clone(&arrived)));
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) if !arrived.load(Ordering::Relaxed) => Fault::too_slow().into_response(),
        Err(_) => Fault::new(ProblemCode::Unavailable).detail("the request took too long").into_response(),
    }
}

/// The same body; `arrived` becomes `true` once nothing more is to come.
fn watch_end(body: Body, arrived: Arc<AtomicBool>) -> Body {
    if arrived.load(Ordering::Relaxed) {
        return body;
    }
    let mut data: BodyDataStream = body.into_data_stream();
    Body::from_stream(stream::poll_fn(move |context| {
        let next = data.poll_next_unpin(context);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            arrived.store(true, Ordering::Relaxed);
        }
        next
    }))
}

/// `OPTIONS` is answered with what a route offers instead of 405. No cross-origin headers: other sites get nothing.
pub async fn options(request: Request, next: Next) -> Response {
    let asked = request.method() == Method::OPTIONS;
    let response = next.run(request).await;
    if !asked || response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let allow = response.headers().get(axum::http::header::ALLOW).cloned();
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(allow) = allow {
        answer.headers_mut().insert(axum::http::header::ALLOW, allow);
    }
    answer
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use bytes::Bytes;
    use std::convert::Infallible;
    use tower::Service;

    async fn soon(request: Request, next: Next) -> Response {
        within(Duration::from_millis(200), request, next).await
    }

    async fn status(router: Router, body: Body) -> StatusCode {
        let request = axum::http::Request::builder().method("POST").uri("/").body(body).unwrap();
        router.layer(from_fn(soon)).call(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_the_senders_fault_and_our_slowness_is_ours() {
        let reads = || Router::new().route("/", post(|_: Bytes| async { StatusCode::OK }));
        let hangs = Router::new().route("/", post(|_: Bytes| std::future::pending::<StatusCode>()));
        let stalls = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))]).chain(stream::pending());
        assert_eq!(status(reads(), Body::from_stream(stalls)).await, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(status(reads(), Body::from("{}")).await, StatusCode::OK);
        assert_eq!(status(hangs, Body::from("{}")).await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
