//! WADO-RS: instances, metadata, frames.

use super::answer::{Urls, accepted_json, immutable, not_acceptable, text};
use super::place::Place;
use crate::app::OpenStudy;
use crate::app::ports::InstanceRow;
use crate::http::Edge;
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

/// Objects whose metadata are in memory at once, some ten kilobytes each. More holds more for each reader; less asks the
/// database more often.
const METADATA_AT_ONCE: usize = 100;
/// Frames of one request at most. More: one request reads more before others get their turn.
const FRAMES_MAX: usize = 1000;
const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
const IMPLICIT_LITTLE: &str = "1.2.840.10008.1.2";

type Answer = Result<Response, Fault>;

/// Part 10 files as they are stored, one after another as the client takes them.
pub(super) async fn objects(State(edge): State<Edge>, place: Place, headers: HeaderMap) -> Answer {
    let opened = place.open().await?;
    let rows = opened.rows().await?;
    let accept = text(&headers, header::ACCEPT);
    let mut delivery = Delivery { multipart: true, part: "application/dicom" };
    for row in &rows {
        delivery = accept::instances(accept, &row.transfer_syntax_uid).map_err(not_acceptable)?;
    }
    let open = opened.study;
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
    let urls = Urls::new(&edge, &headers);
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

/// DICOM JSON of every object, some at a time as the client takes them.
pub(super) async fn metadata(place: Place, headers: HeaderMap) -> Answer {
    let accepted = accepted_json(&headers)?;
    let opened = place.open().await?;
    let mut rows = opened.rows().await?;
    let later = rows.split_off(rows.len().min(METADATA_AT_ONCE));
    let open = Arc::new(opened.study);
    // The first ones are read before the answer begins: what goes wrong there still gets a clear error.
    let first = open.metadata(&rows).await?.join(",");
    let pages: Vec<Vec<InstanceRow>> = later.chunks(METADATA_AT_ONCE).map(<[InstanceRow]>::to_vec).collect();
    let rest = stream::iter(pages).then(move |rows| {
        let open = Arc::clone(&open);
        async move { Ok(format!(",{}", open.metadata(&rows).await.map_err(broken)?.join(","))) }
    });
    let begin = stream::iter([Ok(format!("[{first}"))]);
    let body = Body::from_stream(begin.chain(rest).chain(stream::iter([Ok::<_, std::io::Error>("]".to_owned())])));
    Ok(([(header::CONTENT_TYPE, accepted)], body).into_response())
}

/// Frames in their stored transfer syntax.
pub(super) async fn frames(State(edge): State<Edge>, place: Place, headers: HeaderMap) -> Answer {
    let opened = place.open().await?;
    let instance = opened.instance().await?;
    let row = &instance.row;
    let numbers = frame_numbers(opened.frames().unwrap_or_default(), row)?;
    let delivery = accept::frames(text(&headers, header::ACCEPT), &row.transfer_syntax_uid).map_err(not_acceptable)?;
    // Native frames are the same bytes in both little endian syntaxes; the explicit one is DICOMweb's own.
    let syntax = match row.transfer_syntax_uid.as_str() {
        IMPLICIT_LITTLE => EXPLICIT_LITTLE,
        other => other,
    };
    let part = format!("{}; transfer-syntax={syntax}", delivery.part);
    // The first frame is read before the answer begins: what goes wrong there still gets a clear error.
    let open = Arc::new(opened.study);
    let first = open.frame(&instance, numbers[0]).await?;
    if !delivery.multipart {
        return match numbers.len() {
            1 => Ok(immutable(([(header::CONTENT_TYPE, part)], first).into_response())),
            _ => Err(Fault::new(ProblemCode::NotAcceptable).detail("several frames go out as multipart/related only")),
        };
    }
    let joiner = Arc::new(Joiner::default());
    let kind = joiner.content_type(delivery.part);
    let study_uid = &open.row.study_instance_uid;
    let url = Urls::new(&edge, &headers).instance(study_uid, &row.series_instance_uid, &row.sop_instance_uid);
    let (head, close) = (frame_head(&joiner, &part, &url, numbers[0]), joiner.close());
    let begin = stream::iter([head, first, joiner.after_part()]).map(Ok);
    let instance = Arc::new(instance);
    let rest = stream::iter(numbers.into_iter().skip(1)).then(move |number| {
        let (open, instance, joiner) = (Arc::clone(&open), Arc::clone(&instance), Arc::clone(&joiner));
        let head = frame_head(&joiner, &part, &url, number);
        async move {
            let frame = open.frame(&instance, number).await.map_err(broken)?;
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

fn whole(open: &OpenStudy, row: &InstanceRow) -> impl Stream<Item = std::io::Result<Bytes>> + Send + use<> {
    open.object(row).map_err(|error: BlobError| broken(error))
}

/// Breaks the answer off, which the client notices: the status has gone out already.
fn broken(cause: impl std::fmt::Display) -> std::io::Error {
    tracing::warn!(%cause, "an answer was broken off");
    std::io::Error::other("the object cannot be read to its end")
}
