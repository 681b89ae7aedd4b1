//! `telekonsil purge`.

use super::{Place, print_line, tools};
use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(super) struct PurgeArgs {
    #[command(flatten)]
    place: Place,
    /// Delete nothing; print how many consults are due, and how many studies that no consult needs.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: PurgeArgs) -> Result<()> {
    let parts = tools::open(&tools::config(&args.place)?).await?;
    let line = if args.dry_run {
        parts.app.purge_due().await.map(|due| serde_json::json!(due).to_string())
    } else {
        parts.app.purge().await.map(|done| serde_json::json!(done).to_string())
    };
    parts.close().await;
    print_line(&line?)
}
