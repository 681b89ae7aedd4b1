//! What one member sends: its sources, their layers, and what it is told about them.

use super::layer::Layer;
pub(super) use super::publication::{ALL, Publication};
use crate::api::Source;
use crate::packet::RtpHeader;
use crate::packet::extension::{self, AudioLevel};
use crate::packet::rtcp::{self, MAX_BLOCKS, ReportBlock, SenderInfo};
use crate::receive::{Arrivals, Names, Origin, Origins, rtx};
use crate::send::{Incoming, StreamId};
use crate::stats::Counters;
use crate::transport::{Extensions, Published};
use std::time::{Duration, Instant};

/// Our SSRC as a receiver: it only names us (RFC 4585 § 6.3.1); we send no media under it.
pub(super) const RECEIVER: u32 = 1;
/// Between receiver reports (RFC 3550 § 6.2 would allow more for few peers). More: the sender's round trip and loss are
/// older. Less: more datagrams.
const REPORTS: Duration = Duration::from_secs(1);
/// Loss behind us of which a sender of sound is told, at most. More: a listener who makes it up costs the others more. Less:
/// encoders, which know no more than a fifth, guard less than they could.
const MOST_BEYOND: f64 = 0.2;
/// Bytes on the wire beside the datagram's: IPv4 and UDP.
pub(super) const OVERHEAD: usize = 28;

#[derive(Default)]
pub(super) struct Uplink {
    pub(super) publications: Vec<Publication>,
    origins: Origins,
    extensions: Extensions,
    arrivals: Option<Arrivals>,
    reported: Option<Instant>,
    /// Part of the packets that came in vain in the last second, 0 to 1: the worst stream's.
    pub(super) loss: f32,
    asks: Vec<u16>,
}

/// A packet that is to be forwarded.
pub(super) struct Heard<'a> {
    pub(super) publication: usize,
    pub(super) layer: usize,
    pub(super) incoming: Incoming<'a>,
    pub(super) level: Option<AudioLevel>,
    /// The first of its stream.
    pub(super) is_first: bool,
}

/// Why a packet goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ignored {
    Malformed,
    /// It names nothing that was offered.
    UnknownSource,
    Repeated,
    /// A probe of the sender's.
    Padding,
}

/// What the extensions of a packet say.
#[derive(Default)]
struct Said<'a> {
    names: Names<'a>,
    number: Option<u16>,
    level: Option<AudioLevel>,
}

impl Uplink {
    pub(super) fn new(published: &[Published]) -> Uplink {
        let mut uplink = Uplink::default();
        for line in published {
            let rids: Vec<&str> = line.rids.iter().map(String::as_str).collect();
            let media = uplink.origins.add_media(&line.mid, &rids);
            // Of several sources the description does not say which layer each is: their packets do.
            if let (true, Some(ssrc)) = (rids.is_empty(), line.ssrcs.first().copied()) {
                uplink.origins.declare(ssrc, Origin { media, layer: 0, is_repair: false });
                for (_, repair) in line.repairs.iter().filter(|(repaired, _)| *repaired == ssrc) {
                    uplink.origins.declare(*repair, Origin { media, layer: 0, is_repair: true });
                }
            }
            uplink.learn_ids(&line.extensions);
            uplink.publications.push(Publication::new(line));
        }
        uplink
    }

    /// Bundled lines give an extension one id (RFC 8843 § 9.2), but not every line has every extension.
    fn learn_ids(&mut self, line: &Extensions) {
        let all = &mut self.extensions;
        all.mid = all.mid.or(line.mid);
        all.rid = all.rid.or(line.rid);
        all.repaired_rid = all.repaired_rid.or(line.repaired_rid);
        all.transport_wide = all.transport_wide.or(line.transport_wide);
        all.audio_level = all.audio_level.or(line.audio_level);
    }

    /// A decrypted packet. `next_stream`: the room's next [`StreamId`].
    pub(super) fn receive<'a>(
        &mut self,
        now: Instant,
        packet: &'a [u8],
        next_stream: &mut u32,
        counters: &Counters,
    ) -> Result<Heard<'a>, Ignored> {
        let header = RtpHeader::parse(packet).ok_or(Ignored::Malformed)?;
        let payload = header.payload(packet).ok_or(Ignored::Malformed)?;
        let said = self.read_extensions(packet);
        if let Some(number) = said.number {
            self.arrivals.get_or_insert_with(|| Arrivals::new(RECEIVER)).arrived(now, number, header.ssrc);
        }
        let origin = match self.origins.find(header.ssrc) {
            Some(origin) => origin,
            None => {
                let is_repair = self.is_repair(header.payload_type).ok_or(Ignored::UnknownSource)?;
                self.origins.learn(header.ssrc, is_repair, said.names).ok_or(Ignored::UnknownSource)?
            }
        };
        let (publication, at) = (usize::from(origin.media), usize::from(origin.layer));
        let line = &mut self.publications[publication];
        let (codec, is_repair) = line.payload(header.payload_type).ok_or(Ignored::Malformed)?;
        if is_repair != origin.is_repair {
            return Err(Ignored::Malformed);
        }
        let mut is_first = false;
        let (layer, arrival, payload) = if is_repair {
            // Before its first packet there is nothing to repair.
            let layer = line.layers[at].as_mut().ok_or(Ignored::Padding)?;
            let (number, original) = rtx::unwrap(payload).ok_or(Ignored::Padding)?;
            let arrival = layer.reception.recovered(now, number);
            if arrival.is_new {
                counters.rtx_received.add(1);
            }
            (layer, arrival, original)
        } else {
            // A sender that begins anew, with another SSRC or codec, is another stream.
            let known = line.layers[at].as_ref();
            if known.is_none_or(|layer| layer.ssrc != header.ssrc || layer.codec != codec) {
                line.layers[at] = Some(Layer::new(now, StreamId(*next_stream), codec, header.ssrc));
                *next_stream += 1;
                is_first = true;
            }
            let layer = line.layers[at].as_mut().ok_or(Ignored::UnknownSource)?;
            let arrival = layer.reception.arrived(now, header.sequence, header.timestamp, codec.clock_rate());
            (layer, arrival, payload)
        };
        if !arrival.is_new {
            return Err(Ignored::Repeated);
        }
        let incoming =
            Incoming::new(layer.stream, layer.codec, arrival.extended, header.timestamp, header.marker, payload);
        layer.heard(now, &incoming, packet.len() + OVERHEAD);
        Ok(Heard { publication, layer: at, incoming, level: said.level, is_first })
    }

    fn read_extensions<'a>(&self, packet: &'a [u8]) -> Said<'a> {
        let (ids, mut said) = (&self.extensions, Said::default());
        for (id, value) in RtpHeader::extensions(packet) {
            let id = Some(id);
            if id == ids.transport_wide {
                said.number = extension::transport_wide(value);
            } else if id == ids.audio_level {
                said.level = AudioLevel::read(value);
            } else if id == ids.mid {
                said.names.mid = extension::name(value);
            } else if id == ids.rid {
                said.names.rid = extension::name(value);
            } else if id == ids.repaired_rid {
                said.names.repaired_rid = extension::name(value);
            }
        }
        said
    }

    fn is_repair(&self, payload_type: u8) -> Option<bool> {
        self.publications.iter().find_map(|line| line.payload(payload_type)).map(|(_, is_repair)| is_repair)
    }

    /// The member's report about one of its streams. Returns which publication and stream it is about.
    pub(super) fn heard_report(&mut self, now: Instant, ssrc: u32, info: &SenderInfo) -> Option<(usize, StreamId)> {
        self.publications.iter_mut().enumerate().find_map(|(at, line)| {
            let layer = line.layers.iter_mut().flatten().find(|layer| layer.ssrc == ssrc)?;
            layer.reception.heard_report(now, info);
            layer.report = Some((info.ntp, info.rtp, now));
            Some((at, layer.stream))
        })
    }

    /// Writes the next compound that is due, over what `into` held: questions for packets and key frames, arrival
    /// times. `false`: there is none.
    pub(super) fn feedback(
        &mut self,
        now: Instant,
        round_trip: Duration,
        into: &mut Vec<u8>,
        counters: &Counters,
    ) -> bool {
        into.clear();
        let asks = &mut self.asks;
        for layer in self.publications.iter_mut().flat_map(|line| line.layers.iter_mut().flatten()) {
            asks.clear();
            if layer.missing.due(now, round_trip, asks) {
                layer.requests.want(now);
            }
            counters.nack_sent.add(asks.len() as u64);
            rtcp::nack(into, RECEIVER, layer.ssrc, asks);
            if layer.requests.poll(now) {
                counters.pli_sent.add(1);
                rtcp::pli(into, RECEIVER, layer.ssrc);
            }
        }
        if let Some(arrivals) = &mut self.arrivals {
            arrivals.feedback(now, into);
        }
        !into.is_empty()
    }

    pub(super) fn is_report_due(&self, now: Instant) -> bool {
        self.reported.is_none_or(|at| now >= at + REPORTS)
    }

    /// Appends the receiver report if one is due. Of sound it tells what is lost on the whole way to the member who loses
    /// most: `beyond` of 1 behind us. The sender's encoder weighs its redundancy by it (RFC 6716 § 2.1.7), and cannot know
    /// otherwise. The count of lost packets stays what it is: bandwidth is estimated by that.
    pub(super) fn report(&mut self, now: Instant, beyond: f64, into: &mut Vec<u8>, counters: &Counters) {
        if !self.is_report_due(now) {
            return;
        }
        self.reported = Some(now);
        let mut blocks = [ReportBlock::default(); MAX_BLOCKS];
        let mut count = 0;
        self.loss = 0.0;
        for line in &mut self.publications {
            let is_sound = line.source == Source::Microphone;
            for layer in line.layers.iter_mut().flatten() {
                let report = layer.reception.report(now, layer.ssrc);
                let Some((mut block, lost)) = report.filter(|_| count < MAX_BLOCKS) else { continue };
                counters.lost_in.add(lost);
                self.loss = self.loss.max(f32::from(block.fraction_lost) / 256.0);
                if is_sound {
                    block.fraction_lost = on_both_ways(block.fraction_lost, beyond);
                }
                blocks[count] = block;
                count += 1;
            }
        }
        if count > 0 {
            rtcp::receiver_report(into, RECEIVER, &blocks[..count]);
            rtcp::cname(into, RECEIVER, "sfu");
        }
    }

    /// See [`Layer::rest`].
    pub(super) fn rest(&mut self, now: Instant) {
        for layer in self.publications.iter_mut().flat_map(|line| line.layers.iter_mut().flatten()) {
            layer.rest(now);
        }
    }

    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        let layers = self.publications.iter().flat_map(|line| line.layers.iter().flatten());
        let layers = layers.filter_map(|layer| layer.deadline(now));
        layers.chain(self.arrivals.as_ref().and_then(Arrivals::deadline)).min()
    }

    /// The same after a packet of one layer, as far as it can have changed.
    pub(super) fn deadline_of(&self, now: Instant, publication: usize, layer: usize) -> Option<Instant> {
        let layer = self.publications[publication].layers[layer].as_ref().and_then(|layer| layer.deadline(now));
        layer.into_iter().chain(self.arrivals.as_ref().and_then(Arrivals::deadline)).min()
    }
}

/// What is lost of what is sent, in 256ths (RFC 3550 § 6.4.1), when `beyond` of 1 of the rest is lost after it.
fn on_both_ways(fraction: u8, beyond: f64) -> u8 {
    let comes = (1.0 - f64::from(fraction) / 256.0) * (1.0 - beyond.min(MOST_BEYOND));
    ((1.0 - comes) * 256.0).min(255.0) as u8
}
