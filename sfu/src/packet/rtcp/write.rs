//! Writers append one packet to a buffer, so several make a compound. RFC 3550 § 6.1 wants a report and a CNAME in
//! front unless reduced size (RFC 5506) was agreed.

use super::{
    MAX_BLOCKS, NACK, PAYLOAD_FEEDBACK, PLI, RECEIVER_REPORT, ReportBlock, SENDER_REPORT, SOURCE_DESCRIPTION,
    TRANSPORT_FEEDBACK,
};
use crate::packet::u32_at;

/// What a sender says of its stream (RFC 3550 § 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SenderInfo {
    /// Seconds since 1900 in 32.32 bits.
    pub(crate) ntp: u64,
    /// The same instant on the clock of the stream.
    pub(crate) rtp: u32,
    pub(crate) packets: u32,
    /// Of payload, without headers and padding.
    pub(crate) octets: u32,
}

impl SenderInfo {
    pub(super) fn read(info: &[u8]) -> Option<SenderInfo> {
        Some(SenderInfo {
            ntp: u64::from(u32_at(info, 0)?) << 32 | u64::from(u32_at(info, 4)?),
            rtp: u32_at(info, 8)?,
            packets: u32_at(info, 12)?,
            octets: u32_at(info, 16)?,
        })
    }

    /// Middle 32 bits of the NTP time, which a receiver's report block repeats.
    pub(crate) fn middle_of_ntp(&self) -> u32 {
        (self.ntp >> 16) as u32
    }
}

/// Of `blocks`, the first 31 are written.
pub(crate) fn sender_report(into: &mut Vec<u8>, ssrc: u32, info: &SenderInfo, blocks: &[ReportBlock]) {
    let start = begin(into, blocks.len().min(MAX_BLOCKS) as u8, SENDER_REPORT);
    into.extend_from_slice(&ssrc.to_be_bytes());
    into.extend_from_slice(&info.ntp.to_be_bytes());
    for word in [info.rtp, info.packets, info.octets] {
        into.extend_from_slice(&word.to_be_bytes());
    }
    report_blocks(into, blocks);
    finish(into, start);
}

/// Of `blocks`, the first 31 are written. `ssrc`: the reporter's own.
pub(crate) fn receiver_report(into: &mut Vec<u8>, ssrc: u32, blocks: &[ReportBlock]) {
    let start = begin(into, blocks.len().min(MAX_BLOCKS) as u8, RECEIVER_REPORT);
    into.extend_from_slice(&ssrc.to_be_bytes());
    report_blocks(into, blocks);
    finish(into, start);
}

fn report_blocks(into: &mut Vec<u8>, blocks: &[ReportBlock]) {
    for block in blocks.iter().take(MAX_BLOCKS) {
        into.extend_from_slice(&block.bytes());
    }
}

/// A source description with nothing but the canonical name (RFC 3550 § 6.5.1), cut to 255 bytes.
pub(crate) fn cname(into: &mut Vec<u8>, ssrc: u32, name: &str) {
    let name = &name.as_bytes()[..name.len().min(255)];
    let start = begin(into, 1, SOURCE_DESCRIPTION);
    into.extend_from_slice(&ssrc.to_be_bytes());
    into.extend_from_slice(&[1, name.len() as u8]);
    into.extend_from_slice(name);
    into.push(0); // at least one zero ends the list; `finish` fills up
    finish(into, start);
}

/// Asks for a key frame (RFC 4585 § 6.3.1).
pub(crate) fn pli(into: &mut Vec<u8>, sender: u32, media: u32) {
    let start = begin_feedback(into, PLI, PAYLOAD_FEEDBACK, sender, media);
    finish(into, start);
}

/// Asks for packets again (RFC 4585 § 6.2.1). Shortest if `lost` is in ascending order (wrap-around included); without
/// any it writes nothing.
pub(crate) fn nack(into: &mut Vec<u8>, sender: u32, media: u32, lost: &[u16]) {
    let Some((&first, others)) = lost.split_first() else { return };
    let start = begin_feedback(into, NACK, TRANSPORT_FEEDBACK, sender, media);
    let (mut base, mut bits) = (first, 0u16);
    for &number in others {
        match number.wrapping_sub(base) {
            0 => {}
            distance @ 1..=16 => bits |= 1 << (distance - 1),
            _ => {
                nack_entry(into, base, bits);
                (base, bits) = (number, 0);
            }
        }
    }
    nack_entry(into, base, bits);
    finish(into, start);
}

fn nack_entry(into: &mut Vec<u8>, base: u16, bits: u16) {
    into.extend_from_slice(&base.to_be_bytes());
    into.extend_from_slice(&bits.to_be_bytes());
}

/// Writes everything up to the feedback control information; [`finish`] takes the answer.
pub(in crate::packet) fn begin_feedback(into: &mut Vec<u8>, format: u8, kind: u8, sender: u32, media: u32) -> usize {
    let start = begin(into, format, kind);
    into.extend_from_slice(&sender.to_be_bytes());
    into.extend_from_slice(&media.to_be_bytes());
    start
}

fn begin(into: &mut Vec<u8>, count: u8, kind: u8) -> usize {
    let start = into.len();
    into.extend_from_slice(&[0x80 | count, kind, 0, 0]);
    start
}

/// Fills the packet that begins at `start` up to 32 bits with zeros that belong to its contents, and writes its length.
pub(in crate::packet) fn finish(into: &mut Vec<u8>, start: usize) {
    let length = (into.len() - start).next_multiple_of(4);
    into.resize(start + length, 0);
    into[start + 2..start + 4].copy_from_slice(&((length / 4 - 1) as u16).to_be_bytes());
}
