//! The application on the real store, both engines, with a clock that the test turns. PostgreSQL: as in
//! `tests/store/main.rs`.

// One binary: what the modules share is `pub`.
#![allow(unreachable_pub)]

#[macro_use]
#[path = "../store/fixture.rs"]
mod fixture;

mod access;
mod accounts;
mod admin;
mod backup;
mod call_outs;
mod clock;
mod cluster;
mod consult;
mod delivery;
mod encryption;
mod exports;
mod feeds;
mod glass;
mod guests;
mod handover;
mod images;
mod import;
mod ladder;
mod live;
mod matching;
mod onboarding;
mod overflow;
mod phone;
mod planning;
mod policies;
mod prealert;
mod queue;
mod races;
mod report;
mod report_pdf;
mod reports;
mod retention;
mod rooms;
mod slots;
mod stage;
mod studies;
mod swaps;
mod team;
mod timeline_export;
mod tools;
mod wishes;
