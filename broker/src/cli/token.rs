//! `telekonsil token`: bearer tokens of machines.

use super::{Place, print_line, tools};
use crate::app::Scope;
use crate::server::Parts;
use anyhow::{Context, Result};
use clap::{ArgGroup, Args, ValueEnum};
use schemas::HospitalId;
use std::time::Duration;
use uuid::Uuid;

#[derive(Args)]
#[command(group(ArgGroup::new("what").args(["scope", "list", "revoke"]).required(true)))]
pub(super) struct TokenArgs {
    #[command(flatten)]
    place: Place,
    /// Issue a token, and what it opens.
    #[arg(long, value_enum)]
    scope: Option<ScopeArg>,
    /// In whose hands it will be, for the list.
    #[arg(long, default_value = "")]
    label: String,
    /// Identifier of the house whose studies it stores and reads. Default: the first one that has referrers.
    #[arg(long)]
    hospital: Option<HospitalId>,
    /// Days until it ends.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// Print the tokens that were issued, one JSON line each.
    #[arg(long)]
    list: bool,
    /// End the token of that identifier. It opens nothing from then on.
    #[arg(long, value_name = "ID")]
    revoke: Option<Uuid>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScopeArg {
    /// Storing, finding and reading studies under /dicomweb.
    Dicomweb,
}

pub(super) async fn run(args: TokenArgs) -> Result<()> {
    let parts = tools::open(&tools::config(&args.place)?).await?;
    let done = match (args.scope, args.revoke) {
        (Some(scope), _) => issue(&parts, scope, &args).await,
        (None, Some(id)) => {
            parts.app.revoke_service_token(id).await.with_context(|| format!("The token {id} cannot be revoked"))
        }
        (None, None) => list(&parts).await,
    };
    parts.close().await;
    done
}

async fn issue(parts: &Parts, scope: ScopeArg, args: &TokenArgs) -> Result<()> {
    let scope = match scope {
        ScopeArg::Dicomweb => Scope::Dicomweb,
    };
    let ttl = Duration::from_secs(u64::from(args.days) * 24 * 3600);
    print_line(&parts.app.service_token(scope, args.hospital, ttl, &args.label).await?)
}

async fn list(parts: &Parts) -> Result<()> {
    for token in parts.app.service_tokens().await? {
        print_line(&serde_json::to_string(&token)?)?;
    }
    Ok(())
}
