//! `telekonsil serve`.

use super::signal;
use crate::{config, server};
use anyhow::Result;
use std::path::Path;

pub(super) async fn run(path: &Path) -> Result<()> {
    let server = server::start(config::load(path)?).await?;
    let result = signal::wait().await;
    server.shutdown().await;
    Ok(result?)
}
