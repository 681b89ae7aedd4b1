//! What breaks around a server: its database goes, its disk is full.

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use schemas::consult::{Action, CaseFields, NewConsult, RoomTicket, Urgency};
use schemas::{ConsultId, UnixMillis};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use telekonsil::{app::ports::Clock, clock::SystemClock};
use tests::chronicle::Chronicle;
use tests::client::{Client, Reply};
use tests::installation::{Installation, People, new_folder};
use tests::proxy::Weather;
use tests::script::stroke;
use tests::seat::Seat;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

/// The promise is three seconds; the rest is for a machine that builds at the same time.
const QUICK: Duration = Duration::from_secs(4);
/// How long the database stays away.
const OUTAGE: Duration = Duration::from_secs(5);
/// A room lives on while the database is away: it looks at its consult beside the conversation.
const ROOM_ANSWERS: Duration = Duration::from_secs(1);
/// From the database's return until everything works without anybody's help.
const RECOVERY: Duration = Duration::from_secs(10);

async fn emergency(client: &Client) -> Result<ConsultId> {
    let new = new_consult(client).await?;
    let reply = client.post("/api/consults", &serde_json::to_value(&new)?).await?;
    ensure!(reply.status.is_success(), "request: {} {}", reply.status, reply.code());
    Ok(new.id)
}

async fn new_consult(client: &Client) -> Result<NewConsult> {
    Ok(NewConsult {
        id: ConsultId(Uuid::now_v7()),
        service_id: stroke(client).await?.id,
        urgency: Urgency::Emergency,
        fields: CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() },
        prealert: false,
    })
}

fn question(text: String) -> Action {
    Action::CompleteFields { fields: CaseFields { question: Some(text), ..CaseFields::default() } }
}

async fn seat(client: &Client, id: ConsultId) -> Result<Seat> {
    let reply = client.post(&format!("/api/consults/{id}/ticket"), &json!({})).await?;
    let ticket: RoomTicket = serde_json::from_value(reply.body).context("a ticket")?;
    let mut seat = Seat::knock(ticket).await?;
    seat.until(|message| matches!(message, schemas::room::ServerMessage::Welcome { .. })).await?;
    Ok(seat)
}

/// Clear, quick, and with a hint when to come back.
fn refused_clearly(reply: &Reply, took: Duration) -> Result<()> {
    ensure!(
        reply.status == StatusCode::SERVICE_UNAVAILABLE && reply.code() == "unavailable",
        "{} {}",
        reply.status,
        reply.code()
    );
    ensure!(reply.retry_after.is_some(), "Retry-After is missing");
    ensure!(took <= QUICK, "refused only after {took:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_and_comes_back() -> Result<()> {
    let Some((mut installation, proxy)) = Installation::behind_a_proxy().await? else { return Ok(()) };
    let People { referrer, specialist, coordinator, .. } = installation.people().await?;
    let talk = emergency(&referrer).await?;
    ensure!(specialist.act(talk, &Action::Accept).await?.status.is_success());
    let mut seats = [seat(&specialist, talk).await?, seat(&referrer, talk).await?];
    let ringing = emergency(&referrer).await?;
    let first_ring = referrer.detail(ringing).await?.rings.first().context("rings")?.clone();

    for weather in [Weather::Refusing, Weather::Frozen] {
        let pid = installation.node()?.pid();
        let gone = Instant::now();
        // The second outage outlasts a ring.
        let over = |now: UnixMillis| weather == Weather::Refusing || now > first_ring.until.plus_seconds(2);
        proxy.turn(weather);
        let mut asked = 0;
        while gone.elapsed() < OUTAGE || !over(SystemClock.now()) {
            asked += 1;
            let start = Instant::now();
            let act = async {
                let reply = referrer.act(talk, &question(format!("Frage {asked}"))).await?;
                refused_clearly(&reply, start.elapsed())
            };
            let read = async {
                let reply = specialist.get(&format!("/api/consults/{talk}")).await?;
                refused_clearly(&reply, start.elapsed())
            };
            let list = async {
                let reply = coordinator.get("/api/consults").await?;
                refused_clearly(&reply, start.elapsed())
            };
            let rooms = async {
                for seat in &mut seats {
                    timeout(ROOM_ANSWERS, seat.ping(asked)).await.context("the room does not answer")??;
                }
                anyhow::Ok(())
            };
            let refused = tokio::try_join!(act, read, list, rooms);
            refused.with_context(|| format!("{weather:?}, request {asked}, {:?} after the cut", gone.elapsed()))?;
        }
        let ready = reqwest::get(format!("{}/readyz", installation.base())).await?;
        ensure!(ready.status() == StatusCode::SERVICE_UNAVAILABLE, "ready without a database: {}", ready.status());

        proxy.turn(Weather::Fair);
        let back = Instant::now();
        let action = question(format!("Frage nach {weather:?}"));
        loop {
            let reply = referrer.act(talk, &action).await?;
            if reply.status.is_success() {
                break;
            }
            ensure!(reply.status == StatusCode::SERVICE_UNAVAILABLE, "{} {}", reply.status, reply.code());
            ensure!(back.elapsed() < RECOVERY, "not back after {:?}", back.elapsed());
        }
        eprintln!("{weather:?}: {asked} rounds of requests refused, back {:?} after the database", back.elapsed());
        for seat in &mut seats {
            timeout(ROOM_ANSWERS, seat.ping(0)).await.context("the room does not answer afterwards")??;
        }
        ensure!(installation.node()?.pid() == pid, "the same process");
    }

    // What became due while the database was away.
    let back = Instant::now();
    loop {
        let rings = referrer.detail(ringing).await?.rings;
        if rings.len() >= 2 {
            ensure!(rings[0].ring_id == first_ring.ring_id && rings[0].ended_at.is_some());
            break;
        }
        ensure!(back.elapsed() < RECOVERY, "the next one is not rung");
    }
    // Nobody had to come in again.
    let detail = referrer.detail(talk).await?;
    ensure!(detail.summary.in_room.len() == 2, "both are still in the room");
    for id in [talk, ringing] {
        Chronicle::read(&installation.database, id).await?;
    }
    installation.stop()
}

/// A small disk of its own; gone with the value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(path: &Path, mebibytes: u32) -> Result<Option<Self>> {
        std::fs::create_dir_all(path)?;
        let size = format!("size={mebibytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path).output();
        Ok(mounted.is_ok_and(|out| out.status.success()).then(|| Self(path.to_owned())))
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Until nothing more fits.
    fn fill(&self) -> Result<()> {
        let mut file = File::options().create(true).append(true).open(self.filler())?;
        for size in [1 << 16, 1 << 12, 1] {
            let block = vec![0; size];
            while file.write_all(&block).is_ok() {}
        }
        Ok(())
    }

    fn free(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.filler())?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that a failed test left behind may still hold a file.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
        // The installation could not remove a folder in which a disk was mounted.
        if let Some(folder) = self.0.parent() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_clearly_and_loses_nothing() -> Result<()> {
    let folder = new_folder()?;
    let Some(disk) = SmallDisk::mount(&folder.join("disk"), 16)? else {
        eprintln!("skipped: this user may not mount a small disk (root may)");
        return Ok(());
    };
    let database = format!("sqlite:{}", disk.0.join("telekonsil.db").display());
    let mut installation = Installation::on(folder, database.clone(), &database).await?;
    let People { referrer, .. } = installation.people().await?;
    let id = emergency(&referrer).await?;
    let mut acknowledged = 0;
    for round in 0..3 {
        disk.fill()?;
        // Pages that the write-ahead log has already are written over before it grows; then it is full.
        let mut refused = 0;
        for n in 0..2_000 {
            let start = Instant::now();
            let reply = referrer.act(id, &question(format!("Frage {round}/{n} {}", "x".repeat(4_000)))).await?;
            if reply.status.is_success() {
                acknowledged = reply.body["summary"]["seq"].as_i64().context("seq")?;
                continue;
            }
            refused_clearly(&reply, start.elapsed())?;
            refused += 1;
            let seq = referrer.detail(id).await.context("reading goes on")?.summary.seq;
            ensure!(seq >= acknowledged, "{acknowledged} was acknowledged, the log ends at {seq}");
            if refused == 10 {
                break;
            }
        }
        ensure!(refused == 10, "the disk is full, and {refused} requests were refused");
        let again = new_consult(&referrer).await?;
        let start = Instant::now();
        refused_clearly(&referrer.post("/api/consults", &serde_json::to_value(&again)?).await?, start.elapsed())?;
        if round == 2 {
            // Ends and starts again with the disk still full: nothing that was acknowledged hangs on the process.
            installation.node()?.kill()?;
        }
        disk.free()?;
        if round == 2 {
            installation.node()?.start().await?;
        }
        let reply = referrer.act(id, &question(format!("wieder Platz {round}"))).await?;
        ensure!(reply.status.is_success(), "space again: {} {}", reply.status, reply.code());
        let made = referrer.post("/api/consults", &serde_json::to_value(&again)?).await?;
        ensure!(made.status == StatusCode::CREATED, "the same request again: {} {}", made.status, made.code());
        Chronicle::read(&installation.database, id).await?;
    }
    installation.stop()
}
