//! Where a drill works. For a while the whole database lies there in the clear, with the master key beside it.

use super::made::make_folder;
use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Every drill's folder is named so, and nothing else is.
const PREFIX: &str = "telekonsil-drill-";
/// Held as long as the drill runs, however it ends.
const LOCK: &str = "in-use";

/// A folder that is gone when this value is; one that a killed process left behind is gone with the next drill.
pub(super) struct Scratch {
    folder: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Below `base`, which is made when it is missing. It wants a disk and not memory: it takes what the installation
    /// takes, twice.
    pub(super) fn make(base: &Path) -> Result<Self> {
        let cannot = || format!("{} cannot be used for a drill", base.display());
        make_folder(base).with_context(cannot)?;
        sweep(base).with_context(cannot)?;
        let folder = base.join(format!("{PREFIX}{}", uuid::Uuid::new_v4()));
        make_folder(&folder).with_context(cannot)?;
        let lock = open_lock(&folder).with_context(cannot)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
            Err(TryLockError::WouldBlock) => bail!("{} is in use", folder.display()),
        }
    }

    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Should it fail, the next drill sweeps.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes what drills left that did not come to their end.
fn sweep(base: &Path) -> Result<()> {
    for entry in fs::read_dir(base)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Whoever has just made theirs has no lock yet: an empty folder is left alone.
        let Some(lock) = is_ours.then(|| File::open(entry.path().join(LOCK)).ok()).flatten() else { continue };
        if lock.try_lock().is_ok() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn open_lock(folder: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(LOCK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_leaves_nothing_and_takes_along_what_a_killed_one_left() {
        let base = std::env::temp_dir().join(format!("telekonsil-scratch-{}", uuid::Uuid::new_v4()));
        let left = |base: &Path| fs::read_dir(base).unwrap().count();
        let running = Scratch::make(&base).unwrap();
        let killed = base.join(format!("{PREFIX}killed"));
        fs::create_dir_all(&killed).unwrap();
        fs::write(killed.join(LOCK), "").unwrap();
        fs::write(killed.join("master.key"), "secret").unwrap();
        fs::write(base.join("thesis.txt"), "mine").unwrap();
        let second = Scratch::make(&base).unwrap();
        assert!(!killed.exists() && running.folder.exists() && base.join("thesis.txt").exists());
        fs::write(second.folder("backup"), "x").unwrap();
        drop((running, second));
        assert_eq!(left(&base), 1);
        fs::remove_dir_all(base).unwrap();
    }
}
