//! Puts a backup into an empty place.

use super::manifest::{Engine, Key, Manifest};
use super::postgres::Address;
use super::{BLOBS, KEY, POSTGRES_DUMP, Report, RestoreArgs, SQLITE_COPY, count_consults, files, seconds};
use crate::cli::{print_line, tools};
use crate::config::{self, Config, DEFAULT_LISTEN, DEFAULT_MEDIA_PORT, MasterKeySource};
use crate::server::{self, DataDir, Parts};
use anyhow::{Context, Result, bail, ensure};
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
    let (manifest, parts) = put(&config, &args.from).await?;
    let rto = seconds(begun);
    let consults = count_consults(&parts).await;
    parts.close().await;
    let mut report = Report::new(&args.from, &manifest, consults?);
    report.rto_seconds = Some(rto);
    print_line(&serde_json::to_string(&report)?)
}

/// Restores and opens. The place is empty again when it fails; only tables of PostgreSQL that were restored stay.
pub(super) async fn put(config: &Config, from: &Path) -> Result<(Manifest, Parts)> {
    let manifest = Manifest::read(from)?;
    check_place(config, &manifest).await?;
    server::make_data_dir(&config.data_dir)?;
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
    })
    .await?;
    drop(lock);
    match copied {
        Ok(manifest) => {
            Ok((manifest, tools::open(config).await.context("The restored installation cannot be opened")?))
        }
        Err(error) => {
            // Half of it would keep the next try out. The place was empty: everything in it is this try's.
            let _ = server::reset(&config.data_dir);
            Err(error)
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
