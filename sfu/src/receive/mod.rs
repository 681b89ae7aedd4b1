//! One incoming source: what came, what is missing, what can be sent again, and what its sender is told about it. Pure:
//! told the time, nothing allocates after a source has begun.
//!
//! ```text
//! packet ─▶ Origins (whose?) ─▶ [rtx::unwrap] ─▶ Reception (new?) ─▶ Missing (ask again) ─▶ Store ─▶ subscribers
//!      └──▶ Arrivals (transport-wide feedback, for the whole path)
//! ```

mod arrivals;
mod missing;
mod origins;
mod rate;
mod reception;
pub(crate) mod rtx;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use arrivals::Arrivals;
pub(crate) use missing::Missing;
pub(crate) use origins::{Names, Origin, Origins};
pub(crate) use rate::Rate;
pub(crate) use reception::Reception;
pub(crate) use store::Store;

/// Number whose low 16 bits are `number`, nearest to `newest`.
fn extend(newest: u64, number: u16) -> u64 {
    newest.wrapping_add_signed(i64::from(number.wrapping_sub(newest as u16) as i16))
}

/// Where extended numbers begin: a packet overtaken by the first has a number, too.
const BEFORE_FIRST: u64 = 1 << 16;
