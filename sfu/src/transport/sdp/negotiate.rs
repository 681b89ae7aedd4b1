//! What an offer and the caller's lists of m-lines make together.

use super::check::BadOffer;
use super::line::Line;
use super::offer::Offered;
use super::{Direction, Extensions, Kind, Payload};
use crate::api::Source;
use std::collections::BTreeSet;

/// A line that the client sends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) mid: String,
    pub(crate) source: Source,
    /// Codecs in the client's order of preference.
    pub(crate) payloads: Vec<Payload>,
    pub(crate) extensions: Extensions,
    /// Layers, in the client's order; empty without simulcast.
    pub(crate) rids: Vec<String>,
    /// Sources that are named in advance. With rids there may be none: then the extensions of the first packets tell.
    pub(crate) ssrcs: Vec<u32>,
    /// Source → the one that repairs it.
    pub(crate) repairs: Vec<(u32, u32)>,
}

/// A line that the client receives on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) mid: String,
    pub(crate) source: Source,
    pub(crate) ssrc: u32,
    /// Carries retransmissions and padding; video only.
    pub(crate) rtx_ssrc: Option<u32>,
    /// Codecs with their payload types *at this client*.
    pub(crate) payloads: Vec<Payload>,
    pub(crate) extensions: Extensions,
    /// The media stream of the client that its track joins.
    pub(crate) stream: String,
}

/// The media of one peer, for good: an ICE restart leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Negotiated {
    pub(crate) published: Vec<Published>,
    /// In the order of the caller's list.
    pub(crate) slots: Vec<Slot>,
}

impl Offered {
    /// What the caller says about the lines must be so.
    pub(in super::super) fn negotiate(
        &self,
        publish: &[(String, Source)],
        receive: &[(String, Source)],
    ) -> Result<Negotiated, BadOffer> {
        let (mut listed, mut taken) = (BTreeSet::new(), BTreeSet::new());
        let mut negotiated = Negotiated::default();
        for (mid, source) in publish {
            let line = self.listed(mid, &mut listed)?;
            if line.direction != Direction::Sendonly || line.kind != Kind::of(*source) || line.rejected {
                return Err(BadOffer::NotSendonly);
            }
            if line.payloads.is_empty() {
                return Err(BadOffer::NoCodec);
            }
            if line.ssrcs.is_empty() && line.rids.is_empty() {
                return Err(BadOffer::NoSsrc);
            }
            taken.extend(line.ssrcs.iter().chain(line.repairs.iter().map(|(_, repair)| repair)).copied());
            negotiated.published.push(Published {
                mid: mid.clone(),
                source: *source,
                payloads: line.payloads.clone(),
                extensions: of_published(line),
                rids: line.rids.clone(),
                ssrcs: line.ssrcs.clone(),
                repairs: line.repairs.clone(),
            });
        }
        for (index, (mid, source)) in receive.iter().enumerate() {
            let line = self.listed(mid, &mut listed)?;
            if line.direction != Direction::Recvonly || line.kind != Kind::of(*source) || line.rejected {
                return Err(BadOffer::NotRecvonly);
            }
            if line.payloads.is_empty() {
                return Err(BadOffer::NoCodec);
            }
            let repaired = line.payloads.iter().any(|payload| payload.rtx.is_some());
            negotiated.slots.push(Slot {
                mid: mid.clone(),
                source: *source,
                ssrc: fresh(&mut taken),
                rtx_ssrc: repaired.then(|| fresh(&mut taken)),
                payloads: line.payloads.clone(),
                extensions: of_slot(line),
                stream: stream(*source, &receive[..index]),
            });
        }
        Ok(negotiated)
    }

    fn listed<'a>(&'a self, mid: &'a str, listed: &mut BTreeSet<&'a str>) -> Result<&'a Line, BadOffer> {
        if !listed.insert(mid) {
            return Err(BadOffer::ListedTwice);
        }
        self.lines.iter().find(|line| line.mid == mid).ok_or(BadOffer::UnknownMid)
    }
}

/// The n-th microphone slot and the n-th camera slot share a media stream, so that the browser plays them in step;
/// `room::assign` gives them to one member.
fn stream(source: Source, before: &[(String, Source)]) -> String {
    let rank = before.iter().filter(|(_, other)| *other == source).count();
    if source == Source::Screen { format!("screen{rank}") } else { format!("seat{rank}") }
}

/// One that nobody of this peer uses. Not zero, which some stacks take for "none".
fn fresh(taken: &mut BTreeSet<u32>) -> u32 {
    loop {
        let ssrc = rand::random();
        if ssrc != 0 && taken.insert(ssrc) {
            return ssrc;
        }
    }
}

/// The client sends what the answer accepts, so only what is read: the send time would cost four bytes a packet and
/// says nothing beside transport-wide feedback, and the payload descriptors say what a dependency descriptor would.
fn of_published(line: &Line) -> Extensions {
    let Extensions { mid, rid, repaired_rid, transport_wide, audio_level, .. } = line.extensions;
    let audio_level = audio_level.filter(|_| line.kind == Kind::Audio);
    Extensions { mid, rid, repaired_rid, transport_wide, audio_level, ..Extensions::default() }
}

/// Our SSRCs are in the answer, so no packet needs to name its line.
fn of_slot(line: &Line) -> Extensions {
    let Extensions { transport_wide, audio_level, .. } = line.extensions;
    let audio_level = audio_level.filter(|_| line.kind == Kind::Audio);
    Extensions { transport_wide, audio_level, ..Extensions::default() }
}
