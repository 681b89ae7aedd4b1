//! What is counted for those who watch the installation. Kinds and states alone: nobody's name or number is in it.

use super::{App, Result, ports::PoolRow, validate::name_of};
use crate::domain::consult::{Event, Recorded};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Written by this node since its start.
#[derive(Default)]
pub(super) struct Counters {
    counts: Mutex<Counts>,
}

#[derive(Clone, Default)]
struct Counts {
    events: BTreeMap<&'static str, u64>,
    alarms: BTreeMap<String, u64>,
}

impl Counters {
    /// These events were appended.
    pub(super) fn count<'a>(&self, events: impl IntoIterator<Item = &'a Recorded>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for recorded in events {
            *counts.events.entry(recorded.event.kind()).or_default() += 1;
            if let Event::AlarmRaised { kind, .. } = &recorded.event {
                *counts.alarms.entry(name_of(kind)).or_default() += 1;
            }
        }
    }
}

/// How the installation stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// State, how many open consults stand in it, milliseconds since the oldest does.
    pub open: Vec<(String, i64, i64)>,
    pub pool: PoolRow,
    /// Events by kind, alarms by kind: of this node since its start.
    pub events: Vec<(&'static str, u64)>,
    pub alarms: Vec<(String, u64)>,
}

impl App {
    /// For the metrics.
    pub async fn status(&self) -> Result<Status> {
        let now = self.now().0;
        let states = self.repo.open_states().await?;
        let counts = self.counters.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Status {
            open: states.into_iter().map(|row| (row.state, row.count, (now - row.oldest).max(0))).collect(),
            pool: self.repo.pool(),
            events: counts.events.into_iter().collect(),
            alarms: counts.alarms.into_iter().collect(),
        })
    }
}
