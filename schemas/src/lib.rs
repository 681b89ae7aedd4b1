//! Every message that crosses a wire, defined once: REST bodies ([`consult`], [`directory`], [`session`]),
//! live events ([`events`]), the room protocol ([`room`]) and problems ([`problem`]).
//!
//! Conventions: JSON names are `snake_case`; a sum type carries its variant in the field `type`; instants are
//! [`UnixMillis`]; identifiers are UUIDs. `openapi.json` beside this crate is generated from these types.
//!
//! Invariant: types that hold patient data, free text or secrets have an opaque `Debug` (see [`private`]), so that
//! no log line can contain them.

pub mod consult;
pub mod directory;
pub mod events;
pub mod ids;
pub mod matching;
pub mod private;
pub mod problem;
pub mod room;
pub mod session;
pub mod time;

pub use ids::*;
pub use private::PrivateText;
pub use time::UnixMillis;
