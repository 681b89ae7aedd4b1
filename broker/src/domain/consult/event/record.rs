//! Events in their places in the log.

use super::{EVENT_VERSION, Event};
use crate::domain::consult::Command;
use schemas::{PersonId, UnixMillis};
use serde::{Deserialize, Serialize};

/// An event in its place in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// From 1, without gaps.
    pub seq: i64,
    pub at: UnixMillis,
    /// Who did it; absent for the machine and for guests.
    pub actor: Option<PersonId>,
    #[serde(default = "first_version")]
    pub version: u32,
    pub event: Event,
}

impl Recorded {
    /// Written when events already meant what version `version` says.
    pub(in crate::domain::consult) const fn is_of(&self, version: u32) -> bool {
        self.version >= version
    }
}

const fn first_version() -> u32 {
    1
}

/// Gives the events that `command` led to their places after `last_seq` (0 for a new consult).
pub fn record(command: &Command, events: Vec<Event>, last_seq: i64, now: UnixMillis) -> Vec<Recorded> {
    events
        .into_iter()
        .zip(last_seq + 1..)
        .map(|(event, seq)| Recorded {
            seq,
            at: now,
            actor: if event.is_machine() { None } else { command.actor() },
            version: EVENT_VERSION,
            event,
        })
        .collect()
}
