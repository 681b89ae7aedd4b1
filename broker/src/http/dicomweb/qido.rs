//! QIDO-RS: searches. An empty result is an empty list.

use super::answer::{CONSULT, Urls, accepted_json, bad_query, consult, json};
use super::rows;
use crate::app::ports::{InstanceRow, SeriesRow, StudyRow};
use crate::app::{InstanceSearch, Shelf};
use crate::http::Edge;
use crate::http::caller::Caller;
use crate::http::extract::{PathOf, QueryOf};
use crate::http::problem::Fault;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use imaging::dicomweb::qido::{self, Key, Level, Query, StudyFound};
use schemas::StudyId;
use serde_json::Value;
use std::sync::Arc;

type Pairs = QueryOf<Vec<(String, String)>>;
type Answer = Result<Response, Fault>;

pub(super) async fn studies(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    QueryOf(pairs): Pairs,
) -> Answer {
    let accepted = accepted_json(&headers)?;
    let query = parse(Level::Study, &pairs)?;
    let tests = query.matches.iter().filter_map(rows::study_test).collect();
    // One more than is shown tells whether there are more.
    let limit = query.limit.saturating_add(1);
    let found = edge.app.qido_studies(&caller.actor, consult(&pairs)?, tests, limit, query.offset).await?;
    let urls = Urls::new(&edge, &headers);
    let more = found.len() > query.limit as usize;
    let shown = &found[..found.len().min(query.limit as usize)];
    log(&edge, &caller, shown.iter()).await?;
    let list = shown.iter().map(|row| study(row, &urls)).collect();
    Ok(answer(accepted, list, &query, more))
}

pub(super) async fn series(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    QueryOf(pairs): Pairs,
) -> Answer {
    search_series(&edge, &caller, &headers, &pairs, None).await
}

pub(super) async fn series_of_study(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    PathOf(study): PathOf<String>,
    QueryOf(pairs): Pairs,
) -> Answer {
    search_series(&edge, &caller, &headers, &pairs, Some(&study)).await
}

pub(super) async fn instances(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    QueryOf(pairs): Pairs,
) -> Answer {
    search_instances(&edge, &caller, &headers, &pairs, None, None).await
}

pub(super) async fn instances_of_study(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    PathOf(study): PathOf<String>,
    QueryOf(pairs): Pairs,
) -> Answer {
    search_instances(&edge, &caller, &headers, &pairs, Some(&study), None).await
}

pub(super) async fn instances_of_series(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    PathOf((study, series)): PathOf<(String, String)>,
    QueryOf(pairs): Pairs,
) -> Answer {
    search_instances(&edge, &caller, &headers, &pairs, Some(&study), Some(&series)).await
}

async fn search_series(
    edge: &Edge,
    caller: &Caller,
    headers: &HeaderMap,
    pairs: &[(String, String)],
    study_uid: Option<&str>,
) -> Answer {
    let accepted = accepted_json(headers)?;
    let query = parse(Level::Series, pairs)?;
    let shelf = Shelf { study_uid: study_uid.or_else(|| named_study(&query)), consult: consult(pairs)? };
    let found = edge.app.qido_series(&caller.actor, shelf).await?;
    let urls = Urls::new(edge, headers);
    let fits = |(study, series): &&(Arc<StudyRow>, SeriesRow)| {
        query.matches.iter().all(|test| rows::study_passes(study, test) && rows::series_passes(series, test))
    };
    let list: Vec<_> = found.iter().filter(fits).skip(query.offset as usize).collect();
    let more = list.len() > query.limit as usize;
    let shown = &list[..list.len().min(query.limit as usize)];
    log(edge, caller, shown.iter().map(|(study, _)| &**study)).await?;
    let list = shown.iter().map(|(study, series)| {
        let url = urls.series(&study.study_instance_uid, &series.series_instance_uid);
        let count = rows::narrow(series.instance_count).unwrap_or(0);
        qido::series(Some(&rows::study(study)), &rows::series(series), count, &url)
    });
    Ok(answer(accepted, list.collect(), &query, more))
}

async fn search_instances(
    edge: &Edge,
    caller: &Caller,
    headers: &HeaderMap,
    pairs: &[(String, String)],
    study_uid: Option<&str>,
    series_uid: Option<&str>,
) -> Answer {
    let accepted = accepted_json(headers)?;
    let query = parse(Level::Instance, pairs)?;
    let shelf = Shelf { study_uid: study_uid.or_else(|| named_study(&query)), consult: consult(pairs)? };
    // Few series, many instances: a condition on series is looked up, not asked for each instance.
    let series = if needs_series(&query) { edge.app.qido_series(&caller.actor, shelf).await? } else { Vec::new() };
    let fits = |study: &StudyRow, instance: &InstanceRow| {
        let uid = &instance.series_instance_uid;
        let own = series.iter().find(|(of, row)| of.id == study.id && row.series_instance_uid == *uid);
        query.matches.iter().all(|test| {
            rows::instance_passes(instance, test) && own.is_none_or(|(_, row)| rows::series_passes(row, test))
        })
    };
    let study_fits = |study: &StudyRow| query.matches.iter().all(|test| rows::study_passes(study, test));
    let search = InstanceSearch {
        series_uid,
        study_fits: Some(&study_fits),
        fits: if query.matches.iter().any(|test| !rows::is_of_study(test)) { Some(&fits) } else { None },
        // One more than is shown tells whether there are more.
        limit: query.limit.saturating_add(1),
        offset: query.offset,
    };
    let found = edge.app.qido_instances(&caller.actor, shelf, &search).await?;
    let urls = Urls::new(edge, headers);
    let more = found.len() > query.limit as usize;
    let shown = &found[..found.len().min(query.limit as usize)];
    log(edge, caller, shown.iter().map(|(study, _)| &**study)).await?;
    let list = shown.iter().map(|(study, instance)| {
        let (study_uid, series_uid) = (&study.study_instance_uid, &instance.series_instance_uid);
        let url = urls.instance(study_uid, series_uid, &instance.sop_instance_uid);
        let mut value = qido::instance(Some(&rows::study(study)), None, &rows::instance(instance), &url);
        value["0020000E"] = serde_json::json!({ "vr": "UI", "Value": [series_uid] });
        value
    });
    Ok(answer(accepted, list.collect(), &query, more))
}

fn parse(level: Level, pairs: &[(String, String)]) -> Result<Query, Fault> {
    let pairs = pairs.iter().filter(|(name, _)| name != CONSULT).map(|(name, value)| (name.as_str(), value.as_str()));
    Query::parse(level, pairs).map_err(|error| bad_query(&error))
}

/// The study that a query on all series or instances names after all.
fn named_study(query: &Query) -> Option<&str> {
    query.matches.iter().find_map(|found| match (&found.key, &found.test) {
        (Key::StudyInstanceUid, qido::Test::OneOf(uids)) if uids.len() == 1 => Some(uids[0].as_str()),
        _ => None,
    })
}

fn needs_series(query: &Query) -> bool {
    query.matches.iter().any(|found| {
        matches!(found.key, Key::Modality | Key::SeriesNumber | Key::SeriesDescription | Key::BodyPartExamined)
    })
}

fn study(row: &StudyRow, urls: &Urls) -> Value {
    let found = StudyFound {
        columns: &rows::study(row),
        modalities: &row.modalities,
        series: rows::narrow(row.series_count).unwrap_or(0),
        instances: rows::narrow(row.received).unwrap_or(0),
    };
    qido::study(&found, &urls.study(&row.study_instance_uid))
}

/// Every answer names its patients: who searched has read that much of each study.
async fn log(edge: &Edge, caller: &Caller, shown: impl Iterator<Item = &StudyRow> + Send) -> Result<(), Fault> {
    let studies: Vec<StudyId> = shown.map(|row| StudyId(row.id)).collect();
    Ok(edge.app.log_search(&caller.actor, caller.label(), studies).await?)
}

/// Says what was not done as asked in `Warning` (PS3.18 § 8.3.4.4.1, § 10.6.3.2).
fn answer(accepted: &'static str, list: Vec<Value>, query: &Query, more: bool) -> Response {
    let mut response = json(accepted, 200, Value::Array(list).to_string());
    let mut warn = |sentence: &'static str| {
        response.headers_mut().append(header::WARNING, HeaderValue::from_static(sentence));
    };
    if !query.ignored.is_empty() {
        warn("299 telekonsil \"some query parameters are not matched on and were ignored\"");
    }
    if query.fuzzy {
        warn(
            "299 telekonsil \"The fuzzymatching parameter is not supported. Only literal matching has been performed.\"",
        );
    }
    if more {
        warn("299 telekonsil \"There are additional results that can be requested\"");
    }
    response
}
