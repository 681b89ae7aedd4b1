//! Checks an offer before the engine sees it, and takes out what it must not see. Pure.
//!
//! Client candidates are removed: clients reach the server, never the other way round, and a list of addresses to
//! which the server sends checks would be a tool for scanning its network.

use crate::api::Source;
use std::collections::BTreeSet;

/// An offer with 18 m-lines and every codec of Chromium has about 90 kB. More lets a client make the server parse
/// more; less refuses browsers that list more codecs.
const MAX_BYTES: usize = 256 * 1024;
/// Publishing lines (3), slots (15), data (1), and room for growth.
const MAX_LINES: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadOffer {
    #[error("the description is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("not a session description")]
    NotSdp,
    #[error("more than {MAX_LINES} m-lines")]
    TooManyLines,
    #[error("an m-line has no mid")]
    NoMid,
    #[error("two m-lines have the same mid")]
    SameMid,
    #[error("no ICE user name fragment or password")]
    NoIceCredentials,
    #[error("no certificate fingerprint")]
    NoFingerprint,
    #[error("simulcast is not supported")]
    Simulcast,
    #[error("a published or received mid is not in the description")]
    UnknownMid,
    #[error("a mid is listed twice")]
    ListedTwice,
    #[error("a published mid is not a sendonly line of its media type")]
    NotSendonly,
    #[error("a received mid is not a recvonly line of its media type")]
    NotRecvonly,
    #[error("a published line names no SSRC")]
    NoSsrc,
    #[error("an ICE restart changes the m-lines")]
    LinesChanged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Audio,
    Video,
    Application,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Direction {
    #[default]
    Sendrecv,
    Sendonly,
    Recvonly,
    Inactive,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) mid: String,
    pub(super) kind: Kind,
    pub(super) direction: Direction,
    has_ssrc: bool,
}

/// An offer that was looked through. No `Debug`: it holds credentials.
pub(super) struct Checked {
    /// The description without candidates.
    pub(super) sdp: String,
    pub(super) lines: Vec<Line>,
}

pub(super) fn check(sdp: &str) -> Result<Checked, BadOffer> {
    if sdp.len() > MAX_BYTES {
        return Err(BadOffer::TooLong);
    }
    if !sdp.starts_with("v=0") {
        return Err(BadOffer::NotSdp);
    }
    let mut kept = String::with_capacity(sdp.len());
    let mut lines: Vec<Line> = Vec::new();
    let (mut ufrag, mut password, mut fingerprint) = (false, false, false);
    for text in sdp.lines().map(str::trim_end).filter(|text| !text.is_empty()) {
        if text.starts_with("a=candidate:") || text.starts_with("a=end-of-candidates") {
            continue;
        }
        kept.push_str(text);
        kept.push_str("\r\n");
        if let Some(media) = text.strip_prefix("m=") {
            let kind = match media.split(' ').next() {
                Some("audio") => Kind::Audio,
                Some("video") => Kind::Video,
                Some("application") => Kind::Application,
                _ => return Err(BadOffer::NotSdp),
            };
            lines.push(Line { mid: String::new(), kind, direction: Direction::default(), has_ssrc: false });
            if lines.len() > MAX_LINES {
                return Err(BadOffer::TooManyLines);
            }
            continue;
        }
        let Some(attribute) = text.strip_prefix("a=") else { continue };
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        match name {
            "ice-ufrag" => ufrag |= value.len() >= 4,
            "ice-pwd" => password |= value.len() >= 22,
            "fingerprint" => fingerprint |= value.split(' ').count() == 2,
            "simulcast" | "rid" => return Err(BadOffer::Simulcast),
            _ => {}
        }
        let Some(line) = lines.last_mut() else { continue };
        match name {
            "mid" => line.mid = value.to_owned(),
            "sendrecv" => line.direction = Direction::Sendrecv,
            "sendonly" => line.direction = Direction::Sendonly,
            "recvonly" => line.direction = Direction::Recvonly,
            "inactive" => line.direction = Direction::Inactive,
            "ssrc" => line.has_ssrc = true,
            _ => {}
        }
    }
    if lines.is_empty() {
        return Err(BadOffer::NotSdp);
    }
    if lines.iter().any(|line| line.mid.is_empty()) {
        return Err(BadOffer::NoMid);
    }
    let mids: BTreeSet<&str> = lines.iter().map(|line| line.mid.as_str()).collect();
    if mids.len() != lines.len() {
        return Err(BadOffer::SameMid);
    }
    if !(ufrag && password) {
        return Err(BadOffer::NoIceCredentials);
    }
    if !fingerprint {
        return Err(BadOffer::NoFingerprint);
    }
    Ok(Checked { sdp: kept, lines })
}

impl Checked {
    /// What the caller says about the lines must be so.
    pub(super) fn matches(&self, publish: &[(String, Source)], receive: &[(String, Source)]) -> Result<(), BadOffer> {
        let mut listed = BTreeSet::new();
        for (mid, source) in publish {
            let line = self.listed_line(mid, &mut listed)?;
            if line.direction != Direction::Sendonly || line.kind != kind_of(*source) {
                return Err(BadOffer::NotSendonly);
            }
            if !line.has_ssrc {
                return Err(BadOffer::NoSsrc);
            }
        }
        for (mid, source) in receive {
            let line = self.listed_line(mid, &mut listed)?;
            if line.direction != Direction::Recvonly || line.kind != kind_of(*source) {
                return Err(BadOffer::NotRecvonly);
            }
        }
        Ok(())
    }

    fn listed_line<'a>(&'a self, mid: &'a str, listed: &mut BTreeSet<&'a str>) -> Result<&'a Line, BadOffer> {
        if !listed.insert(mid) {
            return Err(BadOffer::ListedTwice);
        }
        self.lines.iter().find(|line| line.mid == mid).ok_or(BadOffer::UnknownMid)
    }
}

fn kind_of(source: Source) -> Kind {
    if source.is_video() { Kind::Video } else { Kind::Audio }
}

/// First value of an attribute, wherever it stands.
pub(super) fn attribute<'a>(sdp: &'a str, name: &str) -> Option<&'a str> {
    sdp.lines().find_map(|text| text.trim_end().strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':'))
}
