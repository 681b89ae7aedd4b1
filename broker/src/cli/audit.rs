//! `telekonsil audit`.

use super::{Place, print_line, tools};
use anyhow::Result;
use clap::Subcommand;
use std::io::Write;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Walk every consult's chain, purged ones included, and print a summary in one JSON line; fails when an entry does
    /// not hold, and names the first one. Works beside a running server.
    Verify(Place),
}

pub(super) async fn run(AuditCommand::Verify(place): AuditCommand) -> Result<ExitCode> {
    let parts = tools::open(&tools::config(&place)?).await?;
    let audit = parts.app.verify_audit().await;
    parts.close().await;
    let audit = audit?;
    print_line(&serde_json::to_string(&audit)?)?;
    if let Some(broken) = &audit.first_broken {
        let what = serde_json::to_string(&broken.what)?;
        let sentence = format!("consult {}, entry {}: {}", broken.consult, broken.seq, what.trim_matches('"'));
        writeln!(std::io::stderr(), "telekonsil: the audit chain is broken: {sentence}")?;
    }
    if let Some(position) = audit.missing_position {
        let sentence = format!("at position {position} of the log of all consults, something was deleted");
        writeln!(std::io::stderr(), "telekonsil: the audit chain is broken: {sentence}")?;
    }
    Ok(if audit.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
