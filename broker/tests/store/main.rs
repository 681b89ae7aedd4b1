//! The store's contract, written once and held against both engines.
//!
//! PostgreSQL: `TELEKONSIL_TEST_PG` holds the URL of a server on which databases may be made (`tests/pg run cargo
//! test …`). Without it these tests fail, unless `TELEKONSIL_ALLOW_NO_PG=1` says that this is meant.

#[macro_use]
mod fixture;

mod beside;
mod bus;
mod connect;
mod consults;
mod deadlines;
mod delivery;
mod directory;
mod drift;
mod faults;
mod guests;
mod imaging;
mod matching;
mod planning;
mod privacy;
mod purge;
mod purge_races;
mod races;
mod reports;
mod rooms;
mod search;
mod sessions;
mod slots;
mod swaps;
mod upgrade;
mod wishes;
mod world;
