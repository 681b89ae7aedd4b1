//! `/api/admin`: people, hospitals, networks, services, contracts, sessions.

use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::StatusCode;
use schemas::admin::{
    AdminDirectory, AdminHospital, AdminNetwork, AdminPerson, AdminService, Contract, MakeSignInLink, SignInLink,
};
use schemas::problem::ProblemCode;
use schemas::session::SessionInfo;
use schemas::{HospitalId, NetworkId, PersonId, ServiceId, SessionId};

/// Everything that an administrator keeps.
#[utoipa::path(
    get, path = "/api/admin/directory", tag = "admin", operation_id = "adminDirectory",
    responses((status = 200, body = AdminDirectory))
)]
pub(super) async fn directory(State(edge): State<Edge>, caller: Caller) -> Result<Json<AdminDirectory>, Fault> {
    Ok(Json(edge.app.admin_directory(&caller.actor).await?))
}

/// Makes or changes a hospital.
#[utoipa::path(
    put, path = "/api/admin/hospitals/{id}", tag = "admin", operation_id = "putHospital",
    params(("id" = HospitalId, Path)), request_body = AdminHospital, responses((status = 204, description = "Written"))
)]
pub(super) async fn put_hospital(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<HospitalId>,
    JsonBody(hospital): JsonBody<AdminHospital>,
) -> Result<StatusCode, Fault> {
    same(id == hospital.id)?;
    edge.app.put_hospital(&caller.actor, hospital).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes or changes a network.
#[utoipa::path(
    put, path = "/api/admin/networks/{id}", tag = "admin", operation_id = "putNetwork",
    params(("id" = NetworkId, Path)), request_body = AdminNetwork, responses((status = 204, description = "Written"))
)]
pub(super) async fn put_network(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<NetworkId>,
    JsonBody(network): JsonBody<AdminNetwork>,
) -> Result<StatusCode, Fault> {
    same(id == network.id)?;
    edge.app.put_network(&caller.actor, network).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes or changes a service and its weekly turns.
#[utoipa::path(
    put, path = "/api/admin/services/{id}", tag = "admin", operation_id = "putService",
    params(("id" = ServiceId, Path)), request_body = AdminService, responses((status = 204, description = "Written"))
)]
pub(super) async fn put_service(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ServiceId>,
    JsonBody(service): JsonBody<AdminService>,
) -> Result<StatusCode, Fault> {
    same(id == service.id)?;
    edge.app.put_service(&caller.actor, service).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes or changes an account. One that is no longer active is signed out everywhere.
#[utoipa::path(
    put, path = "/api/admin/people/{id}", tag = "admin", operation_id = "putPerson",
    params(("id" = PersonId, Path)), request_body = AdminPerson, responses((status = 204, description = "Written"))
)]
pub(super) async fn put_person(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<PersonId>,
    JsonBody(person): JsonBody<AdminPerson>,
) -> Result<StatusCode, Fault> {
    same(id == person.id)?;
    edge.app.put_person(&caller.actor, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a house's specialists work for another house in a service.
#[utoipa::path(
    put, path = "/api/admin/contracts", tag = "admin", operation_id = "putContract", request_body = Contract,
    responses((status = 204, description = "Written"))
)]
pub(super) async fn put_contract(
    State(edge): State<Edge>,
    caller: Caller,
    JsonBody(contract): JsonBody<Contract>,
) -> Result<StatusCode, Fault> {
    edge.app.put_contract(&caller.actor, contract).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends such an agreement; consults that run stay as they are.
#[utoipa::path(
    delete, path = "/api/admin/contracts", tag = "admin", operation_id = "deleteContract", request_body = Contract,
    responses((status = 204, description = "Gone"))
)]
pub(super) async fn delete_contract(
    State(edge): State<Edge>,
    caller: Caller,
    JsonBody(contract): JsonBody<Contract>,
) -> Result<StatusCode, Fault> {
    edge.app.delete_contract(&caller.actor, contract).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link that signs that person in once, within a day; the data-protection role is told.
#[utoipa::path(
    post, path = "/api/admin/people/{id}/link", tag = "admin", operation_id = "signInLink",
    params(("id" = PersonId, Path)), request_body = MakeSignInLink, responses((status = 200, body = SignInLink))
)]
pub(super) async fn sign_in_link(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<PersonId>,
    JsonBody(wanted): JsonBody<MakeSignInLink>,
) -> Result<Json<SignInLink>, Fault> {
    Ok(Json(edge.app.sign_in_link(&caller.actor, id, wanted).await?))
}

/// Browsers that are signed in.
#[utoipa::path(
    get, path = "/api/admin/sessions", tag = "admin", operation_id = "allSessions",
    responses((status = 200, body = Vec<SessionInfo>))
)]
pub(super) async fn sessions(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<SessionInfo>>, Fault> {
    Ok(Json(edge.app.all_sessions(&caller.actor, caller.session.id).await?))
}

/// Signs a browser out.
#[utoipa::path(
    delete, path = "/api/admin/sessions/{id}", tag = "admin", operation_id = "endAnySession",
    params(("id" = SessionId, Path)), responses((status = 204, description = "Signed out"))
)]
pub(super) async fn end_session(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<SessionId>,
) -> Result<StatusCode, Fault> {
    edge.app.end_any_session(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The identifier stands in the path and in the body; a page that mixes two forms up must not overwrite one.
fn same(equal: bool) -> Result<(), Fault> {
    if equal { Ok(()) } else { Err(Fault::new(ProblemCode::InvalidField).detail("id: is not the one in the path")) }
}
