//! The API, one file per noun. Route and document come from the same attribute and cannot diverge.

mod admin;
mod consults;
mod directory;
mod enter;
mod events;
mod guest;
mod health;
mod privacy;
mod report;
mod rooms;
mod rota;
mod session;
mod setup;
mod studies;

use super::observe;
use super::state::Edge;
use crate::config::Limits;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Everything under `/api` that answers at once.
pub(super) fn api() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(session::sign_in, session::me, session::sign_out))
        .routes(routes!(session::redeem_link))
        .routes(routes!(session::change_password))
        .routes(routes!(session::list))
        .routes(routes!(session::end))
        .routes(routes!(guest::open, guest::view))
        .routes(routes!(guest::ticket))
        .routes(routes!(rooms::check))
        .routes(routes!(directory::services))
        .routes(routes!(directory::board))
        .routes(routes!(directory::my_duties))
        .routes(routes!(consults::list, consults::create))
        .routes(routes!(consults::detail))
        .routes(routes!(consults::act))
        .routes(routes!(consults::match_explanations))
        .routes(routes!(consults::ticket))
        .routes(routes!(consults::colleagues))
        .routes(routes!(consults::invite_guest))
        .routes(routes!(consults::phone_link))
        .routes(routes!(report::sign))
        .routes(routes!(report::pdf))
        .routes(routes!(privacy::access_log))
        .routes(routes!(privacy::named_consults))
        .routes(routes!(privacy::request_export))
        .routes(routes!(privacy::break_glass))
        .routes(routes!(privacy::notices))
        .routes(routes!(privacy::see_notice))
        .routes(routes!(privacy::exports))
        .routes(routes!(privacy::decide_export))
        .routes(routes!(privacy::export_file))
        .routes(routes!(privacy::retention))
        .routes(routes!(studies::declare))
        .routes(routes!(studies::inbox))
        .routes(routes!(studies::instances))
        .routes(routes!(setup::state, setup::set_up))
        .merge(planning())
        .merge(administration())
}

fn planning() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(rota::rota))
        .routes(routes!(rota::put_draft, rota::delete_draft))
        .routes(routes!(rota::publish))
        .routes(routes!(rota::history))
        .routes(routes!(rota::restore))
        .routes(routes!(rota::take_over))
        .routes(routes!(rota::put_absence, rota::delete_absence))
        .routes(routes!(rota::my_absences))
        .routes(routes!(rota::duty_notes))
        .routes(routes!(rota::see_duty_notes))
}

fn administration() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(admin::directory))
        .routes(routes!(admin::put_hospital))
        .routes(routes!(admin::put_network))
        .routes(routes!(admin::put_service))
        .routes(routes!(admin::put_person))
        .routes(routes!(admin::put_contract, admin::delete_contract))
        .routes(routes!(admin::sign_in_link))
        .routes(routes!(admin::sessions))
        .routes(routes!(admin::end_session))
}

/// Streams and sockets: they live as long as the page.
pub(super) fn streams() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(events::events))
        .routes(routes!(rooms::socket))
        .routes(routes!(rooms::check_socket))
}

/// Limits of [`api`]; its handlers answer at once and take small bodies.
pub(super) fn limited(api: Router<Edge>, limits: &Limits) -> Router<Edge> {
    let in_time = from_fn_with_state(limits.request_time, observe::time_limit);
    api.layer(DefaultBodyLimit::max(limits.json_body)).layer(in_time)
}

/// What is neither API nor page.
pub(super) fn others() -> Router<Edge> {
    Router::new()
        .route("/", get(enter::home))
        .route("/enter", get(enter::enter))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
}
