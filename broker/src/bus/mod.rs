//! The doorbell: "the log has grown to position n". It is a hint after the commit, never the message itself: the row
//! is the truth, whoever hears the bell reads the log, and polling behind it finds what a lost bell did not tell.
//!
//! Bells coalesce: a slow listener hears one bell with the newest position, not a queue of old ones. Nothing but the
//! position travels, so no patient data can.

mod local;
mod postgres;

pub use local::LocalBus;
pub use postgres::PostgresBus;

use crate::app::ports::Doorbell;
use std::sync::Arc;

/// The bus that fits the store: through PostgreSQL where there is one (`Store::postgres_pool`), else within the process.
pub fn start(pool: Option<&sqlx::PgPool>) -> Arc<dyn Doorbell> {
    match pool {
        Some(pool) => Arc::new(PostgresBus::start(pool.clone())),
        None => Arc::new(LocalBus::new()),
    }
}
