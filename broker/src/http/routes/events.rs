//! `/api/events`: the browser's one server-sent event stream.

use crate::http::caller::Caller;
use crate::http::extract::QueryOf;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use crate::http::streams::{Displaced, StreamPlace};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use schemas::events::LiveEvent;
use schemas::problem::ProblemCode;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;

/// Comments on a silent stream. More lets proxies cut it (commonly after 30 s) and leaves a dead network unnoticed;
/// less drains a phone's battery.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often an open stream looks whether its session still holds: so long a signed-out page may go on hearing.
const SESSION_CHECK: Duration = Duration::from_secs(30);

/// Where to go on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Resume {
    /// Like the header `Last-Event-ID`, which wins.
    last_event_id: Option<i64>,
}

/// Live events as `text/event-stream`. The id of an event is its position in the log; with `Last-Event-ID` nothing
/// that happened in between is missed.
#[utoipa::path(
    get, path = "/api/events", tag = "events", operation_id = "events",
    params(Resume, ("Last-Event-ID" = Option<i64>, Header, description = "Position of the last event seen")),
    responses((status = 200, body = LiveEvent, content_type = "text/event-stream"))
)]
pub(super) async fn events(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(resume): QueryOf<Resume>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Fault> {
    let last = match headers.get("last-event-id") {
        None => resume.last_event_id,
        Some(value) => Some(position(value).ok_or_else(|| {
            Fault::new(ProblemCode::MalformedRequest).detail("Last-Event-ID is the number of an event of this stream")
        })?),
    };
    let live = edge.app.live(&caller.actor, last).await?;
    // A session that opens too many ends its oldest one.
    let (place, displaced) = edge.shares.streams.open(caller.session.id);
    let until = ended(edge.clone(), caller.token, displaced);
    let stream = counted(OpenStream::new(edge, place), live.take_until(Box::pin(until)));
    let events = stream.map(|item| Ok::<_, Infallible>(event(item.position, &item.event)));
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    // nginx would hold events back until its buffer is full.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))];
    Ok((unbuffered, Sse::new(events).keep_alive(keep_alive)))
}

fn position(value: &HeaderValue) -> Option<i64> {
    value.to_str().ok()?.trim().parse().ok().filter(|position| *position >= 0)
}

fn event(position: Option<i64>, event: &LiveEvent) -> Event {
    let sse = match position {
        Some(position) => Event::default().id(position.to_string()),
        None => Event::default(),
    };
    match serde_json::to_string(event) {
        Ok(text) => sse.data(text),
        Err(error) => {
            tracing::error!(%error, "a live event could not be written as JSON");
            Event::default().comment("lost")
        }
    }
}

/// Completes when the server stops, a newer stream took the place, or the session has ended; the browser's next try
/// learns which.
async fn ended(edge: Edge, token: Option<String>, displaced: Displaced) {
    let session_ended = async {
        let Some(token) = token else { return std::future::pending().await };
        loop {
            tokio::time::sleep(SESSION_CHECK).await;
            if let Ok(None) = edge.app.session(&token).await {
                return;
            }
        }
    };
    tokio::select! {
        () = edge.stopped() => {}
        () = displaced.wait() => {}
        () = session_ended => {}
    }
}

/// Counts the stream among the open ones while it lives.
fn counted<S: Stream + Send + 'static>(open: OpenStream, stream: S) -> impl Stream<Item = S::Item> + Send + 'static
where
    S::Item: Send,
{
    stream.map(move |item| {
        let _ = &open;
        item
    })
}

struct OpenStream {
    edge: Edge,
    _place: StreamPlace,
}

impl OpenStream {
    fn new(edge: Edge, place: StreamPlace) -> Self {
        edge.metrics.live_streams.up();
        Self { edge, _place: place }
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.edge.metrics.live_streams.down();
    }
}
