//! Parsing and decoding in a process of their own.
//!
//! The parsers and decoders below are good but not proof against hostile files (`LAB.md`: stack overflows, 4 GB
//! allocations, panics). So the broker runs them in a child, `telekonsil imaging-worker`, with a memory limit and a
//! time limit. Whatever happens to the child, the answer is a [`Refusal`] of that one object.
//!
//! - [`run_stdio`] is the child: it reads requests on stdin and answers on stdout until stdin ends. Nothing else may
//!   be printed on stdout.
//! - [`Pool`] is the parent: a few children, kept warm, replaced when they die.

mod child;
mod pool;
mod protocol;

pub use child::run_stdio;
pub use pool::{Limits, Pool, Turn};
