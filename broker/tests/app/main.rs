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
mod clock;
mod consult;
mod encryption;
mod exports;
mod glass;
mod guests;
mod images;
mod ladder;
mod live;
mod phone;
mod planning;
mod prealert;
mod queue;
mod races;
mod report;
mod report_pdf;
mod retention;
mod rooms;
mod stage;
mod studies;
mod team;
mod tools;
