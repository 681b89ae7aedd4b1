//! STOW-RS: objects come in, as `multipart/related` of Part 10 files. Each part stands for itself: one that is refused
//! does not touch the others.

use super::answer::{Urls, accepted_json, json, text};
use super::upload::{Incoming, Memory};
use crate::app::{Error, StoreRefusal, Stored};
use crate::domain::directory::Actor;
use crate::http::Edge;
use crate::http::caller::Caller;
use crate::http::extract::PathOf;
use crate::http::problem::Fault;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use imaging::Refusal;
use imaging::dicomweb::multipart::{MultipartError, Part, PartBody, Splitter, stow_boundary};
use imaging::dicomweb::stow::{self, Failure, Outcome};
use schemas::problem::ProblemCode;
use std::collections::BTreeSet;
use std::pin::pin;

/// Objects of one request that are worked on at once. More holds more memory (an object each) and lets one sender
/// crowd out others; less leaves imaging workers idle while bytes arrive.
const AT_ONCE: usize = 3;
/// Parts of one request, empty ones too. Each leaves a line in the answer, so more lets a small body of empty parts fill
/// the memory; less refuses large studies that come in one request (a CT has 1,000 to 2,000 objects).
const MAX_PARTS: usize = 5_000;

pub(super) async fn store(
    State(edge): State<Edge>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Fault> {
    receive(&edge, &caller, &headers, None, body).await
}

/// All objects must belong to the study in the path.
pub(super) async fn store_into(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(study): PathOf<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Fault> {
    receive(&edge, &caller, &headers, Some(&study), body).await
}

async fn receive(
    edge: &Edge,
    caller: &Caller,
    headers: &HeaderMap,
    study: Option<&str>,
    body: Body,
) -> Result<Response, Fault> {
    // Before the first byte is taken.
    edge.app.may_store(&caller.actor)?;
    let _slot = edge.shares.upload(caller.session.id)?;
    let accepted = accepted_json(headers)?;
    let boundary = stow_boundary(text(headers, header::CONTENT_TYPE).unwrap_or_default()).map_err(multipart_fault)?;
    let mut splitter = Splitter::new(&boundary, edge.limits.object);
    let (mut incoming, mut memory) = (Incoming::new(edge, body), Memory::new(edge));
    let mut under_way = FuturesOrdered::new();
    let mut results = Vec::new();
    let mut parts = 0;
    loop {
        // Objects are worked on while the next ones arrive, and no more are taken in than can be held.
        let bytes = tokio::select! {
            Some(result) = under_way.next() => {
                results.push(result);
                continue;
            }
            bytes = incoming.next(), if under_way.len() < AT_ONCE => bytes?,
        };
        let Some(bytes) = bytes else { break };
        let room = meanwhile(memory.wait(bytes.len()), &mut under_way, &mut results).await?;
        memory.add(room);
        for part in splitter.push(&bytes).map_err(multipart_fault)? {
            parts += 1;
            if parts > MAX_PARTS {
                let detail = format!("a request may hold {MAX_PARTS} parts; send the study in several requests");
                return Err(Fault::new(ProblemCode::TooLarge).detail(detail));
            }
            // One chunk of the body may complete many parts.
            while under_way.len() >= AT_ONCE {
                results.extend(under_way.next().await);
            }
            let taken = memory.split(size(&part));
            under_way.push_back(async move {
                let result = keep(edge, &caller.actor, study, part).await;
                drop(taken);
                result
            });
        }
        memory.shrink(splitter.held());
    }
    while let Some(result) = under_way.next().await {
        results.push(result);
    }
    splitter.finish().map_err(multipart_fault)?;
    if results.is_empty() {
        return Err(Fault::new(ProblemCode::MalformedBody).detail("the request holds no part"));
    }
    let urls = Urls::new(edge, headers);
    let studies: BTreeSet<String> = results.iter().flatten().map(|stored| stored.study_instance_uid.clone()).collect();
    let outcomes = results.into_iter().map(|result| outcome(result, &urls)).collect::<Result<Vec<_>, Fault>>()?;
    let only = studies.first().filter(|_| studies.len() == 1).map(|uid| urls.study(uid));
    let (status, answer) = stow::response(only.as_deref(), &outcomes);
    Ok(json(accepted, status, answer.to_string()))
}

/// Waits for something, and works on the objects that are under way.
async fn meanwhile<T>(
    wanted: impl Future<Output = T>,
    under_way: &mut FuturesOrdered<impl Future<Output = Result<Stored, StoreRefusal>>>,
    results: &mut Vec<Result<Stored, StoreRefusal>>,
) -> T {
    let mut wanted = pin!(wanted);
    loop {
        tokio::select! {
            biased;
            got = &mut wanted => return got,
            Some(result) = under_way.next() => results.push(result),
        }
    }
}

/// Bytes that a part holds.
fn size(part: &Part) -> usize {
    match &part.body {
        PartBody::Whole(object) => object.len(),
        PartBody::TooLarge(_) => 0,
    }
}

async fn keep(edge: &Edge, actor: &Actor, study: Option<&str>, part: Part) -> Result<Stored, StoreRefusal> {
    let refused = |refusal: Refusal| Err(StoreRefusal::from(Error::from(refusal)));
    if part.content_type.is_some_and(|kind| kind != "application/dicom") {
        return refused(Refusal::NotDicom { reason: "the part's type is not application/dicom".to_owned() });
    }
    match part.body {
        PartBody::TooLarge(size) => refused(Refusal::TooLarge { size, limit: edge.limits.object }),
        PartBody::Whole(object) => edge.app.store_object(actor, study, object).await,
    }
}

/// What the answer says of one part. That this person may not store at all is the answer to the whole request.
fn outcome(result: Result<Stored, StoreRefusal>, urls: &Urls) -> Result<Outcome, Fault> {
    let refusal = match result {
        Ok(stored) => {
            return Ok(Outcome::Stored {
                retrieve_url: urls.instance(
                    &stored.study_instance_uid,
                    &stored.series_instance_uid,
                    &stored.sop_instance_uid,
                ),
                sop_class_uid: stored.sop_class_uid,
                sop_instance_uid: stored.sop_instance_uid,
            });
        }
        Err(StoreRefusal { error: error @ (Error::Forbidden | Error::NotSignedIn), .. }) => return Err(error.into()),
        Err(refusal) => refusal,
    };
    let failure = match &refusal.error {
        Error::Imaging(reason) => Failure::from(reason),
        other => Failure {
            reason: refusal.failure_reason,
            comment: other.to_string(),
            retryable: matches!(other, Error::Unavailable | Error::TooManyRequests { .. }),
        },
    };
    Ok(match (refusal.sop_class_uid, refusal.sop_instance_uid) {
        (Some(sop_class_uid), Some(sop_instance_uid)) => Outcome::Failed { sop_class_uid, sop_instance_uid, failure },
        _ => Outcome::Unreadable { failure },
    })
}

fn multipart_fault(error: MultipartError) -> Fault {
    let code = match error {
        MultipartError::NotMultipart | MultipartError::NotDicom => ProblemCode::UnsupportedMediaType,
        MultipartError::BadHeader | MultipartError::Truncated => ProblemCode::MalformedBody,
    };
    Fault::new(code).detail(error.to_string())
}
