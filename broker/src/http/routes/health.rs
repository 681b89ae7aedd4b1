//! For machines that watch us.

use crate::app::Status;
use crate::http::address::ClientAddress;
use crate::http::caller;
use crate::http::metrics::{Series, of_groups, of_sfu};
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
    let mut series = vec![
        Series::gauge("telekonsil_build_info", "The version that runs.", 1).of("version", env!("CARGO_PKG_VERSION")),
    ];
    // A database that does not answer costs its own numbers and no others: they are wanted most at that moment.
    match tokio::time::timeout(READY_TIME, edge.app.status()).await {
        Ok(Ok(status)) => {
            series.push(Series::gauge("telekonsil_up", "The database answers.", 1));
            series.extend(of_status(&status));
        }
        _ => series.push(Series::gauge("telekonsil_up", "The database answers.", 0)),
    }
    series.extend(of_groups(edge.rooms.tally()));
    series.extend(of_sfu(&edge.sfu.stats()));
    let text = edge.metrics.write(&series);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}

fn of_status(status: &Status) -> Vec<Series> {
    let oldest = |state: &str| status.open.iter().find(|(of, ..)| of == state).map_or(0, |(_, _, age)| age / 1000);
    let mut series = Vec::new();
    for (state, count, _) in &status.open {
        series.push(Series::gauge("telekonsil_consults", "Open consults.", *count).of("state", state));
    }
    for state in ["ringing", "unanswered"] {
        let help = "Seconds that the consult has stood there which stands there longest.";
        series.push(Series::gauge("telekonsil_oldest_consult_seconds", help, oldest(state)).of("state", state));
    }
    for (kind, count) in &status.alarms {
        let help = "Alarms raised by this node.";
        series.push(Series::counter("telekonsil_alarms_total", help, *count).of("kind", kind));
    }
    for (kind, count) in &status.events {
        let help = "Events of consults written by this node.";
        series.push(Series::counter("telekonsil_events_total", help, *count).of("kind", kind));
    }
    let pool = [("open", status.pool.open), ("idle", status.pool.idle), ("max", status.pool.max)];
    for (state, count) in pool {
        series.push(Series::gauge("telekonsil_database_connections", "Of this node.", count).of("state", state));
    }
    series
}
