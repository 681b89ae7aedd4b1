//! The broker: from the request to the ring, commands per second, events to many clients.

use crate::{Sample, millis_since, native::now, world::World};
use anyhow::{Context, Result, ensure};
use reqwest::Response;
use schemas::{
    UnixMillis,
    consult::{Action, ClockStamp, Urgency},
    events::LiveEvent,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tests::{client::Client, database::Engine};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const RINGS: usize = 200;
const WRITERS: usize = 16;
const WRITING: Duration = Duration::from_secs(4);
const STREAMS: usize = 2_000;
const EVENTS: usize = 10;
/// A stream that says nothing for this long is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// One event stream, read event by event.
struct Stream {
    response: Response,
    rest: String,
}

impl Stream {
    async fn open(client: &Client) -> Result<Self> {
        let response = client.http.get(format!("{}/api/events", client.base)).send().await?.error_for_status()?;
        Ok(Self { response, rest: String::new() })
    }

    async fn next(&mut self) -> Result<LiveEvent> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                self.rest = rest.to_owned();
                if !data.is_empty() {
                    return Ok(serde_json::from_str(data.trim())?);
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await??.context("the stream ended")?;
            self.rest.push_str(std::str::from_utf8(&chunk)?);
        }
    }
}

pub(crate) async fn ring() -> Result<()> {
    let world = World::large().await?;
    let mut stream = Stream::open(&world.people.specialist).await?;
    let mut times = Vec::new();
    for _ in 0..RINGS {
        let sent = now();
        let id = world.request(&world.stroke, Urgency::Emergency).await?;
        loop {
            match stream.next().await? {
                LiveEvent::Ring { summary, .. } if summary.id == id => break,
                _ => {}
            }
        }
        times.push(millis_since(sent));
        world.cancel(id).await?;
    }
    println!(
        "request -> ring at the specialist, 10,000 people, 1,000 open consults: {}",
        Sample::new(times).line("ms")
    );
    world.installation.stop()
}

/// Each writer stamps a clock of its own consult again and again: load, decide, append, snapshot, commit.
pub(crate) async fn commands() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = match World::on(engine).await {
            Ok(Some(world)) => world,
            _ => {
                println!("{engine:?}: not there (run under tests/pg)");
                continue;
            }
        };
        let mut consults = Vec::new();
        for _ in 0..WRITERS {
            consults.push(world.request(&world.stroke, Urgency::Emergency).await?);
        }
        let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
        let base = world.people.referrer.me.person.id;
        ensure!(base.0 != uuid::Uuid::nil(), "the referrer is somebody");
        let start = now();
        let writers = consults.iter().map(|id| async {
            let mut at = 1_700_000_000_000;
            while !stop.load(Ordering::Relaxed) {
                at += 1;
                let stamp = Action::Stamp { stamp: ClockStamp::Door, at: UnixMillis(at) };
                let reply = world.people.referrer.act(*id, &stamp).await?;
                ensure!(reply.status.is_success(), "stamp answers {} {}", reply.status, reply.code());
                written.fetch_add(1, Ordering::Relaxed);
                stop.fetch_or(start.elapsed() >= WRITING, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
        futures_util::future::try_join_all(writers).await?;
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let rate = written.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
        println!("{engine:?}: {rate:.0} commands/s over HTTP, {WRITERS} writers");
        world.installation.stop()?;
    }
    Ok(())
}

/// Streams as bare sockets: a client library would be what is measured.
pub(crate) async fn open_streams(world: &World, count: usize) -> Result<Vec<TcpStream>> {
    let coordinator = &world.people.coordinator;
    let cookie = coordinator.cookie.to_str()?;
    let address = world.installation.base().trim_start_matches("http://").to_owned();
    let request =
        format!("GET /api/events HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n");
    let mut streams = Vec::with_capacity(count);
    let mut buffer = vec![0; 4096];
    for _ in 0..count {
        let mut stream = TcpStream::connect(&address).await?;
        stream.write_all(request.as_bytes()).await?;
        let length = stream.read(&mut buffer).await?;
        let head = String::from_utf8_lossy(&buffer[..length]).into_owned();
        ensure!(head.starts_with("HTTP/1.1 200"), "a stream answers {}", head.lines().next().unwrap_or_default());
        streams.push(stream);
    }
    Ok(streams)
}

pub(crate) async fn fan_out() -> Result<()> {
    let world = World::small().await?;
    let start = now();
    let mut streams = open_streams(&world, STREAMS).await?;
    println!("{STREAMS} streams opened one after another in {:.0} ms", millis_since(start));
    let mut times = Vec::new();
    for _ in 0..EVENTS {
        let sent = now();
        let id = world.request(&world.stroke, Urgency::Emergency).await?;
        let needle = id.to_string();
        let readers = streams.iter_mut().map(|stream| until_seen(stream, &needle));
        futures_util::future::try_join_all(readers).await?;
        times.push(millis_since(sent));
        world.cancel(id).await?;
    }
    println!("request -> seen by all {STREAMS} clients: {}", Sample::new(times).line("ms"));
    drop(streams);
    world.installation.stop()
}

async fn until_seen(stream: &mut TcpStream, needle: &str) -> Result<()> {
    let (mut seen, mut buffer) = (String::new(), vec![0; 16 * 1024]);
    while !seen.contains(needle) {
        let length = tokio::time::timeout(PATIENCE, stream.read(&mut buffer)).await??;
        ensure!(length > 0, "a stream ended");
        // The needle is ASCII and a chunk may cut it: keep the tail.
        let tail = seen.len().saturating_sub(needle.len());
        seen = seen.split_off(seen.floor_char_boundary(tail)) + &String::from_utf8_lossy(&buffer[..length]);
    }
    Ok(())
}
