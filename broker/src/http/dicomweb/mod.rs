//! DICOMweb (PS3.18) under `/dicomweb`: STOW-RS, QIDO-RS, WADO-RS.
//!
//! The wording is [`imaging::dicomweb`]'s, the doing and the access checks are `app`'s; here they meet a socket.
//!
//! Invariant: pixel frames leave as they are stored and are never compressed on the way (LAB.md: 45 ms instead of
//! 2.6 ms a frame when deflated).

mod answer;
mod place;
mod qido;
mod rendered;
mod rows;
mod stow;
mod upload;
mod wado;

use super::Edge;
use axum::Router;
use axum::routing::{get, post};

/// Routes without the prefix. The caller lifts axum's body limit; STOW-RS counts for itself.
pub fn router() -> Router<Edge> {
    Router::new()
        .route("/studies", post(stow::store).get(qido::studies))
        .route("/studies/{study}", post(stow::store_into).get(wado::objects))
        .route("/studies/{study}/metadata", get(wado::metadata))
        .route("/studies/{study}/thumbnail", get(rendered::thumbnail))
        .route("/studies/{study}/series", get(qido::series_of_study))
        .route("/studies/{study}/instances", get(qido::instances_of_study))
        .route("/studies/{study}/series/{series}", get(wado::objects))
        .route("/studies/{study}/series/{series}/metadata", get(wado::metadata))
        .route("/studies/{study}/series/{series}/thumbnail", get(rendered::thumbnail))
        .route("/studies/{study}/series/{series}/instances", get(qido::instances_of_series))
        .route("/studies/{study}/series/{series}/instances/{instance}", get(wado::objects))
        .route("/studies/{study}/series/{series}/instances/{instance}/metadata", get(wado::metadata))
        .route("/studies/{study}/series/{series}/instances/{instance}/rendered", get(rendered::picture))
        .route("/studies/{study}/series/{series}/instances/{instance}/thumbnail", get(rendered::thumbnail))
        .route("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}", get(wado::frames))
        .route("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/rendered", get(rendered::picture))
        .route(
            "/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/thumbnail",
            get(rendered::thumbnail),
        )
        .route("/series", get(qido::series))
        .route("/instances", get(qido::instances))
}
