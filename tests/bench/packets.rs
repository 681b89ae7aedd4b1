//! CPU of the SFU for each forwarded packet, against the bare loop and against Janus VideoRoom where it is installed, in
//! turns and at the same pace, once congestion control has found that all of it gets through. Subscribers send receiver reports and transport-wide feedback as browsers do.

mod heard;
mod janus;
mod peer;
mod server;
mod wire;

use crate::bare::{self, Bare};
use crate::native::now;
use crate::process::cpu_of;
use crate::{Sample, millis_since};
use anyhow::{Context, Result, ensure};
use janus::Janus;
use peer::{Media, Peer, STEP, connect};
use server::{Forwarder, Ours};
pub(crate) use server::{SERVE, serve};
use sfu::Source;
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use wire::{Wire, real_time};

/// Subscribers of one publisher, and its packets in a second.
const STAGES: [(usize, u32); 4] = [(10, 200), (50, 200), (200, 200), (50, 1_000)];
const PAYLOAD: usize = 1_100;
const MEASURED: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
/// Seconds until congestion control allows what is asked, at most. More: a broken one takes long to be found out.
const WARM_UP: u32 = 40;
/// Seconds in a row in which everything comes. Fewer: what is allowed at first is taken for what is allowed.
const SETTLED: u32 = 3;
/// How often a peer looks whether it has something to say. Browsers do so each 5 to 50 ms.
const TICK: Duration = Duration::from_millis(10);
/// Rooms of three, each of whom sends and sees the others: packets of each stream in a second, and their payload.
const ROOMS: u8 = 100;
const LAYERS: [&str; 3] = ["q", "h", "f"];
const VIDEO: (u32, usize) = (20, 1_000);
const AUDIO: (u32, usize) = (50, 100);
/// Of the benchmark in its own network, and of nothing else.
const ADDRESS: &str = "TELEKONSIL_BENCH_ADDRESS";
const PRIVATE: &str = "10.77.0.1";

pub(crate) async fn run() -> Result<()> {
    let ip: Ipv4Addr = match std::env::var(ADDRESS) {
        Ok(address) => address.parse()?,
        Err(_) if janus::is_installed() && in_private_network()? => return Ok(()),
        Err(_) => Ipv4Addr::LOCALHOST,
    };
    let with_janus = !ip.is_loopback();
    if !with_janus {
        println!("(without Janus: it needs the package janus, and a network of its own, which needs root)");
    }
    println!("{PAYLOAD} B, {ROUNDS} rounds of {} s in turns once everything is forwarded", MEASURED.as_secs());
    println!("(bare loop: recv, AES-128-GCM, sendmmsg; all seal with AES-GCM; latency and loss of all packets)");
    for (subscribers, pace) in STAGES {
        stage(ip, subscribers, pace, with_janus).await?;
    }
    rooms(ip).await
}

/// Runs this program once more in a network without anybody else. `false`: we may not.
fn in_private_network() -> Result<bool> {
    let set_up = format!(
        "ip link set lo up && ip link add bench0 type veth peer name bench1 && ip address add {PRIVATE}/24 dev bench0 && \
         ip link set bench0 up && ip link set bench1 up"
    );
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", script]).arg(std::env::current_exe().unwrap_or_default());
        command
    };
    if !unshare(&set_up).output().is_ok_and(|output| output.status.success()) {
        return Ok(false);
    }
    let status = unshare(&format!("{set_up} && exec \"$0\" sfu")).env(ADDRESS, PRIVATE).status()?;
    ensure!(status.success(), "the benchmark in its own network ended with {status}");
    Ok(true)
}

async fn stage(ip: Ipv4Addr, subscribers: usize, pace: u32, with_janus: bool) -> Result<()> {
    println!("1 -> {subscribers} at {pace} packets/s");
    let mut ours = Stage::new(Ours::start(ip)?, ip, subscribers).await?;
    let mut janus = match with_janus {
        true => Some(Stage::new(Janus::start(ip).await?, ip, subscribers).await?),
        false => None,
    };
    let mut rounds: [Vec<Round>; 3] = Default::default();
    let mut settled = Vec::new();
    for _ in 0..ROUNDS {
        rounds[0].push(bare(ip, subscribers, pace)?);
        settled.push(f64::from(ours.warm_up(pace)?));
        rounds[1].push(ours.measure(pace)?);
        if let Some(janus) = &mut janus {
            janus.warm_up(pace)?;
            rounds[2].push(janus.measure(pace)?);
        }
    }
    let limit = cpu(&rounds[0]);
    println!("    bare loop  {}", line(&rounds[0], limit));
    println!("    SFU        {}  {}", line(&rounds[1], limit), ours.set_up());
    println!("    (everything was forwarded {} before each round)", Sample::new(settled).line("s"));
    if let Some(janus) = janus {
        println!("    Janus      {}  {}", line(&rounds[2], limit), janus.set_up());
    }
    Ok(())
}

/// What one round has cost, and how much it has moved: somebody who drops packets is cheap and wrong.
struct Round {
    /// CPU seconds for a million packets.
    cpu: f64,
    expected: f64,
    arrived: f64,
    /// Milliseconds of each packet on its way to the last of the subscribers.
    latencies: Vec<f64>,
}

impl Round {
    fn new(nanoseconds: u64, expected: u64, arrived: u64, latencies: Vec<f64>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let [nanoseconds, expected, arrived] = [nanoseconds, expected, arrived].map(|number| number as f64);
        Self { cpu: nanoseconds / arrived.max(1.0) / 1_000.0, expected, arrived, latencies }
    }
}

/// Median CPU seconds for a million packets.
fn cpu(rounds: &[Round]) -> f64 {
    Sample::new(rounds.iter().map(|round| round.cpu).collect()).percentile(50)
}

fn line(rounds: &[Round], limit: f64) -> String {
    let latencies = Sample::new(rounds.iter().flat_map(|round| round.latencies.iter().copied()).collect());
    let sum = |of: fn(&Round) -> f64| rounds.iter().map(of).sum::<f64>();
    let lost = 100.0 * (1.0 - sum(|round| round.arrived) / sum(|round| round.expected));
    let cpu = cpu(rounds);
    format!(
        "{cpu:5.2} s/million  ratio {:5.2}  latency p50 {:.2} p99 {:.2} ms  lost {lost:.2} %",
        cpu / limit,
        latencies.percentile(50),
        latencies.percentile(99)
    )
}

/// Calls `send` at the pace and `idle` all the time between, for `time`.
fn paced(
    pace: u32,
    time: Duration,
    mut send: impl FnMut(u32) -> Result<()>,
    mut idle: impl FnMut() -> Result<()>,
) -> Result<()> {
    let start = now();
    let due = |n: u32| start + Duration::from_secs(1) * n / pace;
    let mut n = 0;
    while start.elapsed() < time {
        while due(n) <= now() {
            send(n)?;
            n += 1;
        }
        idle()?;
        wait_until(due(n));
    }
    Ok(())
}

/// A pace needs a clock; this is the only place that waits for one.
#[allow(clippy::disallowed_methods, reason = "a paced load generator")]
fn wait_until(at: Instant) {
    std::thread::sleep(at.saturating_duration_since(now()).min(Duration::from_millis(5)));
}

fn bare(ip: Ipv4Addr, subscribers: usize, pace: u32) -> Result<Round> {
    let sinks = (0..subscribers).map(|_| Wire::new(ip)).collect::<Result<Vec<_>>>()?;
    let server = Bare::start(ip, sinks.iter().map(|sink| sink.local).collect())?;
    let source = Wire::new(ip)?;
    let key = bare::cipher(1)?;
    let (cpu, sent) = (cpu_of("bare")?, server.sent.load(Ordering::Relaxed));
    let mut buffer = [0; 2048];
    let (mut left, mut latencies, mut arrived) = (Vec::new(), Vec::new(), 0);
    let times = std::cell::RefCell::new(&mut left);
    paced(
        pace,
        MEASURED,
        |n| {
            let mut packet = vec![0; 12 + PAYLOAD];
            packet[..4].copy_from_slice(&n.to_be_bytes());
            bare::seal(&key, &mut packet);
            times.borrow_mut().push(real_time());
            source.send(&packet, server.address);
            Ok(())
        },
        || {
            for (n, sink) in sinks.iter().enumerate() {
                while let Some((_, _, at)) = sink.receive(&mut buffer) {
                    arrived += 1;
                    let number = u32::from_be_bytes(*buffer.first_chunk().context("an empty packet")?);
                    if n + 1 == subscribers
                        && let Some(left) = times.borrow().get(number as usize)
                    {
                        latencies.push(millis(at.saturating_sub(*left)));
                    }
                }
            }
            Ok(())
        },
    )?;
    let packets = server.sent.load(Ordering::Relaxed) - sent;
    ensure!(arrived > 0, "the bare loop forwarded nothing");
    Ok(Round::new(cpu_of("bare")? - cpu, packets, arrived, latencies))
}

fn millis(nanoseconds: u64) -> f64 {
    Duration::from_nanos(nanoseconds).as_secs_f64() * 1_000.0
}

/// A room of one publisher and many subscribers, connected.
struct Stage<F> {
    forwarder: F,
    publisher: Peer,
    subscribers: Vec<Peer>,
    /// When the publisher's packets left, by number.
    left: Vec<u64>,
    /// Of the last subscriber's RTP timestamps against the publisher's.
    offset: u32,
    ticked: Instant,
    /// Milliseconds for each peer, from its offer until it is connected.
    joins: Vec<f64>,
    /// KiB for each peer.
    memory: f64,
}

impl<F: Forwarder> Stage<F> {
    async fn new(mut forwarder: F, ip: Ipv4Addr, count: usize) -> Result<Self> {
        let before = forwarder.resident()?;
        let mut joins = Vec::new();
        let mut publisher = Peer::new(ip, Media { camera: Some(&[]), ..Media::default() })?;
        join(&mut forwarder, 0, 0, &mut publisher, &mut joins).await?;
        let mut subscribers = Vec::new();
        for member in 1..=count {
            // Janus offers by itself what there is to see.
            let cameras = usize::from(std::any::type_name::<F>() == std::any::type_name::<Ours>());
            let mut subscriber = Peer::new(ip, Media { cameras, ..Media::default() })?;
            join(&mut forwarder, 0, u32::try_from(member)?, &mut subscriber, &mut joins).await?;
            subscribers.push(subscriber);
            // Those who are in stay awake.
            publisher.receive()?;
            publisher.tick()?;
            for subscriber in &mut subscribers {
                subscriber.receive()?;
                subscriber.tick()?;
            }
        }
        let memory = (forwarder.resident()? - before) / f64::from(u32::try_from(count + 1)?);
        let (left, offset, ticked) = (Vec::new(), 0, now());
        let mut stage = Self { forwarder, publisher, subscribers, left, offset, ticked, joins, memory };
        stage.align()?;
        Ok(stage)
    }

    fn set_up(&self) -> String {
        let joins = Sample::new(self.joins.clone());
        format!(
            "join p50 {:.0} max {:.0} ms  {:.0} KiB a peer",
            joins.percentile(50),
            joins.percentile(100),
            self.memory
        )
    }

    fn send(&mut self, is_key: bool) -> Result<()> {
        self.left.push(self.publisher.send(Source::Camera, is_key, PAYLOAD)?);
        Ok(())
    }

    fn receive(&mut self) -> Result<()> {
        let is_due = self.ticked.elapsed() >= TICK;
        for peer in std::iter::once(&mut self.publisher).chain(&mut self.subscribers) {
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

    fn last(&mut self) -> Result<&mut Peer> {
        self.subscribers.last_mut().context("nobody subscribes")
    }

    /// Finds out what becomes of the publisher's timestamps on their way to the last subscriber: one packet at a time, so
    /// that nothing else is under way.
    fn align(&mut self) -> Result<()> {
        self.last()?.heard.stamps = Some(Vec::new());
        for _ in 0..100 {
            self.send(true)?;
            let number = u32::try_from(self.left.len() - 1)?;
            let start = now();
            while start.elapsed() < Duration::from_millis(50) {
                self.receive()?;
                let seen = self.last()?.heard.stamps.as_mut().map(std::mem::take).unwrap_or_default();
                if let [(timestamp, _)] = seen[..] {
                    let offset = timestamp.wrapping_sub(number.wrapping_mul(STEP));
                    if std::mem::replace(&mut self.offset, offset) == offset {
                        return Ok(());
                    }
                    break;
                }
            }
        }
        anyhow::bail!("nothing of what is published comes to the last subscriber")
    }

    fn packets(&self) -> u64 {
        self.subscribers.iter().map(|subscriber| subscriber.heard.packets).sum()
    }

    /// Sends at the pace until everything has come for a while: congestion control has to find out first what the path
    /// carries, and forgets it while the others have their turns. In seconds.
    fn warm_up(&mut self, pace: u32) -> Result<u32> {
        let mut good = 0;
        for second in 1..=WARM_UP {
            let (before, first) = (self.packets(), self.left.len());
            self.send_for(pace, Duration::from_secs(1))?;
            let expected = (self.left.len() - first) as u64 * self.subscribers.len() as u64;
            let is_good = (self.packets() - before) * 100 >= expected * 99;
            good = if is_good { good + 1 } else { 0 };
            if good == SETTLED {
                return Ok(second);
            }
        }
        Ok(WARM_UP)
    }

    fn send_for(&mut self, pace: u32, time: Duration) -> Result<()> {
        let stage = std::cell::RefCell::new(&mut *self);
        paced(pace, time, |n| stage.borrow_mut().send(n % 100 == 0), || stage.borrow_mut().receive())
    }

    fn measure(&mut self, pace: u32) -> Result<Round> {
        // A stream that was off and on again may have got another offset. Where nothing comes, that shows as loss.
        let _ = self.align();
        let (cpu, before, first) = (self.forwarder.cpu()?, self.packets(), self.left.len());
        self.last()?.heard.stamps = Some(Vec::new());
        self.send_for(pace, MEASURED)?;
        let cpu = self.forwarder.cpu()? - cpu;
        // What is on its way.
        paced(1_000, Duration::from_millis(50), |_| Ok(()), || self.receive())?;
        let offset = self.offset;
        let stamps = self.last()?.heard.stamps.take().unwrap_or_default();
        let latency = |(timestamp, at): (u32, u64)| {
            let left = self.left.get((timestamp.wrapping_sub(offset) / STEP) as usize)?;
            Some(millis(at.saturating_sub(*left)))
        };
        let latencies = stamps.into_iter().filter_map(latency).collect();
        let arrived = self.packets() - before;
        let expected = (self.left.len() - first) as u64 * self.subscribers.len() as u64;
        Ok(Round::new(cpu, expected, arrived, latencies))
    }
}

/// In, and connected.
async fn join(
    forwarder: &mut impl Forwarder,
    room: u8,
    member: u32,
    peer: &mut Peer,
    times: &mut Vec<f64>,
) -> Result<()> {
    let start = now();
    forwarder.join(room, member, peer).await?;
    connect(&mut [peer])?;
    times.push(millis_since(start));
    Ok(())
}

/// A hundred rooms of three, simulcast video and audio: what a hospital's server carries on a bad day.
async fn rooms(ip: Ipv4Addr) -> Result<()> {
    let mut sfu = Ours::start(ip)?;
    let (before, mut joins, mut peers) = (sfu.resident()?, Vec::new(), Vec::new());
    for room in 0..ROOMS {
        for member in 0..3 {
            let media = Media { microphone: true, camera: Some(&LAYERS), microphones: 2, cameras: 2 };
            let mut peer = Peer::new(ip, media)?;
            join(&mut sfu, room, member, &mut peer, &mut joins).await?;
            peers.push(peer);
        }
        for peer in &mut peers {
            peer.receive()?;
            peer.tick()?;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "three hundred")]
    let memory = (sfu.resident()? - before) / peers.len() as f64;
    let mut figures = Vec::new();
    for _ in 0..=ROUNDS {
        let heard = |peers: &[Peer]| peers.iter().map(|peer| peer.heard.packets).sum::<u64>();
        let (cpu, arrived) = (sfu.cpu()?, heard(&peers));
        let all = std::cell::RefCell::new(&mut peers);
        let mut ticked = now();
        // At the pace of sound; pictures at theirs.
        paced(
            AUDIO.0,
            MEASURED,
            |n| {
                let has_picture = n * VIDEO.0 / AUDIO.0 != (n + 1) * VIDEO.0 / AUDIO.0;
                for peer in all.borrow_mut().iter_mut() {
                    peer.send(Source::Microphone, false, AUDIO.1)?;
                    if has_picture {
                        peer.send(Source::Camera, n % AUDIO.0 < 3, VIDEO.1)?;
                    }
                    peer.receive()?;
                }
                Ok(())
            },
            || {
                let is_due = ticked.elapsed() >= TICK;
                for peer in all.borrow_mut().iter_mut() {
                    peer.receive()?;
                    if is_due {
                        peer.tick()?;
                    }
                }
                if is_due {
                    ticked = now();
                }
                Ok(())
            },
        )?;
        let cpu = Duration::from_nanos(sfu.cpu()? - cpu).as_secs_f64();
        figures.push((cpu, heard(&peers) - arrived));
    }
    let figures = &figures[1..];
    let of = |figure: fn(&(f64, u64)) -> f64| Sample::new(figures.iter().map(figure).collect()).percentile(50);
    println!(
        "{ROOMS} rooms of three, {} layers of {} B at {}/s and sound at {}/s each: {:.0} % of a core, {:.0} packets/s out, \
         {:.2} s/million, join p50 {:.0} ms, {memory:.0} KiB a peer",
        LAYERS.len(),
        VIDEO.1,
        VIDEO.0,
        AUDIO.0,
        100.0 * of(|(cpu, _)| *cpu) / MEASURED.as_secs_f64(),
        of(|(_, packets)| *packets as f64) / MEASURED.as_secs_f64(),
        of(|(cpu, packets)| cpu * 1_000_000.0 / (*packets).max(1) as f64),
        Sample::new(joins).percentile(50),
    );
    Ok(())
}
