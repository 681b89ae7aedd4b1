//! Every message that crosses a wire, defined once: REST bodies ([`consult`], [`directory`], [`session`]),
//! guests ([`guest`]), reports ([`report`]), rotas ([`rota`], [`swaps`], [`handover`], [`feeds`]), administration ([`admin`]), data protection ([`privacy`]),
//! live events ([`events`]), the room protocol ([`room`]) and problems ([`problem`]).
//!
//! Conventions: JSON names are `snake_case`; a sum type carries its variant in the field `type`; instants are
//! [`UnixMillis`]; identifiers are UUIDs. `openapi.json` beside this crate is generated from these types.
//!
//! Invariant: types that hold patient data, free text or secrets have an opaque `Debug` (see [`private`]), so that
//! no log line can contain them.

pub mod admin;
pub mod consult;
pub mod delivery;
pub mod directory;
pub mod events;
pub mod feeds;
pub mod guest;
pub mod handover;
pub mod ids;
pub mod import;
pub mod matching;
pub mod mls;
pub mod onboarding;
pub mod oncall;
pub mod policy;
pub mod privacy;
pub mod private;
pub mod problem;
pub mod report;
pub mod reports;
pub mod room;
pub mod rota;
pub mod session;
pub mod slots;
pub mod swaps;
pub mod time;
pub mod wishes;

pub use ids::*;
pub use private::PrivateText;
pub use time::UnixMillis;
