//! Rooms are made and left all the time; in the end the server has as little as in the beginning. Not among the sections
//! that run unasked: `bench soak` takes TELEKONSIL_SOAK_MINUTES (30).

use crate::{millis_since, native::now, world::World};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::time::Duration;
use tests::peer::Peer;
use tokio::time::timeout;

/// Rooms at the same time. More: fewer rooms come and go in the time.
const AT_ONCE: usize = 4;
/// People talk so long. Then they vanish without a word and the consults end; every other time the consults end first.
const TALK: Duration = Duration::from_millis(700);
/// Before memory is first read: caches, thread stacks and the allocator's arenas have their size.
const WARM_UP: Duration = Duration::from_secs(20);
/// Seats of those who vanished are kept for a minute, and their peers for a while.
const CALM: Duration = Duration::from_secs(100);
/// What may stay, in MiB and as a part of what was there: the database's cache and a fragmented heap. More: a leak of a
/// hundred bytes a room is not seen. Less: the allocator decides.
const MAY_STAY: f64 = 24.0;
const MAY_STAY_PART: f64 = 0.15;
/// Connections that the database or a client keeps open.
const FILES: usize = 8;

pub(crate) async fn run() -> Result<()> {
    let minutes = std::env::var("TELEKONSIL_SOAK_MINUTES").map_or(Ok(30.0), |text| text.parse::<f64>())?;
    println!("## soak");
    println!(
        "Rooms of two, {AT_ONCE} at a time, come and go for {minutes} minutes; half of the people vanish without a word."
    );
    println!(
        "Afterwards the server may have {MAY_STAY:.0} MiB or {:.0} % more memory and {FILES} more open files.",
        100.0 * MAY_STAY_PART
    );
    let mut world = World::small().await?;
    let pid = world.installation.node()?.pid().context("the server is not running")?;
    let mut rooms = rooms_for(&world, WARM_UP).await?;
    calm().await;
    let (memory, files) = (world.installation.node()?.resident()?, open_files(pid)?);
    println!("after {rooms} rooms and a pause: {memory:.1} MiB, {files} open files");
    let start = now();
    let whole = Duration::from_secs_f64(minutes * 60.0);
    while start.elapsed() < whole {
        rooms += rooms_for(&world, (whole / 10).min(whole.saturating_sub(start.elapsed()))).await?;
        let resident = world.installation.node()?.resident()?;
        println!(
            "{:5.1} min, {rooms} rooms: {resident:.1} MiB, {} open files",
            millis_since(start) / 60_000.0,
            open_files(pid)?
        );
    }
    calm().await;
    let (memory_after, files_after) = (world.installation.node()?.resident()?, open_files(pid)?);
    println!("after {rooms} rooms and a pause: {memory_after:.1} MiB, {files_after} open files");
    println!(
        "ratio, after ÷ before: memory {:.2}, {:+} files",
        memory_after / memory,
        files_after as i64 - files as i64
    );
    ensure!(files_after <= files + FILES, "{files} files were open, {files_after} still are");
    let limit = memory + MAY_STAY.max(memory * MAY_STAY_PART);
    ensure!(memory_after <= limit, "{memory:.1} MiB have become {memory_after:.1} MiB in {rooms} rooms");
    world.installation.stop()
}

/// How many there were.
async fn rooms_for(world: &World, time: Duration) -> Result<u32> {
    let (start, mut count, mut turn) = (now(), 0, 0);
    while start.elapsed() < time {
        let (mut consults, mut members) = (Vec::new(), Vec::new());
        for _ in 0..AT_ONCE {
            let id = world.accepted().await?;
            members.extend(Peer::two([&world.people.referrer, &world.people.specialist], id).await?);
            consults.push(id);
        }
        // Ends by the time: talking never does.
        let _ = timeout(TALK, Peer::talk(&mut members)).await;
        turn += 1;
        if turn % 2 == 0 {
            members.clear();
        }
        for id in consults {
            world.cancel(id).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Nobody is there any more.
async fn calm() {
    tokio::time::sleep(CALM).await;
}

fn open_files(pid: u32) -> Result<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}
