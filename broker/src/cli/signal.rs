//! Ctrl-C and SIGTERM.

use std::process::exit;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a shell reports for a process that ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Completes at the first signal. A second one ends the process at once: somebody is in a hurry.
///
/// # Errors
/// The handlers cannot be installed.
pub(super) async fn wait() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        exit(INTERRUPTED);
    });
    Ok(())
}

/// Both signals for work that has to clear up after itself, from now on.
pub(super) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    /// # Errors
    /// The handlers cannot be installed.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// What the work gives; `None` at a signal, and the work is dropped. A signal that came since the last call counts.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            _ = self.interrupt.recv() => None,
            _ = self.terminate.recv() => None,
        }
    }
}
