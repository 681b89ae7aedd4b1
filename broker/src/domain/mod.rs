//! The pure core: what a consult is, who is asked in which order, who is on duty, who may do what.
//!
//! Invariant: nothing in here does IO, asks a clock, draws a random number or awaits. `now`, salts and everything
//! that was looked up come in as values; decisions come out as values. It names only std, serde, serde_json,
//! thiserror, jiff (with its bundled zone data), uuid, sha2, pathfinding and `schemas`.
//!
//! - [`consult`]: the state machine of one consult: `decide`, `apply`, `next_deadline`, views
//! - [`matching`]: filter, score, explain
//! - [`escalation`]: from a ranking to a ladder of rings
//! - [`rota`]: layers of rotations and overrides to one final schedule
//! - [`swaps`]: duties that change hands
//! - [`delivery`]: how a message travels, channel by channel
//! - [`slots`]: what can be booked, and a batch shared out
//! - [`access`]: the one access table
//! - [`chain`]: the hash chain over salted commitments
//! - [`reports`]: what is reported of rotas
//! - [`forms`]: what single values look like

pub mod access;
pub mod chain;
pub mod consult;
pub mod delivery;
pub mod directory;
pub mod escalation;
pub mod forms;
pub mod matching;
pub mod reports;
pub mod rota;
pub mod slots;
pub mod swaps;
