//! One m-line of an offer.

use super::{Direction, Extensions, Feedback, Kind, Payload};
use crate::packet::Codec;

/// Highest id of a one-byte header extension (RFC 8285 § 4.2).
const LAST_SHORT_ID: u8 = 14;
/// SSRCs that are kept of one line: three layers with retransmissions make six. More: work and memory for clients that
/// list thousands. Less: layers that cannot be told apart before their rid arrives.
const SSRCS: usize = 16;

/// Names (mids, rids, stream ids) are repeated in the answer, so they must not be able to end a line of it.
pub(super) fn is_token(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+~{}|#%".contains(&b))
}

#[derive(Clone, Debug)]
pub(in super::super) struct Line {
    pub(super) kind: Kind,
    pub(super) mid: String,
    pub(super) direction: Direction,
    /// Port zero without `a=bundle-only`: the client gave the line up, and so must the answer (RFC 8829 § 5.3.1).
    pub(super) rejected: bool,
    /// Rest of the m-line, repeated where it is rejected.
    pub(super) protocol: String,
    pub(super) payloads: Vec<Payload>,
    pub(super) extensions: Extensions,
    /// Layers that the client wants to send, in its order.
    pub(super) rids: Vec<String>,
    /// Sources without those that repair others.
    pub(super) ssrcs: Vec<u32>,
    /// Source → the one that repairs it (RFC 4588 § 8.3).
    pub(super) repairs: Vec<(u32, u32)>,
    pub(super) reduced_size: bool,
    pub(super) sctp_port: Option<u16>,
    pub(super) max_message_size: Option<usize>,
}

impl Line {
    /// The client did not give it up, and there is a codec that both know.
    pub(super) fn is_answered(&self) -> bool {
        !self.rejected && (self.kind == Kind::Application || !self.payloads.is_empty())
    }
}

/// A line while its attributes are read.
pub(super) struct Draft {
    line: Line,
    bundle_only: bool,
    port_zero: bool,
    formats: Vec<u8>,
    names: Vec<(u8, String)>,
    parameters: Vec<(u8, String)>,
    feedback: Vec<(Option<u8>, String)>,
    simulcast: Option<String>,
}

impl Draft {
    /// `media` is what stands behind `m=`.
    pub(super) fn new(media: &str) -> Option<Draft> {
        let mut words = media.split(' ');
        let kind = match words.next()? {
            "audio" => Kind::Audio,
            "video" => Kind::Video,
            "application" => Kind::Application,
            _ => return None,
        };
        let port: u16 = words.next()?.parse().ok()?;
        let protocol = words.next().filter(|protocol| protocol.bytes().all(|b| b.is_ascii_graphic()))?;
        let line = Line {
            kind,
            mid: String::new(),
            direction: Direction::default(),
            rejected: false,
            protocol: protocol.to_owned(),
            payloads: Vec::new(),
            extensions: Extensions::default(),
            rids: Vec::new(),
            ssrcs: Vec::new(),
            repairs: Vec::new(),
            reduced_size: false,
            sctp_port: None,
            max_message_size: None,
        };
        Some(Draft {
            line,
            bundle_only: false,
            port_zero: port == 0,
            formats: words.filter_map(|format| format.parse().ok()).collect(),
            names: Vec::new(),
            parameters: Vec::new(),
            feedback: Vec::new(),
            simulcast: None,
        })
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        let line = &mut self.line;
        match name {
            "mid" => value.clone_into(&mut line.mid),
            "sendrecv" => line.direction = Direction::Sendrecv,
            "sendonly" => line.direction = Direction::Sendonly,
            "recvonly" => line.direction = Direction::Recvonly,
            "inactive" => line.direction = Direction::Inactive,
            "bundle-only" => self.bundle_only = true,
            "rtcp-rsize" => line.reduced_size = true,
            "rtpmap" => self.names.extend(numbered(value)),
            "fmtp" => self.parameters.extend(numbered(value)),
            "rtcp-fb" => {
                if let Some(kind) = value.strip_prefix("* ") {
                    self.feedback.push((None, kind.to_owned()));
                } else if let Some((format, kind)) = numbered(value) {
                    self.feedback.push((Some(format), kind));
                }
            }
            "extmap" => {
                let mut words = value.split(' ');
                let id = words.next().and_then(|id| id.split('/').next()).and_then(|id| id.parse().ok());
                if let (Some(id @ 1..=LAST_SHORT_ID), Some(uri)) = (id, words.next())
                    && let Some(place) = line.extensions.by_name(uri)
                {
                    *place = Some(id);
                }
            }
            "rid" => {
                let mut words = value.split(' ');
                if let (Some(rid), Some("send")) = (words.next(), words.next())
                    && is_token(rid)
                    && !line.rids.iter().any(|known| known == rid)
                {
                    line.rids.push(rid.to_owned());
                }
            }
            "simulcast" => self.simulcast = Some(value.to_owned()),
            "ssrc" => {
                let ssrc = value.split(' ').next().and_then(|ssrc| ssrc.parse().ok());
                if let Some(ssrc) = ssrc
                    && line.ssrcs.len() < SSRCS
                    && !line.ssrcs.contains(&ssrc)
                {
                    line.ssrcs.push(ssrc);
                }
            }
            "ssrc-group" => {
                let mut words = value.split(' ');
                if words.next() == Some("FID")
                    && let (Some(Ok(source)), Some(Ok(repair))) =
                        (words.next().map(str::parse), words.next().map(str::parse))
                    && line.repairs.len() < SSRCS
                {
                    line.repairs.push((source, repair));
                }
            }
            "sctp-port" => line.sctp_port = value.parse().ok(),
            "max-message-size" => line.max_message_size = value.parse().ok(),
            _ => {}
        }
    }

    pub(super) fn finish(mut self) -> Line {
        self.line.rejected = self.port_zero && !self.bundle_only;
        self.line.payloads = self.payloads();
        let repairs = &self.line.repairs;
        self.line.ssrcs.retain(|ssrc| !repairs.iter().any(|(_, repair)| repair == ssrc));
        match self.simulcast.as_deref().and_then(layers) {
            // In the order of `a=simulcast`, which is the client's preference (RFC 8853 § 5.2).
            Some(order) => {
                let sent = std::mem::take(&mut self.line.rids);
                self.line.rids = order.into_iter().filter(|rid| sent.contains(rid)).collect();
                self.line.rids.dedup();
            }
            None => self.line.rids.clear(),
        }
        self.line
    }

    fn payloads(&self) -> Vec<Payload> {
        let mut payloads: Vec<Payload> = Vec::new();
        for format in &self.formats {
            let Some(codec) = self.codec(*format) else { continue };
            if payloads.iter().all(|payload| payload.codec != codec) {
                let (payload_type, rtx, feedback) = (*format, self.repair_of(*format), self.feedback_of(*format));
                payloads.push(Payload { codec, payload_type, rtx, feedback });
            }
        }
        payloads
    }

    fn codec(&self, format: u8) -> Option<Codec> {
        let name = self.names.iter().find(|(known, _)| *known == format)?.1.to_ascii_lowercase();
        match (self.line.kind, name.as_str()) {
            (Kind::Audio, "opus/48000/2") => Some(Codec::Opus),
            (Kind::Video, "vp8/90000") => Some(Codec::Vp8),
            (Kind::Video, "vp9/90000") => {
                let profile = self.parameter(format, "profile-id").unwrap_or("0");
                (profile == "0").then_some(Codec::Vp9)
            }
            _ => None,
        }
    }

    fn repair_of(&self, format: u8) -> Option<u8> {
        self.names
            .iter()
            .filter(|(_, name)| name.eq_ignore_ascii_case("rtx/90000"))
            .map(|(rtx, _)| *rtx)
            .find(|rtx| self.formats.contains(rtx) && self.parameter(*rtx, "apt") == Some(&format.to_string()))
    }

    fn parameter(&self, format: u8, name: &str) -> Option<&str> {
        let (_, parameters) = self.parameters.iter().find(|(known, _)| *known == format)?;
        parameters.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
    }

    fn feedback_of(&self, format: u8) -> Feedback {
        let has = |kind: &str| {
            self.feedback.iter().any(|(known, text)| known.is_none_or(|known| known == format) && text.trim() == kind)
        };
        Feedback { nack: has("nack"), pli: has("nack pli"), fir: has("ccm fir"), transport_wide: has("transport-cc") }
    }
}

/// "96 rest" (payload types have seven bits).
fn numbered(value: &str) -> Option<(u8, String)> {
    let (format, rest) = value.split_once(' ')?;
    Some((format.parse().ok().filter(|format| *format < 128)?, rest.to_owned()))
}

/// The rids of "send a;~b,c recv d": alternatives and paused ones count as layers of their own.
fn layers(simulcast: &str) -> Option<Vec<String>> {
    let mut words = simulcast.split(' ').map(str::trim);
    while let Some(word) = words.next() {
        if word == "send" {
            let list = words.next()?.split([';', ',']).map(|rid| rid.trim_start_matches('~').to_owned());
            return Some(list.collect());
        }
    }
    None
}
