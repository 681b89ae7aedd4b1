//! What one was called out for, as JSON and as a table; whom to call.

use crate::http::caller::Caller;
use crate::http::extract::{Json, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};
use schemas::UnixMillis;
use schemas::consult::Urgency;
use schemas::oncall::{CallOut, CallOutQuery, Contacts};
use schemas::problem::ProblemCode;

/// The caller's own call-outs, the newest first.
#[utoipa::path(
    get, path = "/api/me/call-outs", tag = "directory", operation_id = "myCallOuts",
    params(CallOutQuery), responses((status = 200, body = Vec<CallOut>))
)]
pub(super) async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<CallOutQuery>,
) -> Result<Json<Vec<CallOut>>, Fault> {
    Ok(Json(edge.app.call_outs(&caller.actor, query).await?))
}

/// The same as CSV (RFC 4180), for a time sheet; times in the zone of the service.
#[utoipa::path(
    get, path = "/api/me/call-outs.csv", tag = "directory", operation_id = "myCallOutsCsv",
    params(CallOutQuery), responses((status = 200, body = String, content_type = "text/csv"))
)]
pub(super) async fn table(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(query): QueryOf<CallOutQuery>,
) -> Result<impl IntoResponse, Fault> {
    let lines = edge.app.call_outs(&caller.actor, query).await?;
    let text = csv(&lines).map_err(|_| Fault::new(ProblemCode::Internal))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"call-outs.csv\""),
    ];
    Ok((headers, text))
}

/// Switchboards, fallback numbers and colleagues on duty: what the on-call app keeps for when there is no network.
#[utoipa::path(
    get, path = "/api/me/contacts", tag = "directory", operation_id = "myContacts",
    responses((status = 200, body = Contacts))
)]
pub(super) async fn contacts(State(edge): State<Edge>, caller: Caller) -> Result<Json<Contacts>, Fault> {
    Ok(Json(edge.app.contacts(&caller.actor).await?))
}

const COLUMNS: [&str; 10] = [
    "label",
    "service",
    "hospital",
    "urgency",
    "rung_at",
    "accepted_at",
    "ended_at",
    "minutes",
    "room_minutes",
    "consult_id",
];

/// A mark first, without which spreadsheets take UTF-8 for something else.
fn csv(lines: &[CallOut]) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    let zones = TimeZoneDatabase::bundled();
    writer.write_record(COLUMNS)?;
    for line in lines {
        let zone = zones.get(&line.zone).unwrap_or(TimeZone::UTC);
        let time = |at: Option<UnixMillis>| at.map(|at| wall(at, &zone)).unwrap_or_default();
        writer.write_record([
            line.label.clone(),
            plain(&line.service),
            plain(&line.hospital),
            urgency(line.urgency).to_owned(),
            time(line.rung_at),
            time(Some(line.accepted_at)),
            time(line.ended_at),
            line.minutes.to_string(),
            line.room_minutes.to_string(),
            line.consult_id.to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// `2026-11-28T02:07:31+01:00`: a spreadsheet reads it, and the hour that comes twice in autumn is told apart.
fn wall(at: UnixMillis, zone: &TimeZone) -> String {
    let instant = Timestamp::from_millisecond(at.0).unwrap_or_default();
    instant.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Spreadsheets carry out what begins like a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

const fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Emergency => "emergency",
        Urgency::Urgent => "urgent",
        Urgency::Elective => "elective",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::ConsultId;

    #[test]
    fn a_line_is_in_the_time_of_its_service_and_no_name_is_a_formula() {
        let line = CallOut {
            consult_id: ConsultId(uuid::Uuid::nil()),
            label: "TK-7F3A".to_owned(),
            service: "=Schlaganfall".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            hospital: "Klinik \"Am See\", Haus 2".to_owned(),
            urgency: Urgency::Emergency,
            rung_at: None,
            // The second 02:30 of the night in which summer time ends.
            accepted_at: UnixMillis(1_792_892_100_000),
            ended_at: None,
            minutes: 7,
            room_minutes: 5,
        };
        let text = String::from_utf8(csv(&[line]).unwrap()).unwrap();
        let wanted = "'=Schlaganfall,\"Klinik \"\"Am See\"\", Haus 2\",emergency,,2026-10-25T02:35:00+01:00,,7,5,";
        assert!(text.contains(wanted), "{text}");
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n"));
    }
}
