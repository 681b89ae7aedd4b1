//! An installation with the demo's hospitals and people, on a database of its own, served by a separate process.

use crate::{
    client::Client,
    database::{self, Engine},
    process::Node,
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
    pub coordinator: Client,
}

struct Links {
    referrer: String,
    specialist: String,
    coordinator: String,
    stranger: String,
}

pub struct Installation {
    node: Option<Node>,
    links: Links,
    folder: PathBuf,
}

impl Installation {
    /// Migrates with the command, seeds, serves. `None` when `engine` is not there and the caller allowed that.
    pub async fn new(engine: Engine) -> Result<Option<Self>> {
        let folder = std::env::temp_dir().join(format!("telekonsil-system-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder)?;
        let Some(database) = database::fresh(engine, &folder).await? else { return Ok(None) };
        let mut node = Node::prepare(&folder, &database)?;
        node.run(&["migrate"])?;
        let links = seed(&node).await?;
        node.start().await?;
        Ok(Some(Self { node: Some(node), links, folder }))
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

/// Starts the server inside this process for a moment: the demo's people get in, and a link for each comes out.
async fn seed(node: &Node) -> Result<Links> {
    let server = server::start(config::load(&node.config())?).await?;
    let people = demo::seed(&server.app, &node.folder).await?;
    let rows = server.app.directory_rows().await?;
    let stranger = rows.people.iter().find(|person| person.email.starts_with("aydin@")).context("a stranger")?;
    let links = Links {
        referrer: server.app.create_link(people.referrer, LINK_TIME).await?,
        specialist: server.app.create_link(people.specialist, LINK_TIME).await?,
        coordinator: server.app.create_link(people.coordinator, LINK_TIME).await?,
        stranger: server.app.create_link(PersonId(stranger.id), LINK_TIME).await?,
    };
    server.shutdown().await;
    Ok(links)
}
