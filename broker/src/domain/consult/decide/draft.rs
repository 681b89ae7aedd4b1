//! A decision in the making.

use crate::domain::consult::{Consult, EVENT_VERSION, Event, Recorded};
use schemas::UnixMillis;

/// A working copy: each event is applied as soon as it is decided, so that the next decision sees it.
pub(in crate::domain::consult) struct Draft {
    pub(in crate::domain::consult) consult: Consult,
    pub(in crate::domain::consult) now: UnixMillis,
    pub(super) events: Vec<Event>,
}

impl Draft {
    pub(in crate::domain::consult) const fn new(consult: Consult, now: UnixMillis) -> Self {
        Self { consult, now, events: vec![] }
    }

    pub(in crate::domain::consult) fn emit(&mut self, event: Event) {
        let recorded = Recorded { seq: self.consult.seq + 1, at: self.now, actor: None, version: EVENT_VERSION, event };
        self.consult.apply(&recorded);
        self.events.push(recorded.event);
    }
}
