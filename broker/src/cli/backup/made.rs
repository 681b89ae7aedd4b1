//! What one run puts on the disk. A run that fails takes its own away again, and nothing else: half a backup fills the disk
//! that was full already, and keeps the next try out.

use super::files::{self, Digest};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Below one folder, and in a few places beside it. Copying runs on threads that nobody can end from outside: they share
/// this value, and after [`Made::take_away`] they make nothing more.
pub(super) struct Made {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// In the order in which they were made.
    files: Vec<PathBuf>,
    is_folder_ours: bool,
    is_over: bool,
}

impl Made {
    pub(super) fn below(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), state: Mutex::default() }
    }

    /// The folder itself, readable by its owner alone.
    pub(super) fn make_folder(&self) -> io::Result<()> {
        let mut state = self.going_on()?;
        state.is_folder_ours = !self.folder.exists();
        make_folder(&self.folder)
    }

    /// Copies into a file that must not exist. Folders above it are made.
    pub(super) fn copy(&self, from: &Path, to: &Path) -> io::Result<Digest> {
        let mut source = File::open(from)?;
        files::pass(&mut source, &mut self.create(to)?, || self.going_on().map(drop))
    }

    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.create(path)?.write_all(bytes)
    }

    /// Somebody else is about to make this file or folder for us, where none is.
    pub(super) fn expect(&self, path: &Path) -> io::Result<()> {
        let mut state = self.going_on()?;
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files.push(path.to_owned());
        Ok(())
    }

    /// Removes everything that was made so far, and lets nothing more be made.
    pub(super) fn take_away(&self) {
        let mut state = self.lock();
        state.is_over = true;
        // What cannot be removed stays: a backup without its manifest is none.
        for file in state.files.drain(..).rev() {
            let _ = fs::remove_file(&file).or_else(|_| fs::remove_dir(&file));
            for folder in file.ancestors().skip(1).take_while(|above| *above != self.folder) {
                if !folder.starts_with(&self.folder) || fs::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
        if state.is_folder_ours {
            let _ = fs::remove_dir(&self.folder);
        }
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        let mut state = self.going_on()?;
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        state.files.push(path.to_owned());
        Ok(file)
    }

    fn going_on(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.lock();
        if state.is_over { Err(io::Error::other("stopped")) } else { Ok(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Readable by its owner alone; made where it is missing, with those above it.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_taken_away_and_what_others_made_stays() {
        let base = std::env::temp_dir().join(format!("telekonsil-made-{}", uuid::Uuid::new_v4()));
        let folder = base.join("backup");
        let made = Made::below(&folder);
        made.make_folder().unwrap();
        fs::write(base.join("source"), "image").unwrap();
        fs::write(folder.join("theirs"), "mine").unwrap();
        for name in ["blobs/aa/1", "blobs/aa/2", "key"] {
            made.copy(&base.join("source"), &folder.join(name)).unwrap();
        }
        assert!(made.copy(&base.join("source"), &folder.join("theirs")).is_err());
        assert!(made.expect(&folder.join("theirs")).is_err());
        made.expect(&folder.join("never-made")).unwrap();
        made.take_away();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "theirs alone");
        assert!(made.write(&folder.join("late"), b"x").is_err() && !folder.join("late").exists());
        fs::remove_dir_all(base).unwrap();
    }
}
