//! Rendered pictures and thumbnails. Each carries "Nicht zur Primärbefundung".

use super::answer::{bad_query, immutable, not_acceptable, text};
use super::place::{Opened, Place};
use super::wado::frame_numbers;
use crate::app::ports::{InstanceRow, StoredInstance};
use crate::http::Edge;
use crate::http::extract::QueryOf;
use crate::http::problem::Fault;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use imaging::dicomweb::{accept, rendered};
use imaging::render::RenderOptions;
use schemas::problem::ProblemCode;

type Pairs = QueryOf<Vec<(String, String)>>;
type Answer = Result<Response, Fault>;

/// The frame that the path names, or the instance's first one.
pub(super) async fn picture(
    State(edge): State<Edge>,
    place: Place,
    headers: HeaderMap,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Full)?;
    let opened = place.open().await?;
    let instance = opened.instance().await?;
    let frame = match opened.frames() {
        Some(list) => one_frame(list, &instance.row)?,
        None => 1,
    };
    draw(&edge, &opened, &instance, frame, options).await
}

/// The frame that the path names, or the middle of what it names: that shows more of a head or a chest than the first.
pub(super) async fn thumbnail(
    State(edge): State<Edge>,
    place: Place,
    headers: HeaderMap,
    QueryOf(pairs): Pairs,
) -> Answer {
    let options = options(&headers, &pairs, Size::Thumbnail)?;
    let opened = place.open().await?;
    let instance = middle(&opened).await?;
    let frame = match opened.frames() {
        Some(list) => one_frame(list, &instance.row)?,
        None => u32::try_from(instance.row.frames / 2 + 1).unwrap_or(1),
    };
    draw(&edge, &opened, &instance, frame, options).await
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

/// The middle object of those that have pictures.
async fn middle(opened: &Opened) -> Result<StoredInstance, Fault> {
    let mut rows = opened.rows().await?;
    rows.retain(|row| row.frames > 0);
    rows.sort_by(|a, b| (&a.series_instance_uid, a.instance_number).cmp(&(&b.series_instance_uid, b.instance_number)));
    let Some(row) = rows.get(rows.len() / 2) else {
        return Err(Fault::new(ProblemCode::CannotRender).detail("there is no picture in it"));
    };
    Ok(opened.study.instance(&row.series_instance_uid, &row.sop_instance_uid).await?)
}

async fn draw(edge: &Edge, opened: &Opened, instance: &StoredInstance, frame: u32, options: RenderOptions) -> Answer {
    if instance.row.frames == 0 {
        return Err(Fault::new(ProblemCode::CannotRender).detail("the object has no pixel data"));
    }
    let _turn = edge.shares.picture(opened.session).await?;
    let picture = opened.study.render(instance, frame, options).await?;
    Ok(immutable(([(header::CONTENT_TYPE, picture.format.media_type())], picture.bytes).into_response()))
}
