//! People on call, connected to one node: what each costs, and how long until all are back after it was killed.

use crate::{Sample, millis_since, native::now, world::World};
use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use schemas::consult::Urgency;
use std::time::Duration;
use tests::client::Client;
use tests::stream::Stream;
use tokio::time::sleep;

const CLIENTS: usize = 10_000;
/// Connections that are being opened at once.
const AT_ONCE: usize = 256;
/// Between two tries of a browser that finds nobody.
const AGAIN: Duration = Duration::from_millis(200);

/// The issue asks for all to be back within 30 s.
pub(crate) async fn run() -> Result<()> {
    let mut world = World::small().await?;
    let before = world.installation.node()?.resident()?;
    let people = [&world.people.specialist, &world.people.coordinator, &world.people.referrer];
    let cookies: Vec<String> = people.iter().map(|person| cookie(person)).collect::<Result<_>>()?;
    let port = world.installation.node()?.http;
    let start = now();
    let mut streams = open(port, &cookies, None).await?;
    println!("{CLIENTS} event streams opened, {AT_ONCE} at once, in {:.1} s", millis_since(start) / 1000.0);
    let with_all = world.installation.node()?.resident()?;
    #[expect(clippy::cast_precision_loss, reason = "ten thousand")]
    let each = (with_all - before) * 1024.0 / CLIENTS as f64;
    println!("memory: {with_all:.0} MiB with them, {before:.0} MiB without: {each:.1} KiB per client");

    let mut times = Vec::new();
    for _ in 0..5 {
        let sent = now();
        let id = world.request(&world.stroke, Urgency::Emergency).await?.to_string();
        let concerned = streams.iter_mut().map(|stream| stream.event(&id));
        futures_util::future::try_join_all(concerned).await?;
        times.push(millis_since(sent));
    }
    println!("request -> seen by all {CLIENTS}: {}", Sample::new(times).line("ms"));

    let node = world.installation.node()?;
    node.kill()?;
    drop(streams);
    let start = now();
    let (started, back) = tokio::join!(node.start(), open(port, &cookies, Some(0)));
    started?;
    let streams = back?;
    println!("killed and started again: all {CLIENTS} are back after {:.1} s", millis_since(start) / 1000.0);
    drop(streams);
    world.installation.stop()
}

fn cookie(client: &Client) -> Result<String> {
    Ok(client.cookie.to_str().context("a cookie")?.to_owned())
}

/// Every client, each trying until somebody answers, as browsers do.
async fn open(port: u16, cookies: &[String], last: Option<i64>) -> Result<Vec<Stream>> {
    let one = |n: usize| async move {
        loop {
            match Stream::open(port, &cookies[n % cookies.len()], last).await {
                Ok((stream, _)) => return anyhow::Ok(stream),
                Err(error) if last.is_none() => return Err(error),
                Err(_) => sleep(AGAIN).await,
            }
        }
    };
    stream::iter(0..CLIENTS).map(one).buffer_unordered(AT_ONCE).try_collect().await
}
