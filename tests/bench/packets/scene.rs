//! Peers of a forwarder, connected, and what it costs to serve them.

use super::heard::Stamp;
use super::meter::Meter;
use super::pace::paced;
use super::peer::{Media, Peer, connect};
use super::round::{Round, is_enough};
use super::server::Forwarder;
use super::shape::{Burst, LAYERS, Shape};
use super::talk::Talk;
use crate::{Sample, millis_since, native::now};
use anyhow::Result;
use sfu::Source;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

pub(crate) const MEASURED: Duration = Duration::from_secs(3);
/// What is on its way when a round is over, repetitions among it, has come after this.
pub(crate) const DRAIN: Duration = Duration::from_millis(150);
/// Seconds until congestion control allows what is asked, at most. More: a broken one takes long to be found out.
const WARM_UP: u32 = 30;
/// Seconds in a row in which everything comes. Fewer: what is allowed at first is taken for what is allowed.
const SETTLED: u32 = 3;
/// How often a peer looks whether it has something to say. Browsers do so each 5 to 50 ms.
const TICK: Duration = Duration::from_millis(10);
/// How long one packet is waited for that is alone on its way.
const ALONE: Duration = Duration::from_millis(50);

pub(crate) fn millis(nanoseconds: u64) -> f64 {
    Duration::from_nanos(nanoseconds).as_secs_f64() * 1_000.0
}

pub(crate) struct Scene<F> {
    forwarder: F,
    shape: Shape,
    peers: Vec<Peer>,
    /// Packets that each peer is to get.
    expected: Vec<u64>,
    /// When the watched sender's packets left, by number.
    left: Vec<u64>,
    /// Which stream comes of them, and its RTP timestamps' offset from the sender's.
    watched: (u32, u32),
    ticked: Instant,
    /// Milliseconds for each peer, from its offer until it is connected.
    joins: Vec<f64>,
    /// KiB of resident memory before the first peer.
    empty: f64,
}

impl<F: Forwarder> Scene<F> {
    pub(crate) async fn new(mut forwarder: F, ip: Ipv4Addr, shape: Shape) -> Result<Self> {
        let empty = forwarder.resident()?;
        let (mut joins, mut peers) = (Vec::new(), Vec::new());
        for place in 0..shape.peers() {
            let mut peer = Peer::new(ip, media::<F>(shape, place))?;
            let (room, seat) = shape.seat(place);
            let start = now();
            forwarder.join(u8::try_from(room)?, u32::try_from(seat)?, &mut peer).await?;
            connect(&mut [&mut peer])?;
            joins.push(millis_since(start));
            peers.push(peer);
            // Those who are in stay awake.
            for peer in &mut peers {
                peer.receive()?;
                peer.tick()?;
            }
        }
        let expected = vec![0; peers.len()];
        let (left, watched, ticked) = (Vec::new(), (0, 0), now());
        let mut scene = Self { forwarder, shape, peers, expected, left, watched, ticked, joins, empty };
        scene.align()?;
        Ok(scene)
    }

    /// Everything that was said since the beginning.
    pub(crate) fn talk(&self) -> Talk {
        self.count().talk
    }

    /// Of each peer: how long it took to get in, and what it takes there.
    pub(crate) fn peers_line(&self) -> Result<String> {
        let joins = Sample::new(self.joins.clone());
        let (all, count) = (self.forwarder.resident()?, f64::from(u32::try_from(self.peers.len())?));
        Ok(format!(
            "set-up {:.0} ms a peer (max {:.0}); resident {:.1} MiB, {:.0} KiB a peer",
            joins.percentile(50),
            joins.percentile(100),
            all / 1_024.0,
            (all - self.empty) / count
        ))
    }

    fn beat(&mut self, beat: u32) -> Result<()> {
        let (sender, watched, _) = self.shape.watched();
        for Burst { peer, source, size, is_key } in self.shape.bursts(beat) {
            let left = self.peers[peer].send(source, is_key, size)?;
            if (peer, source) == (sender, watched) {
                self.left.push(left);
            }
            self.shape.audience(peer).into_iter().for_each(|other| self.expected[other] += 1);
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<()> {
        let is_due = self.ticked.elapsed() >= TICK;
        for peer in &mut self.peers {
            peer.receive()?;
            if is_due {
                peer.tick()?;
            }
        }
        if is_due {
            self.ticked = now();
        }
        Ok(())
    }

    /// Whatever is still to come comes, and everybody stays awake.
    pub(crate) fn rest(&mut self) -> Result<()> {
        paced(self, 1_000, DRAIN, |_, _| Ok(()), Self::receive)
    }

    fn watcher(&mut self) -> &mut Peer {
        let (_, _, watcher) = self.shape.watched();
        &mut self.peers[watcher]
    }

    /// Finds out what becomes of the watched sender's timestamps: one packet at a time, so that nothing else is under way.
    fn align(&mut self) -> Result<()> {
        let (sender, source, _) = self.shape.watched();
        let step = self.peers[sender].step(source);
        self.watcher().heard.stamps = Some(Vec::new());
        for _ in 0..100 {
            // Not empty: a packet without payload is padding, and nobody forwards that.
            let left = self.peers[sender].send(source, true, 1)?;
            self.left.push(left);
            let number = u32::try_from(self.left.len() - 1)?;
            let start = now();
            while start.elapsed() < ALONE {
                self.receive()?;
                let seen = self.watcher().heard.stamps.as_mut().map(std::mem::take).unwrap_or_default();
                if let [Stamp { ssrc, timestamp, .. }] = seen[..] {
                    let found = (ssrc, timestamp.wrapping_sub(number.wrapping_mul(step)));
                    if std::mem::replace(&mut self.watched, found) == found {
                        return Ok(());
                    }
                    break;
                }
            }
        }
        anyhow::bail!("nothing of what is published comes to the last subscriber")
    }

    /// Sends until everything has come for a while: congestion control has to find out first what the path carries, and
    /// forgets it while the others have their turns. In seconds.
    pub(crate) fn warm_up(&mut self, mut meanwhile: impl FnMut() -> Result<()>) -> Result<u32> {
        let mut good = 0;
        for second in 1..=WARM_UP {
            let before = self.count();
            self.send_for(Duration::from_secs(1))?;
            let is_good =
                is_enough(self.packets() - before.packets, self.expected.iter().sum::<u64>() - before.expected);
            good = if is_good { good + 1 } else { 0 };
            if good == SETTLED {
                return Ok(second);
            }
            meanwhile()?;
        }
        Ok(WARM_UP)
    }

    fn send_for(&mut self, time: Duration) -> Result<()> {
        paced(self, self.shape.beats(), time, Self::beat, Self::receive)
    }

    pub(crate) fn round(&mut self) -> Result<Round> {
        self.rest()?;
        // A stream that was off and on again may have got another offset. Where nothing comes, that shows as loss.
        let _ = self.align();
        self.rest()?;
        let before = self.count();
        self.watcher().heard.stamps = Some(Vec::new());
        let mut meter = Meter::start(self.forwarder.pid(), None)?;
        self.send_for(MEASURED)?;
        meter.stop()?;
        self.rest()?;
        let after = self.count();
        let short = (0..self.peers.len()).filter(|peer| {
            !is_enough(after.each[*peer] - before.each[*peer], self.expected[*peer] - before.each_expected[*peer])
        });
        Ok(Round {
            cpu: meter.cpu,
            others: meter.others,
            expected: after.expected - before.expected,
            forwarded: after.packets - before.packets,
            delivered: after.each.iter().sum::<u64>() - before.each.iter().sum::<u64>(),
            short: short.count(),
            overflowed: meter.overflowed()?,
            latencies: self.latencies(),
            talk: after.talk.since(&before.talk),
        })
    }

    fn latencies(&mut self) -> Vec<f64> {
        let (sender, source, _) = self.shape.watched();
        let (step, (ssrc, offset)) = (self.peers[sender].step(source), self.watched);
        let stamps = self.watcher().heard.stamps.take().unwrap_or_default();
        let latency = |stamp: Stamp| {
            let left = self.left.get((stamp.timestamp.wrapping_sub(offset) / step) as usize)?;
            Some(millis(stamp.at.saturating_sub(*left)))
        };
        stamps.into_iter().filter(|stamp| stamp.ssrc == ssrc).filter_map(latency).collect()
    }

    fn packets(&self) -> u64 {
        self.peers.iter().map(|peer| peer.heard.packets).sum()
    }

    fn count(&self) -> Count {
        let mut talk = Talk::default();
        self.peers.iter().for_each(|peer| talk.add(&peer.heard.talk));
        Count {
            packets: self.packets(),
            expected: self.expected.iter().sum(),
            each: self.peers.iter().map(|peer| peer.heard.delivered()).collect(),
            each_expected: self.expected.clone(),
            talk,
        }
    }
}

/// Until an instant.
struct Count {
    packets: u64,
    expected: u64,
    each: Vec<u64>,
    each_expected: Vec<u64>,
    talk: Talk,
}

fn media<F: Forwarder>(shape: Shape, place: usize) -> Media {
    let (sounds, pictures) = (shape.rate(Source::Microphone), shape.rate(Source::Camera));
    let rates = Media { sounds, pictures, ..Media::default() };
    match shape {
        Shape::Rooms => Media { microphone: true, camera: Some(&LAYERS), microphones: 2, cameras: 2, ..rates },
        Shape::Lecture { .. } if place == 0 => Media { camera: Some(&[]), ..rates },
        Shape::Lecture { .. } => Media { cameras: usize::from(!F::OFFERS), ..rates },
    }
}
