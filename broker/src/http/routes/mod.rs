//! The API, one file per noun. Route and document come from the same attribute and cannot diverge.

mod admin;
mod call_outs;
mod consults;
mod delivery;
mod directory;
mod enter;
mod events;
mod feeds;
mod file;
mod guest;
mod handover;
mod health;
mod import;
mod matching;
mod onboarding;
mod policies;
mod privacy;
mod report;
mod reports;
mod rooms;
mod rota;
mod session;
mod setup;
mod slots;
mod studies;
mod swaps;
mod timeline;
mod wishes;

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
        .routes(routes!(call_outs::list))
        .routes(routes!(call_outs::table))
        .routes(routes!(call_outs::contacts))
        .routes(routes!(consults::list, consults::create))
        .routes(routes!(consults::detail))
        .routes(routes!(consults::act))
        .routes(routes!(consults::match_explanations))
        .routes(routes!(matching::replay))
        .routes(routes!(matching::what_if))
        .routes(routes!(matching::weights, matching::put_weights))
        .routes(routes!(matching::preview_weights))
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
        .merge(delivering())
        .merge(planning())
        .merge(changing_hands())
        .merge(appointments())
        .merge(administration())
        .merge(reporting())
}

fn reporting() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .merge(import::routes())
        .routes(routes!(onboarding::onboarding))
        .routes(routes!(onboarding::put))
        .routes(routes!(onboarding::begin_test))
        .routes(routes!(timeline::table))
        .routes(routes!(timeline::pdf))
        .routes(routes!(reports::answers))
        .routes(routes!(reports::answers_csv))
        .routes(routes!(reports::coverage))
        .routes(routes!(reports::coverage_csv))
        .routes(routes!(reports::duties))
        .routes(routes!(reports::duties_csv))
}

fn delivering() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(delivery::push_key))
        .routes(routes!(delivery::put_device, delivery::delete_device))
        .routes(routes!(delivery::channels, delivery::put_channels))
        .routes(routes!(delivery::receipt))
        .routes(routes!(delivery::answer_view))
        .routes(routes!(delivery::answer))
        .routes(routes!(delivery::begin_self_test, delivery::self_test))
        .routes(routes!(delivery::report_self_test))
        .routes(routes!(delivery::self_tests))
        .routes(routes!(delivery::deliveries))
        .routes(routes!(delivery::gateway_callback))
}

fn planning() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(rota::rota))
        .routes(routes!(policies::policies, policies::put))
        .routes(routes!(policies::history))
        .routes(routes!(policies::restore))
        .routes(routes!(policies::dry_run))
        .routes(routes!(rota::put_draft, rota::delete_draft))
        .routes(routes!(rota::publish))
        .routes(routes!(rota::history))
        .routes(routes!(rota::restore))
        .routes(routes!(rota::take_over))
        .routes(routes!(rota::put_absence, rota::delete_absence))
        .routes(routes!(rota::my_absences))
        .routes(routes!(rota::duty_notes))
        .routes(routes!(rota::see_duty_notes))
        .routes(routes!(wishes::mine))
        .routes(routes!(wishes::put))
        .routes(routes!(wishes::facts, wishes::put_rules))
}

fn appointments() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(slots::slots))
        .routes(routes!(slots::rules, slots::put_rules))
        .routes(routes!(slots::placements, slots::send_placements))
}

fn changing_hands() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(swaps::swaps))
        .routes(routes!(swaps::ask))
        .routes(routes!(swaps::step))
        .routes(routes!(swaps::candidates))
        .routes(routes!(swaps::put_settings))
        .routes(routes!(handover::mine))
        .routes(routes!(handover::of_service))
        .routes(routes!(handover::put_note))
        .routes(routes!(feeds::calendars))
        .routes(routes!(feeds::put_calendar, feeds::delete_calendar))
        .routes(routes!(feeds::ical))
        .routes(routes!(feeds::feeds))
        .routes(routes!(feeds::put_feed, feeds::delete_feed))
        .routes(routes!(feeds::preview_feed))
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
