//! Looks for marks in everything that a server process has: its memory, its folder, its log. What it receives and sends
//! goes through its memory, decrypted from TLS and DTLS.

use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes that are read at once.
const CHUNK: usize = 4 << 20;
/// A mark that is shorter is found by chance.
const SHORTEST: usize = 12;

/// What is looked for, each by a name of what it is of.
#[derive(Default)]
pub struct Marks(BTreeMap<String, Vec<Vec<u8>>>);

/// How often which mark was found, by `name in place`.
pub type Found = BTreeMap<String, usize>;

impl Marks {
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        ensure!(bytes.len() >= SHORTEST, "{name} has {} bytes", bytes.len());
        self.0.entry(name.to_owned()).or_default().push(bytes.to_vec());
        Ok(())
    }

    /// The bytes, and what they look like in texts.
    pub fn add_secret(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.add(name, bytes)?;
        self.add(name, hex.as_bytes())?;
        self.add(name, URL_SAFE_NO_PAD.encode(bytes).as_bytes())
    }

    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The memory of a process that stands still meanwhile, what lies in a folder, and the environment's texts.
    ///
    /// # Errors
    /// When the memory may not be read: it takes root, or the process being our own child.
    pub fn search(&self, pid: u32, folder: &Path) -> Result<Found> {
        let finder = Finder::new(self)?;
        let mut found = Found::new();
        let stopped = Stopped::new(pid)?;
        finder.memory(pid, &mut found)?;
        drop(stopped);
        finder.folder(folder, &mut found)?;
        Ok(found)
    }
}

struct Finder<'a> {
    names: Vec<&'a str>,
    longest: usize,
    automaton: AhoCorasick,
}

impl<'a> Finder<'a> {
    fn new(marks: &'a Marks) -> Result<Self> {
        let all = || marks.0.iter().flat_map(|(name, all)| all.iter().map(move |mark| (name.as_str(), mark)));
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(all().map(|(_, mark)| mark))?;
        let longest = all().map(|(_, mark)| mark.len()).max().context("no marks")?;
        Ok(Self { names: all().map(|(name, _)| name).collect(), longest, automaton })
    }

    fn look(&self, bytes: &[u8], place: &str, found: &mut Found) {
        for hit in self.automaton.find_iter(bytes) {
            *found.entry(format!("{} in {place}", self.names[hit.pattern().as_usize()])).or_default() += 1;
        }
    }

    fn memory(&self, pid: u32, found: &mut Found) -> Result<()> {
        let memory = File::open(format!("/proc/{pid}/mem")).context("the server's memory: root may read it")?;
        let mut read = 0;
        for line in fs::read_to_string(format!("/proc/{pid}/maps"))?.lines() {
            let mut parts = line.split_ascii_whitespace();
            let (range, rights) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            // What was written; the program itself and what the kernel maps are no place for secrets.
            if !rights.starts_with("rw") {
                continue;
            }
            let (from, to) = range.split_once('-').context("a range")?;
            let (mut at, end) = (u64::from_str_radix(from, 16)?, u64::from_str_radix(to, 16)?);
            let mut chunk = vec![0; CHUNK];
            while at < end {
                let size = CHUNK.min(usize::try_from(end - at)?);
                let Ok(count) = memory.read_at(&mut chunk[..size], at) else { break };
                self.look(&chunk[..count], "memory", found);
                read += count;
                if count <= self.longest || at + count as u64 >= end {
                    break;
                }
                // A mark that lies across two chunks is whole in the next one.
                at += (count - self.longest) as u64;
            }
        }
        ensure!(read > 1 << 20, "only {read} bytes of the server's memory could be read");
        Ok(())
    }

    fn folder(&self, folder: &Path, found: &mut Found) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.folder(&path, found)?;
                continue;
            }
            let mut bytes = vec![];
            match File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)) {
                // A journal that was there a moment ago.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                other => drop(other?),
            }
            let place = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.look(&bytes, &place, found);
        }
        Ok(())
    }
}

/// A process that does nothing until this is dropped.
struct Stopped(libc::pid_t);

impl Stopped {
    fn new(pid: u32) -> Result<Self> {
        let pid = libc::pid_t::try_from(pid)?;
        // SAFETY: `kill` takes no pointers.
        ensure!(unsafe { libc::kill(pid, libc::SIGSTOP) } == 0, "the server cannot be stopped");
        Ok(Self(pid))
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { libc::kill(self.0, libc::SIGCONT) };
    }
}
