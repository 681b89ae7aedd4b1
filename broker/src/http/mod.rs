//! The HTTP edge: routes, sessions, pages, and what keeps bad requests out.
//!
//! Order of a request, from the outside: log and measure → catch panics → security headers → host and origin → route →
//! [`caller::Caller`] (session and anti-forgery token) → handler → `app`, which checks the access table.
//!
//! Invariant: whatever goes wrong, a client gets `application/problem+json` with a stable code, never a bare text.

pub mod address;
mod assets;
pub mod caller;
pub mod dicomweb;
pub mod extract;
mod guard;
mod headers;
mod limiter;
mod metrics;
mod observe;
pub mod openapi;
pub mod problem;
mod routes;
mod shares;
mod slots;
mod state;
mod streams;

pub use limiter::Limiter;
pub use metrics::Metrics;
pub use shares::Shares;
pub use slots::{Slot, Slots};
pub use state::{Edge, Inner, Settings};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension};
use axum::middleware::{from_fn, from_fn_with_state};
use problem::Fault;
use schemas::problem::ProblemCode;
use tower_http::catch_panic::CatchPanicLayer;

/// The whole router, ready to be served with connect info.
pub fn router(edge: Edge) -> Router {
    let (api, _) = routes::api().split_for_parts();
    let (streams, _) = routes::streams().split_for_parts();
    let dicomweb = dicomweb::router().layer(DefaultBodyLimit::disable()).layer(Extension(caller::BearerAllowed));
    Router::new()
        .merge(routes::limited(api, &edge.limits))
        .merge(streams)
        .merge(routes::others())
        .nest("/dicomweb", dicomweb)
        .method_not_allowed_fallback(async || Fault::new(ProblemCode::MethodNotAllowed))
        .fallback(assets::serve)
        .layer(from_fn(observe::options))
        .layer(from_fn_with_state(edge.clone(), guard::guard))
        .layer(from_fn_with_state(edge.clone(), headers::harden))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(from_fn_with_state(edge.clone(), observe::observe))
        .with_state(edge)
}
