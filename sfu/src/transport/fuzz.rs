//! SCTP behind DTLS: a client by hand opens both channels, and then says what the bytes say.
//!
//! ```text
//! u8 what | u16 BE n | n bytes, and so on
//!
//! even `what`   chunks in a packet of the association; word fffffff0 + k is the k-th TSN of the SFU, and ours begin at 1000
//! odd  `what`   `what` × 50 ms pass
//! ```

use super::sctp::{MAX_MESSAGE, Sctp};
use crate::net::clock;
use crate::state::Channel;
use crate::transport::Output;
use bytes::Bytes;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

const PORTS: [u8; 4] = [0x13, 0x88, 0x13, 0x88];
const TSN: u32 = 1_000;
/// Bytes that may come back for one packet, beside as many as it had: a repeated flight of ours.
const ANSWERS: usize = 8 * 1_024;
/// Bytes of a packet: DTLS and UDP take the rest of an Ethernet frame.
const LONGEST: usize = 1_400;

/// Packets of an association that is established. A panic of rtc-sctp costs the client its peer, here as in a shard; what
/// takes long or much memory would cost everybody.
pub fn sctp(mut script: &[u8]) {
    let mut client = Client::connected();
    while let Some((&[what, high, low], rest)) = script.split_first_chunk() {
        let (bytes, behind) = rest.split_at(usize::from(u16::from_be_bytes([high, low])).min(rest.len()).min(LONGEST));
        script = behind;
        let answers = catch_unwind(AssertUnwindSafe(|| {
            if what & 1 == 0 {
                client.say(bytes);
            } else {
                client.now += Duration::from_millis(50) * u32::from(what);
                // What cannot go on is an error, and the peer is then let go.
                let _ = client.sctp.timeout(client.now, &mut client.out);
            }
            client.answers()
        }));
        let Ok(answers) = answers else { return };
        let answers: usize = answers.iter().map(Bytes::len).sum();
        assert!(answers <= bytes.len() + ANSWERS, "{answers} bytes for {}", bytes.len());
        for output in client.out.drain(..) {
            assert!(!matches!(output, Output::Data { data, .. } if data.len() > MAX_MESSAGE));
        }
    }
}

struct Client {
    now: Instant,
    sctp: Sctp,
    out: Vec<Output>,
    /// Verification tag and first TSN of the SFU.
    tag: u32,
    theirs: u32,
}

impl Client {
    fn connected() -> Client {
        let sctp = Sctp::new(MAX_MESSAGE);
        let mut client = Client { now: clock::now(), sctp, out: Vec::new(), tag: 0, theirs: 0 };
        // Initiate tag, window, streams both ways, first TSN; that FORWARD TSN and RE-CONFIG are understood.
        let mut init = [7, 256 * 1_024, 64 << 16 | 64, TSN].map(u32::to_be_bytes).concat();
        init.extend([0xc0, 0, 0, 4, 0x80, 0x08, 0, 6, 192, 130, 0, 0]);
        client.say(&chunk(1, 0, &init));
        let answers = client.answers();
        let answer = &answers.first().expect("an INIT ACK")[12..];
        assert_eq!(answer[0], 2);
        let word = |at: usize| u32::from_be_bytes(answer[at..at + 4].try_into().expect("four bytes"));
        (client.tag, client.theirs) = (word(4), word(16));
        let mut at = 20;
        while word(at) >> 16 != 7 {
            at += (word(at) as usize & 0xffff).next_multiple_of(4);
        }
        client.say(&chunk(10, 0, &answer[at + 4..at + (word(at) as usize & 0xffff)]));
        client.say(&open(TSN, 0, 0x00, "state"));
        client.say(&open(TSN + 1, 2, 0x81, "pointer"));
        let opened = [Channel::State, Channel::Pointer].map(Output::ChannelOpened);
        assert_eq!(client.out, opened);
        for channel in [Channel::State, Channel::Pointer] {
            client.sctp.send(client.now, channel, &Bytes::from_static(&[1; 3_000])).expect("an open channel");
        }
        client.answers();
        client
    }

    fn say(&mut self, chunks: &[u8]) {
        let mut packet = [&PORTS[..], &self.tag.to_be_bytes(), &[0; 4], chunks].concat();
        for word in packet[12..].chunks_exact_mut(4) {
            let number = u32::from_be_bytes([word[0], word[1], word[2], word[3]]);
            if let Some(k @ 0..16) = number.checked_sub(0xffff_fff0) {
                word.copy_from_slice(&self.theirs.wrapping_add(k).to_be_bytes());
            }
        }
        let sum = checksum(&packet);
        packet[8..12].copy_from_slice(&sum.to_le_bytes());
        // Malformed chunks are errors that change nothing.
        let _ = self.sctp.receive(self.now, packet.into(), &mut self.out);
    }

    fn answers(&mut self) -> Vec<Bytes> {
        let mut packets = Vec::new();
        self.sctp.transmit(self.now, &mut packets);
        packets
    }
}

fn chunk(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let mut chunk = [&[kind, flags][..], &(4 + value.len() as u16).to_be_bytes(), value].concat();
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    chunk
}

/// DATA with a DATA_CHANNEL_OPEN (RFC 8832 § 5.1).
fn open(tsn: u32, stream: u16, kind: u8, label: &str) -> Vec<u8> {
    let head = [&tsn.to_be_bytes()[..], &stream.to_be_bytes(), &[0, 0], &50_u32.to_be_bytes()].concat();
    let open =
        [&[3, kind, 0, 0, 0, 0, 0, 0][..], &(label.len() as u16).to_be_bytes(), &[0, 0], label.as_bytes()].concat();
    chunk(0, 3, &[head, open].concat())
}

/// CRC32c (RFC 9260 § A).
fn checksum(packet: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
    !packet.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
