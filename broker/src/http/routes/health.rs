//! For machines that watch us.

use crate::app::Status;
use crate::http::address::ClientAddress;
use crate::http::caller;
use crate::http::metrics::Series;
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

fn of_sfu(sfu: &sfu::Stats) -> Vec<Series> {
    let mut series = vec![
        Series::gauge("telekonsil_sfu_rooms", "Rooms with media.", sfu.rooms),
        Series::gauge("telekonsil_sfu_peers", "Peers, connected or about to be.", sfu.peers),
        Series::gauge("telekonsil_sfu_connected", "Connected peers; the next three are about them.", sfu.measured),
        Series::gauge("telekonsil_sfu_estimates_bits", "Sum of what their paths carry, bit/s.", sfu.estimates),
        Series::gauge("telekonsil_sfu_round_trips_us", "Sum of their round trips, microseconds.", sfu.round_trips),
        Series::gauge("telekonsil_sfu_lossy", "Those who lose more than one packet in twenty.", sfu.lossy),
        Series::gauge("telekonsil_sfu_tcp_connections", "TCP connections.", sfu.tcp_connections),
        Series::counter("telekonsil_sfu_packets_in", "Datagrams received since start.", sfu.packets_in),
        Series::counter("telekonsil_sfu_packets_out", "Datagrams sent since start.", sfu.packets_out),
        Series::counter("telekonsil_sfu_bytes_in", "Bytes received since start.", sfu.bytes_in),
        Series::counter("telekonsil_sfu_bytes_out", "Bytes sent since start.", sfu.bytes_out),
        Series::counter("telekonsil_sfu_forwarded", "RTP packets forwarded since start.", sfu.forwarded),
        Series::counter("telekonsil_sfu_switches", "Changes of a shown layer since start.", sfu.switches),
        Series::counter("telekonsil_sfu_probes", "Bursts of padding since start.", sfu.probes),
        Series::counter("telekonsil_sfu_data_frames", "Data channel frames relayed since start.", sfu.data_frames),
        Series::counter("telekonsil_sfu_panics", "Peers dropped by a panic since start.", sfu.drops.panics),
    ];
    let feedback = [
        ("pli_sent", sfu.pli_sent),
        ("pli_received", sfu.pli_received),
        ("nack_sent", sfu.nack_sent),
        ("nack_received", sfu.nack_received),
        ("rtx_sent", sfu.rtx_sent),
        ("rtx_received", sfu.rtx_received),
    ];
    for (kind, count) in feedback {
        let help = "Key frame requests, questions for packets and repetitions since start.";
        series.push(Series::counter("telekonsil_sfu_feedback", help, count).of("kind", kind));
    }
    let drops = &sfu.drops;
    let causes = [
        ("unknown_address", drops.unknown_address),
        ("unauthenticated", drops.unauthenticated),
        ("malformed", drops.malformed),
        ("media_refused", drops.media_refused),
        ("unknown_source", drops.unknown_source),
        ("repeated", drops.repeated),
        ("foreign_rtcp", drops.foreign_rtcp),
        ("rtx_held_back", drops.rtx_held_back),
        ("tcp_refused", drops.tcp_refused),
        ("send_failed", drops.send_failed),
        ("data_malformed", drops.data_malformed),
        ("data_too_large", drops.data_too_large),
        ("data_backlog", drops.data_backlog),
        ("data_flood", drops.data_flood),
        ("not_kept", drops.not_kept),
    ];
    for (cause, count) in causes {
        series.push(
            Series::counter("telekonsil_sfu_drops", "What was thrown away since start.", count).of("cause", cause),
        );
    }
    series
}
