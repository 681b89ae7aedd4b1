//! DICOM in; index, frames and pictures out. Knows no broker and no user.
//!
//! The way of an object that arrives by STOW-RS:
//!
//! 1. [`dicomweb::multipart`] takes the request body apart, part by part.
//! 2. [`worker::Pool::index`] has a child process check ([`guard`]), parse and index it ([`index::Indexed`]).
//!    Whatever is wrong with it is a [`Refusal`] of that object alone.
//! 3. [`blobs::Blobs::put`] seals the bytes ([`seal`]) under the study's key and stores them; the index goes into the
//!    database.
//!
//! And out again: [`frames::read`] reads a frame in its stored transfer syntax by one range read;
//! [`frames::render_job`] and [`worker::Pool::render`] make a picture; [`dicomweb`] words the answers.
//!
//! [`phantom`] makes a synthetic head CT for the demo and the tests.
//!
//! Invariant: nothing here logs a value of a data set, and types that hold patient data or keys have no `Debug` that
//! shows them.

pub mod blobs;
pub mod dicomweb;
pub mod frames;
pub mod guard;
pub mod index;
pub mod phantom;
pub mod refusal;
pub mod render;
pub mod seal;
pub mod worker;

pub use index::{FrameTable, Indexed};
pub use refusal::Refusal;
