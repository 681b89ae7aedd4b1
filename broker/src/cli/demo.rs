//! `telekonsil demo`.

use super::{DemoArgs, print_line, signal};
use crate::config::Config;
use crate::demo;
use crate::server::{self, Server};
use anyhow::{Context, Result};
use schemas::PersonId;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a printed link may be used, once. Long enough for a demo that is started in the morning and shown in the
/// evening.
const LINK_TIME: Duration = Duration::from_secs(24 * 3600);

/// The one line on stdout. Each role has a host name of its own, so that one browser holds all of them.
#[derive(Serialize)]
struct Links {
    referrer: String,
    specialist: String,
    coordinator: String,
    admin: String,
}

pub(super) async fn run(args: DemoArgs) -> Result<()> {
    let data = match args.data {
        Some(data) => data,
        None => default_data_dir()?,
    };
    if args.reset {
        server::reset(&data)?;
    }
    let config = Config { is_demo: true, ..Config::local(&data, args.listen, args.media_port) };
    let server = server::start(config).await?;
    let result = show(&server, &data).await;
    server.shutdown().await;
    result
}

async fn show(server: &Server, data: &Path) -> Result<()> {
    let people = demo::seed(&server.app, data).await?;
    // Before the line, so that whoever opens a link finds the images; a second start finds them in milliseconds.
    demo::seed_images(&server.app, data).await?;
    let links = Links {
        referrer: link(server, "referrer", people.referrer).await?,
        specialist: link(server, "specialist", people.specialist).await?,
        coordinator: link(server, "coordinator", people.coordinator).await?,
        admin: link(server, "admin", people.admin).await?,
    };
    print_line(&serde_json::to_string(&links)?)?;
    tracing::info!(data = %data.display(), "demo is ready; Ctrl-C ends it");
    signal::wait().await?;
    Ok(())
}

async fn link(server: &Server, name: &str, person: PersonId) -> Result<String> {
    let token = server.app.create_link(person, LINK_TIME).await?;
    Ok(format!("http://{name}.localhost:{}/enter?token={token}", server.http_addr.port()))
}

/// `telekonsil-demo` where the XDG Base Directory Specification has a user's data.
fn default_data_dir() -> Result<PathBuf> {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    from("XDG_DATA_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("telekonsil-demo"))
        .context("Neither XDG_DATA_HOME nor HOME is set: choose a folder with --data")
}
