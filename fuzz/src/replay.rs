//! Plain tests over the corpus, for the crates whose readers it is for: they include this file. What is found by fuzzing
//! becomes a file of the corpus.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::fs;
use std::path::{Path, PathBuf};

/// Reads each file of a folder, and `mutants` of it, always the same ones.
pub(crate) fn replay(folder: &str, mutants: usize, read: fn(&[u8])) {
    let mut random = StdRng::seed_from_u64(4);
    for (path, bytes) in files(folder) {
        eprintln!("{}", path.display()); // shown when it fails
        read(&bytes);
        (0..mutants).for_each(|_| read(&mutant(&bytes, &mut random)));
    }
}

/// `folder`: below the repository's top, one level above the crate that includes this.
pub(crate) fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new("..").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!paths.is_empty(), "{}", folder.display());
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Cut, with bytes that lie, with a piece of itself in the wrong place.
fn mutant(bytes: &[u8], random: &mut StdRng) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..random.random_range(1..4) {
        if mutant.is_empty() {
            break;
        }
        let at = random.random_range(0..mutant.len());
        match random.random_range(0..6) {
            0 => mutant.truncate(at),
            1 => mutant[at] = 0xff,
            2 => mutant[at] = 0,
            3 => mutant[at] ^= 1 << random.random_range(0..8),
            4 => mutant[at] = random.random(),
            _ => {
                let piece = mutant[at..].to_vec();
                let to = random.random_range(0..=mutant.len());
                mutant.splice(to..to, piece);
            }
        }
    }
    mutant
}
