//! What breaks around a server: its database goes, its disk is full.

use crate::in_time;
use anyhow::{Context, Result, bail, ensure};
use imaging::phantom::{self, Params};
use reqwest::StatusCode;
use schemas::ConsultId;
use schemas::consult::{Action, CaseFields, NewConsult, Urgency};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use telekonsil::{app::ports::Clock, clock::SystemClock};
use tests::chronicle::Chronicle;
use tests::client::{Client, Reply};
use tests::installation::{Installation, People, new_folder};
use tests::peer::Peer;
use tests::proxy::Weather;
use tests::script::stroke;
use tests::stream::Stream;
use tokio::time::Instant;
use uuid::Uuid;

/// The promise is three seconds; the rest is for a machine that builds at the same time.
const QUICK: Duration = Duration::from_secs(4);
/// How long the database stays away.
const OUTAGE: Duration = Duration::from_secs(5);
/// A room lives on while the database is away: it looks at its consult beside the conversation.
const ROOM_ANSWERS: Duration = Duration::from_secs(1);
/// Pictures know nothing of the database; the rest is for a machine that builds at the same time.
const PICTURE: Duration = Duration::from_secs(2);
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
        appointment: None,
    })
}

fn question(text: String) -> Action {
    Action::CompleteFields { fields: CaseFields { question: Some(text), ..CaseFields::default() } }
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

/// Asks again and again while the database is away, at least for [`OUTAGE`] and until `over` says so; how often.
async fn refused_during_outage(people: &People, talk: ConsultId, over: impl Fn() -> bool) -> Result<u32> {
    let gone = Instant::now();
    let mut asked = 0;
    while gone.elapsed() < OUTAGE || !over() {
        asked += 1;
        let start = Instant::now();
        let act = async {
            let reply = people.referrer.act(talk, &question(format!("Frage {asked}"))).await?;
            refused_clearly(&reply, start.elapsed())
        };
        let read = async {
            let reply = people.specialist.get(&format!("/api/consults/{talk}")).await?;
            refused_clearly(&reply, start.elapsed())
        };
        let list = async {
            let reply = people.coordinator.get("/api/consults").await?;
            refused_clearly(&reply, start.elapsed())
        };
        let refused = tokio::try_join!(act, read, list);
        refused.with_context(|| format!("request {asked}, {:?} after the cut", gone.elapsed()))?;
    }
    Ok(asked)
}

/// The database is back: how long until a request is carried out again.
async fn recovered(client: &Client, talk: ConsultId, action: &Action) -> Result<Duration> {
    let back = Instant::now();
    loop {
        let reply = client.act(talk, action).await?;
        if reply.status.is_success() {
            return Ok(back.elapsed());
        }
        ensure!(reply.status == StatusCode::SERVICE_UNAVAILABLE, "{} {}", reply.status, reply.code());
        ensure!(back.elapsed() < RECOVERY, "not back after {:?}", back.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_and_comes_back() -> Result<()> {
    in_time(database_goes_and_comes_back()).await
}

async fn database_goes_and_comes_back() -> Result<()> {
    let Some((mut installation, proxy)) = Installation::behind_a_proxy().await? else { return Ok(()) };
    let people = installation.people().await?;
    let People { referrer, specialist, coordinator, .. } = &people;
    let talk = emergency(referrer).await?;
    ensure!(specialist.act(talk, &Action::Accept).await?.status.is_success());
    let mut peers = Peer::two([specialist, referrer], talk).await?;
    let (mut page, _) = Stream::open(installation.node()?.http, coordinator.cookie.to_str()?, None).await?;
    let ringing = emergency(referrer).await?;
    let first_ring = referrer.detail(ringing).await?.rings.first().context("rings")?.clone();

    for weather in [Weather::Refusing, Weather::Frozen] {
        let pid = installation.node()?.pid();
        // The second outage outlasts a ring.
        let over = || weather == Weather::Refusing || SystemClock.now() > first_ring.until.plus_seconds(2);
        let outage = async {
            proxy.turn(weather);
            let asked = refused_during_outage(&people, talk, over).await?;
            let ready = reqwest::get(format!("{}/readyz", installation.base())).await?;
            let status = ready.status();
            ensure!(status == StatusCode::SERVICE_UNAVAILABLE, "ready without a database: {status}");
            proxy.turn(Weather::Fair);
            let back = recovered(referrer, talk, &question(format!("Frage nach {weather:?}"))).await?;
            eprintln!("{weather:?}: {asked} rounds of requests refused, back {back:?} after the database");
            Ok(())
        };
        Peer::talk_during(&mut peers, outage).await.with_context(|| format!("{weather:?}"))?;
        for peer in &mut peers {
            let waits = peer.longest_waits();
            ensure!(waits.room < ROOM_ANSWERS && waits.picture < PICTURE, "{weather:?}: {waits:?}");
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
    // A page that was open all the time goes on hearing.
    let news = emergency(referrer).await?;
    page.event(&news.to_string()).await.context("the stream has not survived")?;
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
    /// `None` where this user may not mount and the caller allowed that.
    fn mount(path: &Path, mebibytes: u32) -> Result<Option<Self>> {
        std::fs::create_dir_all(path)?;
        let size = format!("size={mebibytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path).output();
        if mounted.is_ok_and(|out| out.status.success()) {
            return Ok(Some(Self(path.to_owned())));
        }
        if std::env::var_os("TELEKONSIL_ALLOW_NO_MOUNT").is_some() {
            return Ok(None);
        }
        bail!("only root may mount a small disk: run as root, or allow less with TELEKONSIL_ALLOW_NO_MOUNT=1");
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
    in_time(full_disk_of_the_database()).await
}

async fn full_disk_of_the_database() -> Result<()> {
    let folder = new_folder()?;
    let Some(disk) = SmallDisk::mount(&folder.join("disk"), 16)? else { return Ok(()) };
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

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_full_of_pictures_refuses_clearly_and_loses_nothing() -> Result<()> {
    in_time(full_disk_of_the_pictures()).await
}

async fn full_disk_of_the_pictures() -> Result<()> {
    let folder = new_folder()?;
    let database = format!("sqlite:{}", folder.join("telekonsil.db").display());
    let Some(disk) = SmallDisk::mount(&folder.join("data"), 16)? else { return Ok(()) };
    let installation = Installation::on(folder, database.clone(), &database).await?;
    let People { referrer, .. } = installation.people().await?;
    let params = Params { slices: 4, size: 128, ..Params::default() };
    let objects: Vec<Vec<u8>> = phantom::generate(&params).map(|(_, object)| object).collect();
    let first = referrer.store(&objects[..1]).await?;
    ensure!(first.status.is_success(), "with room on the disk: {}", first.status);
    let instances = format!("/dicomweb/studies/{}/instances", phantom::study_instance_uid(&params));
    let stored = async || {
        let found = referrer.get(&instances).await?;
        anyhow::Ok(found.body.as_array().map_or(0, Vec::len))
    };

    disk.fill()?;
    let start = Instant::now();
    let full = referrer.store(&objects[1..]).await?;
    ensure!(full.status == StatusCode::SERVICE_UNAVAILABLE, "a full disk answers {}", full.status);
    ensure!(start.elapsed() <= QUICK, "refused only after {:?}", start.elapsed());
    ensure!(stored().await? == 1, "what was refused is not listed");
    // The database has a disk of its own.
    emergency(&referrer).await.context("a consult needs no room for pictures")?;

    disk.free()?;
    let again = referrer.store(&objects).await?;
    ensure!(again.status.is_success(), "space again: {}", again.status);
    ensure!(stored().await? == objects.len());
    installation.stop()
}
