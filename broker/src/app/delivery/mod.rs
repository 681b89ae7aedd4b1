//! Carries messages to people: rings, alarms, notes.
//!
//! A ring's message is written in the transaction that starts the ring, so nothing that was decided is lost. Every node
//! looks for what is due (`run`), writes down that it tries, and only then sends: whoever dies in between has the attempt
//! repeated under the same id. How a message travels is decided by [`crate::domain::delivery::Course`]; what it says is in
//! [`words`]; whether it may leave the house is the carrier's matter (`notify`).
//!
//! To tell somebody something: [`App::notify`].

mod answer;
mod contact;
mod content;
mod gateway;
mod queue;
mod receipt;
mod run;
mod sealed;
mod self_test;
mod send;
mod ticket;
mod view;
mod words;

pub use gateway::CallbackSignature;
pub use queue::Note;

use super::ports::Carrier;
use ::imaging::seal::MasterKey;
use schemas::RingId;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// What the application keeps for it.
pub(super) struct Delivery {
    carrier: Arc<dyn Carrier>,
    /// Where people open the pages: links begin with it.
    base_url: String,
    tickets: ticket::Keys,
    seal: sealed::Seal,
    /// Rings that an open page of this node got, not written down yet.
    streamed: Mutex<BTreeSet<RingId>>,
    wake: Notify,
}

impl Delivery {
    pub(super) fn new(carrier: Arc<dyn Carrier>, base_url: String, master: &MasterKey) -> Self {
        Self {
            carrier,
            base_url,
            tickets: ticket::Keys::derive(master),
            seal: sealed::Seal::derive(master),
            streamed: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Something was queued or ended: whoever sleeps looks at once.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// An open page was sent this ring.
    pub(super) fn streamed(&self, ring: RingId) {
        self.streamed.lock().unwrap_or_else(PoisonError::into_inner).insert(ring);
        self.wake();
    }

    fn take_streamed(&self) -> BTreeSet<RingId> {
        std::mem::take(&mut *self.streamed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
