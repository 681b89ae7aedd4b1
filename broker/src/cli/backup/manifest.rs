//! What a backup says about itself: `manifest.json`, written last. A folder without one is no whole backup.

use super::files::{self, Digest};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path};

const NAME: &str = "manifest.json";
/// Raise it when an older program could not restore the backup.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// Program that wrote it; an older one may not know the tables.
    pub(super) version: String,
    pub(super) database: Engine,
    /// The moment that the database shows, milliseconds since 1970. What was written later is not in the backup.
    pub(super) snapshot_at: i64,
    pub(super) key: Key,
    pub(super) files: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

/// Where the master key is. Without it no image of the backup can be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Key {
    InBackup,
    /// Not in the backup: it comes from this environment variable and has to be kept elsewhere.
    Environment(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Below the backup's folder, with `/`.
    pub(super) path: String,
    #[serde(flatten)]
    pub(super) digest: Digest,
}

impl Manifest {
    pub(super) fn new(database: Engine, snapshot_at: i64, key: Key, files: Vec<Entry>) -> Self {
        Self { format: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned(), database, snapshot_at, key, files }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        files::write_private(&folder.join(NAME), &text)?;
        files::flush();
        Ok(())
    }

    pub(super) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("{} is not a whole backup: it has no {NAME}", folder.display())
            }
            read => read.with_context(|| format!("{} cannot be read", path.display()))?,
        };
        let manifest: Self = serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
        ensure!(
            manifest.format <= FORMAT,
            "The backup was written by Telekonsil {}, which is newer than this one: restore it with that version",
            manifest.version
        );
        for entry in &manifest.files {
            // The folder may come from anywhere.
            let inside = Path::new(&entry.path).components().all(|part| matches!(part, Component::Normal(_)));
            ensure!(inside, "{} names a file outside of the backup", path.display());
        }
        Ok(manifest)
    }

    /// Reads every file again.
    pub(super) fn verify(&self, folder: &Path) -> Result<()> {
        self.files.iter().try_for_each(|entry| entry.verify(folder))
    }

    /// Reads one file again.
    pub(super) fn verify_one(&self, folder: &Path, name: &str) -> Result<()> {
        let entry = self.files.iter().find(|entry| entry.path == name);
        entry.with_context(|| format!("{} has no {name}", folder.display()))?.verify(folder)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.digest.bytes).sum()
    }
}

impl Entry {
    fn verify(&self, folder: &Path) -> Result<()> {
        let path = folder.join(&self.path);
        let found = files::digest(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        ensure!(found == self.digest, "{} is not what was written: the backup is damaged", path.display());
        Ok(())
    }
}
