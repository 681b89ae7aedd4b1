//! Puts a backup into an empty place.

use super::manifest::{Engine, Key, Manifest};
use super::postgres::Address;
use super::{BLOBS, KEY, Made, Report, RestoreArgs, files, seconds, whole_or_nothing};
use crate::cli::signal::Interrupts;
use crate::cli::{print_line, tools};
use crate::config::{self, Config, DEFAULT_LISTEN, DEFAULT_MEDIA_PORT, MasterKeySource};
use crate::server::{self, DataDir, Parts};
use anyhow::{Context, Result, bail, ensure};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::time::Instant;

pub(in crate::cli) async fn restore(args: RestoreArgs) -> Result<()> {
    let config = match (&args.place.config, &args.place.data) {
        (Some(path), _) => config::load(path)?,
        // Unlike for the other tools, the folder may be missing.
        (None, Some(data)) => Config::local(data, DEFAULT_LISTEN.parse()?, DEFAULT_MEDIA_PORT),
        (None, None) => bail!("Give --config FILE or --data DIR"),
    };
    let mut interrupts = Interrupts::listen()?;
    let begun = Instant::now();
    let made = Arc::new(Made::below(&config.data_dir));
    let Restored { manifest, parts, signed_out } =
        whole_or_nothing(&mut interrupts, &made, put(&config, &args.from, &made)).await?;
    let rto = seconds(begun);
    let consults = count_consults(&parts).await;
    parts.close().await;
    let mut report = Report::new(&args.from, &manifest);
    (report.rto_seconds, report.consults, report.signed_out) = (Some(rto), Some(consults?), Some(signed_out));
    let sentence = "everybody signs in again: sessions, sign-in links and guests' links of the backup were ended";
    writeln!(std::io::stderr(), "telekonsil: {sentence}.")?;
    print_line(&serde_json::to_string(&report)?)
}

/// An installation that was put there and is open.
pub(super) struct Restored {
    pub(super) manifest: Manifest,
    pub(super) parts: Parts,
    pub(super) signed_out: u64,
}

/// Restores and opens. Tables of PostgreSQL come last and at once: when it fails before, the place is empty again once
/// the caller has taken away what was made.
pub(super) async fn put(config: &Config, from: &Path, made: &Arc<Made>) -> Result<Restored> {
    let manifest = Manifest::read(from)?;
    check_place(config, &manifest).await?;
    server::make_data_dir(&config.data_dir)?;
    let lock = DataDir::lock(&config.data_dir)?;
    let url = config.database.url.expose();
    let mut copies: Vec<(&str, PathBuf)> = Vec::new();
    // What opening makes beside the copies.
    let mut beside = Vec::new();
    if !config.data_dir.join(BLOBS).exists() {
        beside.push(config.data_dir.join(BLOBS));
    }
    match manifest.database {
        Engine::Sqlite => {
            let path = sqlite_path(url)?;
            beside.extend(["-wal", "-shm"].map(|ending| PathBuf::from(format!("{}{ending}", path.display()))));
            copies.push((Engine::Sqlite.file(), path));
        }
        Engine::Postgres => manifest.verify_one(from, Engine::Postgres.file())?,
    }
    for path in beside {
        made.expect(&path).with_context(|| format!("{} is in the way", path.display()))?;
    }
    if let (Key::InBackup, MasterKeySource::File { path, .. }) = (&manifest.key, &config.master_key)
        && !path.exists()
    {
        copies.push((KEY, path.clone()));
    }
    let manifest = copy(manifest, from, config, copies, made).await?;
    if manifest.database == Engine::Postgres {
        Address::new(url).restore(&from.join(Engine::Postgres.file())).await?;
    }
    drop(lock);
    let opened = open(config).await.with_context(|| match manifest.database {
        Engine::Sqlite => "The restored installation cannot be opened",
        Engine::Postgres => {
            "The restored installation cannot be opened, and its tables stay in the database (dropdb, createdb)"
        }
    });
    let (parts, signed_out) = opened?;
    Ok(Restored { manifest, parts, signed_out })
}

/// Sealed images below the data folder, and what `named` says elsewhere.
async fn copy(
    manifest: Manifest,
    from: &Path,
    config: &Config,
    named: Vec<(&'static str, PathBuf)>,
    made: &Arc<Made>,
) -> Result<Manifest> {
    let (source, data_dir, made) = (from.to_owned(), config.data_dir.clone(), Arc::clone(made));
    let copied = tokio::task::spawn_blocking(move || {
        for entry in &manifest.files {
            let named = named.iter().find(|(name, _)| *name == entry.path).map(|(_, to)| to.clone());
            let blob = Path::new(&entry.path).starts_with(BLOBS).then(|| data_dir.join(&entry.path));
            let Some(target) = named.or(blob) else { continue };
            let from = source.join(&entry.path);
            let copied = made
                .copy(&from, &target)
                .with_context(|| format!("{} cannot be copied to {}", from.display(), target.display()))?;
            ensure!(copied == entry.digest, "{} is not what was written: the backup is damaged", from.display());
        }
        files::flush();
        Ok(manifest)
    });
    copied.await?
}

/// Opens what was put there, and ends the sessions of then.
async fn open(config: &Config) -> Result<(Parts, u64)> {
    let parts = tools::open_restored(config).await?;
    match parts.repo.sign_everybody_out().await {
        Ok(signed_out) => Ok((parts, signed_out)),
        Err(error) => {
            parts.close().await;
            Err(error.into())
        }
    }
}

/// Everything that can be refused is refused before the first byte is written.
async fn check_place(config: &Config, manifest: &Manifest) -> Result<()> {
    let folder = config.data_dir.display();
    ensure!(
        is_vacant(&config.data_dir).with_context(|| format!("{folder} cannot be read"))?,
        "{folder} is not empty: a backup is restored into an empty place, so that nothing is mixed up or overwritten"
    );
    let url = config.database.url.expose();
    match (manifest.database, Engine::of(url)) {
        (Engine::Sqlite, Engine::Sqlite) => {
            let path = sqlite_path(url)?;
            ensure!(!path.exists(), "{} is there already: restore into an empty place", path.display());
        }
        (Engine::Postgres, Engine::Postgres) => ensure!(
            Address::new(url).is_empty().await?,
            "The database has tables already: restore into an empty one (createdb)"
        ),
        (Engine::Sqlite, Engine::Postgres) => bail!("The backup is of SQLite; database.url names PostgreSQL"),
        (Engine::Postgres, Engine::Sqlite) => {
            bail!("The backup is of PostgreSQL: restore it with --config FILE whose database.url names an empty one")
        }
    }
    let place = server::master_key_place(&config.master_key);
    match (server::read_master_key(&config.master_key)?, &manifest.key) {
        (Some(master), _) => {
            ensure!(
                manifest.fits(&master),
                "{place} holds another master key than the one that sealed the backup's images"
            )
        }
        (None, Key::InBackup) => {}
        (None, Key::Environment(name)) => bail!(
            "The master key is not in the backup: it came from the environment variable {name}. Set keys.master_env, or \
             put it into {place}"
        ),
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

/// Nodes that share their images have a file system mounted at `blobs`: it is a place for them as long as it is empty.
fn is_vacant(data_dir: &Path) -> std::io::Result<bool> {
    Ok(files::is_empty_but_for(data_dir, BLOBS)? && files::is_empty(&data_dir.join(BLOBS))?)
}

fn sqlite_path(url: &str) -> Result<PathBuf> {
    let path = url.strip_prefix("sqlite:").context("database.url does not name a file")?;
    Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}
