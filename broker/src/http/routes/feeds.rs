//! Calendars: duties go out, absences come in.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemas::feeds::{Calendar, CalendarLink, Feed, FeedEffect, PutCalendar, PutFeed};
use schemas::{CalendarId, FeedId};

/// Addresses at which duties are read: the caller's, and for coordinators those of their services.
#[utoipa::path(
    get, path = "/api/calendars", tag = "calendars", operation_id = "calendars",
    responses((status = 200, body = Vec<Calendar>))
)]
pub(super) async fn calendars(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<Calendar>>, Fault> {
    Ok(Json(edge.app.calendars(&caller.actor).await?))
}

/// Makes an address, shown once; again under the same id: another one in its place.
#[utoipa::path(
    put, path = "/api/calendars/{id}", tag = "calendars", operation_id = "putCalendar",
    params(("id" = CalendarId, Path)), request_body = PutCalendar, responses((status = 200, body = CalendarLink))
)]
pub(super) async fn put_calendar(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<CalendarId>,
    JsonBody(wish): JsonBody<PutCalendar>,
) -> Result<Json<CalendarLink>, Fault> {
    Ok(Json(edge.app.put_calendar(&caller.actor, id, &wish).await?))
}

/// Ends an address.
#[utoipa::path(
    delete, path = "/api/calendars/{id}", tag = "calendars", operation_id = "deleteCalendar",
    params(("id" = CalendarId, Path)), responses((status = 204, description = "Gone"))
)]
pub(super) async fn delete_calendar(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<CalendarId>,
) -> Result<StatusCode, Fault> {
    edge.app.delete_calendar(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Duties for a calendar program. Needs no session: the address is the secret.
#[utoipa::path(
    get, path = "/ical/{token}", tag = "calendars", operation_id = "ical",
    params(("token" = String, Path, description = "the secret, with or without `.ics`")),
    responses((status = 200, description = "A calendar", body = String, content_type = "text/calendar"),
              (status = 304, description = "Nothing new")), security(())
)]
pub(super) async fn ical(
    State(edge): State<Edge>,
    PathOf(token): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let file = edge.app.calendar_file(token.strip_suffix(".ics").unwrap_or(&token)).await?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known =
        known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.etag));
    // Only hexadecimal digits and quotes.
    let etag = HeaderValue::from_str(&file.etag).unwrap_or(HeaderValue::from_static("\"\""));
    let common = [(header::ETAG, etag), (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((common, kind, file.text).into_response())
}

/// Calendars that absences come from: the caller's, and for coordinators those of their networks.
#[utoipa::path(
    get, path = "/api/feeds", tag = "calendars", operation_id = "feeds", responses((status = 200, body = Vec<Feed>))
)]
pub(super) async fn feeds(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<Feed>>, Fault> {
    Ok(Json(edge.app.feeds(&caller.actor).await?))
}

/// What an import would do. Nothing is written.
#[utoipa::path(
    post, path = "/api/feeds/{id}/preview", tag = "calendars", operation_id = "previewFeed",
    params(("id" = FeedId, Path)), request_body = PutFeed, responses((status = 200, body = FeedEffect))
)]
pub(super) async fn preview_feed(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<FeedId>,
    JsonBody(wish): JsonBody<PutFeed>,
) -> Result<Json<FeedEffect>, Fault> {
    Ok(Json(edge.app.preview_feed(&caller.actor, id, &wish).await?))
}

/// Writes the absences of a calendar down; one with an address is read again every 15 minutes.
#[utoipa::path(
    put, path = "/api/feeds/{id}", tag = "calendars", operation_id = "putFeed",
    params(("id" = FeedId, Path)), request_body = PutFeed, responses((status = 200, body = FeedEffect))
)]
pub(super) async fn put_feed(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<FeedId>,
    JsonBody(wish): JsonBody<PutFeed>,
) -> Result<Json<FeedEffect>, Fault> {
    Ok(Json(edge.app.put_feed(&caller.actor, id, &wish).await?))
}

/// Takes a calendar away with all that came from it and has not ended.
#[utoipa::path(
    delete, path = "/api/feeds/{id}", tag = "calendars", operation_id = "deleteFeed",
    params(("id" = FeedId, Path)), responses((status = 204, description = "Gone"))
)]
pub(super) async fn delete_feed(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<FeedId>,
) -> Result<StatusCode, Fault> {
    edge.app.delete_feed(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
