//! How people are reached, what their devices tell, and answers that come by a link.

use crate::app::CallbackSignature;
use crate::http::address::ClientAddress;
use crate::http::caller::Caller;
use crate::http::extract::{Json, JsonBody, PathOf};
use crate::http::limiter::Try;
use crate::http::problem::Fault;
use crate::http::state::Edge;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use schemas::ConsultId;
use schemas::delivery::{
    AnswerByLink, AnswerToken, AnswerView, BeginSelfTest, ContactSettings, DeliveryReceipt, DutySelfTest,
    GatewayCallback, PushKey, PushSubscription, RingDelivery, SelfTest, SelfTestReport,
};
use schemas::problem::ProblemCode;
use uuid::Uuid;

/// The installation's VAPID key; 404 where it sends no Web Push.
#[utoipa::path(
    get, path = "/api/push/key", tag = "delivery", operation_id = "pushKey",
    responses((status = 200, body = PushKey), (status = 404, description = "No Web Push here"))
)]
pub(super) async fn push_key(State(edge): State<Edge>, caller: Caller) -> Result<Json<PushKey>, Fault> {
    Ok(Json(edge.app.push_key(&caller.actor)?))
}

/// This device wants to be woken. The client makes the id.
#[utoipa::path(
    put, path = "/api/me/push/{id}", tag = "delivery", operation_id = "putPushDevice",
    params(("id" = Uuid, Path)), request_body = PushSubscription, responses((status = 204, description = "Kept"))
)]
pub(super) async fn put_device(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<Uuid>,
    JsonBody(device): JsonBody<PushSubscription>,
) -> Result<StatusCode, Fault> {
    edge.app.put_device(&caller.actor, id, &device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// This device is not to be woken any more.
#[utoipa::path(
    delete, path = "/api/me/push/{id}", tag = "delivery", operation_id = "deletePushDevice",
    params(("id" = Uuid, Path)), responses((status = 204, description = "Gone"))
)]
pub(super) async fn delete_device(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<Uuid>,
) -> Result<StatusCode, Fault> {
    edge.app.delete_device(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// On which channels the caller is reached.
#[utoipa::path(
    get, path = "/api/me/channels", tag = "delivery", operation_id = "channels",
    responses((status = 200, body = ContactSettings))
)]
pub(super) async fn channels(State(edge): State<Edge>, caller: Caller) -> Result<Json<ContactSettings>, Fault> {
    Ok(Json(edge.app.contact_settings(&caller.actor).await?))
}

/// Changes that; `available` and `devices` are ignored.
#[utoipa::path(
    put, path = "/api/me/channels", tag = "delivery", operation_id = "putChannels",
    request_body = ContactSettings, responses((status = 200, body = ContactSettings))
)]
pub(super) async fn put_channels(
    State(edge): State<Edge>,
    caller: Caller,
    JsonBody(settings): JsonBody<ContactSettings>,
) -> Result<Json<ContactSettings>, Fault> {
    Ok(Json(edge.app.set_contact(&caller.actor, &settings).await?))
}

/// A device has a message, or somebody looks at it. The token says everything.
#[utoipa::path(
    post, path = "/api/receipts", tag = "delivery", operation_id = "receipt", request_body = DeliveryReceipt,
    responses((status = 204, description = "Noted")), security(())
)]
pub(super) async fn receipt(
    State(edge): State<Edge>,
    address: ClientAddress,
    JsonBody(receipt): JsonBody<DeliveryReceipt>,
) -> Result<StatusCode, Fault> {
    let work = edge.app.take_receipt(&receipt);
    edge.limited(Try::link(address.ip), ProblemCode::LinkUsed, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a one-time link leads to. Answers nothing.
#[utoipa::path(
    post, path = "/api/answer/view", tag = "delivery", operation_id = "answerView", request_body = AnswerToken,
    responses((status = 200, body = AnswerView)), security(())
)]
pub(super) async fn answer_view(
    State(edge): State<Edge>,
    address: ClientAddress,
    JsonBody(token): JsonBody<AnswerToken>,
) -> Result<Json<AnswerView>, Fault> {
    let work = edge.app.answer_view(&token);
    Ok(Json(edge.limited(Try::link(address.ip), ProblemCode::LinkUsed, work).await?))
}

/// Answers a ring by a one-time link, once. A repeat of the same answer is harmless; another one is `link_used`.
#[utoipa::path(
    post, path = "/api/answer", tag = "delivery", operation_id = "answerByLink", request_body = AnswerByLink,
    responses((status = 200, body = AnswerView)), security(())
)]
pub(super) async fn answer(
    State(edge): State<Edge>,
    address: ClientAddress,
    JsonBody(answer): JsonBody<AnswerByLink>,
) -> Result<Json<AnswerView>, Fault> {
    let work = edge.app.answer_by_link(&answer);
    Ok(Json(edge.limited(Try::link(address.ip), ProblemCode::LinkUsed, work).await?))
}

/// Begins a self-test; the push goes out at once.
#[utoipa::path(
    post, path = "/api/me/self-test", tag = "delivery", operation_id = "beginSelfTest", request_body = BeginSelfTest,
    responses((status = 200, body = SelfTest))
)]
pub(super) async fn begin_self_test(
    State(edge): State<Edge>,
    caller: Caller,
    JsonBody(wanted): JsonBody<BeginSelfTest>,
) -> Result<Json<SelfTest>, Fault> {
    edge.spend(&Try::self_test(caller.actor.person_id))?;
    Ok(Json(edge.app.begin_self_test(&caller.actor, &wanted).await?))
}

/// The caller's last self-test; `null` for who never made one.
#[utoipa::path(
    get, path = "/api/me/self-test", tag = "delivery", operation_id = "selfTest",
    responses((status = 200, body = Option<SelfTest>))
)]
pub(super) async fn self_test(State(edge): State<Edge>, caller: Caller) -> Result<Json<Option<SelfTest>>, Fault> {
    Ok(Json(edge.app.my_self_test(&caller.actor).await?))
}

/// What only the page and its owner know of a self-test.
#[utoipa::path(
    put, path = "/api/me/self-test/{id}", tag = "delivery", operation_id = "reportSelfTest",
    params(("id" = Uuid, Path)), request_body = SelfTestReport, responses((status = 200, body = SelfTest))
)]
pub(super) async fn report_self_test(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<Uuid>,
    JsonBody(report): JsonBody<SelfTestReport>,
) -> Result<Json<SelfTest>, Fault> {
    Ok(Json(edge.app.report_self_test(&caller.actor, id, &report).await?))
}

/// The last self-test of everybody who is on duty in the caller's networks now or within twelve hours.
#[utoipa::path(
    get, path = "/api/self-tests", tag = "delivery", operation_id = "selfTests",
    responses((status = 200, body = Vec<DutySelfTest>))
)]
pub(super) async fn self_tests(State(edge): State<Edge>, caller: Caller) -> Result<Json<Vec<DutySelfTest>>, Fault> {
    Ok(Json(edge.app.self_tests(&caller.actor).await?))
}

/// How each ring of the consult travelled, for the house that asks and the coordinator.
#[utoipa::path(
    get, path = "/api/consults/{id}/deliveries", tag = "delivery", operation_id = "deliveries",
    params(("id" = ConsultId, Path)), responses((status = 200, body = Vec<RingDelivery>))
)]
pub(super) async fn deliveries(
    State(edge): State<Edge>,
    caller: Caller,
    PathOf(id): PathOf<ConsultId>,
) -> Result<Json<Vec<RingDelivery>>, Fault> {
    Ok(Json(edge.app.deliveries(&caller.actor, id).await?))
}

/// The gateway for SMS and voice tells what became of a message; signed as `schemas/GATEWAY.md` says.
#[utoipa::path(
    post, path = "/api/gateway/callback", tag = "delivery", operation_id = "gatewayCallback",
    request_body = GatewayCallback, security(()),
    params(
        ("X-Telekonsil-Timestamp" = Option<String>, Header, description = "Unix seconds"),
        ("X-Telekonsil-Signature" = Option<String>, Header, description = "v1=HMAC-SHA256 of timestamp, dot, body"),
    ),
    responses((status = 204, description = "Noted"), (status = 404, description = "No gateway, or no such message"))
)]
pub(super) async fn gateway_callback(
    State(edge): State<Edge>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Fault> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed =
        CallbackSignature { timestamp: text("x-telekonsil-timestamp"), signature: text("x-telekonsil-signature") };
    edge.app.gateway_callback(&signed, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}
