//! A shard, its clients and the networks between them, in virtual time.

use super::wire::{OPUS, RID, RIDS, RTX, VP8, Wire};
use super::*;
use crate::api::{PeerEvent, Source};
use crate::net::{announce, clock, stun};
use crate::packet::HeaderWriter;
use crate::shard::tests::counting;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

pub(super) const ROOM: RoomId = RoomId([2; 16]);
const STEP: Duration = Duration::from_millis(2);
const DELAY: Duration = Duration::from_millis(20);
/// What a router keeps.
const QUEUE: Duration = Duration::from_millis(300);
const VOICE_SSRC: u32 = 70;
const FRAME: Duration = Duration::from_millis(33);
const VOICE: Duration = Duration::from_millis(20);
/// Bytes of a frame: about 150, 500 and 1,500 kbit/s.
const FRAMES: [usize; 3] = [600, 2_000, 6_000];
const HEIGHTS: [u16; 3] = [180, 360, 720];

/// One client with its camera, its voice and its way to the shard.
pub(super) struct Person {
    pub(super) wire: Wire,
    /// Bits a second that reach it, and the part of the packets that do not.
    pub(super) rate: u64,
    pub(super) loses: fn(u64) -> bool,
    /// Of what it sends.
    pub(super) loses_sent: fn(u64) -> bool,
    /// Sends media and answers, and no requests or data of its own.
    pub(super) only_media: bool,
    /// Nothing reaches it; what would have.
    pub(super) is_deaf: bool,
    pub(super) missed: Vec<Vec<u8>>,
    /// The last request with which it nominated.
    pub(super) nomination: Vec<u8>,
    pub(super) films: bool,
    /// Does not hear requests for key frames.
    pub(super) is_stubborn: bool,
    /// −dBov of its voice, while it talks.
    pub(super) talks: Option<u8>,
    /// Layers that the sender was told of.
    pub(super) layers: u8,
    pub(super) events: Vec<PeerEvent>,
    /// What the last report said of its voice: fraction lost, and count of lost packets.
    pub(super) voice_lost: (u8, u32),
    sent: [u64; 4],
    key_frames: [bool; 3],
    next_frame: Instant,
    next_voice: Instant,
    picture: u16,
    count: u64,
    sent_count: u64,
    free_at: Instant,
    coming: VecDeque<(Instant, Vec<u8>)>,
    going: VecDeque<(Instant, Vec<u8>)>,
    /// Packets of the largest layer, to repeat them.
    recent: VecDeque<(u32, u64, u32, bool, Vec<u8>)>,
}

pub(super) struct Stage {
    pub(super) now: Instant,
    pub(super) shard: Shard,
    pub(super) people: Vec<Person>,
    pub(super) allocated: Allocated,
}

/// How often the shard allocated, and for what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allocated {
    /// Datagrams of RTP and RTCP, and how many they were.
    pub(super) media: u64,
    pub(super) packets: u64,
    pub(super) batch_ends: u64,
    /// Feedback, questions, requests for key frames, probes: all that is due but what comes below.
    pub(super) timers: u64,
    /// Of ICE, DTLS and SCTP.
    pub(super) transport: u64,
    /// What a room does ten times a second, and how often it did.
    pub(super) ticks: u64,
    pub(super) ticked: u64,
}

pub(super) fn never(_: u64) -> bool {
    false
}

impl Stage {
    pub(super) fn new() -> Stage {
        let transport = Transport::new(announce::candidates(&[[127, 0, 0, 1].into()], 8189, false)).unwrap();
        Stage {
            now: clock::now(),
            shard: Shard::new(transport, Arc::default(), 64),
            people: Vec::new(),
            allocated: Allocated::default(),
        }
    }

    /// Connected, with `slots` slots of each sort.
    pub(super) fn join(&mut self, slots: usize) -> usize {
        let n = self.offer(slots);
        self.connect(n);
        n
    }

    /// As far as the answer.
    pub(super) fn offer(&mut self, slots: usize) -> usize {
        let n = self.people.len();
        let (mut wire, offer) = Wire::new(self.now, 10_000 + n as u16, slots);
        let answer = self.shard.offer(self.now, ROOM, MemberId(n as u32), offer).ok().unwrap();
        wire.accept(self.now, answer.sdp);
        self.people.push(Person {
            wire,
            rate: 100_000_000,
            loses: never,
            loses_sent: never,
            only_media: false,
            is_deaf: false,
            missed: Vec::new(),
            nomination: Vec::new(),
            films: false,
            is_stubborn: false,
            talks: None,
            layers: 3,
            events: Vec::new(),
            voice_lost: (0, 0),
            sent: [100, 200, 300, 400],
            key_frames: [true; 3],
            next_frame: self.now,
            next_voice: self.now,
            picture: 0,
            count: 0,
            sent_count: 0,
            free_at: self.now,
            coming: VecDeque::new(),
            going: VecDeque::new(),
            recent: VecDeque::new(),
        });
        n
    }

    pub(super) fn connect(&mut self, n: usize) {
        let begun = self.now;
        while !self.people[n].events.contains(&PeerEvent::Connected) || !self.people[n].wire.is_connected() {
            assert!(self.now - begun < Duration::from_secs(5), "no connection");
            self.step();
        }
    }

    /// Restarts ICE; returns before it is up.
    pub(super) fn restart(&mut self, n: usize) {
        let offer = self.people[n].wire.restart(self.now);
        let answer = self.shard.offer(self.now, ROOM, MemberId(n as u32), offer).ok().unwrap();
        self.people[n].wire.accept(self.now, answer.sdp);
    }

    pub(super) fn publish(&mut self, n: usize, camera: bool, microphone: bool) {
        let publishing = Publishing { microphone, camera, screen: false };
        let command = Command::Publishing { room: ROOM, member: MemberId(n as u32), publishing };
        self.shard.command(self.now, command);
        self.people[n].films = camera;
    }

    pub(super) fn view(&mut self, n: usize, sizes: &[(&str, u16)]) {
        let sizes = sizes.iter().map(|(mid, height)| ((*mid).to_owned(), *height)).collect();
        self.shard.command(self.now, Command::View { room: ROOM, member: MemberId(n as u32), sizes });
    }

    pub(super) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.step();
        }
    }

    pub(super) fn step(&mut self) {
        self.now += STEP;
        let now = self.now;
        for person in &mut self.people {
            while let Some((at, datagram)) = person.coming.pop_front_if(|(at, _)| *at <= now) {
                person.wire.receive(at, &datagram);
            }
            person.act(now);
            for datagram in person.wire.transmit(now) {
                person.sent_count += 1;
                let is_media = (128..192).contains(&datagram[0]);
                if stun::Request::parse(&datagram).is_some_and(|request| request.use_candidate) {
                    person.nomination.clone_from(&datagram);
                }
                if person.only_media && !is_media && stun::response_to(&datagram).is_none() {
                    continue;
                }
                if !is_media || !(person.loses_sent)(person.sent_count) {
                    person.going.push_back((now + DELAY, datagram));
                }
            }
            while let Some((_, mut datagram)) = person.going.pop_front_if(|(at, _)| *at <= now) {
                let (before, is_media) = (counting::allocations(), (128..192).contains(&datagram[0]));
                self.shard.datagram(now, person.wire.address.into(), &mut datagram);
                if is_media {
                    self.allocated.media += counting::allocations() - before;
                    self.allocated.packets += 1;
                }
            }
        }
        let before = counting::allocations();
        self.shard.batch_done(now);
        self.allocated.batch_ends += counting::allocations() - before;
        if self.shard.deadline().is_some_and(|at| at <= now) {
            self.timeout();
        }
        for (to, packet) in self.shard.outbox.packets() {
            let there = self.people.iter_mut().find(|person| to == person.wire.address.into());
            if let Some(person) = there {
                person.deliver(now, packet);
            }
        }
        self.shard.outbox.clear();
    }

    fn timeout(&mut self) {
        let Stage { now, shard, allocated, .. } = self;
        let Some(live) = shard.rooms.get_mut(&ROOM) else { return shard.timeout(*now) };
        let ticks = live.tick.is_due(*now);
        let mut members = live.members.iter().flatten();
        let is_transport = members.any(|member| member.peer_deadline.is_some_and(|at| at <= *now));
        let before = counting::allocations();
        shard.timeout(*now);
        let sum = match (ticks, is_transport) {
            (true, _) => &mut allocated.ticks,
            (false, true) => &mut allocated.transport,
            (false, false) => &mut allocated.timers,
        };
        *sum += counting::allocations() - before;
        allocated.ticked += u64::from(ticks);
    }

    /// A NAT gives `n` another address. What is on its way to the old one is lost.
    pub(super) fn relocate(&mut self, n: usize, address: SocketAddr) {
        self.people[n].wire.address = address;
        self.people[n].coming.clear();
    }

    /// The next packet of `n`'s camera, which it has not sent.
    pub(super) fn unsent(&mut self, n: usize) -> Vec<u8> {
        let person = &mut self.people[n];
        person.packet(0, false, &[0x80, 0x80, 0x80, 0, 1, 0]);
        person.wire.take_newest()
    }

    /// Heights of the pictures that came to `n` on `mid` since the last call, by the bytes that say it.
    pub(super) fn layers_of(&mut self, n: usize, mid: &str) -> [usize; 3] {
        let mut count = [0; 3];
        for got in self.people[n].wire.got.drain(..).filter(|got| got.mid == mid && !got.is_rtx) {
            count[usize::from(got.payload[got.payload.len() - 1])] += 1;
        }
        count
    }
}

impl Person {
    fn deliver(&mut self, now: Instant, packet: &[u8]) {
        if self.is_deaf {
            return self.missed.push(packet.to_vec());
        }
        self.count += 1;
        let free_at = self.free_at.max(now);
        let is_media = (128..192).contains(&packet[0]);
        if free_at - now > QUEUE || (is_media && (self.loses)(self.count)) {
            return;
        }
        let bits = (packet.len() + 28) as u64 * 8;
        self.free_at = free_at + Duration::from_nanos(bits * 1_000_000_000 / self.rate);
        self.coming.push_back((self.free_at + DELAY, packet.to_vec()));
    }

    fn act(&mut self, now: Instant) {
        for event in self.wire.events() {
            if let PeerEvent::Wanted { source: Source::Camera, layers } = event {
                self.layers = layers;
            }
            self.events.push(event);
        }
        for ssrc in self.wire.asked_for_key_frames() {
            if let Some(layer) = ssrc.checked_sub(80).filter(|layer| *layer < 3 && !self.is_stubborn) {
                self.key_frames[layer as usize] = true;
            }
        }
        self.repeat();
        for block in self
            .wire
            .rtcp
            .iter()
            .filter(|compound| compound[1] == 201)
            .flat_map(|report| report[8..].as_chunks::<24>().0)
        {
            if block[..4] == VOICE_SSRC.to_be_bytes() {
                self.voice_lost = (block[4], u32::from_be_bytes([0, block[5], block[6], block[7]]));
            }
        }
        self.wire.rtcp.retain(|compound| compound[1] == 200);
        if let Some(level) = self.talks.filter(|_| self.next_voice <= now) {
            self.next_voice = now + VOICE;
            let extended = self.sent[3];
            self.sent[3] += 1;
            let header = HeaderWriter {
                marker: false,
                payload_type: OPUS,
                sequence: extended as u16,
                timestamp: extended as u32 * 960,
                ssrc: VOICE_SSRC,
            };
            self.wire.send_rtp(header, extended, "mic", None, Some(level | 0x80), &[9; 60]);
        }
        if self.films && self.next_frame <= now {
            self.next_frame = now + FRAME;
            self.picture = (self.picture + 1) & 0x7fff;
            for layer in 0..usize::from(self.layers.min(3)) {
                self.frame(layer);
            }
        }
    }

    fn frame(&mut self, layer: usize) {
        let is_key = std::mem::take(&mut self.key_frames[layer]);
        let [high, low] = self.picture.to_be_bytes();
        let mut rest = FRAMES[layer] * if is_key { 3 } else { 1 };
        let mut is_first = true;
        while rest > 0 {
            let size = rest.min(1_100);
            rest -= size;
            let mut payload = vec![if is_first { 0x90 } else { 0x80 }, 0x80, high | 0x80, low];
            if is_first && is_key {
                payload.extend([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 1]);
                payload.extend(HEIGHTS[layer].to_le_bytes());
            } else {
                payload.push(1);
            }
            payload.resize(size.max(20), 0);
            *payload.last_mut().unwrap() = layer as u8;
            self.packet(layer, rest == 0, &payload);
            is_first = false;
        }
    }

    fn packet(&mut self, layer: usize, marker: bool, payload: &[u8]) {
        let extended = self.sent[layer];
        self.sent[layer] += 1;
        let (timestamp, ssrc) = (u32::from(self.picture) * 2_970, 80 + layer as u32);
        let header = HeaderWriter { marker, payload_type: VP8, sequence: extended as u16, timestamp, ssrc };
        self.wire.send_rtp(header, extended, "cam", Some((RID, RIDS[layer])), None, payload);
        self.recent.push_back((ssrc, extended, timestamp, marker, payload.to_vec()));
        if self.recent.len() > 600 {
            self.recent.pop_front();
        }
    }

    /// Answers questions for packets.
    fn repeat(&mut self) {
        let mut asked = Vec::new();
        for compound in &self.wire.rtcp {
            for feedback in crate::packet::rtcp::feedbacks(compound) {
                if let crate::packet::rtcp::Feedback::Nack { media, lost } = feedback {
                    asked.extend(lost.map(|number| (media, number)));
                }
            }
        }
        for (media, number) in asked {
            let found = self.recent.iter().find(|(ssrc, extended, ..)| (*ssrc, *extended as u16) == (media, number));
            let Some((ssrc, extended, timestamp, marker, payload)) = found.cloned() else { continue };
            let layer = (ssrc - 80) as usize;
            // The number of the repeating packet only has to be new.
            let repeat = extended + 1_000;
            let header =
                HeaderWriter { marker, payload_type: RTX, sequence: repeat as u16, timestamp, ssrc: ssrc + 10 };
            let payload = [&(extended as u16).to_be_bytes()[..], &payload].concat();
            let rid = Some((super::wire::REPAIRED, RIDS[layer]));
            self.wire.send_rtp(header, repeat, "cam", rid, None, &payload);
        }
    }
}
