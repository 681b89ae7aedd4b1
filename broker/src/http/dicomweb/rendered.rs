//! Rendered pictures and thumbnails. Each carries "Nicht zur Primärbefundung".

use super::answer::{Within, bad_query, immutable, not_acceptable, text};
use super::wado::frame_numbers;
use crate::app::OpenStudy;
use crate::app::ports::InstanceRow;
use crate::http::Edge;
use crate::http::caller::Caller;
use crate::http::extract::{PathOf, QueryOf};
use crate::http::problem::Fault;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use imaging::dicomweb::{accept, rendered};
use imaging::render::RenderOptions;
use schemas::problem::ProblemCode;

type Pairs = QueryOf<Vec<(String, String)>>;
type Answer = Result<Response, Fault>;

/// An instance's first frame.
pub(super) async fn instance(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series, instance)): PathOf<(String, String, String)>,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Full)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let row = open.instance(&series, &instance).await?;
    picture(&open, &row, 1, options).await
}

/// One frame.
pub(super) async fn frame(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series, instance, frames)): PathOf<(String, String, String, String)>,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Full)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let row = open.instance(&series, &instance).await?;
    picture(&open, &row, one_frame(&frames, &row)?, options).await
}

pub(super) async fn study_thumbnail(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf(study): PathOf<String>,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Thumbnail)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let rows = open.instances(None).await?;
    middle(&open, rows, options).await
}

pub(super) async fn series_thumbnail(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series)): PathOf<(String, String)>,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Thumbnail)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let rows = open.instances(Some(&series)).await?;
    middle(&open, rows, options).await
}

pub(super) async fn instance_thumbnail(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series, instance)): PathOf<(String, String, String)>,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Thumbnail)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let row = open.instance(&series, &instance).await?;
    middle(&open, vec![row], options).await
}

pub(super) async fn frame_thumbnail(
    State(edge): State<Edge>,
    caller: Caller,
    within: Within,
    headers: HeaderMap,
    PathOf((study, series, instance, frames)): PathOf<(String, String, String, String)>,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Thumbnail)?;
    let open = edge.app.open_study(&caller.actor, caller.label(), within.study(&study)).await?;
    let row = open.instance(&series, &instance).await?;
    picture(&open, &row, one_frame(&frames, &row)?, options).await
}

#[derive(Clone, Copy)]
enum Size {
    Full,
    Thumbnail,
}

fn options(headers: &HeaderMap, pairs: &[(String, String)], size: Size) -> Result<RenderOptions, Fault> {
    let format = accept::rendered(text(headers, header::ACCEPT)).map_err(not_acceptable)?;
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let options = match size {
        Size::Full => rendered::options(format, pairs),
        Size::Thumbnail => rendered::thumbnail(format, pairs),
    };
    options.map_err(|error| bad_query(&error))
}

fn one_frame(list: &str, row: &InstanceRow) -> Result<u32, Fault> {
    match frame_numbers(list, row)?[..] {
        [number] => Ok(number),
        _ => Err(Fault::new(ProblemCode::MalformedRequest).detail("one frame can be rendered at a time")),
    }
}

/// The middle frame of the middle object that has pictures: it shows more of a head or a chest than the first.
async fn middle(open: &OpenStudy, rows: Vec<InstanceRow>, options: RenderOptions) -> Answer {
    let mut rows: Vec<InstanceRow> = rows.into_iter().filter(|row| row.frames > 0).collect();
    rows.sort_by(|a, b| (&a.series_instance_uid, a.instance_number).cmp(&(&b.series_instance_uid, b.instance_number)));
    let Some(row) = rows.get(rows.len() / 2) else {
        return Err(Fault::new(ProblemCode::CannotRender).detail("there is no picture in it"));
    };
    let frame = u32::try_from(row.frames / 2 + 1).unwrap_or(1);
    picture(open, row, frame, options).await
}

async fn picture(open: &OpenStudy, row: &InstanceRow, frame: u32, options: RenderOptions) -> Answer {
    if row.frames == 0 {
        return Err(Fault::new(ProblemCode::CannotRender).detail("the object has no pixel data"));
    }
    let picture = open.render(row, frame, options).await?;
    Ok(immutable(([(header::CONTENT_TYPE, picture.format.media_type())], picture.bytes).into_response()))
}
