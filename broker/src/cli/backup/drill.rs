//! The drill: a backup that nobody has restored is a hope.

use super::postgres::Address;
use super::{Engine, Made, restore, seconds, whole_or_nothing};
use crate::app::Audit;
use crate::cli::signal::Interrupts;
use crate::config::{Config, Database, MasterKeySource, Secret};
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use tokio::time::Instant;

/// What the restored installation showed.
#[derive(Serialize)]
pub(super) struct Drill {
    audit: Audit,
    /// An image was opened with the restored key and is what was stored; `false`: there is none.
    image_read: bool,
}

/// Restores into `folder` and looks; returns also how long it took until it was open, in seconds. Whoever called removes
/// the folder.
pub(super) async fn run(
    config: &Config,
    backup: &Path,
    folder: &Path,
    interrupts: &mut Interrupts,
) -> Result<(Drill, f64)> {
    let url = config.database.url.expose();
    let spare = match Engine::of(url) {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Spare::make(url).await?),
    };
    let target = Config {
        database: Database {
            url: match &spare {
                Some(spare) => Secret::new(spare.url.clone()),
                None => Secret::new(format!("sqlite:{}", folder.join("telekonsil.db").display())),
            },
        },
        master_key: match &config.master_key {
            MasterKeySource::Env(name) => MasterKeySource::Env(name.clone()),
            MasterKeySource::File { .. } => MasterKeySource::File { path: folder.join("master.key"), create: false },
        },
        data_dir: folder.to_owned(),
        ..config.clone()
    };
    let made = Arc::new(Made::below(folder));
    let result = whole_or_nothing(interrupts, &made, look(&target, backup, &made)).await;
    // Patient data must not stay behind, whatever became of the drill.
    if let Some(spare) = spare {
        spare.drop_it().await?;
    }
    result
}

async fn look(target: &Config, backup: &Path, made: &Arc<Made>) -> Result<(Drill, f64)> {
    let begun = Instant::now();
    let parts = restore::put(target, backup, made).await?.parts;
    let rto = seconds(begun);
    let (audit, image) = (parts.app.verify_audit().await, parts.app.read_one_image().await);
    parts.close().await;
    let audit = audit?;
    ensure!(audit.is_whole(), "the restored audit chain is broken: {}", serde_json::to_string(&audit)?);
    let image_read = image.context("an image of the restored installation cannot be read")?.is_some();
    Ok((Drill { audit, image_read }, rto))
}

/// A database of its own on the same server.
struct Spare {
    server: Address,
    name: String,
    url: String,
}

impl Spare {
    async fn make(url: &str) -> Result<Self> {
        let name = format!("telekonsil_drill_{}", uuid::Uuid::new_v4().simple());
        let spare = Self { server: Address::new(url), url: Address::sibling(url, &name), name };
        let made = spare.server.ask(&format!("CREATE DATABASE {} TEMPLATE template0", spare.name)).await;
        made.context("A drill on PostgreSQL needs a user who may make databases (ALTER ROLE … CREATEDB)")?;
        Ok(spare)
    }

    async fn drop_it(self) -> Result<()> {
        let gone = self.server.ask(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
        gone.map(drop).with_context(|| format!("The drill's database {} cannot be removed: do it by hand", self.name))
    }
}
