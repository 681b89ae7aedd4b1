//! Pairs a requesting hospital with an available specialist, rings until somebody answers, and hosts the consultation.
//!
//! ```text
//! domain ← app ← { http, room, store, bus, notify } ← { server, demo, cli } ← main
//! ```
//!
//! `domain` is pure: what a consult is, who is on duty, who is rung. `app` carries it out on ports. `http` and `room`
//! are the edge towards people, `store` and `bus` the one towards the database, `notify` the one
//! towards push services, mail servers and gateways. `server` puts the parts together.

// One crate for one binary: what is `pub` is what the other modules and the whole-system tests use.
#![allow(unreachable_pub)]

pub mod app;
pub mod bus;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod http;
pub mod notify;
pub mod room;
pub mod server;
pub mod store;
