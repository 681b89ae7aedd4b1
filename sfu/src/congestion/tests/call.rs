//! One subscriber of a consult, and those whom it sees and hears: their packets pass the server's estimate, allocation,
//! questions and answers as they are. Times in ms.

use super::network::{Conditions, Path};
use super::publisher::{Forward, LADDER, Publisher, VOICE};
use super::receiver::{Body, Receiver, Said};
use super::viewer::{Ear, Picture, Screen};
use crate::alloc::{Kind, Layer, Switching, Wish, wanted};
use crate::congestion::{Acked, DataRate, Estimate, Probe};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Between the server and somebody with a good network.
pub(super) const NEAR: Conditions = Conditions {
    rate: 20_000.0,
    delay: 40.0,
    jitter: 2.0,
    queue: 300.0,
    loss: 0.0,
    burst: 1.0,
    steady_other: 0.0,
    greedy_other: false,
};

/// Who is there, and for how long.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) seconds: u64,
    pub(super) seed: u64,
    pub(super) others: usize,
    /// At which the first of them is shown.
    pub(super) height: u16,
}

/// All that was observed.
pub(super) struct Call {
    pub(super) screens: Vec<Screen>,
    pub(super) ears: Vec<Ear>,
    /// (time, kbit/s) ten times a second.
    pub(super) targets: Vec<(f64, f64)>,
    /// When the presenter's layer was chosen anew.
    pub(super) choices: Vec<(f64, Option<u8>)>,
    pub(super) probes: usize,
}

struct Sent {
    at: f64,
    size: usize,
    probe: u16,
    body: Body,
}

struct Known {
    size: usize,
    picture: Picture,
    /// For the first time.
    asked: Option<f64>,
    repeated: Option<f64>,
}

struct Server {
    start: Instant,
    scene: Scene,
    estimate: Estimate,
    switching: Switching<usize>,
    publishers: Vec<Publisher>,
    log: Vec<Sent>,
    /// What can be sent again, by stream and number.
    sent: BTreeMap<(usize, usize), Known>,
    path: Path<usize>,
    probe: Option<(Probe, f64, u64)>,
}

/// Plays `scene` under what `down` and `up` say at each time (s) of the subscriber's and the others' networks.
pub(super) fn play(scene: Scene, down: impl Fn(f64) -> Conditions, up: impl Fn(f64) -> Conditions) -> Call {
    let Scene { seconds, seed, others, .. } = scene;
    let start = crate::net::clock::now();
    let mut receiver = Receiver::new(others, seed);
    let mut server = Server {
        start,
        scene,
        estimate: Estimate::default(),
        switching: Switching::default(),
        publishers: (0..others).map(|n| Publisher::new(n, start, seed ^ ((n as u64 + 1) << 32))).collect(),
        log: Vec::new(),
        sent: BTreeMap::new(),
        path: Path::new(seed),
        probe: None,
    };
    let mut call = Call { screens: Vec::new(), ears: Vec::new(), targets: Vec::new(), choices: Vec::new(), probes: 0 };
    for millis in 0..seconds * 1_000 {
        let now = millis as f64;
        let (down, up) = (down(now / 1_000.0), up(now / 1_000.0));
        server.forward(now, &up, &down);
        server.padding(now, &down, &mut call);
        if millis % 100 == 0 {
            server.allocate(now, &mut call);
        }
        for number in server.path.pass(now, &down) {
            receiver.arrived(now, number, &server.log[number].body);
        }
        for said in receiver.pass(now, &down) {
            match said {
                Said::Feedback(arrivals) => server.feedback(now, &arrivals),
                Said::Missing(numbers) => server.repeat(now, &numbers, &down),
                Said::KeyFrame(stream) => server.publishers[stream].request_key_frame(now),
            }
        }
    }
    (call.screens, call.ears) = (receiver.screens, receiver.ears);
    call
}

impl Server {
    fn time(&self, millis: f64) -> Instant {
        self.start + Duration::from_secs_f64(millis / 1_000.0)
    }

    fn send(&mut self, now: f64, size: usize, body: Body, at: &Conditions) {
        let probe = self.probe.as_ref().map_or(0, |(probe, _, _)| probe.id);
        if let Some((_, _, bytes)) = &mut self.probe {
            *bytes += size as u64;
        }
        self.estimate.sent(self.time(now));
        self.path.send(size, self.log.len(), at);
        self.log.push(Sent { at: now, size, probe, body });
    }

    fn forward(&mut self, now: f64, up: &Conditions, down: &Conditions) {
        for who in 0..self.publishers.len() {
            for item in self.publishers[who].pass(now, up) {
                match item {
                    Forward::Voice => self.send(now, VOICE, Body::Voice(who), down),
                    Forward::Picture(number, size, picture) => {
                        self.sent.insert((who, number), Known { size, picture, asked: None, repeated: None });
                        self.send(now, size, Body::Picture(number, picture), down);
                    }
                }
            }
        }
    }

    fn repeat(&mut self, now: f64, numbers: &[(usize, usize)], at: &Conditions) {
        let (time, round_trip) = (self.time(now), 2.0 * at.delay);
        for which in numbers {
            let Some(known) = self.sent.get_mut(which) else { continue };
            let first = *known.asked.get_or_insert(now);
            if now - first >= (3.0 * round_trip).max(500.0) {
                self.publishers[which.0].request_key_frame(now);
            }
            if known.repeated.is_some_and(|last| now - last < round_trip.max(20.0)) {
                continue;
            }
            known.repeated = Some(now);
            if self.estimate.may_resend(time, known.size) {
                let (size, body) = (known.size, Body::Repetition(which.1, known.picture));
                self.send(now, size, body, at);
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
            self.send(now, 255 + 60, Body::Padding, at);
        }
    }

    fn allocate(&mut self, now: f64, call: &mut Call) {
        let layer = |(number, (rate, height)): (usize, &(u64, u16))| Layer {
            number: number as u8,
            rate: DataRate::kilobits(*rate),
            height: *height,
        };
        let pictures: Vec<_> = LADDER.iter().enumerate().map(layer).collect();
        let voice = [Layer { number: 0, rate: DataRate::bits(VOICE as u64 * 8 * 50), height: 0 }];
        let others = self.scene.others;
        let voices = (0..others).map(|n| Wish {
            stream: 10 + n,
            kind: Kind::Audio,
            layers: &voice,
            height: 0,
            current: Some(0),
        });
        let faces = self.publishers.iter().enumerate().map(|(n, publisher)| Wish {
            stream: n,
            kind: if n == 0 { Kind::Presenter } else { Kind::Face },
            layers: &pictures,
            height: if n == 0 { self.scene.height } else { 180 },
            current: publisher.wanted(),
        });
        let wishes: Vec<_> = faces.chain(voices).collect();
        self.estimate.want(wanted(&wishes));
        let choices = self.switching.choose(self.time(now), self.estimate.budget(), &wishes);
        for (n, publisher) in self.publishers.iter_mut().enumerate() {
            if choices[n].layer != publisher.wanted() {
                publisher.want(now, choices[n].layer);
                if n == 0 {
                    call.choices.push((now, choices[n].layer));
                }
            }
        }
        assert!(choices[others..].iter().all(|choice| choice.layer.is_some()), "a voice was held back");
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
        if self.estimate.came_back() {
            self.publishers.iter_mut().for_each(|publisher| publisher.request_key_frame(now));
        }
    }
}
