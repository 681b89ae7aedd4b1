//! WADO-RS: instances, metadata, frames.

use super::answer::{Urls, Within, accepted_json, immutable, json, not_acceptable, text};
use crate::app::OpenStudy;
use crate::app::ports::InstanceRow;
use crate::http::Edge;
use crate::http::caller::Caller;
use crate::http::extract::PathOf;
use crate::http::problem::Fault;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use imaging::blobs::BlobError;
use imaging::dicomweb::accept::{self, Delivery};
use imaging::dicomweb::multipart::Joiner;
use schemas::problem::ProblemCode;
use std::sync::Arc;

/// Frames of one request at most. More: one request reads more before others get their turn.
const FRAMES_MAX: usize = 1000;
const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
const IMPLICIT_LITTLE: &str = "1.2.840.10008.1.2";

type Answer = Result<Response, Fault>;

pub(super) async fn study(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf(study): PathOf<String>,
) -> Answer {
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let rows = open.instances(None).await?;
    objects(&edge, &headers, open, rows)
}

pub(super) async fn series(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series)): PathOf<(String, String)>,
) -> Answer {
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let rows = open.instances(Some(&series)).await?;
    objects(&edge, &headers, open, rows)
}

pub(super) async fn instance(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series, instance)): PathOf<(String, String, String)>,
) -> Answer {
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let row = open.instance(&series, &instance).await?;
    objects(&edge, &headers, open, vec![row])
}

pub(super) async fn study_metadata(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf(study): PathOf<String>,
) -> Answer {
    let accepted = accepted_json(&headers)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let rows = open.instances(None).await?;
    metadata(accepted, &open, &rows)
}

pub(super) async fn series_metadata(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series)): PathOf<(String, String)>,
) -> Answer {
    let accepted = accepted_json(&headers)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let rows = open.instances(Some(&series)).await?;
    metadata(accepted, &open, &rows)
}

pub(super) async fn instance_metadata(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series, instance)): PathOf<(String, String, String)>,
) -> Answer {
    let accepted = accepted_json(&headers)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let row = open.instance(&series, &instance).await?;
    metadata(accepted, &open, &[row])
}

/// Frames in their stored transfer syntax.
pub(super) async fn frames(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series, instance, frames)): PathOf<(String, String, String, String)>,
) -> Answer {
    let open = Arc::new(edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?);
    let row = open.instance(&series, &instance).await?;
    let numbers = frame_numbers(&frames, &row)?;
    let delivery = accept::frames(text(&headers, header::ACCEPT), &row.transfer_syntax_uid).map_err(not_acceptable)?;
    // Native frames are the same bytes in both little endian syntaxes; the explicit one is DICOMweb's own.
    let syntax = match row.transfer_syntax_uid.as_str() {
        IMPLICIT_LITTLE => EXPLICIT_LITTLE,
        other => other,
    };
    let part = format!("{}; transfer-syntax={syntax}", delivery.part);
    // The first frame is read before the answer begins: what goes wrong there still gets a clear error.
    let first = open.frame(&row, numbers[0]).await?;
    if !delivery.multipart {
        return match numbers.len() {
            1 => Ok(immutable(([(header::CONTENT_TYPE, part)], first).into_response())),
            _ => Err(Fault::new(ProblemCode::NotAcceptable).detail("several frames go out as multipart/related only")),
        };
    }
    let joiner = Arc::new(Joiner::default());
    let kind = joiner.content_type(delivery.part);
    let url = Urls::new(&edge, &headers).instance(&study, &series, &instance);
    let (head, close) = (frame_head(&joiner, &part, &url, numbers[0]), joiner.close());
    let begin = stream::iter([head, first, joiner.after_part()]).map(Ok);
    let rest = stream::iter(numbers.into_iter().skip(1)).then(move |number| {
        let (open, row, joiner) = (Arc::clone(&open), row.clone(), Arc::clone(&joiner));
        let head = frame_head(&joiner, &part, &url, number);
        async move {
            let frame = open.frame(&row, number).await.map_err(broken)?;
            Ok(Bytes::from([&head[..], &frame, &joiner.after_part()].concat()))
        }
    });
    let body = Body::from_stream(begin.chain(rest).chain(stream::iter([Ok::<_, std::io::Error>(close)])));
    Ok(immutable(([(header::CONTENT_TYPE, kind)], body).into_response()))
}

fn frame_head(joiner: &Joiner, part: &str, instance_url: &str, number: u32) -> Bytes {
    joiner.part(part, &format!("{instance_url}/frames/{number}"))
}

/// `1,2,5`: numbers from 1, each of which must exist.
pub(super) fn frame_numbers(list: &str, row: &InstanceRow) -> Result<Vec<u32>, Fault> {
    let unreadable =
        || Fault::new(ProblemCode::MalformedRequest).detail("frames are numbers from 1, with commas between");
    let numbers = list.split(',').map(|text| text.trim().parse().map_err(|_| unreadable()));
    let numbers = numbers.collect::<Result<Vec<u32>, Fault>>()?;
    if numbers.len() > FRAMES_MAX || numbers.contains(&0) {
        return Err(unreadable());
    }
    if numbers.iter().any(|number| i64::from(*number) > row.frames) {
        return Err(Fault::new(ProblemCode::NotFound).detail("the object has no such frame"));
    }
    Ok(numbers)
}

fn metadata(accepted: &'static str, open: &OpenStudy, rows: &[InstanceRow]) -> Answer {
    let mut list = String::from("[");
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            list.push(',');
        }
        list.push_str(&open.metadata(row)?);
    }
    list.push(']');
    Ok(json(accepted, 200, list))
}

/// Part 10 files as they are stored, one after another as the client takes them.
fn objects(edge: &Edge, headers: &HeaderMap, open: OpenStudy, rows: Vec<InstanceRow>) -> Answer {
    let accept = text(headers, header::ACCEPT);
    let mut delivery = Delivery { multipart: true, part: "application/dicom" };
    for row in &rows {
        delivery = accept::instances(accept, &row.transfer_syntax_uid).map_err(not_acceptable)?;
    }
    if !delivery.multipart {
        return match &rows[..] {
            [row] => {
                let body = Body::from_stream(whole(&open, row));
                Ok(immutable(([(header::CONTENT_TYPE, delivery.part)], body).into_response()))
            }
            _ => Err(Fault::new(ProblemCode::NotAcceptable).detail("several objects go out as multipart/related only")),
        };
    }
    let joiner = Joiner::default();
    let kind = joiner.content_type(delivery.part);
    let close = joiner.close();
    let urls = Urls::new(edge, headers);
    let study_uid = open.row.study_instance_uid.clone();
    let parts = stream::iter(rows).flat_map(move |row| {
        let part = format!("{}; transfer-syntax={}", delivery.part, row.transfer_syntax_uid);
        let head = joiner.part(&part, &urls.instance(&study_uid, &row.series_instance_uid, &row.sop_instance_uid));
        let after = joiner.after_part();
        stream::iter([Ok(head)]).chain(whole(&open, &row)).chain(stream::iter([Ok(after)]))
    });
    let body = Body::from_stream(parts.chain(stream::iter([Ok(close)])));
    Ok(immutable(([(header::CONTENT_TYPE, kind)], body).into_response()))
}

fn whole(open: &OpenStudy, row: &InstanceRow) -> impl Stream<Item = std::io::Result<Bytes>> + Send + use<> {
    open.object(row).map_err(|error: BlobError| broken(error))
}

/// Breaks the answer off, which the client notices: the status has gone out already.
fn broken(cause: impl std::fmt::Display) -> std::io::Error {
    tracing::warn!(%cause, "an answer was broken off");
    std::io::Error::other("the object cannot be read to its end")
}
