//! What the whole-system tests share: a real server process, its databases, and clients that speak to it as a browser
//! would.

pub mod chronicle;
pub mod client;
pub mod database;
pub mod installation;
pub mod mls;
pub mod peer;
pub mod process;
pub mod proxy;
pub mod script;
pub mod sealed;
pub mod search;
pub mod seat;
pub mod seeds;
pub mod stream;
