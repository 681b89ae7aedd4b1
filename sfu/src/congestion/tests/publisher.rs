//! Where one picture comes from: a camera, an encoder as browsers have it (VP8, three simulcast layers of three temporal
//! ones), and the way to the server, on which what is lost is asked for as it is by the server. Times in ms.

use super::network::{Conditions, Path};
use super::viewer::Picture;
use crate::receive::Missing;
use crate::send::KeyframeRequests;
use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

/// Bit rates in kbit/s and heights of the simulcast layers.
pub(super) const LADDER: [(u64, u16); 3] = [(150, 180), (500, 360), (1_500, 720)];
/// opus at 32 kbit/s in 20 ms packets: payload, RTP, extensions, tag, UDP, IP.
pub(super) const VOICE: usize = 80 + 20 + 16 + 28;
const FRAME: f64 = 1_000.0 / 30.0;
/// Of the payload.
const PACKET: f64 = 1_100.0;
/// RTP, extensions, payload descriptor, tag, UDP, IP.
const AROUND: usize = 64;
/// A key frame is that much larger than another.
const KEY_SIZE: f64 = 5.0;
/// Bytes of the frames of one round of temporal layers, beside the mean: 40, 20 and 40 per cent of the rate.
const SHARES: [f64; 4] = [1.6, 0.8, 0.8, 0.8];
/// How much faster than its rate a browser sends a frame away.
const PACE: f64 = 2.5 * 2_150.0;
/// What a sender keeps to send it again.
const HISTORY: f64 = 1_000.0;

/// What the server is to forward.
pub(super) enum Forward {
    Voice,
    /// Number, bytes on the wire, and what it is.
    Picture(usize, usize, Picture),
}

enum Item {
    Voice,
    Packet(usize),
}

enum Question {
    Numbers(Vec<u16>),
    KeyFrame,
}

pub(super) struct Publisher {
    stream: usize,
    start: Instant,
    /// What the server wants, and what is sent.
    wanted: Option<u8>,
    sending: Option<u8>,
    key_frame: bool,
    next_frame: f64,
    frames: u64,
    /// Number of the last key frame.
    key: u64,
    /// Bytes of key frames that the encoder makes up for by smaller frames.
    debt: f64,
    /// All packets: when each was sent last, bytes on the wire, and what it is.
    sent: Vec<(f64, usize, Picture)>,
    /// Packets that wait for the pacer, and the bytes that it may send.
    waiting: VecDeque<usize>,
    credit: f64,
    up: Path<Item>,
    back: Path<Question>,
    /// The server's side.
    missing: Missing,
    requests: KeyframeRequests,
    arrived: BTreeSet<usize>,
    shown: Option<u8>,
}

impl Publisher {
    pub(super) fn new(stream: usize, start: Instant, seed: u64) -> Self {
        Self {
            stream,
            start,
            wanted: None,
            sending: None,
            key_frame: false,
            next_frame: 7.0 * stream as f64,
            frames: 0,
            key: 0,
            debt: 0.0,
            sent: Vec::new(),
            waiting: VecDeque::new(),
            credit: 0.0,
            up: Path::new(seed),
            back: Path::new(!seed),
            missing: Missing::default(),
            requests: KeyframeRequests::default(),
            arrived: BTreeSet::new(),
            shown: None,
        }
    }

    pub(super) fn wanted(&self) -> Option<u8> {
        self.wanted
    }

    /// The server shows another layer from its next key frame on.
    pub(super) fn want(&mut self, now: f64, layer: Option<u8>) {
        self.wanted = layer;
        if layer.is_none() {
            self.shown = None;
        } else if self.shown != layer {
            self.requests.want(self.time(now));
        }
    }

    pub(super) fn request_key_frame(&mut self, now: f64) {
        self.requests.want(self.time(now));
    }

    /// One millisecond. Returns what the server is to forward.
    pub(super) fn pass(&mut self, now: f64, at: &Conditions) -> Vec<Forward> {
        if now as u64 % 20 == 6 * self.stream as u64 {
            self.up.send(VOICE, Item::Voice, at);
        }
        for question in self.back.pass(now, at) {
            match question {
                Question::KeyFrame => self.key_frame = true,
                Question::Numbers(numbers) => self.repeat(now, numbers, at),
            }
        }
        if now >= self.next_frame {
            self.next_frame += FRAME;
            self.film(now);
        }
        self.credit = (self.credit + PACE / 8.0).min(PACKET + AROUND as f64);
        while let Some(number) =
            self.waiting.front().copied().filter(|number| self.credit >= self.sent[*number].1 as f64)
        {
            self.waiting.pop_front();
            self.credit -= self.sent[number].1 as f64;
            self.sent[number].0 = now;
            self.up.send(self.sent[number].1, Item::Packet(number), at);
        }
        let mut forward = Vec::new();
        for item in self.up.pass(now, at) {
            match item {
                Item::Voice => forward.push(Forward::Voice),
                Item::Packet(number) => self.arrives(now, number, &mut forward),
            }
        }
        self.ask(now, at);
        forward
    }

    fn arrives(&mut self, now: f64, number: usize, forward: &mut Vec<Forward>) {
        let time = self.time(now);
        let (_, size, picture) = self.sent[number];
        let is_new = self.arrived.insert(number);
        self.missing.arrived(time, number as u64);
        let begins = picture.key && picture.index == 0;
        if begins {
            self.missing.key_frame(number as u64);
        }
        if begins && self.wanted == Some(picture.layer) {
            self.shown = self.wanted;
        }
        if is_new && self.shown == Some(picture.layer) {
            forward.push(Forward::Picture(number, size, picture));
        }
        if self.shown != self.wanted {
            self.requests.still_want(time);
        }
    }

    fn ask(&mut self, now: f64, at: &Conditions) {
        let (time, mut asks) = (self.time(now), Vec::new());
        let round_trip = Duration::from_secs_f64((2.0 * at.delay + at.jitter).max(20.0) / 1_000.0);
        if self.missing.due(time, round_trip, &mut asks) {
            self.requests.want(time);
        }
        if !asks.is_empty() {
            self.back.send(100, Question::Numbers(asks), at);
        }
        if self.requests.poll(time) {
            self.back.send(100, Question::KeyFrame, at);
        }
    }

    fn repeat(&mut self, now: f64, numbers: Vec<u16>, at: &Conditions) {
        for number in numbers {
            let newest = self.sent.len() as u64;
            let number = newest - u64::from((newest as u16).wrapping_sub(number));
            let Some((last, size, picture)) = self.sent.get_mut(number as usize) else { continue };
            if now - picture.captured > HISTORY || now - *last < 2.0 * at.delay {
                continue;
            }
            *last = now;
            self.up.send(*size, Item::Packet(number as usize), at);
        }
    }

    fn film(&mut self, now: f64) {
        if self.wanted.is_none() {
            self.sending = None;
        }
        let key = std::mem::take(&mut self.key_frame) && self.wanted.is_some();
        if key {
            self.sending = self.wanted;
        }
        let Some(layer) = self.sending else { return };
        let frame = self.frames;
        self.frames += 1;
        if key {
            self.key = frame;
        }
        let place = (frame - self.key) % 4;
        let usual = LADDER[usize::from(layer)].0 as f64 * FRAME / 8.0;
        let share = usual * if key { KEY_SIZE } else { SHARES[place as usize] };
        // A constant bit rate: what key frames take beyond it, smaller ones and the others make up for.
        let bytes = match key {
            true => (share - self.debt / 2.0).max(2.0 * usual),
            false => (share - self.debt / 10.0).max(0.3 * share),
        };
        self.debt = (self.debt + bytes - if key { usual } else { share }).max(0.0);
        // T0 rests on the T0 before, T1 on T0, the first T2 on T0, the second on both others of its round.
        let back: &[u64] = match place {
            _ if key => &[],
            0 => &[4],
            1 => &[1],
            2 => &[2],
            _ => &[1, 2],
        };
        let mut needs = [None; 2];
        needs.iter_mut().zip(back).for_each(|(need, back)| *need = Some(frame - back));
        let packets = (bytes / PACKET).ceil() as usize;
        let size = (bytes / packets as f64) as usize + AROUND;
        for index in 0..packets {
            let picture = Picture { stream: self.stream, frame, layer, key, needs, index, packets, captured: now };
            self.waiting.push_back(self.sent.len());
            self.sent.push((now, size, picture));
        }
    }

    fn time(&self, millis: f64) -> Instant {
        self.start + Duration::from_secs_f64(millis / 1_000.0)
    }
}
