//! `telekonsil token`.

use super::{Place, print_line, tools};
use crate::app::Scope;
use anyhow::Result;
use clap::{Args, ValueEnum};
use schemas::HospitalId;
use std::time::Duration;

#[derive(Args)]
pub(super) struct TokenArgs {
    #[command(flatten)]
    place: Place,
    /// What the token opens.
    #[arg(long, value_enum)]
    scope: ScopeArg,
    /// Identifier of the house whose studies it stores and reads. Default: the first one that has referrers.
    #[arg(long)]
    hospital: Option<HospitalId>,
    /// Days until it ends.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScopeArg {
    /// Storing, finding and reading studies under /dicomweb.
    Dicomweb,
}

pub(super) async fn run(args: TokenArgs) -> Result<()> {
    let parts = tools::open(&tools::config(&args.place)?).await?;
    let scope = match args.scope {
        ScopeArg::Dicomweb => Scope::Dicomweb,
    };
    let ttl = Duration::from_secs(u64::from(args.days) * 24 * 3600);
    let token = parts.app.service_token(scope, args.hospital, ttl).await;
    parts.close().await;
    print_line(&token?)
}
