//! The installation's master key: read from where the configuration says, made for a new installation, and held against
//! what the database was sealed with. With another key no image opens, and what it sealed meanwhile would open by no other.

use crate::app::ports::{Repository, StudySearch};
use crate::config::{MasterKeySource, Secret};
use crate::store::Store;
use anyhow::{Context, Result, anyhow, bail};
use imaging::seal::{MasterKey, SealError, WrappedKey};
use uuid::Uuid;

/// Where it is looked for, for a sentence.
pub fn master_key_place(source: &MasterKeySource) -> String {
    match source {
        MasterKeySource::File { path, .. } => path.display().to_string(),
        MasterKeySource::Env(name) => format!("the environment variable {name}"),
    }
}

/// The key that is configured; `None` where its file is missing.
///
/// # Errors
/// It cannot be read, is no key, or the variable is not set.
pub fn read_master_key(source: &MasterKeySource) -> Result<Option<MasterKey>> {
    let key = match source {
        MasterKeySource::File { path, .. } => match path.try_exists() {
            Ok(false) => return Ok(None),
            _ => MasterKey::load(path),
        },
        MasterKeySource::Env(name) => {
            let text = std::env::var(name).map(Secret::new);
            let text = text.map_err(|_| anyhow!("The environment variable {name} (keys.master_env) is not set"))?;
            MasterKey::from_text(text.expose())
        }
    };
    key.map(Some).with_context(|| format!("The master key in {} cannot be used", master_key_place(source)))
}

/// The key of the installation in `store`. `may_make`: where it is missing, the configuration allows it, and nothing was
/// sealed yet, it is made.
pub(super) async fn open(store: &Store, source: &MasterKeySource, may_make: bool) -> Result<MasterKey> {
    let place = master_key_place(source);
    let sealed = one_sealed(store).await.context("The database cannot be read")?;
    match (read_master_key(source)?, sealed, source) {
        (Some(master), Some((study, key)), _) => match master.unwrap(study.as_bytes(), &key) {
            Err(SealError::OtherMaster) => bail!(
                "The master key in {place} is not the one that sealed this installation's images: put that one there"
            ),
            // A damaged row closes one study, not the hospital.
            Ok(_) | Err(_) => Ok(master),
        },
        (Some(master), None, _) => Ok(master),
        (None, None, MasterKeySource::File { path, create: true }) if may_make => {
            MasterKey::load_or_create(path).with_context(|| format!("The master key {place} cannot be made"))
        }
        (None, Some(_), _) => bail!(
            "There is no master key in {place}, and this installation's images open by theirs alone: put it there"
        ),
        (None, None, _) => bail!("There is no master key in {place}"),
    }
}

/// One study and its wrapped key, if there is any.
async fn one_sealed(store: &Store) -> Result<Option<(Uuid, WrappedKey)>> {
    for house in store.directory().await?.hospitals {
        let search = StudySearch { hospital: Some(house.id), studies: vec![], tests: vec![], limit: 1, offset: 0 };
        let study = store.search_studies(&search).await?.pop();
        if let Some((id, key)) = study.and_then(|study| Some((study.id, study.wrapped_key?))) {
            return Ok(Some((id, WrappedKey(key))));
        }
    }
    Ok(None)
}
