//! `telekonsil serve`.

use super::signal;
use crate::server::Server;
use crate::{config, server};
use anyhow::Result;
use std::io::Write;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal as unix_signal};

pub(super) async fn run(path: &Path) -> Result<()> {
    let server = server::start(config::load(path)?).await?;
    let result = serve(&server).await;
    server.shutdown().await;
    result
}

async fn serve(server: &Server) -> Result<()> {
    // Without a certificate there is nothing to read anew: `systemctl reload` must not end the server, as the signal
    // does when nobody listens to it.
    let _listened_to = unix_signal(SignalKind::hangup())?;
    if server.app.setup_needed().await? {
        show_setup(server)?;
    }
    Ok(signal::wait().await?)
}

/// To the console and not through the log, which may be sent elsewhere; under systemd that is the journal, which root
/// reads. The token stands behind `#`: no request line and no proxy's log will hold it.
fn show_setup(server: &Server) -> Result<()> {
    let url = format!("{}/setup/#{}", server.base_url, server.app.setup_token()?);
    let mut console = std::io::stderr().lock();
    writeln!(console, "\n    Nobody is in this installation yet. The first administrator opens, within 24 hours:\n")?;
    writeln!(console, "    {url}\n")?;
    writeln!(console, "    It works once; a restart prints another one.\n")?;
    Ok(())
}
