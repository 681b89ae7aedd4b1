//! Studies of consults and of the house's inbox. The objects themselves go over `/dicomweb`.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use schemas::consult::{DeclareStudy, StudyStatus};
use schemas::{ConsultId, StudyId};

/// Announces an upload and attaches the study.
#[utoipa::path(
    post, path = "/api/consults/{id}/studies", tag = "studies", operation_id = "declareStudy",
    params(("id" = ConsultId, Path)), request_body = DeclareStudy, responses((status = 200, body = StudyStatus))
)]
pub(super) async fn declare(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
    JsonBody(study): JsonBody<DeclareStudy>,
) -> Result<Json<StudyStatus>, Fault> {
    Ok(Json(edge.app.declare_study(&caller.actor, id, study).await?))
}

/// Studies in the caller's house that hang on no consult yet.
#[utoipa::path(
    get, path = "/api/studies", tag = "studies", operation_id = "inbox",
    responses((status = 200, body = Vec<StudyStatus>))
)]
pub(super) async fn inbox(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<StudyStatus>>, Fault> {
    Ok(Json(edge.app.inbox(&caller.actor).await?))
}

/// SOP Instance UIDs that are stored already: an interrupted upload goes on with the others.
#[utoipa::path(
    get, path = "/api/studies/{id}/instances", tag = "studies", operation_id = "studyInstances",
    params(("id" = StudyId, Path)), responses((status = 200, body = Vec<String>))
)]
pub(super) async fn instances(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<StudyId>,
) -> Result<Json<Vec<String>>, Fault> {
    Ok(Json(edge.app.study_instances(&caller.actor, id).await?))
}
