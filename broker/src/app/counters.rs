//! What is counted for those who watch the installation. Kinds and states alone: nobody's name or number is in it.

use super::{App, Result, ports::PoolRow, validate::name_of};
use crate::domain::consult::{Event, Recorded};
use schemas::consult::AlarmKind;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Written by this node since its start.
pub(super) struct Counters {
    counts: Mutex<Counts>,
}

#[derive(Clone)]
struct Counts {
    events: BTreeMap<&'static str, u64>,
    alarms: BTreeMap<String, u64>,
}

impl Default for Counters {
    /// Every kind stands at nought: a counter that first appears with its first event has not grown, and nobody would be
    /// told of the first alarm after a start.
    fn default() -> Self {
        let events = Event::KINDS.into_iter().map(|kind| (kind, 0)).collect();
        let alarms = AlarmKind::ALL.iter().map(|kind| (name_of(kind), 0)).collect();
        Self { counts: Mutex::new(Counts { events, alarms }) }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::UnixMillis;

    #[test]
    fn the_list_of_alarms_is_whole() {
        // The names as serde knows them.
        let unknown = serde_json::from_str::<AlarmKind>(r#""nonsense""#).unwrap_err().to_string();
        let known: Vec<&str> = unknown.split('`').skip(3).step_by(2).collect();
        assert_eq!(AlarmKind::ALL.map(|kind| name_of(&kind)).to_vec(), known);
    }

    #[test]
    fn the_first_alarm_after_a_start_is_a_rise() {
        let counters = Counters::default();
        let of = |kind: &str| counters.counts.lock().unwrap().alarms.get(kind).copied();
        assert_eq!(of("nobody_on_duty"), Some(0));
        let event = Event::AlarmRaised { kind: AlarmKind::NobodyOnDuty, step: None };
        counters.count(&[Recorded { seq: 1, at: UnixMillis(0), actor: None, version: 1, event }]);
        assert_eq!((of("nobody_on_duty"), of("fields_missing"), of("nonsense")), (Some(1), Some(0), None));
    }
}
