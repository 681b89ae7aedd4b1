//! The machine's own turns: deadlines that have come, wherever they were set and whoever set them.
//!
//! The row is the truth: a deadline is a column, so a restart, a killed node or a clock that jumps only makes the
//! next look find what is due. A wake is a hint; polling stands behind it.

use super::{App, Result, log::Wish};
use schemas::{ConsultId, UnixMillis};
use std::future::Future;
use std::time::Duration;

/// Longest sleep. More delays what another node wrote or what a clock jump made due; less asks the database more
/// often for nothing.
const POLL: Duration = Duration::from_secs(1);
/// How long a claimed row is left to this node. Less has two nodes decide the same tick (harmless: one append wins);
/// more delays a ring when a node dies between claiming and writing.
const LEASE_MS: i64 = 10_000;
/// Rows claimed at once. More holds leases longer than one node can work them off; less asks more often in a storm.
const BATCH: u32 = 32;
/// How often rows that have ended (sessions, links, tickets, leases) are deleted.
const SWEEP_MS: i64 = 10 * 60 * 1000;

impl App {
    /// Ticks until `shutdown`.
    pub async fn run_ticker(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut swept: Option<UnixMillis> = None;
        loop {
            if let Err(error) = self.tick_all().await {
                tracing::warn!(%error, "the ticker could not do its work and tries again");
            }
            self.sweep(&mut swept).await;
            let pause = self.pause().await;
            tokio::select! {
                () = &mut shutdown => return,
                () = self.due.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Does everything that is due now, also what becomes due by it; returns how many turns the machine took.
    pub async fn tick_all(&self) -> Result<u32> {
        let mut turns = 0;
        loop {
            match self.serve_queue().await {
                Ok(served) => turns += served,
                // The next pass looks again; nobody's deadline waits for it.
                Err(error) => tracing::warn!(%error, "the queue of those who became free was not served"),
            }
            match self.serve_appointments().await {
                Ok(served) => turns += served,
                Err(error) => tracing::warn!(%error, "appointments of changed duties were not looked at"),
            }
            let now = self.now().0;
            let due = self.repo.claim_due(now, now + LEASE_MS, &self.node.id, BATCH).await?;
            if due.is_empty() {
                return Ok(turns);
            }
            for id in due {
                turns += u32::from(self.tick(ConsultId(id)).await);
            }
        }
    }

    /// One consult's turn; `true` when something happened. One that fails waits for its lease to end, so that it
    /// cannot keep the others from theirs.
    async fn tick(&self, id: ConsultId) -> bool {
        match self.run(id, &Wish::Tick).await {
            Ok(outcome) if outcome.changed => true,
            Ok(_) => {
                // Somebody else acted between the claim and now. Should the deadline still be due, the lease keeps
                // this loop from spinning.
                if !self.is_due(id).await {
                    let released = self.repo.release_due(id.0, &self.node.id).await;
                    released.unwrap_or_else(|error| tracing::warn!(%error, "a claimed consult was not given back"));
                }
                false
            }
            Err(error) => {
                tracing::warn!(consult = %id, %error, "the machine's turn failed and is tried again");
                false
            }
        }
    }

    async fn is_due(&self, id: ConsultId) -> bool {
        let consult = self.consult(id).await.ok().flatten();
        consult.and_then(|c| crate::domain::consult::next_deadline(&c)).is_some_and(|due| due <= self.now())
    }

    /// Until the next deadline, at most [`POLL`].
    async fn pause(&self) -> Duration {
        match self.repo.earliest_deadline().await {
            Ok(Some(deadline)) => {
                let ahead = u64::try_from(deadline.saturating_sub(self.now().0)).unwrap_or(0);
                // Due and yet not claimed: leased by another node, or failing.
                if ahead == 0 { POLL } else { Duration::from_millis(ahead).min(POLL) }
            }
            Ok(None) | Err(_) => POLL,
        }
    }

    async fn sweep(&self, swept: &mut Option<UnixMillis>) {
        let now = self.now();
        if swept.is_some_and(|last| (now.0 - last.0).abs() < SWEEP_MS) {
            return;
        }
        match self.repo.sweep(now.0).await {
            Ok(()) => *swept = Some(now),
            Err(error) => tracing::warn!(%error, "ended sessions and tickets were not deleted; trying again"),
        }
    }
}
