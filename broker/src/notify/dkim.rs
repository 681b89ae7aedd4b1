//! DKIM keys (RFC 6376) in a folder: one that signs, and the next one, whose DNS record can be published long before it
//! signs. Files are named `<part>-<selector>.pem`; turning the keys renames them, so that a running server finds the new
//! one at its next e-mail.

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, LineEnding};
use rsa::pkcs8::EncodePublicKey;
use rsa::{RsaPrivateKey, rand_core::OsRng};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// RFC 8301 § 3.2 asks for 2,048 at least where it is new; a longer key does not fit into one DNS string.
const BITS: usize = 2048;

/// What a key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Signs.
    Active,
    /// Will sign after the next rotation: publish it now.
    Next,
    /// Has signed: keep its record for some days, until the last e-mail has arrived.
    Retired,
}

/// A key in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub part: Part,
    /// `tk1`, `tk2`, …
    pub selector: String,
    path: PathBuf,
}

impl Part {
    const ALL: [Self; 3] = [Self::Active, Self::Next, Self::Retired];

    const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Next => "next",
            Self::Retired => "retired",
        }
    }
}

/// The folder's keys: the active one, the next one, those before.
///
/// # Errors
/// The folder cannot be read.
pub fn keys(folder: &Path) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("the DKIM folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let part = Part::ALL.into_iter().find_map(|part| {
            Some((part, stem.strip_prefix(part.name())?.strip_prefix('-').filter(|selector| is_selector(selector))?))
        });
        if let Some((part, selector)) = part.filter(|_| path.extension().is_some_and(|extension| extension == "pem")) {
            keys.push(Key { part, selector: selector.to_owned(), path: path.clone() });
        }
    }
    keys.sort_by_key(|key| (key.part, number(&key.selector)));
    Ok(keys)
}

/// The next key signs from now on, and a new one is made for the time after it. In an empty folder both are made.
///
/// # Errors
/// The folder cannot be written.
pub fn rotate(folder: &Path) -> Result<Vec<Key>> {
    std::fs::create_dir_all(folder).with_context(|| format!("the DKIM folder {}", folder.display()))?;
    let before = keys(folder)?;
    let newest = before.iter().map(|key| number(&key.selector)).max().unwrap_or(0);
    let mut made = newest;
    if !before.iter().any(|key| key.part == Part::Next) {
        made += 1;
        make(folder, Part::Next, made)?;
    }
    let next = one(folder, Part::Next)?;
    // First the new one signs, then the old one stops: in between there are two, and either may sign.
    rename(folder, &next, Part::Active)?;
    for old in before.iter().filter(|key| key.part == Part::Active) {
        rename(folder, old, Part::Retired)?;
    }
    make(folder, Part::Next, made + 1)?;
    keys(folder)
}

fn one(folder: &Path, part: Part) -> Result<Key> {
    let found = keys(folder)?.into_iter().rfind(|key| key.part == part);
    found.with_context(|| format!("there is no {} key in {}", part.name(), folder.display()))
}

/// Selector and PKCS #1 text of the key that signs: the newest, should there be two.
///
/// # Errors
/// There is none: `telekonsil dkim rotate` makes it.
pub(super) fn signing(folder: &Path) -> Result<(String, Zeroizing<String>)> {
    let key = one(folder, Part::Active)?;
    let text = std::fs::read_to_string(&key.path).with_context(|| format!("the DKIM key {}", key.path.display()))?;
    Ok((key.selector, Zeroizing::new(text)))
}

/// Name and text of the TXT record, in strings of at most 255 bytes (RFC 1035 § 3.3.14).
///
/// # Errors
/// The file holds no RSA key.
pub fn record(key: &Key, domain: &str) -> Result<(String, String)> {
    let text = Zeroizing::new(std::fs::read_to_string(&key.path)?);
    let private = RsaPrivateKey::from_pkcs1_pem(&text).with_context(|| format!("{}", key.path.display()))?;
    let public = private.to_public_key().to_public_key_der().context("a public key")?;
    let value = format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_bytes()));
    let strings: Vec<String> =
        value.as_bytes().chunks(255).map(|part| format!("\"{}\"", String::from_utf8_lossy(part))).collect();
    Ok((format!("{}._domainkey.{domain}", key.selector), strings.join(" ")))
}

fn make(folder: &Path, part: Part, number: u32) -> Result<()> {
    let key = RsaPrivateKey::new(&mut OsRng, BITS).context("making a DKIM key")?;
    let text = key.to_pkcs1_pem(LineEnding::LF).context("writing a DKIM key")?;
    let path = folder.join(format!("{}-tk{number}.pem", part.name()));
    // The service reads it by its group.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o640).open(&path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(|| format!("{}", path.display()))
}

fn rename(folder: &Path, key: &Key, part: Part) -> Result<()> {
    let to = folder.join(format!("{}-{}.pem", part.name(), key.selector));
    ensure!(!to.exists(), "{} is there already", to.display());
    std::fs::rename(&key.path, &to).with_context(|| format!("{}", to.display()))
}

fn is_selector(text: &str) -> bool {
    text.strip_prefix("tk").is_some_and(|number| number.parse::<u32>().is_ok())
}

fn number(selector: &str) -> u32 {
    selector.trim_start_matches("tk").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_key_signs_after_a_rotation_and_is_known_before_it() {
        let folder = std::env::temp_dir().join(format!("telekonsil-dkim-{}", uuid::Uuid::now_v7()));
        let shown = |keys: &[Key]| keys.iter().map(|key| (key.part, key.selector.clone())).collect::<Vec<_>>();
        let named = |part, selector: &str| (part, selector.to_owned());
        let first = rotate(&folder).unwrap();
        assert_eq!(shown(&first), [named(Part::Active, "tk1"), named(Part::Next, "tk2")]);
        let (name, text) = record(&first[1], "example.org").unwrap();
        assert_eq!(name, "tk2._domainkey.example.org");
        assert!(text.starts_with("\"v=DKIM1; k=rsa; p=MII") && text.split('"').all(|part| part.len() <= 255), "{text}");
        let second = rotate(&folder).unwrap();
        let wanted = [named(Part::Active, "tk2"), named(Part::Next, "tk3"), named(Part::Retired, "tk1")];
        assert_eq!(shown(&second), wanted);
        assert_eq!(signing(&folder).unwrap().0, "tk2");
        assert_eq!(record(&second[0], "example.org").unwrap().1, text, "what was published is what signs");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
