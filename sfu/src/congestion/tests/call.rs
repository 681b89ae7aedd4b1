//! One subscriber of a consult of four: three voices, the presenter's simulcast and two small faces, sent through a
//! [`Path`] by the estimate and the allocation as they are.

use super::network::{Conditions, Path};
use super::viewer::{Ear, Picture, Screen};
use crate::alloc::{Kind, Layer, Switching, Wish, wanted};
use crate::congestion::{Acked, DataRate, Estimate, Probe};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Bit rates in kbit/s and heights of the simulcast layers.
const LADDER: [(u64, u16); 3] = [(150, 180), (500, 360), (1_500, 720)];
/// opus at 32 kbit/s in 20 ms packets: payload, RTP, extensions, tag, UDP, IP.
const VOICE: usize = 80 + 20 + 16 + 28;
const PACKET: usize = 1_100 + 64;
const FRAME: f64 = 1_000.0 / 30.0;
/// From asking for a key frame to having it: the way to the publisher and back, and its encoder.
const KEY_FRAME: f64 = 120.0;
/// Requests are throttled.
const BETWEEN_ASKING: f64 = 500.0;
/// A receiver asks again for a packet after so long, and gives up after so long.
const ASK: (f64, f64) = (100.0, 800.0);
/// A key frame is that much larger than another.
const KEY_SIZE: f64 = 4.0;
const VOICES: usize = 3;
pub(super) const PICTURES: usize = 3;

#[derive(Clone, Copy)]
enum Body {
    Voice(usize),
    Picture(Picture),
    Padding,
}

struct Sent {
    at: f64,
    size: usize,
    probe: u16,
    body: Body,
    /// Number under which the same was sent first.
    first: usize,
}

#[derive(Clone, Copy, Default)]
struct Camera {
    chosen: Option<u8>,
    sending: Option<u8>,
    key_frame_at: Option<f64>,
    next_frame: f64,
    frames: u64,
    key_frame_asked: f64,
    /// Bytes of key frames that the encoder makes up for by smaller frames.
    debt: f64,
}

/// All that was observed; times in ms.
pub(super) struct Call {
    pub(super) screens: [Screen; PICTURES],
    pub(super) ears: [Ear; VOICES],
    /// (time, kbit/s) ten times a second.
    pub(super) targets: Vec<(f64, f64)>,
    /// When the presenter's layer was chosen anew.
    pub(super) choices: Vec<(f64, Option<u8>)>,
    pub(super) probes: usize,
}

struct Server {
    start: Instant,
    estimate: Estimate,
    switching: Switching<usize>,
    cameras: [Camera; PICTURES],
    log: Vec<Sent>,
    path: Path<usize>,
    probe: Option<(Probe, f64, u64)>,
}

/// Plays `seconds` under what `conditions` says at each time (s).
pub(super) fn play(seconds: u64, seed: u64, conditions: impl Fn(f64) -> Conditions) -> Call {
    let mut call = Call {
        screens: Default::default(),
        ears: Default::default(),
        targets: Vec::new(),
        choices: Vec::new(),
        probes: 0,
    };
    let start = crate::net::clock::now();
    let mut server = Server {
        start,
        estimate: Estimate::default(),
        switching: Switching::default(),
        cameras: std::array::from_fn(|n| Camera { next_frame: 7.0 * n as f64, ..Camera::default() }),
        log: Vec::new(),
        path: Path::new(seed),
        probe: None,
    };
    let mut back = Path::new(seed ^ 0xfeed);
    let mut receiver = Receiver::default();
    for millis in 0..seconds * 1_000 {
        let now = millis as f64;
        let at = conditions(now / 1_000.0);
        server.media(now, &at);
        server.padding(now, &at, &mut call);
        if millis % 100 == 0 {
            server.allocate(now, &mut call);
        }
        for number in server.path.pass(now, &at) {
            receiver.arrived(now, number, &server.log[number], &mut call);
        }
        for (screen, camera) in call.screens.iter_mut().zip(&mut server.cameras) {
            if screen.play(now) && camera.key_frame_at.is_none() && now >= camera.key_frame_asked + BETWEEN_ASKING {
                camera.key_frame_asked = now;
                camera.key_frame_at = Some(now + at.delay + KEY_FRAME);
            }
        }
        // Feedback comes back over a path of its own that loses as much, not in bursts (which
        // are of packets, and there are few of these), and never fills.
        let at = Conditions { rate: 10_000.0, burst: 1.0, steady_other: 0.0, greedy_other: false, ..at };
        if millis % 50 == 0 && !receiver.received.is_empty() {
            back.send(100, receiver.feedback(now, &server.log), &at);
        }
        for (arrivals, asked) in back.pass(now, &at) {
            server.feedback(now, &arrivals);
            for number in asked {
                let (size, body) = (server.log[number].size, server.log[number].body);
                if server.estimate.may_resend(server.time(now), size) {
                    server.send(now, size, body, Some(number), &conditions(now / 1_000.0));
                }
            }
        }
    }
    call
}

/// The subscriber's side of RTCP.
#[derive(Default)]
struct Receiver {
    received: Vec<(usize, f64)>,
    /// The first number not reported yet.
    reported: usize,
    /// Video packets that did not come: since when, and when asked for.
    missing: BTreeMap<usize, (f64, f64)>,
}

type Arrivals = Vec<(usize, Option<f64>)>;

impl Receiver {
    fn arrived(&mut self, now: f64, number: usize, sent: &Sent, call: &mut Call) {
        self.received.push((number, now));
        self.missing.remove(&sent.first);
        match sent.body {
            Body::Voice(who) => call.ears[who].arrived.push(now),
            Body::Picture(picture) => call.screens[picture.stream].arrived(now, &picture),
            Body::Padding => {}
        }
    }

    /// What came when, and what to send again.
    fn feedback(&mut self, now: f64, log: &[Sent]) -> (Arrivals, Vec<usize>) {
        let last = self.received.iter().map(|(number, _)| *number).max().expect("something came");
        let times: BTreeMap<_, _> = self.received.drain(..).collect();
        let arrivals: Vec<_> = (self.reported..=last).map(|number| (number, times.get(&number).copied())).collect();
        self.reported = self.reported.max(last + 1);
        for (number, arrival) in &arrivals {
            if arrival.is_none() && matches!(log[*number].body, Body::Picture(_)) {
                self.missing.entry(log[*number].first).or_insert((now, f64::MIN));
            }
        }
        self.missing.retain(|_, (since, _)| now - *since < ASK.1);
        let mut due = Vec::new();
        for (number, (_, asked)) in &mut self.missing {
            if now - *asked >= ASK.0 {
                *asked = now;
                due.push(*number);
            }
        }
        (arrivals, due)
    }
}

impl Server {
    fn time(&self, millis: f64) -> Instant {
        self.start + Duration::from_secs_f64(millis / 1_000.0)
    }

    fn send(&mut self, now: f64, size: usize, body: Body, again: Option<usize>, at: &Conditions) {
        let probe = self.probe.as_ref().map_or(0, |(probe, _, _)| probe.id);
        if let Some((_, _, bytes)) = &mut self.probe {
            *bytes += size as u64;
        }
        self.estimate.sent(self.time(now));
        self.path.send(size, self.log.len(), at);
        let first = again.unwrap_or(self.log.len());
        self.log.push(Sent { at: now, size, probe, body, first });
    }

    fn media(&mut self, now: f64, at: &Conditions) {
        for who in 0..VOICES {
            if now as u64 % 20 == 6 * who as u64 {
                self.send(now, VOICE, Body::Voice(who), None, at);
            }
        }
        for stream in 0..PICTURES {
            let camera = &mut self.cameras[stream];
            if now < camera.next_frame {
                continue;
            }
            camera.next_frame += FRAME;
            let key = camera.key_frame_at.is_some_and(|time| now >= time);
            if key {
                (camera.sending, camera.key_frame_at) = (camera.chosen, None);
            }
            if camera.chosen.is_none() {
                (camera.sending, camera.key_frame_at) = (None, None);
            }
            let Some(layer) = camera.sending else { continue };
            let frame = camera.frames;
            camera.frames += 1;
            let usual = LADDER[usize::from(layer)].0 as f64 * FRAME / 8.0;
            let bytes = if key { usual * KEY_SIZE } else { usual - camera.debt.min(usual * 0.3) };
            camera.debt += bytes - usual;
            let packets = (bytes / 1_100.0).ceil() as usize;
            let size = (bytes / packets as f64) as usize + PACKET - 1_100;
            for index in 0..packets {
                let picture = Picture { stream, frame, layer, key, index, packets, captured: now };
                self.send(now, size, Body::Picture(picture), None, at);
            }
        }
    }

    fn padding(&mut self, now: f64, at: &Conditions, call: &mut Call) {
        if let Some((probe, began, _)) = &self.probe
            && now >= began + probe.duration.as_secs_f64() * 1_000.0
        {
            self.probe = None;
        }
        let time = self.time(now);
        if self.probe.is_none()
            && let Some(probe) = self.estimate.probe_due(time)
        {
            self.probe = Some((probe, now, 0));
            call.probes += 1;
        }
        while let Some((probe, began, bytes)) = &self.probe {
            if *bytes >= probe.rate.bytes_in(Duration::from_secs_f64((now - began + 1.0) / 1_000.0)) {
                break;
            }
            self.send(now, 255 + 60, Body::Padding, None, at);
        }
    }

    fn allocate(&mut self, now: f64, call: &mut Call) {
        let pictures = LADDER.iter().enumerate().map(|(number, (rate, height))| Layer {
            number: number as u8,
            rate: DataRate::kilobits(*rate),
            height: *height,
        });
        let pictures: Vec<_> = pictures.collect();
        let voice = [Layer { number: 0, rate: DataRate::bits(VOICE as u64 * 8 * 50), height: 0 }];
        let voices = (0..VOICES).map(|n| Wish {
            stream: 10 + n,
            kind: Kind::Audio,
            layers: &voice,
            height: 0,
            current: Some(0),
        });
        let faces = (0..PICTURES).map(|n| Wish {
            stream: n,
            kind: if n == 0 { Kind::Presenter } else { Kind::Face },
            layers: &pictures,
            height: if n == 0 { 720 } else { 180 },
            current: self.cameras[n].chosen,
        });
        let wishes: Vec<_> = faces.chain(voices).collect();
        self.estimate.want(wanted(&wishes));
        let choices = self.switching.choose(self.time(now), self.estimate.budget(), &wishes);
        for (n, camera) in self.cameras.iter_mut().enumerate() {
            if choices[n].layer != camera.chosen {
                camera.chosen = choices[n].layer;
                camera.key_frame_at = camera.key_frame_at.or(Some(now + KEY_FRAME));
                if n == 0 {
                    call.choices.push((now, camera.chosen));
                }
            }
        }
        assert!(choices[PICTURES..].iter().all(|choice| choice.layer.is_some()), "a voice was held back");
        call.targets.push((now, self.estimate.target().as_bits() as f64 / 1_000.0));
    }

    fn feedback(&mut self, now: f64, feedback: &[(usize, Option<f64>)]) {
        let mut packets = Vec::new();
        for (number, arrival) in feedback {
            let sent = &self.log[*number];
            packets.push(Acked {
                sent: self.time(sent.at),
                size: sent.size,
                // Its clock has another origin, and ticks of 250 µs.
                arrival: arrival.map(|time| Duration::from_micros((time * 4.0) as u64 * 250 + 77_000_000)),
                probe: sent.probe,
            });
        }
        self.estimate.on_feedback(self.time(now), &packets);
    }
}
