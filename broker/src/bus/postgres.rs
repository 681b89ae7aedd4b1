//! Between nodes: LISTEN and NOTIFY of the PostgreSQL that holds the log.

use super::LocalBus;
use crate::app::ports::Doorbell;
use sqlx::{PgPool, postgres::PgListener};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

const CHANNEL: &str = "telekonsil_log";
/// Pause before the listener asks for a connection again. The database is away then, so that nothing is missed by
/// waiting; more leaves other nodes' news to the polling for longer.
const RETRY: Duration = Duration::from_secs(1);

/// Rings this node's listeners at once and the other nodes' through the database.
///
/// NOTIFY runs in a statement of its own after the commit: within the transaction it takes a lock over all committers
/// and costs 7.5 times the throughput (LAB.md). A node that dies between the two leaves the news to the polling.
pub struct PostgresBus {
    local: Arc<LocalBus>,
    outbound: watch::Sender<i64>,
    tasks: [JoinHandle<()>; 2],
}

impl PostgresBus {
    /// Starts the two tasks; they end when the bus is dropped or the pool closed. The listener keeps one connection.
    pub fn start(pool: PgPool) -> Self {
        let local = Arc::new(LocalBus::new());
        let outbound = watch::Sender::new(0);
        let tasks =
            [tokio::spawn(notify(pool.clone(), outbound.subscribe())), tokio::spawn(listen(pool, Arc::clone(&local)))];
        Self { local, outbound, tasks }
    }
}

impl Drop for PostgresBus {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Doorbell for PostgresBus {
    fn ring(&self, position: i64) {
        self.local.ring(position);
        self.outbound.send_if_modified(|current| {
            let grown = position > *current;
            *current = (*current).max(position);
            grown
        });
    }

    fn subscribe(&self) -> watch::Receiver<i64> {
        self.local.subscribe()
    }
}

/// Bells that come while one is being sent become one.
async fn notify(pool: PgPool, mut outbound: watch::Receiver<i64>) {
    while outbound.changed().await.is_ok() && !pool.is_closed() {
        let position = *outbound.borrow_and_update();
        let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(position.to_string()).execute(&pool);
        if let Err(error) = sent.await {
            tracing::warn!(%error, "the doorbell did not ring; other nodes find the event by polling");
        }
    }
}

/// Listens until the pool is closed. After each (re)connection everybody looks once, because bells may have been
/// missed.
async fn listen(pool: PgPool, local: Arc<LocalBus>) {
    loop {
        let lost = match connect(&pool).await {
            Ok(mut listener) => {
                local.ring_anyway();
                relay(&mut listener, &local).await
            }
            Err(error) => Err(error),
        };
        if pool.is_closed() {
            return;
        }
        match lost {
            Ok(()) => tracing::info!("the doorbell's connection was lost"),
            Err(error) => tracing::warn!(%error, "the doorbell cannot listen; news come by polling"),
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn connect(pool: &PgPool) -> sqlx::Result<PgListener> {
    let mut listener = PgListener::connect_with(pool).await?;
    // The default would reconnect within `try_recv` and fail there when the database is still away.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// `try_recv` tells of a lost connection (`None`), where `recv` would reconnect silently and leave us unaware that
/// bells were missed.
async fn relay(listener: &mut PgListener, local: &LocalBus) -> sqlx::Result<()> {
    while let Some(bell) = listener.try_recv().await? {
        match bell.payload().parse() {
            Ok(position) => local.ring(position),
            Err(_) => local.ring_anyway(),
        }
    }
    Ok(())
}
