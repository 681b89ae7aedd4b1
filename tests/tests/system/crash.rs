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
/// Of the time that a step takes: kills fall before its writes, between them, and after them.
const LATEST_KILL_PERCENT: u64 = 120;
/// The killer's last stretch, which it counts by itself: a sleep would be late by a good part of a request.
const FINE: Duration = Duration::from_millis(1);

#[derive(Clone, Copy)]
enum Kill<'a> {
    Never,
    After,
    /// At an instant by chance (the seed) within the time that each step took.
    Within(u64, &'a [Duration]),
}

/// What one whole consult has left behind.
struct Course {
    /// The canonical log.
    log: Vec<Value>,
    /// How long each step took.
    times: Vec<Duration>,
    outcomes: Outcomes,
}

/// How far steps came until the kill. A test in which one of these never happens has tested less than it says.
#[derive(Debug, Default)]
struct Outcomes {
    not_carried_out: u32,
    answer_lost: u32,
    answered: u32,
}

async fn nothing_is_lost_by_a_kill_after_any_step(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let people = installation.people().await?;
    let calm = whole(&mut installation, &people, Kill::Never).await?;
    let interrupted = whole(&mut installation, &people, Kill::After).await?;
    same(&calm.log, &interrupted.log)?;
    installation.stop()
}

async fn nothing_is_lost_by_a_kill_within_any_step(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let people = installation.people().await?;
    // Timed on servers that have just started, as those are that will be killed.
    let calm = whole(&mut installation, &people, Kill::After).await?;
    let mut outcomes = Outcomes::default();
    for seed in seeds(2, 60) {
        let interrupted = whole(&mut installation, &people, Kill::Within(seed, &calm.times)).await;
        let interrupted = interrupted.with_context(|| format!("seed {seed}"))?;
        same(&calm.log, &interrupted.log).with_context(|| format!("seed {seed}"))?;
        outcomes.not_carried_out += interrupted.outcomes.not_carried_out;
        outcomes.answer_lost += interrupted.outcomes.answer_lost;
        outcomes.answered += interrupted.outcomes.answered;
    }
    eprintln!("{engine:?}: {outcomes:?}");
    let each = [outcomes.not_carried_out, outcomes.answer_lost, outcomes.answered];
    ensure!(each.iter().all(|count| *count > 0), "the kills fell on one side: {outcomes:?}");
    installation.stop()
}

async fn whole(installation: &mut Installation, people: &People, kill: Kill<'_>) -> Result<Course> {
    let mut script = Script::new(people).await?;
    let (mut times, mut outcomes) = (vec![], Outcomes::default());
    for (index, step) in (0_u64..).zip(WHOLE) {
        let start = Instant::now();
        match kill {
            Kill::Never => script.step(*step).await?,
            Kill::After => {
                script.step(*step).await?;
                times.push(start.elapsed());
                installation.restart_hard().await?;
            }
            Kill::Within(seed, times) => {
                let time = times.get(usize::try_from(index)?).context("timed")?;
                let delay = chance(seed, index, *time);
                let before = entries(installation, &script).await?;
                let pid = installation.node()?.pid().context("the server runs")?;
                let killer = std::thread::spawn(move || kill_in(pid, delay));
                let done = script.step(*step).await;
                killer.join().map_err(|_| anyhow::anyhow!("the killer"))?;
                installation.restart_hard().await?;
                match done {
                    Ok(()) => outcomes.answered += 1,
                    Err(error) => {
                        ensure!(is_lost(&error), "not lost but refused: {error:#}");
                        let count = match entries(installation, &script).await? > before {
                            true => &mut outcomes.answer_lost,
                            false => &mut outcomes.not_carried_out,
                        };
                        *count += 1;
                    }
                }
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
    let log = Chronicle::read(&installation.database, script.consult).await?.canonical()?;
    Ok(Course { log, times, outcomes })
}

/// How much people have done so far, by the log.
async fn entries(installation: &Installation, script: &Script<'_>) -> Result<usize> {
    match Chronicle::find(&installation.database, script.consult).await? {
        Some(chronicle) => Ok(chronicle.canonical()?.len()),
        None => Ok(0),
    }
}

fn chance(seed: u64, step: u64, time: Duration) -> Duration {
    let most = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).saturating_mul(LATEST_KILL_PERCENT) / 100;
    Duration::from_micros(stir(seed, step) % most.max(1))
}

fn kill_in(pid: u32, delay: Duration) {
    let start = Instant::now();
    // Nobody wakes it.
    std::thread::park_timeout(delay.saturating_sub(FINE));
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
