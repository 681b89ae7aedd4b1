//! Appointments: when somebody on duty can be booked, and how a batch of consults that wait is shared out.
//!
//! [`free`] says what can be booked, [`place`] which consult gets which slot. Both look at values only: what was found
//! free counts when the store has written it, under the revision of the person's calendar that was looked at.

mod free;
mod place;
mod rules;

#[cfg(test)]
mod tests;

pub use free::{Calendar, Calendars, Hours, Taken, free, is_free};
pub use place::{Left, Placed, Placement, Terms, Waiting, at_most_a_day, place};
pub use rules::{MAX_HORIZON_DAYS, Rules, RulesFault, check};

use crate::domain::rota::Stretch;
use schemas::{PersonId, UnixMillis};
use serde::{Deserialize, Serialize};

/// A time with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    pub from: UnixMillis,
    pub person: PersonId,
    pub until: UnixMillis,
    /// With the buffers before and after.
    pub busy: Stretch,
}

impl Slot {
    /// Without the buffers.
    pub const fn talk(&self) -> Stretch {
        (self.from, self.until)
    }
}
