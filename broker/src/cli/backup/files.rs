//! Files, hashed as they are read.

use anyhow::{Context, Result};
use imaging::seal::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// Bytes read at once.
const PIECE: usize = 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    pub(super) bytes: u64,
    /// Hexadecimal.
    pub(super) sha256: String,
}

pub(super) fn digest(path: &Path) -> io::Result<Digest> {
    pass(&mut File::open(path)?, &mut io::sink(), || Ok(()))
}

/// Copies and hashes; asks before each piece whether to go on.
pub(super) fn pass(
    source: &mut impl Read,
    target: &mut impl Write,
    may_go_on: impl Fn() -> io::Result<()>,
) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        may_go_on()?;
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

/// `true` when it is missing, or holds nothing but what a file system or a lock leaves there.
pub(super) fn is_empty(folder: &Path) -> io::Result<bool> {
    is_empty_but_for(folder, "lock")
}

/// The same, and `name` may be there.
pub(super) fn is_empty_but_for(folder: &Path, name: &str) -> io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?.file_name();
        if !["lock", "lost+found", name].iter().any(|spared| entry == *spared) {
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
