//! An installation with the demo's hospitals and people, on a database of its own, served by a separate process.

use crate::{
    client::Client,
    database::{self, Engine},
    process::Node,
    proxy::ChaosProxy,
};
use anyhow::{Context, Result};
use schemas::PersonId;
use std::path::{Path, PathBuf};
use std::time::Duration;
use telekonsil::{config, demo, server};
use uuid::Uuid;

/// Long enough for any test; the links are used once.
const LINK_TIME: Duration = Duration::from_secs(3600);

/// The people whom the demo's stories are about, signed in.
pub struct People {
    pub referrer: Client,
    pub specialist: Client,
    /// Another one, to whom a consult is handed over.
    pub second: Client,
    pub coordinator: Client,
}

struct Links {
    referrer: String,
    specialist: String,
    second: String,
    coordinator: String,
    stranger: String,
}

pub struct Installation {
    node: Option<Node>,
    links: Links,
    folder: PathBuf,
    /// Its database, for a look behind the server's back.
    pub database: String,
}

impl Installation {
    /// Migrates with the command, seeds, serves. `None` when `engine` is not there and the caller allowed that.
    pub async fn new(engine: Engine) -> Result<Option<Self>> {
        let folder = new_folder()?;
        let Some(database) = database::fresh(engine, &folder).await? else { return Ok(None) };
        Self::on(folder, database.clone(), &database).await.map(Some)
    }

    /// On PostgreSQL, reached through a network that the test makes fail.
    pub async fn behind_a_proxy() -> Result<Option<(Self, ChaosProxy)>> {
        let folder = new_folder()?;
        let Some(database) = database::fresh(Engine::Postgres, &folder).await? else { return Ok(None) };
        let (host, rest) = database.split_once('@').context("a user")?;
        let (address, rest) = rest.split_once('/').context("a database")?;
        let proxy = ChaosProxy::start(address.to_owned()).await?;
        let through = format!("{host}@{}/{rest}", proxy.address);
        Ok(Some((Self::on(folder, database.clone(), &through).await?, proxy)))
    }

    /// In a folder that is there, on `database`, which the server reaches as `through`.
    pub async fn on(folder: PathBuf, database: String, through: &str) -> Result<Self> {
        let mut node = Node::prepare(&folder, through)?;
        node.run(&["migrate"])?;
        let links = seed(&node).await?;
        node.start().await?;
        Ok(Self { node: Some(node), links, folder, database })
    }

    /// The server's process.
    pub fn node(&mut self) -> Result<&mut Node> {
        self.node.as_mut().context("stopped")
    }

    /// Its data and configuration.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn base(&self) -> String {
        self.node.as_ref().map(Node::base).unwrap_or_default()
    }

    pub async fn people(&self) -> Result<People> {
        let base = self.base();
        Ok(People {
            referrer: Client::enter(&base, &self.links.referrer).await?,
            specialist: Client::enter(&base, &self.links.specialist).await?,
            second: Client::enter(&base, &self.links.second).await?,
            coordinator: Client::enter(&base, &self.links.coordinator).await?,
        })
    }

    /// A referrer of another house.
    pub async fn stranger(&self) -> Result<Client> {
        Client::enter(&self.base(), &self.links.stranger).await
    }

    /// `kill -9`, then start again on the same folder and ports.
    pub async fn restart_hard(&mut self) -> Result<()> {
        let node = self.node.as_mut().context("stopped")?;
        node.kill()?;
        node.start().await
    }

    /// A clean end with a clean log.
    pub fn stop(mut self) -> Result<()> {
        self.node.take().map_or(Ok(()), Node::stop)
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        drop(self.node.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where the next installation may live.
pub fn new_folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("telekonsil-system-{}", Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Starts the server inside this process for a moment: the demo's people get in, and a link for each comes out.
async fn seed(node: &Node) -> Result<Links> {
    let server = server::start(config::load(&node.config())?).await?;
    let people = demo::seed(&server.app, &node.folder).await?;
    let rows = server.app.directory_rows().await?;
    let named = |name: &str| {
        let row = rows.people.iter().find(|person| person.email.starts_with(name));
        row.map(|row| PersonId(row.id)).with_context(|| format!("nobody is called {name}"))
    };
    let (stranger, second) = (named("aydin@")?, named("nowak@")?);
    let links = Links {
        referrer: server.app.create_link(people.referrer, LINK_TIME).await?,
        specialist: server.app.create_link(people.specialist, LINK_TIME).await?,
        second: server.app.create_link(second, LINK_TIME).await?,
        coordinator: server.app.create_link(people.coordinator, LINK_TIME).await?,
        stranger: server.app.create_link(stranger, LINK_TIME).await?,
    };
    server.shutdown().await;
    Ok(links)
}
