//! `kill -9` after every step of a whole consult, and in the middle of every step. The client repeats its last request
//! and goes on. In the end everything is as if nothing had happened.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::time::Duration;
use tests::chronicle::Chronicle;
use tests::database::Engine;
use tests::installation::{Installation, People};
use tests::script::{Script, WHOLE, is_lost};
use tests::seeds::{seeds, stir};
use tokio::time::Instant;

on_both_engines!(nothing_is_lost_by_a_kill_after_any_step, nothing_is_lost_by_a_kill_within_any_step);

/// A client repeats a request whose answer was lost. More tries would hide a server that never answers.
const TRIES: u32 = 5;
/// A request takes a few milliseconds: kills fall before its write, into it and after it.
const LATEST_KILL_MICROS: u64 = 4_000;

#[derive(Clone, Copy)]
enum Kill {
    Never,
    After,
    Within(u64),
}

async fn nothing_is_lost_by_a_kill_after_any_step(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let people = installation.people().await?;
    let calm = whole(&mut installation, &people, Kill::Never).await?;
    let interrupted = whole(&mut installation, &people, Kill::After).await?;
    same(&calm, &interrupted)?;
    installation.stop()
}

async fn nothing_is_lost_by_a_kill_within_any_step(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let people = installation.people().await?;
    let calm = whole(&mut installation, &people, Kill::Never).await?;
    for seed in seeds(2, 60) {
        let interrupted = whole(&mut installation, &people, Kill::Within(seed)).await;
        let compared = interrupted.and_then(|interrupted| same(&calm, &interrupted));
        compared.with_context(|| format!("seed {seed}"))?;
    }
    installation.stop()
}

/// The canonical log of one whole consult.
async fn whole(installation: &mut Installation, people: &People, kill: Kill) -> Result<Vec<Value>> {
    let mut script = Script::new(people).await?;
    for (index, step) in (0_u64..).zip(WHOLE) {
        match kill {
            Kill::Never => script.step(*step).await?,
            Kill::After => {
                script.step(*step).await?;
                installation.restart_hard().await?;
            }
            Kill::Within(seed) => {
                let pid = installation.node()?.pid().context("the server runs")?;
                let micros = stir(seed, index) % LATEST_KILL_MICROS;
                let killer = std::thread::spawn(move || kill_in(pid, Duration::from_micros(micros)));
                let done = script.step(*step).await;
                killer.join().map_err(|_| anyhow::anyhow!("the killer"))?;
                if let Err(error) = done {
                    ensure!(is_lost(&error), "not lost but refused: {error:#}");
                }
                installation.restart_hard().await?;
            }
        }
        if !matches!(kill, Kill::Never) {
            script.lost();
            script.check_acknowledged().await?;
            let mut tries = 0;
            // A connection of before the kill may break only now.
            while let Err(error) = script.step(*step).await {
                tries += 1;
                ensure!(is_lost(&error) && tries < TRIES, "repeated: {error:#}");
                script.lost();
            }
        }
    }
    Chronicle::read(&installation.database, script.consult).await?.canonical()
}

/// Counts the time by itself: a sleep would be late by more than a request takes.
fn kill_in(pid: u32, delay: Duration) {
    let start = Instant::now();
    while start.elapsed() < delay {
        std::hint::spin_loop();
    }
    // SAFETY: `kill` takes no pointers; the pid is our own child's, which nobody waits for before this thread ends.
    unsafe { libc::kill(pid.cast_signed(), libc::SIGKILL) };
}

fn same(calm: &[Value], interrupted: &[Value]) -> Result<()> {
    for (index, (expected, found)) in calm.iter().zip(interrupted).enumerate() {
        ensure!(expected == found, "entry {index} is {found:#}\ninstead of {expected:#}");
    }
    ensure!(calm.len() == interrupted.len(), "{} entries instead of {}", interrupted.len(), calm.len());
    Ok(())
}
