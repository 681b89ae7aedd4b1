//! What the tools share: opening an installation without starting a server.

use super::Place;
use crate::config::{self, Config, DEFAULT_LISTEN, DEFAULT_MEDIA_PORT};
use crate::server::{self, Parts};
use crate::store::Store;
use anyhow::{Context, Result, bail};

/// A tool is no node: it has no rooms.
const NODE: &str = "tool";

/// The installation's configuration.
pub(super) fn config(place: &Place) -> Result<Config> {
    match (&place.config, &place.data) {
        (Some(path), _) => Ok(config::load(path)?),
        (None, Some(data)) if data.is_dir() => Ok(Config::local(data, DEFAULT_LISTEN.parse()?, DEFAULT_MEDIA_PORT)),
        (None, Some(data)) => bail!("There is no folder {}: start the demo there first", data.display()),
        (None, None) => bail!("Give --config FILE or --data DIR"),
    }
}

/// Opens database and keys beside a server that may be running; makes and migrates nothing.
pub(super) async fn open(config: &Config) -> Result<Parts> {
    server::open_existing(config, config.listen, NODE.to_owned()).await
}

/// Opens what was just put there, perhaps by an older version.
pub(super) async fn open_restored(config: &Config) -> Result<Parts> {
    server::open(config, config.listen, NODE.to_owned(), None).await
}

/// `telekonsil migrate`.
pub(super) async fn migrate(place: &Place) -> Result<()> {
    let config = config(place)?;
    server::make_data_dir(&config.data_dir)?;
    let store = Store::connect(config.database.url.expose()).await.context("The database cannot be opened")?;
    let migrated = store.migrate().await.context("The tables cannot be brought to this version");
    store.close().await;
    migrated?;
    tracing::info!("the tables are at this version");
    Ok(())
}
