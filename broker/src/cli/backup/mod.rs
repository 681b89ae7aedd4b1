//! `telekonsil backup` and `telekonsil restore`: database, sealed images and master key as one folder.
//!
//! The database comes first, as it is at one moment; the images follow. An image is stored before the database names
//! it, so that every image which the copied database names is there when its turn comes. Only a purge may take one away
//! in between, and what is restored would be purged again.

mod drill;
mod files;
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
use crate::server::Parts;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use manifest::{Engine, Entry, Key, Manifest};
use postgres::Address;
use scratch::Scratch;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use tokio::time::Instant;

const SQLITE_COPY: &str = "telekonsil.db";
const POSTGRES_DUMP: &str = "telekonsil.pgdump";
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
    consults: u64,
    key: Key,
    /// Age of the newest data in the backup when the work was done: what was written since then would be lost.
    rpo_seconds: f64,
    /// How long it took until the restored installation was open. Absent when nothing was restored.
    rto_seconds: Option<f64>,
    /// Sessions that the backup held and the restore has ended, with every link.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drill: Option<drill::Drill>,
}

impl Report {
    fn new(folder: &Path, manifest: &Manifest, consults: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            database: manifest.database,
            files: manifest.files.len(),
            bytes: manifest.bytes(),
            consults,
            key: manifest.key.clone(),
            rpo_seconds: seconds_since(manifest.snapshot_at),
            rto_seconds: None,
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

/// Ends the work at Ctrl-C and SIGTERM, so that whoever called can clear up.
async fn unless_stopped<T>(interrupts: &mut Interrupts, work: impl Future<Output = Result<T>>) -> Result<T> {
    match interrupts.during(work).await {
        Some(done) => done,
        None => {
            files::stop();
            bail!("stopped by a signal")
        }
    }
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
    files::make_folder(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let copied = unless_stopped(interrupts, copy(config, &parts, folder)).await;
    parts.close().await;
    let (manifest, consults) = copied?;
    let mut report = Report::new(folder, &manifest, consults);
    if let Some(scratch) = scratch {
        let (drill, rto) = drill::run(config, folder, &scratch.folder("installation"), interrupts).await?;
        (report.drill, report.rto_seconds) = (Some(drill), Some(rto));
    }
    Ok(report)
}

async fn copy(config: &Config, parts: &Parts, folder: &Path) -> Result<(Manifest, u64)> {
    let snapshot_at = SystemClock.now().0;
    let url = config.database.url.expose();
    let (engine, name) =
        if url.starts_with("sqlite:") { (Engine::Sqlite, SQLITE_COPY) } else { (Engine::Postgres, POSTGRES_DUMP) };
    let database = folder.join(name);
    match engine {
        Engine::Sqlite => parts.store().copy_to(&database).await.context("The database cannot be copied")?,
        Engine::Postgres => {
            // Made first, so that it is nobody else's to read.
            files::write_private(&database, &[])?;
            Address::new(url).dump(&database).await?;
        }
    }
    let consults = count_consults(parts).await?;
    let (source, target, key) = (config.data_dir.join(BLOBS), folder.to_owned(), config.master_key.clone());
    let written = tokio::task::spawn_blocking(move || -> Result<Manifest> {
        let digest = files::digest(&database).context("The database's copy cannot be read")?;
        let mut entries = vec![Entry { path: name.to_owned(), digest }];
        let key = copy_key(&key, &target, &mut entries)?;
        files::walk(&source, BLOBS, &mut |file, path| copy_blob(file, path, &target, &mut entries))?;
        let manifest = Manifest::new(engine, snapshot_at, key, entries);
        manifest.verify(&target)?;
        manifest.write(&target)?;
        Ok(manifest)
    });
    Ok((written.await??, consults))
}

fn copy_key(source: &MasterKeySource, target: &Path, entries: &mut Vec<Entry>) -> Result<Key> {
    let path = match source {
        MasterKeySource::Env(name) => return Ok(Key::Environment(name.clone())),
        MasterKeySource::File { path, .. } => path,
    };
    let digest = files::copy(path, &target.join(KEY))
        .with_context(|| format!("The master key {} cannot be copied", path.display()))?;
    entries.push(Entry { path: KEY.to_owned(), digest });
    Ok(Key::InBackup)
}

fn copy_blob(file: &Path, path: String, target: &Path, entries: &mut Vec<Entry>) -> Result<()> {
    // The store's name for what it is just writing.
    if path.contains('#') {
        return Ok(());
    }
    match files::copy(file, &target.join(&path)) {
        Ok(digest) => entries.push(Entry { path, digest }),
        // Purged a moment ago.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be copied", file.display())),
    }
    Ok(())
}

async fn count_consults(parts: &Parts) -> Result<u64> {
    const PAGE: u32 = 1000;
    let (mut after, mut count) = (None, 0);
    loop {
        let page = parts.repo.consult_ids(after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(count) };
        after = Some(*last);
        count += page.len() as u64;
    }
}

fn seconds_since(millis: i64) -> f64 {
    let elapsed = u32::try_from((SystemClock.now().0 - millis).max(0) / 10).unwrap_or(u32::MAX);
    f64::from(elapsed) / 100.0
}

/// To hundredths.
fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100.0).round() / 100.0
}
