//! The HTTP edge and the room socket of a whole server on SQLite: what comes in wrong goes out as a problem with a
//! stable code, and nothing of it brings the server down.

mod access;
mod attestation;
mod bodies;
mod calendars;
mod check;
mod delivery;
mod dicomweb;
mod drift;
mod encryption;
mod events;
mod guest;
mod guests;
mod house;
mod knock;
mod matrix;
mod metrics;
mod mls;
mod pages;
mod quiet;
mod rooms;
mod session;
