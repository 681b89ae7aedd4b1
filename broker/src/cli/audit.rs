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
    let Some(broken) = audit.first_broken else { return Ok(ExitCode::SUCCESS) };
    let what = serde_json::to_string(&broken.what)?;
    let sentence = format!("consult {}, entry {}: {}", broken.consult, broken.seq, what.trim_matches('"'));
    writeln!(std::io::stderr(), "telekonsil: the audit chain is broken: {sentence}")?;
    Ok(ExitCode::FAILURE)
}
