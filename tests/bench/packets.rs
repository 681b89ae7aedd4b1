//! CPU of the SFU for each forwarded packet, against the bare loop, at the same pace, in turns. A first turn of each is
//! not counted: it fills caches and lets congestion control find its rate.

use crate::{
    Sample,
    bare::{self, Bare},
    native::{Native, PATIENCE, now},
    process::cpu_of,
};
use anyhow::{Result, ensure};
use sfu::{Config, MemberId, Publishing, RoomId, Sfu, Source};
use std::net::UdpSocket;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const SUBSCRIBERS: [usize; 3] = [10, 50, 200];
const PER_SECOND: u32 = 200;
const PAYLOAD: usize = 1_100;
const MEASURED: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
const ROOM: RoomId = RoomId([9; 16]);

pub(crate) async fn run() -> Result<()> {
    println!(
        "CPU seconds per million forwarded packets, {PAYLOAD} B, {PER_SECOND} packets/s in, {ROUNDS} rounds in turns \
         after one that does not count"
    );
    println!("(subscribers count datagrams and send no receiver reports; both seal with ring's AES-128-GCM)");
    for subscribers in SUBSCRIBERS {
        let mut stage = Stage::new(subscribers).await?;
        let (mut ours, mut limit) = (Vec::new(), Vec::new());
        for _ in 0..=ROUNDS {
            limit.push(bare(subscribers)?);
            ours.push(stage.measure()?);
        }
        let [(ours, ours_rate), (limit, limit_rate)] = [ours, limit].map(|rounds| medians(&rounds[1..]));
        println!(
            "1 -> {subscribers:<3}  SFU {ours:5.1} ({ours_rate:.0} packets/s out)   bare loop {limit:5.1} \
             ({limit_rate:.0} packets/s out)   ratio {:.2}",
            ours / limit
        );
        stage.sfu.shutdown().await;
    }
    Ok(())
}

/// What one round has cost, and how much it has moved: a loop that drops packets is cheap and wrong.
struct Round {
    /// CPU seconds for a million packets.
    cpu: f64,
    per_second: f64,
}

impl Round {
    fn new(nanoseconds: u64, packets: u64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let (nanoseconds, packets) = (nanoseconds as f64, packets as f64);
        Self { cpu: nanoseconds / packets / 1_000.0, per_second: packets / MEASURED.as_secs_f64() }
    }
}

/// Of the CPU time, and of the rate.
fn medians(rounds: &[Round]) -> (f64, f64) {
    let median = |of: fn(&Round) -> f64| Sample::new(rounds.iter().map(of).collect()).percentile(50);
    (median(|round| round.cpu), median(|round| round.per_second))
}

/// Calls `send` at the pace and `idle` all the time between, for [`MEASURED`].
fn paced(mut send: impl FnMut(u32), mut idle: impl FnMut()) {
    let start = now();
    let due = |n: u32| start + Duration::from_secs(1) * n / PER_SECOND;
    let mut n = 0;
    while start.elapsed() < MEASURED {
        while due(n) <= now() {
            send(n);
            n += 1;
        }
        idle();
        wait_until(due(n));
    }
}

/// A pace needs a clock; this is the only place that waits for one.
#[allow(clippy::disallowed_methods, reason = "a paced load generator")]
fn wait_until(at: Instant) {
    std::thread::sleep(at.saturating_duration_since(now()).min(Duration::from_millis(5)));
}

fn bare(subscribers: usize) -> Result<Round> {
    let sinks = (0..subscribers)
        .map(|_| {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        })
        .collect::<Result<Vec<_>>>()?;
    let addresses = sinks.iter().map(|sink| Ok(sink.local_addr()?)).collect::<Result<_>>()?;
    let server = Bare::start(addresses)?;
    let source = UdpSocket::bind("127.0.0.1:0")?;
    let key = bare::cipher(1)?;
    let (cpu, sent) = (cpu_of("bare")?, server.sent.load(Ordering::Relaxed));
    let mut buffer = [0; 2048];
    paced(
        |n| {
            let mut packet = vec![0; 12 + PAYLOAD];
            packet[..4].copy_from_slice(&n.to_be_bytes());
            bare::seal(&key, &mut packet);
            let _ = source.send_to(&packet, server.address);
        },
        || sinks.iter().for_each(|sink| while sink.recv(&mut buffer).is_ok() {}),
    );
    let packets = server.sent.load(Ordering::Relaxed) - sent;
    ensure!(packets > 0, "the bare loop forwarded nothing");
    Ok(Round::new(cpu_of("bare")? - cpu, packets))
}

/// A room of one publisher and many subscribers, connected.
struct Stage {
    sfu: Sfu,
    publisher: Native,
    subscribers: Vec<Native>,
}

impl Stage {
    async fn new(count: usize) -> Result<Self> {
        let config = Config { max_members: count + 1, ..Config::at("127.0.0.1:0".parse()?) };
        let sfu = Sfu::start(config)?;
        let mut publisher = Native::new(1);
        publisher.never_wait();
        publisher.join(&sfu, ROOM, 0).await?;
        sfu.set_publishing(ROOM, MemberId(0), Publishing { camera: true, ..Publishing::default() });
        let mut subscribers = Vec::new();
        for member in 1..=count {
            let mut subscriber = Native::new(1);
            subscriber.never_wait();
            subscriber.join(&sfu, ROOM, u32::try_from(member)?).await?;
            subscribers.push(subscriber);
            // In groups, so that no handshake has to wait for all others.
            if member % 10 == 0 || member == count {
                let start = now();
                while !publisher.connected || subscribers.iter().any(|subscriber| !subscriber.connected) {
                    ensure!(start.elapsed() < PATIENCE, "{member} subscribers do not get connected");
                    publisher.step();
                    subscribers.iter_mut().for_each(Native::step);
                }
            }
        }
        Ok(Self { sfu, publisher, subscribers })
    }

    fn measure(&mut self) -> Result<Round> {
        let (cpu, before) = (cpu_of("sfu")?, self.sfu.stats().forwarded);
        let (publisher, subscribers) = (std::cell::RefCell::new(&mut self.publisher), &mut self.subscribers);
        paced(
            |n| {
                let mut publisher = publisher.borrow_mut();
                publisher.send_sized(Source::Camera, n % 100 == 0, PAYLOAD);
                publisher.step();
            },
            || {
                publisher.borrow_mut().step();
                subscribers.iter_mut().for_each(|subscriber| {
                    subscriber.count_media();
                });
            },
        );
        let packets = self.sfu.stats().forwarded - before;
        ensure!(packets > 0, "the SFU forwarded nothing");
        Ok(Round::new(cpu_of("sfu")? - cpu, packets))
    }
}
