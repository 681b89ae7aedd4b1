//! Work that takes a core for a while: password hashes, reports.

use super::{Error, Result};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// So many at a time, each on a thread of its own.
pub(super) struct Heavy(Arc<Semaphore>);

impl Heavy {
    pub(super) fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// `what` names it in the log. The permit goes with the work and not with the request: a thread cannot be broken
    /// off, and whoever asks and hangs up must not get the next one started beside it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let permit = Arc::clone(&self.0).acquire_owned().await.map_err(|error| Error::bug(what, error))?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        working.await.map_err(|error| Error::bug(what, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn whoever_hangs_up_keeps_the_place_until_the_work_is_done() {
        let heavy = Heavy::new(1);
        let (started, mut has_started) = tokio::sync::oneshot::channel();
        let (go_on, wait) = mpsc::channel::<()>();
        let first = heavy.run("a test", move || {
            let _ = started.send(());
            let _ = wait.recv();
        });
        tokio::select! {
            _ = first => panic!("it waits"),
            _ = &mut has_started => {}
        }
        assert_eq!(heavy.0.available_permits(), 0, "the request is gone, the work is not");
        drop(go_on);
        assert_eq!(heavy.run("a test", || 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_panic_gives_the_place_back() {
        let heavy = Heavy::new(1);
        assert!(heavy.run("a test", || panic!("on purpose")).await.is_err());
        assert_eq!(heavy.run("a test", || 7).await.unwrap(), 7);
    }
}
