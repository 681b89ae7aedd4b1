//! The broker: from the request to the ring, commands per second, events to many clients.

use crate::{
    Sample, millis_since,
    native::now,
    world::{OPEN, REFERRERS, SPECIALISTS, World},
};
use anyhow::{Context, Result, ensure};
use schemas::{
    consult::{Action, ClockStamp, Urgency},
    events::LiveEvent,
};
use sqlx::{Connection, PgConnection};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use telekonsil::{app::ports::Clock, clock::SystemClock};
use tests::{client::Client, database::Engine, stream::Stream};

const RINGS: usize = 200;
const WRITERS: usize = 16;
const WRITING: Duration = Duration::from_secs(4);
const STREAMS: usize = 2_000;
const EVENTS: usize = 100;
const DAY_SECONDS: i64 = 86_400;

pub(crate) async fn ring() -> Result<()> {
    let mut world = World::large().await?;
    let port = world.installation.node()?.http;
    let mut stream = open(port, &world.people.specialist).await?;
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
        "request -> ring at the specialist's event stream, {REFERRERS} referrers, {SPECIALISTS} specialists in the \
         network, {OPEN} open consults: {}",
        Sample::new(times).line("ms")
    );
    world.installation.stop()
}

/// Each writer stamps a clock of its own consult again and again: load, decide, append, snapshot, commit.
pub(crate) async fn commands() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(durability) = durability(engine).await? else {
            println!("{engine:?}: not there (run under tests/pg)");
            continue;
        };
        let world = World::on(engine).await?.context("the engine is there")?;
        let mut consults = Vec::new();
        for _ in 0..WRITERS {
            consults.push(world.request(&world.stroke, Urgency::Emergency).await?);
        }
        let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
        // Each at an instant of its own, so that each is written.
        let yesterday = SystemClock.now().plus_seconds(-DAY_SECONDS);
        let start = now();
        let writers = consults.iter().map(|id| async {
            let mut at = yesterday;
            while !stop.load(Ordering::Relaxed) {
                at.0 += 1;
                let stamp = Action::Stamp { stamp: ClockStamp::Door, at };
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
        let mut events = Vec::new();
        for id in &consults {
            events.push(f64::from(i32::try_from(world.people.referrer.detail(*id).await?.summary.seq)?));
        }
        let events = Sample::new(events).percentile(50);
        println!(
            "{engine:?}: {rate:.0} commands/s over HTTP, {WRITERS} writers, {events:.0} events per consult in the end"
        );
        println!("({durability})");
        world.installation.stop()?;
    }
    Ok(())
}

/// What a commit is worth, beside its figure. `None` where the engine is not there.
pub(crate) async fn durability(engine: Engine) -> Result<Option<String>> {
    match engine {
        Engine::Sqlite => Ok(Some("each commit reaches the disk: synchronous=FULL".into())),
        Engine::Postgres => {
            let Ok(server) = std::env::var("TELEKONSIL_TEST_PG") else { return Ok(None) };
            let mut connection = PgConnection::connect(&server).await?;
            let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut connection).await?;
            Ok(Some(match fsync.as_str() {
                "on" => "each commit reaches the disk: fsync=on".into(),
                _ => "NOT comparable with SQLite: fsync=off, as tests/pg starts it; a commit waits for no disk".into(),
            }))
        }
    }
}

async fn open(port: u16, client: &Client) -> Result<Stream> {
    Ok(Stream::open(port, client.cookie.to_str()?, None).await?.0)
}

/// So many pages of the coordinator's.
pub(crate) async fn open_streams(world: &mut World, count: usize) -> Result<Vec<Stream>> {
    let port = world.installation.node()?.http;
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        streams.push(open(port, &world.people.coordinator).await?);
    }
    Ok(streams)
}

pub(crate) async fn fan_out() -> Result<()> {
    let mut world = World::small().await?;
    let start = now();
    let mut streams = open_streams(&mut world, STREAMS).await?;
    println!("{STREAMS} streams opened one after another in {:.0} ms", millis_since(start));
    let mut times = Vec::new();
    for _ in 0..EVENTS {
        let sent = now();
        let id = world.request(&world.stroke, Urgency::Emergency).await?;
        let needle = id.to_string();
        let readers = streams.iter_mut().map(|stream| stream.event(&needle));
        futures_util::future::try_join_all(readers).await?;
        times.push(millis_since(sent));
        world.cancel(id).await?;
    }
    println!("request -> seen by all {STREAMS} clients: {}", Sample::new(times).line("ms"));
    drop(streams);
    world.installation.stop()
}
