//! Within one process; all that SQLite needs.

use crate::app::ports::Doorbell;
use tokio::sync::watch;

/// A watch channel is the coalescing bell: it holds one value, and wakes everybody who has not seen it yet.
pub struct LocalBus {
    position: watch::Sender<i64>,
}

impl LocalBus {
    pub fn new() -> Self {
        Self { position: watch::Sender::new(0) }
    }

    /// Rings even when the position is an old one: something may have been missed, look again.
    pub(super) fn ring_anyway(&self) {
        self.position.send_modify(|_| {});
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self::new()
    }
}

impl Doorbell for LocalBus {
    /// Bells may overtake each other after their commits; the position never goes back.
    fn ring(&self, position: i64) {
        self.position.send_if_modified(|current| {
            let grown = position > *current;
            *current = (*current).max(position);
            grown
        });
    }

    fn subscribe(&self) -> watch::Receiver<i64> {
        self.position.subscribe()
    }
}
