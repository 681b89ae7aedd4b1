//! Ctrl-C and SIGTERM.

use std::process::exit;
use tokio::signal::unix::{SignalKind, signal};

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
