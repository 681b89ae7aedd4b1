//! Start-up time and memory of a server process; CPU time of a thread of our own.

use crate::{Sample, millis_since, native, service::open_streams, world::World};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::time::Duration;
use tests::peer::Peer;
use tokio::time::timeout;

/// Rooms of two for the figure per room.
const ROOMS: usize = 20;
const CLIENTS: usize = 1_000;
/// Media flows so long before memory is read.
const TALK: Duration = Duration::from_millis(100);

/// Two thousand streams are two thousand files on either side.
pub(crate) fn raise_file_limit() -> Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls only read and write the struct that is passed.
    let ok = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 && {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) == 0
        }
    };
    ensure!(ok, "the limit of open files cannot be raised");
    Ok(())
}

/// CPU time of a process's threads (`/proc/…/schedstat`), of one name or of all.
pub(crate) fn cpu_of(process: u32, thread: Option<&str>) -> Result<Duration> {
    let mut total = 0;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let task = task?.path();
        // A thread may end between the calls.
        let Ok(name) = fs::read_to_string(task.join("comm")) else { continue };
        if thread.is_none_or(|thread| name.trim() == thread) {
            let Ok(times) = fs::read_to_string(task.join("schedstat")) else { continue };
            total += times.split_whitespace().next().context("schedstat")?.parse::<u64>()?;
        }
    }
    Ok(Duration::from_nanos(total))
}

/// CPU time of everybody on this machine: what is not idle. The busy columns of `/proc/stat` are sampled at the timer's
/// beat, which paced load follows.
pub(crate) fn cpu_of_all() -> Result<Duration> {
    let text = fs::read_to_string("/proc/uptime")?;
    let times = text.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [since_boot, idle] = times[..] else { anyhow::bail!("/proc/uptime has two numbers") };
    let cores = f64::from(u32::try_from(std::thread::available_parallelism()?.get())?);
    Ok(Duration::from_secs_f64((since_boot * cores - idle).max(0.0)))
}

pub(crate) async fn run() -> Result<()> {
    let mut world = World::small().await?;
    let mut starts = Vec::new();
    for _ in 0..5 {
        let node = world.installation.node()?;
        node.kill()?;
        let start = native::now();
        node.start().await?;
        starts.push(millis_since(start));
    }
    println!("start of `serve` until /readyz: {}", Sample::new(starts).line("ms"));
    let idle = world.installation.node()?.resident()?;
    println!("memory, idle: {idle:.1} MiB");
    let streams = open_streams(&mut world, CLIENTS).await?;
    let with_clients = world.installation.node()?.resident()?;
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let per_client = (with_clients - idle) * 1024.0 / CLIENTS as f64;
    println!("memory, per connected client ({CLIENTS} event streams): {per_client:.1} KiB");
    drop(streams);
    // Memory that the streams gave back to the allocator would hide what rooms take.
    world.installation.restart_hard().await?;
    let before = world.installation.node()?.resident()?;
    let mut members = Vec::new();
    for _ in 0..ROOMS {
        let id = world.accepted().await?;
        members.extend(Peer::two([&world.people.referrer, &world.people.specialist], id).await?);
        let _ = timeout(TALK, Peer::talk(&mut members)).await;
    }
    #[expect(clippy::cast_precision_loss, reason = "twenty")]
    let per_room = (world.installation.node()?.resident()? - before) / ROOMS as f64;
    println!("memory, per room of two ({ROOMS} rooms, media connected): {per_room:.2} MiB");
    drop(members);
    world.installation.stop()
}
