//! The whole system as an operator runs it: `migrate`, `serve`, people over HTTP and WebSocket, and what goes wrong.
//! One binary, because linking another costs minutes.

use anyhow::{Context, Result};
use std::time::Duration;
use tests::seeds::is_long;
use tokio::time::timeout;

/// Longer than the slowest test takes on a busy machine: it ends one that would hang. Many seeds take their time.
const LIMIT: Duration = Duration::from_secs(240);
const LONG_LIMIT: Duration = Duration::from_secs(3_600);

/// The test's own end, or an error.
async fn in_time(test: impl Future<Output = Result<()>>) -> Result<()> {
    let limit = if is_long() { LONG_LIMIT } else { LIMIT };
    timeout(limit, test).await.with_context(|| format!("not done after {limit:?}"))?
}

macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() -> anyhow::Result<()> {
            crate::in_time(super::$name(tests::database::Engine::Sqlite)).await
        })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() -> anyhow::Result<()> {
            crate::in_time(super::$name(tests::database::Engine::Postgres)).await
        })* }
    };
}

mod cluster;
mod consult;
mod crash;
mod crowd;
mod faults;
mod quiet;
mod sealed;
mod slow;
mod vanish;
