//! What a backup says about itself: `manifest.json`, written last. A folder without one is no whole backup.

use super::files::{self, Digest};
use super::{KEY, Made};
use anyhow::{Context, Result, bail, ensure};
use imaging::seal::{MasterKey, hex};
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
    /// Tells the master key from others and says nothing about it; absent in backups of 0.1.
    #[serde(default)]
    key_id: Option<String>,
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

impl Engine {
    /// The engine that an address names.
    pub(super) fn of(url: &str) -> Self {
        if url.starts_with("sqlite:") { Self::Sqlite } else { Self::Postgres }
    }

    /// The database's file in the backup.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "telekonsil.db",
            Self::Postgres => "telekonsil.pgdump",
        }
    }
}

impl Manifest {
    pub(super) fn new(database: Engine, snapshot_at: i64, key: Key, master: &MasterKey, files: Vec<Entry>) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT, version, database, snapshot_at, key, key_id: Some(key_id(master)), files }
    }

    pub(super) fn write(&self, folder: &Path, made: &Made) -> Result<()> {
        let path = folder.join(NAME);
        let text = serde_json::to_vec_pretty(self)?;
        made.write(&path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
        files::flush();
        Ok(())
    }

    pub(super) fn read(folder: &Path) -> Result<Self> {
        ensure!(folder.is_dir(), "There is no folder {}", folder.display());
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
        let key = (manifest.key == Key::InBackup).then_some(KEY);
        for name in [manifest.database.file()].into_iter().chain(key) {
            ensure!(manifest.entry(name).is_some(), "{} is damaged: it does not name {name}", path.display());
        }
        Ok(manifest)
    }

    /// Reads every file again.
    pub(super) fn verify(&self, folder: &Path) -> Result<()> {
        self.files.iter().try_for_each(|entry| entry.verify(folder))
    }

    /// Reads one file again.
    pub(super) fn verify_one(&self, folder: &Path, name: &str) -> Result<()> {
        self.entry(name).with_context(|| format!("{} has no {name}", folder.display()))?.verify(folder)
    }

    /// The images were sealed by this key, as far as the backup tells.
    pub(super) fn fits(&self, master: &MasterKey) -> bool {
        self.key_id.as_ref().is_none_or(|id| *id == key_id(master))
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.files.iter().find(|entry| entry.path == name)
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

fn key_id(master: &MasterKey) -> String {
    hex(&master.derive("telekonsil backup key id v1")[..8])
}
