//! `/api/services/{id}/rota`, absences, and what people are told of their duties.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf, QueryOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::directory::Duty;
use schemas::rota::{
    Absence, AbsenceEffect, DraftQuery, DutyNote, PublishRota, PutAbsence, PutDraft, RestoreRota, RotaQuery,
    RotaVersion, RotaView, SeenQuery, TakeOverDuty,
};
use schemas::{AbsenceId, ServiceId};

/// The rota of a service of the caller's networks.
#[utoipa::path(
    get, path = "/api/services/{id}/rota", tag = "rota", operation_id = "rota",
    params(("id" = ServiceId, Path), RotaQuery), responses((status = 200, body = RotaView))
)]
pub(super) async fn rota(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    QueryOf(interval): QueryOf<RotaQuery>,
) -> Result<Json<RotaView>, Fault> {
    Ok(Json(edge.app.rota(&caller.actor, id, interval.from, interval.until).await?))
}

/// Begins or changes the draft.
#[utoipa::path(
    put, path = "/api/services/{id}/rota/draft", tag = "rota", operation_id = "putRotaDraft",
    params(("id" = ServiceId, Path)), request_body = PutDraft, responses((status = 204, description = "Written"))
)]
pub(super) async fn put_draft(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(draft): JsonBody<PutDraft>,
) -> Result<StatusCode, Fault> {
    edge.app.put_draft(&caller.actor, id, &draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Throws the draft away.
#[utoipa::path(
    delete, path = "/api/services/{id}/rota/draft", tag = "rota", operation_id = "deleteRotaDraft",
    params(("id" = ServiceId, Path), DraftQuery), responses((status = 204, description = "Gone"))
)]
pub(super) async fn delete_draft(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    QueryOf(of): QueryOf<DraftQuery>,
) -> Result<StatusCode, Fault> {
    edge.app.delete_draft(&caller.actor, id, of.rev).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The draft counts from now on; everybody is told of their own changes.
#[utoipa::path(
    post, path = "/api/services/{id}/rota/publish", tag = "rota", operation_id = "publishRota",
    params(("id" = ServiceId, Path)), request_body = PublishRota, responses((status = 204, description = "Published"))
)]
pub(super) async fn publish(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<PublishRota>,
) -> Result<StatusCode, Fault> {
    edge.app.publish_rota(&caller.actor, id, &wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was published, the newest first.
#[utoipa::path(
    get, path = "/api/services/{id}/rota/history", tag = "rota", operation_id = "rotaHistory",
    params(("id" = ServiceId, Path)), responses((status = 200, body = Vec<RotaVersion>))
)]
pub(super) async fn history(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
) -> Result<Json<Vec<RotaVersion>>, Fault> {
    Ok(Json(edge.app.rota_history(&caller.actor, id).await?))
}

/// What was published once becomes the draft.
#[utoipa::path(
    post, path = "/api/services/{id}/rota/restore", tag = "rota", operation_id = "restoreRota",
    params(("id" = ServiceId, Path)), request_body = RestoreRota, responses((status = 204, description = "Drafted"))
)]
pub(super) async fn restore(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<RestoreRota>,
) -> Result<StatusCode, Fault> {
    edge.app.restore_rota(&caller.actor, id, wish).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody is on duty from now until the present duty ends.
#[utoipa::path(
    post, path = "/api/services/{id}/rota/take-over", tag = "rota", operation_id = "takeOverDuty",
    params(("id" = ServiceId, Path)), request_body = TakeOverDuty, responses((status = 200, body = Duty))
)]
pub(super) async fn take_over(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(wish): JsonBody<TakeOverDuty>,
) -> Result<Json<Duty>, Fault> {
    Ok(Json(edge.app.take_over_duty(&caller.actor, id, &wish).await?))
}

/// Writes down when somebody is away; the answer is what it leaves open.
#[utoipa::path(
    put, path = "/api/absences/{id}", tag = "rota", operation_id = "putAbsence",
    params(("id" = AbsenceId, Path)), request_body = PutAbsence, responses((status = 200, body = AbsenceEffect))
)]
pub(super) async fn put_absence(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<AbsenceId>,
    JsonBody(wish): JsonBody<PutAbsence>,
) -> Result<Json<AbsenceEffect>, Fault> {
    Ok(Json(edge.app.put_absence(&caller.actor, id, &wish).await?))
}

/// Takes an absence back.
#[utoipa::path(
    delete, path = "/api/absences/{id}", tag = "rota", operation_id = "deleteAbsence",
    params(("id" = AbsenceId, Path)), responses((status = 204, description = "Gone"))
)]
pub(super) async fn delete_absence(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<AbsenceId>,
) -> Result<StatusCode, Fault> {
    edge.app.delete_absence(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's own absences, from now on.
#[utoipa::path(
    get, path = "/api/me/absences", tag = "rota", operation_id = "myAbsences",
    responses((status = 200, body = Vec<Absence>))
)]
pub(super) async fn my_absences(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<Absence>>, Fault> {
    Ok(Json(edge.app.my_absences(&caller.actor).await?))
}

/// What became of the caller's own duties, the newest first.
#[utoipa::path(
    get, path = "/api/me/duty-notes", tag = "rota", operation_id = "dutyNotes",
    responses((status = 200, body = Vec<DutyNote>))
)]
pub(super) async fn duty_notes(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<DutyNote>>, Fault> {
    Ok(Json(edge.app.duty_notes(&caller.actor).await?))
}

/// The caller has read what was told until then.
#[utoipa::path(
    post, path = "/api/me/duty-notes/seen", tag = "rota", operation_id = "seeDutyNotes",
    params(SeenQuery), responses((status = 204, description = "Noted"))
)]
pub(super) async fn see_duty_notes(
    State(edge): State<Edge>,
    caller: Caller,
    QueryOf(seen): QueryOf<SeenQuery>,
) -> Result<StatusCode, Fault> {
    edge.app.see_duty_notes(&caller.actor, seen.until).await?;
    Ok(StatusCode::NO_CONTENT)
}
