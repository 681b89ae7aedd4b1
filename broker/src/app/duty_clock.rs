//! What happens by itself around duties: swaps end, people are told, calendars of absences are read. Apart from the ticker,
//! so that no calendar's slow host delays a ring.

use super::{App, Result};
use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;
use uuid::Uuid;

/// Longest time until something is noticed. More tells of a hand-over late; less asks for nothing.
const EVERY: Duration = Duration::from_secs(15);
/// Notes that are remembered as told. More is memory; beyond it they are asked for once more, and not told twice.
const REMEMBERED: usize = 10_000;

impl App {
    /// Goes on until `shutdown`.
    pub async fn run_duty_clock(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut told = BTreeSet::new();
        loop {
            if let Err(error) = self.keep_duties(&mut told).await {
                tracing::warn!(%error, "duties were not looked after, and are again");
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// One turn. `told` is what this node remembers from turn to turn.
    pub async fn keep_duties(&self, told: &mut BTreeSet<Uuid>) -> Result<()> {
        if told.len() > REMEMBERED {
            told.clear();
        }
        // One that fails keeps the others from nothing.
        let swaps = self.expire_swaps().await;
        let duties = self.tell_of_duties(told).await;
        let feeds = self.read_due_feeds().await;
        swaps.and(duties).and(feeds)
    }
}
