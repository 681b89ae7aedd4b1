//! Consults that are asked for and accepted, as many as one node pairs in a second.

use crate::{Sample, millis_since, native::now, service::durability, world::World};
use anyhow::{Context, Result, ensure};
use schemas::consult::{Action, Urgency};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tests::database::Engine;

/// Pairs under way at once: more than either engine has connections, so that nothing waits for us.
const PAIRS: usize = 32;
const PAIRING: Duration = Duration::from_secs(6);

/// Each pair asks and accepts again and again: match, plan, ring, accept, with everything that is written for it. The issue
/// asks for 1,000 a second.
pub(crate) async fn run() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(durability) = durability(engine).await? else {
            println!("{engine:?}: not there (run under tests/pg)");
            continue;
        };
        let world = World::on(engine).await?.context("the engine is there")?;
        let (stop, paired) = (AtomicBool::new(false), AtomicU64::new(0));
        let start = now();
        let pairs = (0..PAIRS).map(|_| async {
            let (mut asked, mut accepted) = (vec![], vec![]);
            while !stop.load(Ordering::Relaxed) {
                let sent = now();
                let id = world.request(&world.stroke, Urgency::Emergency).await?;
                asked.push(millis_since(sent));
                let sent = now();
                let reply = world.people.specialist.act(id, &Action::Accept).await?;
                ensure!(reply.status.is_success(), "accept answers {} {}", reply.status, reply.code());
                accepted.push(millis_since(sent));
                paired.fetch_add(1, Ordering::Relaxed);
                stop.fetch_or(start.elapsed() >= PAIRING, Ordering::Relaxed);
            }
            anyhow::Ok((asked, accepted))
        });
        let times = futures_util::future::try_join_all(pairs).await?;
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let rate = paired.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
        let (asked, accepted): (Vec<_>, Vec<_>) = times.into_iter().unzip();
        println!("{engine:?}: {rate:.0} consults/s asked for and accepted over HTTP, {PAIRS} at once ({durability})");
        println!("  request: {}", Sample::new(asked.concat()).line("ms"));
        println!("  accept: {}", Sample::new(accepted.concat()).line("ms"));
        world.installation.stop()?;
    }
    Ok(())
}
