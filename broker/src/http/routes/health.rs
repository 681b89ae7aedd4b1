//! For machines that watch us.

use crate::http::address::ClientAddress;
use crate::http::caller;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use schemas::problem::ProblemCode;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// The database must answer within this for a node to count as ready. More keeps a hanging node in the balancer's
/// list; less drops a busy one.
const READY_TIME: Duration = Duration::from_secs(2);

/// The process runs.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The process can do its work: not stopping, and the database answers.
pub(super) async fn readyz(State(edge): State<Edge>) -> Result<&'static str, Fault> {
    if *edge.stopping.borrow() {
        return Err(Fault::new(ProblemCode::Unavailable).detail("stopping"));
    }
    match tokio::time::timeout(READY_TIME, edge.app.is_ready()).await {
        Ok(true) => Ok("ready\n"),
        _ => Err(Fault::new(ProblemCode::Unavailable).detail("the database does not answer")),
    }
}

/// Prometheus text, for this machine and for whoever holds the token.
pub(super) async fn metrics(
    State(edge): State<Edge>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Fault> {
    let with_token = match (&edge.settings.metrics_token, caller::bearer(&headers)) {
        (Some(expected), Some(given)) => bool::from(given.as_bytes().ct_eq(expected.expose().as_bytes())),
        _ => false,
    };
    if !address.is_local && !with_token {
        return Err(ProblemCode::Forbidden.into());
    }
    let sfu = edge.sfu.stats();
    #[expect(clippy::cast_precision_loss, reason = "counters of a metric may lose their last digit beyond 2^53")]
    let number = |n: u64| n as f64;
    let text = edge.metrics.write(&[
        ("telekonsil_sfu_rooms", "Rooms with media.", number(sfu.rooms)),
        ("telekonsil_sfu_peers", "Connected peers.", number(sfu.peers)),
        ("telekonsil_sfu_packets_in", "Datagrams received since start.", number(sfu.packets_in)),
        ("telekonsil_sfu_packets_out", "Datagrams sent since start.", number(sfu.packets_out)),
        ("telekonsil_sfu_bytes_in", "Bytes received since start.", number(sfu.bytes_in)),
        ("telekonsil_sfu_bytes_out", "Bytes sent since start.", number(sfu.bytes_out)),
        ("telekonsil_sfu_forwarded", "RTP packets forwarded since start.", number(sfu.forwarded)),
        ("telekonsil_sfu_panics", "Peers dropped by a panic since start.", number(sfu.drops.panics)),
    ]);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}
