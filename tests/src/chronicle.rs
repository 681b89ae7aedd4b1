//! A consult's log as it lies in the database, held against itself: the chain verifies, the fold of the log is the
//! stored snapshot, every ring is decided once.

use anyhow::{Context, Result, anyhow, ensure};
use schemas::{ConsultId, PersonId, UnixMillis};
use serde_json::Value;
use std::collections::BTreeSet;
use telekonsil::app::ports::{EventRow, Repository};
use telekonsil::domain::{
    chain,
    consult::{Consult, Event, Recorded},
};
use telekonsil::store::Store;

pub struct Chronicle {
    pub consult: Consult,
    pub log: Vec<Recorded>,
}

impl Chronicle {
    /// Reads it beside the running server and checks it.
    pub async fn read(database: &str, id: ConsultId) -> Result<Self> {
        Self::find(database, id).await?.context("no log")
    }

    /// `None` while nobody has asked for the consult yet.
    pub async fn find(database: &str, id: ConsultId) -> Result<Option<Self>> {
        let store = Store::connect(database).await?;
        let found = Self::of(&store, id).await;
        store.close().await;
        found
    }

    async fn of(store: &Store, id: ConsultId) -> Result<Option<Self>> {
        loop {
            let Some(rows) = store.load(id.0).await? else { return Ok(None) };
            let snapshot = store.snapshot(id.0).await?.context("no snapshot")?;
            if rows.last().map(|row| row.seq) == Some(snapshot.seq) {
                return Self::checked(id, &rows, &snapshot.detail).map(Some);
            }
            // The server wrote between the two.
        }
    }

    fn checked(id: ConsultId, rows: &[EventRow], snapshot: &str) -> Result<Self> {
        let entries = rows.iter().map(|row| entry(id, row)).collect::<Result<Vec<_>>>()?;
        chain::verify(&entries).map_err(|broken| anyhow!("the chain of {id} is broken: {broken}"))?;
        let log = rows.iter().map(recorded).collect::<Result<Vec<_>>>()?;
        let consult = Consult::replay(id, &log).context("the log begins with no request")?;
        ensure!(consult == serde_json::from_str::<Consult>(snapshot)?, "the snapshot of {id} is not the log's fold");
        check_rings(&log)?;
        Ok(Self { consult, log })
    }

    /// What people did, in order, without what depends on when or how often they came: instants, identifiers made up by
    /// the server, the ladder's turns, repeated comings and goings, guests whose link was lost before it was opened.
    pub fn canonical(&self) -> Result<Vec<Value>> {
        let mut came = BTreeSet::new();
        let at_door: BTreeSet<_> = self
            .log
            .iter()
            .filter_map(|entry| match entry.event {
                Event::GuestWaits { guest_id } => Some(guest_id),
                _ => None,
            })
            .collect();
        let kept = self.log.iter().filter(|entry| match &entry.event {
            Event::Joined { person } => came.insert(*person),
            Event::GuestInvited { guest_id, .. } => at_door.contains(guest_id),
            Event::Left { .. } | Event::GuestJoined { .. } | Event::GuestLeft { .. } => false,
            Event::Matched { .. }
            | Event::RoundRepeated { .. }
            | Event::RingStarted { .. }
            | Event::RingDelivered { .. }
            | Event::RingSeen { .. }
            | Event::RingEnded { .. }
            | Event::Queued { .. }
            | Event::Unanswered { .. }
            | Event::AlarmRaised { .. } => false,
            _ => true,
        });
        kept.map(|entry| {
            let mut value = serde_json::to_value(&entry.event)?;
            value["by"] = serde_json::to_value(entry.actor)?;
            forget(&mut value);
            Ok(value)
        })
        .collect()
    }
}

fn forget(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for key in ["at", "until", "eta", "guest_id", "study_id", "deadline", "notified"] {
                map.remove(key);
            }
            map.values_mut().for_each(forget);
        }
        Value::Array(list) => list.iter_mut().for_each(forget),
        _ => {}
    }
}

/// A ring starts once and ends once.
fn check_rings(log: &[Recorded]) -> Result<()> {
    let (mut started, mut ended) = (BTreeSet::new(), BTreeSet::new());
    for entry in log {
        match &entry.event {
            Event::RingStarted { ring_id, .. } => ensure!(started.insert(*ring_id), "{ring_id} started twice"),
            // "In five minutes" keeps the ring open for its answer.
            Event::RingEnded { outcome: schemas::consult::RingOutcome::InFive, .. } => {}
            Event::RingEnded { ring_id, .. } => {
                ensure!(started.contains(ring_id) && ended.insert(*ring_id), "{ring_id} ended twice or from nothing");
            }
            _ => {}
        }
    }
    Ok(())
}

fn recorded(row: &EventRow) -> Result<Recorded> {
    let version = u32::try_from(row.version)?;
    let event = Event::from_body(version, row.body.as_deref().context("purged")?)?;
    Ok(Recorded { seq: row.seq, at: UnixMillis(row.at), actor: row.actor.map(PersonId), version, event })
}

fn entry(id: ConsultId, row: &EventRow) -> Result<chain::Entry> {
    let digest = |bytes: &[u8]| chain::Digest::try_from(bytes).context("32 bytes");
    Ok(chain::Entry {
        consult_id: id,
        seq: row.seq,
        at: UnixMillis(row.at),
        actor: row.actor.map(PersonId),
        kind: row.kind.clone(),
        salt: row.salt.as_deref().map(digest).transpose()?,
        body: row.body.clone(),
        commitment: digest(&row.commitment)?,
        hash: digest(&row.hash)?,
    })
}
