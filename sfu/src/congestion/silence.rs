//! A path that says nothing of what is sent on it.

use super::Acked;
use std::time::{Duration, Instant};

/// Sent without any answer for so long: nothing is known of the path any more. It counts for half of what it carried, or
/// like a new one. Shorter: a burst of lost feedback counts as the end of the path.
const SILENCE: Duration = Duration::from_secs(1);
/// And each time this has passed the target is halved, in case all is lost because it is too much, but no further than
/// to [`SILENT`]. Shorter: after a lift the smallest pictures have to begin anew. Longer: a dead path is flooded longer.
const DEAD: Duration = Duration::from_secs(10);
const SILENT: f64 = 200_000.0;

#[derive(Debug, Default)]
pub(super) struct Silence {
    /// One that never answered is not silent.
    answers: bool,
    /// The first packet sent since the last answer, or the last halving.
    waiting: Option<Instant>,
    /// The target before it was lowered for silence.
    before: Option<f64>,
    /// There was a silence, nobody asked yet.
    came_back: bool,
    /// What was sent before this and did not come was lost to a silence.
    heard_again: Option<Instant>,
}

impl Silence {
    pub(super) fn sent(&mut self, now: Instant) {
        self.waiting.get_or_insert(now);
    }

    /// The path answers. Returns the target before a silence, if it ends one.
    pub(super) fn ends(&mut self, now: Instant) -> Option<f64> {
        (self.answers, self.waiting) = (true, None);
        let before = self.before.take()?;
        (self.came_back, self.heard_again) = (true, Some(now));
        Some(before)
    }

    /// Said once.
    pub(super) fn came_back(&mut self) -> bool {
        std::mem::take(&mut self.came_back)
    }

    /// Whether it is lost to the path as it is now, if it is lost.
    pub(super) fn counts(&self, packet: &Acked) -> bool {
        self.heard_again.is_none_or(|at| packet.sent >= at)
    }

    pub(super) fn lasts(&self) -> bool {
        self.before.is_some()
    }

    /// The target, or less of it where the silence has become longer. `start`: that of a new path.
    pub(super) fn lowered(&mut self, now: Instant, target: f64, start: f64) -> f64 {
        if self.deadline().is_none_or(|at| now < at) {
            return target;
        }
        self.waiting = Some(now);
        let floor = if self.lasts() { SILENT } else { start };
        let lowered = target.min((target / 2.0).max(floor));
        self.before.get_or_insert(lowered);
        lowered
    }

    /// When [`Silence::lowered`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let patience = if self.lasts() { DEAD } else { SILENCE };
        self.waiting.filter(|_| self.answers).map(|since| since + patience)
    }
}
