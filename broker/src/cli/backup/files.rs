//! Files, copied and hashed in one pass; readable by their owner alone.

use anyhow::{Context, Result};
use imaging::seal::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes read at once.
const PIECE: usize = 1024 * 1024;
/// Copying runs on threads of its own, which nobody can end from outside.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Ends every copy that is under way, and lets none begin: the process is about to end.
pub(super) fn stop() {
    STOPPED.store(true, Ordering::Relaxed);
}

fn unless_stopped() -> io::Result<()> {
    if STOPPED.load(Ordering::Relaxed) { Err(io::Error::other("stopped by a signal")) } else { Ok(()) }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    pub(super) bytes: u64,
    /// Hexadecimal.
    pub(super) sha256: String,
}

pub(super) fn digest(path: &Path) -> io::Result<Digest> {
    pass(&mut File::open(path)?, &mut io::sink())
}

/// Copies into a file that must not exist; its folder is made.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<Digest> {
    unless_stopped()?;
    let mut source = File::open(from)?;
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    pass(&mut source, &mut create(to)?)
}

pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    create(path)
        .and_then(|mut file| file.write_all(bytes))
        .with_context(|| format!("{} cannot be written", path.display()))
}

pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// `true` when it is missing, or holds nothing but what a file system or a lock leaves there.
pub(super) fn is_empty(folder: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    for entry in entries {
        if !matches!(entry?.file_name().to_str(), Some("lock" | "lost+found")) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Calls `each` with every file below `folder`, with its path below it. A missing folder has none.
pub(super) fn walk(folder: &Path, below: &str, each: &mut impl FnMut(&Path, String) -> Result<()>) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("{} cannot be read", folder.display()))?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let path = format!("{below}/{name}");
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &path, each)?;
        } else {
            each(&entry.path(), path)?;
        }
    }
    Ok(())
}

/// What was written is on the disk afterwards: one call is much faster than one for each of a hundred thousand files.
pub(super) fn flush() {
    // SAFETY: takes nothing and returns nothing.
    unsafe { libc::sync() }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn pass(source: &mut impl Read, target: &mut impl Write) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        unless_stopped()?;
        let length = source.read(&mut piece)?;
        if length == 0 {
            break;
        }
        hash.update(&piece[..length]);
        target.write_all(&piece[..length])?;
        bytes += length as u64;
    }
    target.flush()?;
    Ok(Digest { bytes, sha256: hex(&hash.finalize()) })
}
