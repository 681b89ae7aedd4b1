//! `telekonsil backup` and `telekonsil restore`: database, sealed images and master key as one folder.
//!
//! The database comes first, as it is at one moment; the images follow. An image is stored before the database names
//! it, so that every image which the copied database names is there when its turn comes. Only a purge may take one away
//! in between, and what is restored would be purged again.

mod drill;
mod files;
mod made;
mod manifest;
mod postgres;
mod restore;
mod scratch;

pub(super) use restore::restore;

use super::signal::Interrupts;
use super::{Place, print_line, tools};
use crate::app::ports::Clock;
use crate::clock::SystemClock;
use crate::config::{Config, MasterKeySource};
use crate::server::{self, Parts};
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use made::Made;
use manifest::{Engine, Entry, Key, Manifest};
use postgres::Address;
use scratch::Scratch;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::time::Instant;

const KEY: &str = "master.key";
const BLOBS: &str = "blobs";
/// Where drills work, in the data folder: on the installation's own disk. It is in no backup.
const DRILLS: &str = "drills";

#[derive(Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    place: Place,
    /// Folder of the backup; must be missing or empty. With --drill it may be left out: the backup is then removed again.
    #[arg(long, required_unless_present = "drill")]
    to: Option<PathBuf>,
    /// Restore the backup into a temporary place at once, open it, verify the audit chain and read one image.
    #[arg(long)]
    drill: bool,
    /// Where --drill works; it needs as much room as the installation takes, twice, on a disk and not in memory. Default:
    /// the data folder.
    #[arg(long, value_name = "DIR", requires = "drill")]
    scratch: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct RestoreArgs {
    #[command(flatten)]
    place: Place,
    /// Folder of the backup.
    #[arg(long)]
    from: PathBuf,
}

/// The line that a backup or a restore prints.
#[derive(Serialize)]
struct Report {
    folder: PathBuf,
    database: Engine,
    files: usize,
    bytes: u64,
    key: Key,
    /// Age of the newest data in the backup when the work was done: what was written since then would be lost.
    rpo_seconds: f64,
    /// How long it took until the restored installation was open. Absent when nothing was restored.
    rto_seconds: Option<f64>,
    /// In the restored installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    consults: Option<u64>,
    /// Sessions that the backup held and the restore has ended, with every link.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drill: Option<drill::Drill>,
}

impl Report {
    fn new(folder: &Path, manifest: &Manifest) -> Self {
        Self {
            folder: folder.to_owned(),
            database: manifest.database,
            files: manifest.files.len(),
            bytes: manifest.bytes(),
            key: manifest.key.clone(),
            rpo_seconds: seconds_since(manifest.snapshot_at),
            rto_seconds: None,
            consults: None,
            signed_out: None,
            drill: None,
        }
    }
}

pub(super) async fn run(args: BackupArgs) -> Result<()> {
    let config = tools::config(&args.place)?;
    // First: nothing is made beside a place that holds no installation.
    let parts = tools::open(&config).await?;
    let mut interrupts = Interrupts::listen()?;
    let base = args.scratch.unwrap_or_else(|| config.data_dir.join(DRILLS));
    let scratch = if args.drill { Some(Scratch::make(&base)?) } else { None };
    let is_temporary = args.to.is_none();
    let folder = match (args.to, &scratch) {
        (Some(folder), _) => folder,
        (None, Some(scratch)) => scratch.folder("backup"),
        (None, None) => bail!("Give --to DIR or --drill"),
    };
    let result = back_up(&config, parts, &folder, scratch.as_ref(), &mut interrupts).await;
    // A drill leaves no patient data behind, whatever became of it.
    drop(scratch);
    let report = result?;
    if report.key == Key::InBackup && !is_temporary {
        let file = folder.join(KEY);
        let sentence = "holds the master key (mode 600): whoever has this backup can read every image in it";
        writeln!(std::io::stderr(), "telekonsil: {} {sentence}.", file.display())?;
    }
    if let Key::Environment(name) = &report.key {
        let sentence = "is not in the backup, and without it no image in it can be opened: keep it elsewhere";
        writeln!(std::io::stderr(), "telekonsil: the master key (environment variable {name}) {sentence}.")?;
    }
    print_line(&serde_json::to_string(&report)?)
}

/// What the work gives. When it fails, and at Ctrl-C and SIGTERM, what it has made is gone.
async fn whole_or_nothing<T>(
    interrupts: &mut Interrupts,
    made: &Made,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let done = interrupts.during(work).await.unwrap_or_else(|| Err(anyhow!("stopped by a signal")));
    if done.is_err() {
        made.take_away();
    }
    done
}

async fn back_up(
    config: &Config,
    parts: Parts,
    folder: &Path,
    scratch: Option<&Scratch>,
    interrupts: &mut Interrupts,
) -> Result<Report> {
    ensure!(
        files::is_empty(folder).with_context(|| format!("{} cannot be read", folder.display()))?,
        "{} is not empty: a backup needs a folder of its own",
        folder.display()
    );
    let made = Arc::new(Made::below(folder));
    made.make_folder().with_context(|| format!("{} cannot be made", folder.display()))?;
    let copied = whole_or_nothing(interrupts, &made, copy(config, &parts, folder, &made)).await;
    parts.close().await;
    let mut report = Report::new(folder, &copied?);
    if let Some(scratch) = scratch {
        let (drill, rto) = drill::run(config, folder, &scratch.folder("installation"), interrupts).await?;
        (report.drill, report.rto_seconds) = (Some(drill), Some(rto));
    }
    Ok(report)
}

async fn copy(config: &Config, parts: &Parts, folder: &Path, made: &Arc<Made>) -> Result<Manifest> {
    let snapshot_at = SystemClock.now().0;
    let url = config.database.url.expose();
    let engine = Engine::of(url);
    let database = folder.join(engine.file());
    match engine {
        Engine::Sqlite => {
            made.expect(&database).with_context(|| format!("{} cannot be made", database.display()))?;
            parts.store().copy_to(&database).await.context("The database cannot be copied")?;
        }
        Engine::Postgres => {
            // Made first, so that it is nobody else's to read.
            made.write(&database, &[]).with_context(|| format!("{} cannot be made", database.display()))?;
            Address::new(url).dump(&database).await?;
        }
    }
    let (source, key, made) = (config.data_dir.join(BLOBS), config.master_key.clone(), Arc::clone(made));
    let target = folder.to_owned();
    let written = tokio::task::spawn_blocking(move || -> Result<Manifest> {
        let digest = files::digest(&database).context("The database's copy cannot be read")?;
        let mut entries = vec![Entry { path: engine.file().to_owned(), digest }];
        let master = server::read_master_key(&key)?.context("The master key is gone")?;
        let key = copy_key(&key, &target, &made, &mut entries)?;
        files::walk(&source, BLOBS, &mut |file, path| copy_blob(file, path, &target, &made, &mut entries))?;
        let manifest = Manifest::new(engine, snapshot_at, key, &master, entries);
        manifest.verify(&target)?;
        manifest.write(&target, &made)?;
        Ok(manifest)
    });
    written.await?
}

fn copy_key(source: &MasterKeySource, target: &Path, made: &Made, entries: &mut Vec<Entry>) -> Result<Key> {
    let path = match source {
        MasterKeySource::Env(name) => return Ok(Key::Environment(name.clone())),
        MasterKeySource::File { path, .. } => path,
    };
    let digest = made
        .copy(path, &target.join(KEY))
        .with_context(|| format!("The master key {} cannot be copied", path.display()))?;
    entries.push(Entry { path: KEY.to_owned(), digest });
    Ok(Key::InBackup)
}

fn copy_blob(file: &Path, path: String, target: &Path, made: &Made, entries: &mut Vec<Entry>) -> Result<()> {
    // The store's name for what it is just writing.
    if path.contains('#') {
        return Ok(());
    }
    match made.copy(file, &target.join(&path)) {
        Ok(digest) => entries.push(Entry { path, digest }),
        // Purged a moment ago.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be copied", file.display())),
    }
    Ok(())
}

fn seconds_since(millis: i64) -> f64 {
    let elapsed = u32::try_from((SystemClock.now().0 - millis).max(0) / 10).unwrap_or(u32::MAX);
    f64::from(elapsed) / 100.0
}

/// To hundredths.
fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100.0).round() / 100.0
}
