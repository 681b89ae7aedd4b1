//! What a subscriber tells the SFU of the packets that it got, read from their clear headers: nothing is decrypted, so
//! that two cores can play two hundred subscribers. Media that came, receiver reports (RFC 3550 § 6.4.2), NACKs (RFC
//! 4585 § 6.2.1) and transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 § 3.1).

use super::talk::{self, Said, Talk};
use rtc::rtcp::Packet;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::{
    PacketStatusChunk, RecvDelta, RunLengthChunk, StatusChunkTypeTcc, SymbolTypeTcc, TransportLayerCc,
};
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use std::collections::{BTreeMap, BTreeSet};

/// Nanoseconds between two pieces of feedback; browsers send one each 50 to 100 ms.
const FEEDBACK: u64 = 50_000_000;
/// Nanoseconds between two receiver reports; browsers send one a second.
const REPORT: u64 = 1_000_000_000;
/// A subscriber overlooks one packet of pictures of so many and asks for it again; nobody repeats sound. More: NACK and
/// RTX hardly cost anything. Less: it is loss that is measured.
pub(crate) const OVERLOOKED: u64 = 200;
/// A larger gap in the sequence is another stream, not a loss.
const GAP: u64 = 1_000;
/// Of the feedback's reference time, in nanoseconds.
const REFERENCE: u64 = 64_000_000;
/// Of a delta, in nanoseconds.
const TICK: u64 = 250_000;

/// One stream as RFC 3550 A.3 counts it.
struct Stream {
    first: u64,
    highest: u64,
    received: u64,
    /// Not asked for yet.
    missing: BTreeSet<u64>,
    /// Asked for, and did not come as themselves.
    asked: BTreeSet<u64>,
    /// Expected and received until the last report.
    before: (u64, u64),
    /// The last sender report's time and when it came (RFC 3550 § 6.4.1: LSR, DLSR).
    report: Option<(u32, u64)>,
}

impl Stream {
    fn new(first: u64) -> Stream {
        let (missing, asked) = (BTreeSet::new(), BTreeSet::new());
        Stream { first, highest: first, received: 0, missing, asked, before: (0, 0), report: None }
    }

    fn expected(&self) -> u64 {
        self.highest + 1 - self.first
    }

    fn came(&mut self, number: u64) {
        self.received += 1;
        self.missing.remove(&number);
        self.asked.remove(&number);
        if number > self.highest + GAP {
            (self.missing, self.asked) = (BTreeSet::new(), BTreeSet::new());
        } else {
            self.missing.extend(self.highest + 1..number);
        }
        self.highest = self.highest.max(number);
    }
}

/// A packet of the stream that is watched.
#[derive(Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) ssrc: u32,
    pub(crate) timestamp: u32,
    pub(crate) at: u64,
}

#[derive(Default)]
pub(crate) struct Heard {
    /// Identifier of the transport-wide number's extension, if it was negotiated.
    pub(crate) transport_wide: Option<u8>,
    /// Payload types of media, and of repetitions and padding (RFC 4588).
    pub(crate) media: Vec<u8>,
    pub(crate) rtx: Vec<u8>,
    /// Those of the media that are repeated: pictures.
    pub(crate) repeated: Vec<u8>,
    streams: BTreeMap<u32, Stream>,
    /// Transport-wide numbers since the last feedback, with their times.
    arrivals: BTreeMap<u64, u64>,
    highest: u64,
    feedbacks: u8,
    last_feedback: u64,
    last_report: u64,
    /// Media packets on the wire, the pictures among them, and those of these that were overlooked.
    pub(crate) packets: u64,
    pictures: u64,
    overlooked: u64,
    /// Repetitions that somebody waited for.
    mended: u64,
    pub(crate) talk: Talk,
    /// Those that came since they were taken.
    pub(crate) stamps: Option<Vec<Stamp>>,
}

impl Heard {
    /// Media packets that came, at once or as a repetition.
    pub(crate) fn delivered(&self) -> u64 {
        self.packets - self.overlooked + self.mended
    }

    pub(crate) fn packet(&mut self, packet: &[u8], at: u64) {
        let Some(header) = packet.first_chunk::<12>() else { return };
        let sequence = u16::from_be_bytes([header[2], header[3]]);
        let timestamp = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        let ssrc = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        let payload_type = header[1] & 0x7f;
        let is_media = self.media.contains(&payload_type);
        if is_media {
            self.packets += 1;
        }
        if self.repeated.contains(&payload_type) {
            self.pictures += 1;
            if self.pictures.is_multiple_of(OVERLOOKED) {
                self.overlooked += 1;
                return;
            }
        }
        if let Some(number) = self.transport_wide.and_then(|id| extension(packet, id)).and_then(<[u8]>::first_chunk) {
            let number = extend(self.highest, u16::from_be_bytes(*number));
            self.highest = self.highest.max(number);
            self.arrivals.insert(number, at);
        }
        if self.rtx.contains(&payload_type) {
            // RFC 3550 § 5.1: the P bit. Which packet is repeated stands in the part that is encrypted.
            return if header[0] & 0x20 != 0 { self.talk.count(Said::Padding, 1) } else { self.repetition() };
        }
        if !is_media {
            return;
        }
        if let Some(stamps) = &mut self.stamps {
            stamps.push(Stamp { ssrc, timestamp, at });
        }
        let first = 65_536 + u64::from(sequence);
        let stream = self.streams.entry(ssrc).or_insert_with(|| Stream::new(first));
        stream.came(extend(stream.highest, sequence));
    }

    pub(crate) fn control(&mut self, packet: &dyn Packet, at: u64) {
        if let Some(said) = talk::heard(packet) {
            self.talk.count(said, 1);
        }
        if let Some(report) = packet.as_any().downcast_ref::<SenderReport>()
            && let Some(stream) = self.streams.get_mut(&report.ssrc)
        {
            stream.report = Some(((report.ntp_time >> 16) as u32, at));
        }
    }

    /// Of the packet that waits for it longest, whichever it is.
    fn repetition(&mut self) {
        self.talk.count(Said::Repeated, 1);
        if self.streams.values_mut().any(|stream| stream.asked.pop_first().is_some()) {
            self.mended += 1;
        }
    }

    /// RTCP that is due.
    pub(crate) fn due(&mut self, now: u64) -> Vec<Box<dyn Packet>> {
        let mut due: Vec<Box<dyn Packet>> = Vec::new();
        // Janus finds out whom a NACK is about by a report before it, as RFC 3550 § 6.1 puts them.
        let is_missing = self.streams.values().any(|stream| !stream.missing.is_empty());
        if is_missing || now >= self.last_report + REPORT && !self.streams.is_empty() {
            self.last_report = now;
            let reports = self.streams.iter_mut().map(|(ssrc, stream)| report(*ssrc, stream, now)).collect();
            due.push(Box::new(ReceiverReport { ssrc: 1, reports, ..Default::default() }));
            self.talk.count(Said::ReceiverReport, 1);
        }
        if now >= self.last_feedback + FEEDBACK && !self.arrivals.is_empty() {
            self.last_feedback = now;
            due.push(Box::new(self.feedback()));
            self.talk.count(Said::Feedback, 1);
        }
        for (ssrc, stream) in &mut self.streams {
            let missing = std::mem::take(&mut stream.missing);
            if !missing.is_empty() {
                self.talk.count(Said::Asked, missing.len() as u64);
                let numbers: Vec<u16> = missing.iter().map(|number| *number as u16).collect();
                let nacks = nack_pairs_from_sequence_numbers(&numbers);
                due.push(Box::new(TransportLayerNack { sender_ssrc: 1, media_ssrc: *ssrc, nacks }));
                stream.asked.extend(missing);
            }
        }
        due
    }

    fn feedback(&mut self) -> TransportLayerCc {
        let arrivals = std::mem::take(&mut self.arrivals);
        let base = arrivals.keys().next().copied().unwrap_or_default();
        let earliest = arrivals.values().min().copied().unwrap_or_default();
        let (mut time, mut next) = (earliest / REFERENCE * REFERENCE, base);
        let mut feedback = TransportLayerCc {
            sender_ssrc: 1,
            media_ssrc: self.streams.keys().next().copied().unwrap_or_default(),
            base_sequence_number: base as u16,
            reference_time: (time / REFERENCE) as u32 & 0x00ff_ffff,
            fb_pkt_count: self.feedbacks,
            ..Default::default()
        };
        self.feedbacks = self.feedbacks.wrapping_add(1);
        for (number, at) in arrivals {
            (next..number).for_each(|_| one_more(&mut feedback.packet_chunks, SymbolTypeTcc::PacketNotReceived));
            next = number + 1;
            let ticks = (at as i64 - time as i64).div_euclid(TICK as i64);
            time = time.saturating_add_signed(ticks * TICK as i64);
            let symbol = match ticks {
                0..=255 => SymbolTypeTcc::PacketReceivedSmallDelta,
                _ => SymbolTypeTcc::PacketReceivedLargeDelta,
            };
            one_more(&mut feedback.packet_chunks, symbol);
            feedback.recv_deltas.push(RecvDelta { type_tcc_packet: symbol, delta: ticks * 250 });
        }
        feedback.packet_status_count = (next - base) as u16;
        feedback
    }
}

fn one_more(chunks: &mut Vec<PacketStatusChunk>, symbol: SymbolTypeTcc) {
    if let Some(PacketStatusChunk::RunLengthChunk(last)) = chunks.last_mut()
        && last.packet_status_symbol == symbol
        && last.run_length < 8_191
    {
        last.run_length += 1;
        return;
    }
    chunks.push(PacketStatusChunk::RunLengthChunk(RunLengthChunk {
        type_tcc: StatusChunkTypeTcc::RunLengthChunk,
        packet_status_symbol: symbol,
        run_length: 1,
    }));
}

fn report(ssrc: u32, stream: &mut Stream, now: u64) -> ReceptionReport {
    let (expected, received) = (stream.expected(), stream.received);
    let (expected_before, received_before) = std::mem::replace(&mut stream.before, (expected, received));
    let new = expected - expected_before;
    let lost = new.saturating_sub(received - received_before);
    let (last_sender_report, since) = stream.report.map_or((0, 0), |(time, at)| (time, now.saturating_sub(at)));
    ReceptionReport {
        ssrc,
        fraction_lost: (lost * 256).checked_div(new).unwrap_or(0).min(255) as u8,
        total_lost: expected.saturating_sub(received).min(0x7f_ffff) as u32,
        last_sequence_number: stream.highest as u32,
        last_sender_report,
        // In 1/65,536 s.
        delay: (since * 65_536 / 1_000_000_000) as u32,
        ..Default::default()
    }
}

/// The number nearest to `highest` that ends with these bits.
fn extend(highest: u64, bits: u16) -> u64 {
    let ahead = bits.wrapping_sub(highest as u16).cast_signed();
    highest.saturating_add_signed(ahead.into())
}

/// RFC 8285 § 4.2, one-byte headers.
fn extension(packet: &[u8], wanted: u8) -> Option<&[u8]> {
    let first = *packet.first()?;
    let at = 12 + 4 * usize::from(first & 0x0f);
    let head = packet.get(at..)?.first_chunk::<4>().filter(|_| first & 0x10 != 0)?;
    let words = usize::from(u16::from_be_bytes([head[2], head[3]]));
    let mut rest = packet.get(at + 4..at + 4 + 4 * words).filter(|_| head[..2] == [0xbe, 0xde])?;
    while let [tag, more @ ..] = rest {
        if *tag == 0 {
            rest = more;
            continue;
        }
        let (id, length) = (tag >> 4, usize::from(tag & 0x0f) + 1);
        if id == wanted {
            return more.get(..length);
        }
        rest = more.get(length..)?;
    }
    None
}
