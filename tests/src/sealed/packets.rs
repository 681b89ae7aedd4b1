//! Frames from and into RTP packets, and the envelope of the data channels.

use crate::mls::Codec;
use crate::peer::native::{Native, Received};
use sfu::Source;
use std::collections::BTreeMap;

/// Payload of a packet, less than any path takes.
const PACKET: usize = 1_100;
/// Frames of one line that wait for packets.
const PENDING: usize = 16;

#[derive(Default)]
pub(super) struct Frames {
    picture: u16,
    /// By line and RTP time.
    pending: BTreeMap<(String, u32), Vec<Received>>,
}

impl Frames {
    /// VP8 behind its payload descriptor (RFC 7741 § 4.2) with a picture id of 15 bits; opus as it is.
    pub(super) fn send(&mut self, media: &mut Native, source: Source, frame: &[u8], timestamp: u32) {
        if source == Source::Microphone {
            return media.send_packet(source, frame.to_vec().into(), timestamp, false);
        }
        self.picture = (self.picture + 1) & 0x7fff;
        let [high, low] = self.picture.to_be_bytes();
        let parts = frame.len().div_ceil(PACKET);
        for (i, part) in frame.chunks(PACKET).enumerate() {
            let begins = if i == 0 { 0x10 } else { 0 };
            let packet = [&[0x80 | begins, 0x80, high | 0x80, low], part].concat();
            media.send_packet(source, packet.into(), timestamp, i + 1 == parts);
        }
    }

    /// The frame that this packet makes whole.
    pub(super) fn receive(&mut self, packet: Received, codec: Codec) -> Option<Vec<u8>> {
        if codec == Codec::Opus {
            return Some(packet.payload.to_vec());
        }
        let key = (packet.mid.clone(), packet.timestamp);
        let packets = self.pending.entry(key.clone()).or_default();
        packets.push(packet);
        let last = packets.iter().find(|packet| packet.marker)?.sequence;
        packets.sort_by_key(|packet| std::cmp::Reverse(last.wrapping_sub(packet.sequence)));
        packets.dedup_by_key(|packet| packet.sequence);
        let first =
            packets.iter().rposition(|packet| packet.payload.first().is_some_and(|first| first & 0x17 == 0x10))?;
        let whole = usize::from(last.wrapping_sub(packets[first].sequence)) + 1 == packets.len() - first;
        if !whole {
            return None;
        }
        let frame = packets[first..].iter().flat_map(|packet| behind_descriptor(&packet.payload)).copied().collect();
        self.pending.remove(&key);
        while self.pending.len() > PENDING {
            self.pending.pop_first();
        }
        Some(frame)
    }
}

fn behind_descriptor(payload: &[u8]) -> &[u8] {
    let byte = |at: usize| payload.get(at).copied().unwrap_or(0);
    let mut at = 1;
    if byte(0) & 0x80 != 0 {
        let extensions = byte(1);
        at = 2;
        if extensions & 0x80 != 0 {
            at += if byte(at) & 0x80 != 0 { 2 } else { 1 };
        }
        at += usize::from(extensions & 0x40 != 0) + usize::from(extensions & 0x30 != 0);
    }
    payload.get(at..).unwrap_or(&[])
}

/// Kind, sender, key and payload of a frame from the server.
pub(super) fn read_value(frame: &[u8]) -> Option<(u8, u32, &str, &[u8])> {
    let (head, rest) = frame.split_at_checked(6)?;
    let sender = u32::from_be_bytes(head[1..5].try_into().ok()?);
    let (key, payload) = rest.split_at_checked(usize::from(head[5]))?;
    Some((head[0], sender, std::str::from_utf8(key).ok()?, payload))
}
