//! Into the room as a browser goes, with native peers.

use crate::{Sample, millis_since, native::now, world::World};
use anyhow::{Result, ensure};
use std::time::Duration;
use tests::peer::Peer;

const JOINS: usize = 20;
/// A join that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn run() -> Result<()> {
    let world = World::small().await?;
    let id = world.accepted().await?;
    let mut host = Peer::join(&world.people.referrer, id).await?;
    until(&mut host, None).await?;
    let mut times = Vec::new();
    for _ in 0..JOINS {
        let click = now();
        let mut guest = Peer::join(&world.people.specialist, id).await?;
        until(&mut host, Some(&mut guest)).await?;
        times.push(millis_since(click));
    }
    println!("join click -> first packet of the host's picture, native peers: {}", Sample::new(times).line("ms"));
    println!("(the host films at 30 frames/s and sends a key frame when asked; nothing is decoded)");
    world.installation.stop()
}

/// Until the host is connected, and the guest sees the host.
async fn until(host: &mut Peer, mut guest: Option<&mut Peer>) -> Result<()> {
    let start = now();
    loop {
        host.step();
        let seen = guest.as_mut().is_none_or(|guest| {
            guest.step();
            guest.has_seen()
        });
        if host.is_connected() && seen {
            return Ok(());
        }
        ensure!(start.elapsed() < PATIENCE, "nothing is seen after {PATIENCE:?}");
        tokio::task::yield_now().await;
    }
}
