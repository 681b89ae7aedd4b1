//! Puts a backup into an empty place.

use super::manifest::{Engine, Key, Manifest};
use super::postgres::Address;
use super::{BLOBS, KEY, POSTGRES_DUMP, Report, RestoreArgs, SQLITE_COPY, count_consults, files, seconds};
use crate::cli::{print_line, tools};
use crate::config::{self, Config, DEFAULT_LISTEN, DEFAULT_MEDIA_PORT, MasterKeySource};
use crate::server::{self, DataDir, Parts};
use anyhow::{Context, Result, bail, ensure};
use std::io::Write;
use std::path::{Path, PathBuf};
use tokio::time::Instant;

pub(in crate::cli) async fn restore(args: RestoreArgs) -> Result<()> {
    let config = match (&args.place.config, &args.place.data) {
        (Some(path), _) => config::load(path)?,
        // Unlike for the other tools, the folder may be missing.
        (None, Some(data)) => Config::local(data, DEFAULT_LISTEN.parse()?, DEFAULT_MEDIA_PORT),
        (None, None) => bail!("Give --config FILE or --data DIR"),
    };
    let begun = Instant::now();
    let Restored { manifest, parts, signed_out } = put(&config, &args.from).await?;
    let rto = seconds(begun);
    let consults = count_consults(&parts).await;
    parts.close().await;
    let mut report = Report::new(&args.from, &manifest, consults?);
    (report.rto_seconds, report.signed_out) = (Some(rto), Some(signed_out));
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

/// Restores and opens. The place is empty again when it fails; only tables of PostgreSQL that were restored stay.
pub(super) async fn put(config: &Config, from: &Path) -> Result<Restored> {
    let manifest = Manifest::read(from)?;
    check_place(config, &manifest).await?;
    server::make_data_dir(&config.data_dir)?;
    let mut written = Vec::new();
    let restored = fill(config, from, manifest, &mut written).await;
    if restored.is_err() {
        // Half of it would keep the next try out. The data folder was empty: everything in it is this try's.
        for file in written {
            let _ = std::fs::remove_file(file);
        }
        let _ = server::reset(&config.data_dir);
    }
    restored
}

async fn fill(config: &Config, from: &Path, manifest: Manifest, written: &mut Vec<PathBuf>) -> Result<Restored> {
    let lock = DataDir::lock(&config.data_dir)?;
    let url = config.database.url.expose();
    let mut copies: Vec<(PathBuf, PathBuf)> = Vec::new();
    match manifest.database {
        Engine::Sqlite => copies.push((SQLITE_COPY.into(), sqlite_path(url)?)),
        Engine::Postgres => {
            manifest.verify_one(from, POSTGRES_DUMP)?;
            Address::new(url).restore(&from.join(POSTGRES_DUMP)).await?;
        }
    }
    if let (Key::InBackup, MasterKeySource::File { path, .. }) = (&manifest.key, &config.master_key)
        && !path.exists()
    {
        copies.push((KEY.into(), path.clone()));
    }
    for (_, target) in &copies {
        ensure!(!target.exists(), "{} is there already: restore into an empty place", target.display());
        // They may lie outside of the data folder, and SQLite puts its log beside.
        written.extend(["", "-wal", "-shm"].map(|ending| PathBuf::from(format!("{}{ending}", target.display()))));
    }
    let (source, data_dir) = (from.to_owned(), config.data_dir.clone());
    let copied = tokio::task::spawn_blocking(move || -> Result<Manifest> {
        for entry in &manifest.files {
            let named = copies.iter().find(|(name, _)| name == Path::new(&entry.path)).map(|(_, to)| to.clone());
            let blob = entry.path.starts_with(BLOBS).then(|| data_dir.join(&entry.path));
            let Some(target) = named.or(blob) else { continue };
            let from = source.join(&entry.path);
            let copied = files::copy(&from, &target)
                .with_context(|| format!("{} cannot be copied to {}", from.display(), target.display()))?;
            ensure!(copied == entry.digest, "{} is not what was written: the backup is damaged", from.display());
        }
        files::flush();
        Ok(manifest)
    });
    let manifest = copied.await??;
    drop(lock);
    let parts = tools::open_restored(config).await.context("The restored installation cannot be opened")?;
    match parts.repo.sign_everybody_out().await {
        Ok(signed_out) => Ok(Restored { manifest, parts, signed_out }),
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
        files::is_empty(&config.data_dir).with_context(|| format!("{folder} cannot be read"))?,
        "{folder} is not empty: a backup is restored into an empty place, so that nothing is mixed up or overwritten"
    );
    let url = config.database.url.expose();
    match (manifest.database, url.strip_prefix("sqlite:").is_some()) {
        (Engine::Sqlite, true) => {
            let path = sqlite_path(url)?;
            ensure!(!path.exists(), "{} is there already: restore into an empty place", path.display());
        }
        (Engine::Postgres, false) => ensure!(
            Address::new(url).is_empty().await?,
            "The database has tables already: restore into an empty one (createdb)"
        ),
        (Engine::Sqlite, false) => bail!("The backup is of SQLite; database.url names PostgreSQL"),
        (Engine::Postgres, true) => {
            bail!("The backup is of PostgreSQL: restore it with --config FILE whose database.url names an empty one")
        }
    }
    match (&manifest.key, &config.master_key) {
        (Key::InBackup, MasterKeySource::File { path, .. }) if path.exists() => {
            let digest = files::digest(path).with_context(|| format!("{} cannot be read", path.display()))?;
            let same = manifest.files.iter().any(|entry| entry.path == KEY && entry.digest == digest);
            ensure!(same, "{} holds another master key than the backup", path.display());
        }
        (Key::InBackup, MasterKeySource::File { .. } | MasterKeySource::Env(_)) => {}
        (Key::Environment(_), MasterKeySource::Env(_)) => {}
        (Key::Environment(name), MasterKeySource::File { path, .. }) => ensure!(
            path.exists(),
            "The master key is not in the backup: it came from the environment variable {name}. Set keys.master_env, or \
             put it into {}",
            path.display()
        ),
    }
    Ok(())
}

fn sqlite_path(url: &str) -> Result<PathBuf> {
    let path = url.strip_prefix("sqlite:").context("database.url does not name a file")?;
    Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}
