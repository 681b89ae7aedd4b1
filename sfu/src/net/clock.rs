//! The only place of this crate that asks for the time.

use std::time::Instant;

#[allow(clippy::disallowed_methods, reason = "the clock module; everything else is told the time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
