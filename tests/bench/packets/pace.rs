//! The load generator's clock.

use crate::native::now;
use anyhow::Result;
use std::time::{Duration, Instant};

/// Calls `each` so many times a second with `state`, and `idle` all the time between, for `time`.
pub(crate) fn paced<S>(
    state: &mut S,
    rate: u32,
    time: Duration,
    mut each: impl FnMut(&mut S, u32) -> Result<()>,
    mut idle: impl FnMut(&mut S) -> Result<()>,
) -> Result<()> {
    let start = now();
    let due = |n: u32| start + Duration::from_secs(1) * n / rate;
    let mut n = 0;
    while start.elapsed() < time {
        while due(n) <= now() {
            each(state, n)?;
            n += 1;
        }
        idle(state)?;
        wait_until(due(n));
    }
    Ok(())
}

/// A pace needs a clock; this is the only place that waits for one.
#[allow(clippy::disallowed_methods, reason = "a paced load generator")]
fn wait_until(at: Instant) {
    std::thread::sleep(at.saturating_duration_since(now()).min(Duration::from_millis(5)));
}
