//! A shard behind its cryptography: one member sends what the bytes say, another is honest and must not notice.
//!
//! ```text
//! u8 what | u8 how | u16 BE n | n bytes, and so on
//!
//! 0 datagram   as it is; from the member's own address, with `how` & 1 from a stranger's
//! 1 RTP        u16 sequence | u32 timestamp | u8 payload type | u8 source | payload; `how`: what its extensions say
//! 2 RTCP       a compound; SSRC fffffff0 + k is the k-th that the SFU sends the member
//! 3 STUN       attributes of a message that is signed with the member's password; `how`: its method
//! 4 time       `how` × 10 ms
//! 5 publish    `how`: bits
//! 6 view       each two bytes are the height of a slot
//! ```

use super::wire::{REPAIRED, RID, RIDS, VP8, Wire};
use super::{Command, Shard};
use crate::api::{MAX_MEMBERS, MemberId, PeerEvent, Publishing, RoomId};
use crate::fuzz::transport;
use crate::net::clock;
use crate::net::route::Route;
use crate::packet::HeaderWriter;
use crate::stats::Counters;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

const ROOM: RoomId = RoomId([5; 16]);
const STEP: Duration = Duration::from_millis(10);
/// Steps that one input may take: as long as nobody is missed for being silent. More: slow inputs.
const STEPS: u32 = 900;
/// Bytes of a datagram, as far as browsers send them.
const LONGEST: usize = 1_400;
const STRANGER: Route = Route::Udp(SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 9)), 9));
const BAD: usize = 0;
const HONEST: usize = 1;
/// One packet of VP8 that is a whole key frame of 320×180.
const PICTURE: [u8; 14] = [0x90, 0x80, 0x80, 0x01, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0];

/// What happens to a room with two members.
pub fn shard(mut script: &[u8]) {
    let mut world = World::connected();
    let mut steps = 0;
    while let Some((&[what, how, high, low], rest)) = script.split_first_chunk() {
        let (bytes, behind) = rest.split_at(usize::from(u16::from_be_bytes([high, low])).min(rest.len()).min(LONGEST));
        script = behind;
        match what % 7 {
            0 => world.datagram(how, bytes),
            1 => world.rtp(how, bytes),
            2 => world.rtcp(bytes),
            3 => world.stun(how, bytes),
            4 if steps + u32::from(how) <= STEPS => {
                steps += u32::from(how);
                (0..how).for_each(|_| world.step());
            }
            5 => {
                let publishing = Publishing { microphone: how & 1 != 0, camera: how & 2 != 0, screen: how & 4 != 0 };
                world.command(Command::Publishing { room: ROOM, member: member(BAD), publishing });
            }
            6 => {
                let heights = bytes.chunks_exact(2).map(|two| u16::from_be_bytes([two[0], two[1]]));
                let sizes = heights.enumerate().map(|(n, height)| (format!("c{n}"), height)).collect();
                world.command(Command::View { room: ROOM, member: member(BAD), sizes });
            }
            _ => {}
        }
        world.exchange();
    }
    (0..20).for_each(|_| world.step());
    assert_eq!(world.counters.panics.get(), 0);
    let honest = world.wires[HONEST].events();
    assert!(!honest.contains(&PeerEvent::Disconnected), "the other one lost its connection");
}

fn member(n: usize) -> MemberId {
    MemberId(n as u32)
}

struct World {
    now: Instant,
    shard: Shard,
    counters: Arc<Counters>,
    wires: [Wire; 2],
    /// User name and password of the bad one's checks.
    credentials: (String, String),
    /// Newest extended sequence number of each SSRC.
    sent: BTreeMap<u32, u64>,
    pictures: u64,
}

impl World {
    fn connected() -> World {
        let (now, counters) = (clock::now(), Arc::<Counters>::default());
        let mut shard = Shard::new(transport(), counters.clone(), MAX_MEMBERS);
        let mut credentials = Default::default();
        let wires = [BAD, HONEST].map(|n| {
            let (mut wire, offer) = Wire::new(now, 10_000 + n as u16, 2);
            let theirs = value(&offer.sdp, "ice-ufrag").to_owned();
            let (reply, mut answer) = oneshot::channel();
            shard.command(now, Command::Offer { room: ROOM, member: member(n), offer, reply });
            let answer = answer.try_recv().expect("an answer at once").unwrap_or_else(|error| panic!("{error}"));
            if n == BAD {
                let user = format!("{}:{theirs}", value(&answer.sdp, "ice-ufrag"));
                credentials = (user, value(&answer.sdp, "ice-pwd").to_owned());
            }
            wire.accept(now, answer.sdp);
            wire
        });
        let mut world = World { now, shard, counters, wires, credentials, sent: BTreeMap::new(), pictures: 0 };
        while !world.wires.iter().all(Wire::is_connected) {
            assert!(world.now - now < Duration::from_secs(5), "no connection");
            world.step();
        }
        for n in [BAD, HONEST] {
            let publishing = Publishing { microphone: true, camera: true, screen: false };
            world.command(Command::Publishing { room: ROOM, member: member(n), publishing });
        }
        (0..5).for_each(|_| world.step());
        world
    }

    fn command(&mut self, command: Command) {
        self.shard.command(self.now, command);
    }

    /// Lets time pass. The honest one films as soon as it can.
    fn step(&mut self) {
        self.now += STEP;
        let header = HeaderWriter {
            marker: true,
            payload_type: VP8,
            sequence: self.pictures as u16,
            timestamp: self.pictures as u32 * 900,
            ssrc: 80,
        };
        self.wires[HONEST].send_rtp(header, self.pictures, "cam", Some((RID, RIDS[0])), None, &PICTURE);
        self.pictures += 1;
        self.exchange();
        if self.shard.deadline().is_some_and(|at| at <= self.now) {
            self.shard.timeout(self.now);
        }
        self.exchange();
    }

    /// Datagrams arrive as soon as they are sent.
    fn exchange(&mut self) {
        for wire in &mut self.wires {
            for mut datagram in wire.transmit(self.now) {
                self.shard.datagram(self.now, wire.address.into(), &mut datagram);
            }
        }
        self.shard.batch_done(self.now);
        for (to, packet) in std::mem::take(&mut self.shard.outbox).packets() {
            if let Some(wire) = self.wires.iter_mut().find(|wire| to == wire.address.into()) {
                wire.receive(self.now, packet);
            }
        }
    }

    fn datagram(&mut self, how: u8, bytes: &[u8]) {
        let from = if how & 1 == 0 { self.wires[BAD].address.into() } else { STRANGER };
        self.shard.datagram(self.now, from, &mut bytes.to_vec());
    }

    fn rtp(&mut self, how: u8, bytes: &[u8]) {
        let Some((&[s, t, a, b, c, d, kind, source], payload)) = bytes.split_first_chunk() else { return };
        let sequence = u16::from_be_bytes([s, t]);
        // 70 is the microphone, 80 to 82 are the camera's layers; their retransmissions follow ten behind.
        let ssrc = 70 + u32::from(source % 32);
        let newest = self.sent.get(&ssrc).copied().unwrap_or(u64::from(sequence));
        let ahead = i64::from(sequence.wrapping_sub(newest as u16) as i16);
        let extended = newest.checked_add_signed(ahead).unwrap_or(u64::from(sequence));
        self.sent.insert(ssrc, newest.max(extended));
        let header = HeaderWriter {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7f,
            sequence,
            timestamp: u32::from_be_bytes([a, b, c, d]),
            ssrc,
        };
        let rid = RIDS.get(usize::from(how & 3)).map(|rid| (if how & 4 == 0 { RID } else { REPAIRED }, *rid));
        let mid = ["cam", "mic", "c0", ""][usize::from(how >> 3 & 3)];
        let level = (how & 0x20 != 0).then_some(t);
        self.wires[BAD].send_rtp(header, extended, mid, rid, level, payload);
    }

    fn rtcp(&mut self, bytes: &[u8]) {
        let mut compound = bytes.to_vec();
        // Anything else is no RTCP (RFC 5761 § 4), or shorter than its header.
        let [flags, kind, ..] = &mut compound[..] else { return };
        (*flags, *kind) = (0x80 | *flags & 0x3f, 0xc0 | *kind & 0x1f);
        if compound.len() < 8 {
            return;
        }
        let slots = self.wires[BAD].slots.iter();
        let known: Vec<u32> = slots.flat_map(|(_, media, repair)| [*media, *repair]).collect();
        for word in compound.chunks_exact_mut(4) {
            let number = u32::from_be_bytes([word[0], word[1], word[2], word[3]]);
            if let Some(ssrc) = number.checked_sub(0xffff_fff0).and_then(|k| known.get(k as usize)) {
                word.copy_from_slice(&ssrc.to_be_bytes());
            }
        }
        self.wires[BAD].send_rtcp(&compound);
    }

    fn stun(&mut self, how: u8, attributes: &[u8]) {
        let kind: u16 = [0x0001, 0x0011, 0x0101, 0x0111][usize::from(how & 3)];
        let mut message = [&kind.to_be_bytes()[..], &[0, 0, 0x21, 0x12, 0xa4, 0x42], &[how; 12]].concat();
        attribute(&mut message, 0x0006, self.credentials.0.as_bytes());
        message.extend_from_slice(attributes);
        message.resize(message.len().next_multiple_of(4), 0);
        // RFC 8489 § 14.5: the length is that of the message up to the integrity.
        let length = (message.len() + 24 - 20) as u16;
        message[2..4].copy_from_slice(&length.to_be_bytes());
        let mut mac = Hmac::<Sha1>::new_from_slice(self.credentials.1.as_bytes()).expect("any length is a key");
        mac.update(&message);
        attribute(&mut message, 0x0008, &mac.finalize().into_bytes());
        self.datagram(how >> 2, &message);
    }
}

fn attribute(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&(value.len() as u16).to_be_bytes());
    message.extend_from_slice(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

/// Of the first attribute of this name.
fn value<'a>(sdp: &'a str, name: &str) -> &'a str {
    let values = |line: &'a str| line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':');
    sdp.lines().find_map(values).expect("ICE credentials")
}
