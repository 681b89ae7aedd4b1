//! The folder with everything a server keeps, and the lock that keeps a second server out of it.

use anyhow::{Context, Result, bail};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const LOCK: &str = "lock";
const NODE: &str = "node-id";
/// What a server makes in its folder; a reset removes these names and nothing else.
const OURS: &[&str] = &[
    "telekonsil.db",
    "telekonsil.db-wal",
    "telekonsil.db-shm",
    "telekonsil.db-journal",
    "blobs",
    "master.key",
    "demo-dicom",
    NODE,
];

/// A locked data folder. The operating system lets go of the lock when the process ends, however it ends.
pub struct DataDir {
    path: PathBuf,
    lock: File,
}

/// A child process that is just being started holds a copy of the file until it runs its own program; closing ours would
/// leave the lock with it for that moment.
impl Drop for DataDir {
    fn drop(&mut self) {
        // It ends with the process at the latest.
        let _ = self.lock.unlock();
    }
}

impl DataDir {
    /// Makes the folder (readable by its owner alone) where there is none, and locks it.
    ///
    /// # Errors
    /// Another server uses the folder, or it cannot be made.
    pub fn lock(path: &Path) -> Result<Self> {
        make(path)?;
        let file = path.join(LOCK);
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&file)
            .with_context(|| format!("{} cannot be opened", file.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only for the sentence below; the lock itself is what counts.
                let _ = lock.read_to_string(&mut holder);
                bail!(
                    "{} is in use by another Telekonsil (process {}). Stop that one, or choose another folder with \
                     --data.",
                    path.display(),
                    holder.trim()
                )
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", file.display()));
            }
        }
        lock.set_len(0).and_then(|()| lock.seek(SeekFrom::Start(0))).context("the lock file")?;
        writeln!(lock, "{}", std::process::id()).context("the lock file")?;
        Ok(Self { path: path.to_owned(), lock })
    }

    /// This node's name among others. It stays the same over restarts, so that a node that comes back keeps its rooms.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn node_id(&self) -> Result<String> {
        let path = self.path.join(NODE);
        match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
        let id = uuid::Uuid::new_v4().to_string();
        fs::write(&path, format!("{id}\n")).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(id)
    }
}

/// Makes the folder, readable by its owner alone, where there is none.
///
/// # Errors
/// It cannot be made.
pub fn make(path: &Path) -> Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("The data folder {} cannot be made", path.display()))
}

/// Removes what a server made in `path`, and nothing else. Refuses while a server uses it.
///
/// # Errors
/// As [`DataDir::lock`]; or something cannot be removed.
pub fn reset(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let _locked = DataDir::lock(path)?;
    for name in OURS {
        let target = path.join(name);
        let removed = if target.is_dir() { fs::remove_dir_all(&target) } else { fs::remove_file(&target) };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} cannot be removed", target.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("telekonsil-{name}-{}", uuid::Uuid::new_v4()))
    }

    #[test]
    fn a_second_server_is_told_who_is_first() {
        let path = folder("lock");
        let first = DataDir::lock(&path).unwrap();
        let refused = DataDir::lock(&path).err().unwrap().to_string();
        assert!(
            refused.contains(&format!("process {}", std::process::id())) && refused.contains("--data"),
            "{refused}"
        );
        assert!(reset(&path).is_err());
        let id = first.node_id().unwrap();
        drop(first);
        assert_eq!(DataDir::lock(&path).unwrap().node_id().unwrap(), id);
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_reset_leaves_other_peoples_files_alone() {
        let path = folder("reset");
        fs::create_dir_all(path.join("blobs/x")).unwrap();
        fs::write(path.join("thesis.txt"), "mine").unwrap();
        reset(&path).unwrap();
        assert!(path.join("thesis.txt").exists() && !path.join("blobs").exists());
        fs::remove_dir_all(path).unwrap();
    }
}
