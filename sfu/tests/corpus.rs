//! Replays the committed corpus of `sfu/fuzz` and mutants of it, always the same ones, through every reader of network
//! bytes; offers go through a running SFU. Whatever is found by fuzzing becomes a file of the corpus.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sfu::{Config, Keys, MemberId, Offer, RoomId, Sfu, SfuError, Source, fuzz};
use std::fs;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::unbounded_channel;

/// Mutants of each file. More: seconds. Less: fewer places at which a length may lie.
const MUTANTS: usize = 400;
/// Of each offer: they are long, and an SFU is asked.
const OFFERS: usize = 300;

type Read = fn(&[u8]);

/// By what each folder of the corpus is read.
const READERS: [(&str, Read); 5] = [
    ("datagram", fuzz::datagram),
    ("packet", fuzz::packet),
    ("compound", fuzz::compound),
    ("stream", fuzz::stream),
    ("frame", fuzz::frame),
];

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
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

#[test]
fn no_reader_panics_or_lies_about_the_corpus_and_its_mutants() {
    for (folder, read) in READERS {
        let seeds = files(&format!("fuzz/corpus/{folder}"));
        assert!(!seeds.is_empty(), "{folder}");
        let mut random = StdRng::seed_from_u64(4);
        for (_, bytes) in &seeds {
            read(bytes);
            (0..bytes.len()).for_each(|end| read(&bytes[..end]));
            (0..MUTANTS).for_each(|_| read(&mutant(bytes, &mut random)));
        }
    }
}

#[test]
fn every_reader_takes_what_is_meant_for_another() {
    let all: Vec<_> = READERS.iter().flat_map(|(folder, _)| files(&format!("fuzz/corpus/{folder}"))).collect();
    for (_, read) in READERS {
        all.iter().for_each(|(_, bytes)| read(bytes));
    }
}

#[tokio::test]
async fn a_broken_offer_is_refused_and_hurts_nobody() {
    let sfu = Sfu::start(Config::at("127.0.0.1:0".parse().unwrap())).unwrap();
    let mut random = StdRng::seed_from_u64(4);
    for (path, bytes) in files("src/transport/sdp/fixtures") {
        for n in 0..OFFERS {
            let sdp = String::from_utf8_lossy(&mutant(&bytes, &mut random)).into_owned();
            let publish = vec![("0".to_owned(), Source::Microphone), ("1".to_owned(), Source::Camera)];
            let receive = vec![("3".to_owned(), Source::Microphone), ("9".to_owned(), Source::Camera)];
            let (events, _) = unbounded_channel();
            let offer = Offer { sdp, publish, receive, restart: n % 7 == 0, keys: Keys::All, events };
            // Some mutants are still good offers; the room then has a member who never comes.
            match sfu.offer(RoomId([4; 16]), MemberId(n as u32 % 8), offer).await {
                Ok(answer) => assert!(answer.sdp.starts_with("v=0"), "{}", path.display()),
                Err(error) => assert!(matches!(error, SfuError::InvalidSdp(_)), "{error} ({})", path.display()),
            }
        }
    }
    assert_eq!(sfu.stats().drops.panics, 0);
    sfu.shutdown().await;
}
