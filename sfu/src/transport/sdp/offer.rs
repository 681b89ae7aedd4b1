//! Reading an offer.

use super::check::BadOffer;
use super::line::{Draft, Line, is_token};
use std::collections::BTreeSet;

/// An offer with 18 m-lines and every codec of Chromium has about 90 kB. More lets a client make the server parse
/// more; less refuses browsers that list more codecs.
pub(super) const MAX_BYTES: usize = 256 * 1024;
/// Publishing lines (3), slots (15), data (1), and room for growth.
pub(super) const MAX_LINES: usize = 32;
/// Layers of one published line: three are sent. More: a larger store and more work per frame for nothing that anybody
/// asked for.
pub(super) const MAX_LAYERS: usize = 4;
/// RFC 8445 § 5.3: fragments have 4 to 256 characters, passwords 22 to 256.
const FRAGMENT: std::ops::RangeInclusive<usize> = 4..=256;
const PASSWORD: std::ops::RangeInclusive<usize> = 22..=256;

/// What an offer says. No `Debug`: it holds credentials.
pub(in super::super) struct Offered {
    pub(in super::super) ufrag: String,
    pub(in super::super) password: String,
    /// SHA-256 of the client's certificate.
    pub(in super::super) fingerprint: [u8; 32],
    pub(super) lines: Vec<Line>,
    /// Lines that share the one transport (RFC 9143).
    pub(super) bundle: Vec<String>,
    /// RFC 8285 § 6.
    pub(super) mixed_extensions: bool,
}

pub(in super::super) fn parse(sdp: &str) -> Result<Offered, BadOffer> {
    if sdp.len() > MAX_BYTES {
        return Err(BadOffer::TooLong);
    }
    if !sdp.starts_with("v=0") {
        return Err(BadOffer::NotSdp);
    }
    let mut drafts: Vec<Draft> = Vec::new();
    let (mut ufrag, mut password, mut fingerprint) = (None, None, None);
    let (mut bundle, mut mixed_extensions) = (Vec::new(), false);
    for text in sdp.lines().map(str::trim_end) {
        if let Some(media) = text.strip_prefix("m=") {
            if drafts.len() == MAX_LINES {
                return Err(BadOffer::TooManyLines);
            }
            drafts.push(Draft::new(media).ok_or(BadOffer::NotSdp)?);
            continue;
        }
        let Some(attribute) = text.strip_prefix("a=") else { continue };
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        match name {
            // Of bundled lines the first one's count (RFC 9143 § 7.1.3); browsers repeat them everywhere.
            "ice-ufrag" if ufrag.is_none() => ufrag = Some(value).filter(|it| is_credential(it, FRAGMENT)),
            "ice-pwd" if password.is_none() => password = Some(value).filter(|it| is_credential(it, PASSWORD)),
            "fingerprint" if fingerprint.is_none() => fingerprint = sha256(value),
            "setup" if value == "passive" => return Err(BadOffer::Passive),
            "extmap-allow-mixed" => mixed_extensions = true,
            "group" => {
                if let Some(mids) = value.strip_prefix("BUNDLE ") {
                    bundle = mids.split(' ').map(str::to_owned).collect();
                }
            }
            _ => {}
        }
        if let Some(draft) = drafts.last_mut() {
            draft.attribute(name, value);
        }
    }
    let lines: Vec<Line> = drafts.into_iter().map(Draft::finish).collect();
    let (Some(ufrag), Some(password)) = (ufrag, password) else { return Err(BadOffer::NoIceCredentials) };
    let offered = Offered {
        ufrag: ufrag.to_owned(),
        password: password.to_owned(),
        fingerprint: fingerprint.ok_or(BadOffer::NoFingerprint)?,
        lines,
        bundle,
        mixed_extensions,
    };
    offered.check()?;
    Ok(offered)
}

impl Offered {
    fn check(&self) -> Result<(), BadOffer> {
        if self.lines.is_empty() {
            return Err(BadOffer::NotSdp);
        }
        if self.lines.iter().any(|line| !is_token(&line.mid)) {
            return Err(BadOffer::NoMid);
        }
        let mids: BTreeSet<&str> = self.lines.iter().map(|line| line.mid.as_str()).collect();
        if mids.len() != self.lines.len() {
            return Err(BadOffer::SameMid);
        }
        if self.lines.iter().any(|line| !line.rejected && !self.bundle.contains(&line.mid)) {
            return Err(BadOffer::NotBundled);
        }
        if self.lines.iter().any(|line| line.rids.len() > MAX_LAYERS) {
            return Err(BadOffer::TooManyLayers);
        }
        Ok(())
    }

    pub(in super::super) fn mids(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.mid.as_str())
    }

    /// What the client takes as one data channel message; zero means anything (RFC 8841 § 6).
    pub(in super::super) fn max_message_size(&self) -> usize {
        /// Without the attribute (RFC 8841 § 6.1).
        const DEFAULT: usize = 64 * 1024;
        match self.lines.iter().find_map(|line| line.max_message_size).unwrap_or(DEFAULT) {
            0 => usize::MAX,
            size => size,
        }
    }
}

fn is_credential(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// "sha-256 AB:CD:…" (RFC 8122 § 5).
fn sha256(value: &str) -> Option<[u8; 32]> {
    let (function, digits) = value.split_once(' ')?;
    if !function.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut fingerprint = [0; 32];
    let mut bytes = digits.split(':');
    for byte in &mut fingerprint {
        *byte =
            bytes.next().filter(|digits| digits.len() == 2).and_then(|digits| u8::from_str_radix(digits, 16).ok())?;
    }
    bytes.next().is_none().then_some(fingerprint)
}
