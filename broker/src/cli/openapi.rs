//! `telekonsil openapi`.

use crate::http::openapi;
use anyhow::{Context, Result};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(super) struct OpenapiArgs {
    /// Change nothing; fail when the file differs from the routes.
    #[arg(long)]
    check: bool,
    /// The file, seen from the current folder.
    #[arg(long, default_value = "schemas/openapi.json")]
    file: PathBuf,
}

pub(super) fn run(args: &OpenapiArgs) -> Result<ExitCode> {
    let text = openapi::text()?;
    if !args.check {
        std::fs::write(&args.file, text).with_context(|| format!("{} cannot be written", args.file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let have =
        std::fs::read_to_string(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    if have == text {
        return Ok(ExitCode::SUCCESS);
    }
    let sentence = "differs from the routes; run `telekonsil openapi`";
    writeln!(std::io::stderr(), "telekonsil: {} {sentence}.", args.file.display())?;
    Ok(ExitCode::FAILURE)
}
