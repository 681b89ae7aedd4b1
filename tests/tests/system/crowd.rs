//! A crowd that comes back at once.

use anyhow::{Context, Result, bail, ensure};
use schemas::ConsultId;
use schemas::consult::{CaseFields, NewConsult, Urgency};
use schemas::events::LiveEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tests::client::Client;
use tests::database::Engine;
use tests::installation::Installation;
use tests::script::stroke;
use tests::stream::Stream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

on_both_engines!(two_thousand_come_back_after_a_kill, who_was_away_hears_what_was_missed_from_a_new_process);

/// Open event streams: a state's hospitals, with a page or two each.
const CLIENTS: usize = 2_000;
const ALL_BACK: Duration = Duration::from_secs(30);
/// Of the server's process with that crowd; an idle one has some 30.
const MEMORY_MIB: f64 = 400.0;

/// How far a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Connected,
    CutOff,
    Back,
    Heard,
}

/// Who is how far: quick clients are two stages ahead of slow ones.
struct Progress {
    told: mpsc::UnboundedReceiver<Stage>,
    reached: BTreeMap<Stage, usize>,
}

impl Progress {
    /// Waits until everybody has come so far.
    async fn all(&mut self, clients: &mut JoinSet<Result<()>>, stage: Stage) -> Result<()> {
        while self.reached.get(&stage) != Some(&CLIENTS) {
            tokio::select! {
                told = self.told.recv() => *self.reached.entry(told.context("clients")?).or_default() += 1,
                Some(ended) = clients.join_next() => ended?.with_context(|| format!("{:?}", self.reached))?,
            }
        }
        Ok(())
    }
}

async fn two_thousand_come_back_after_a_kill(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let people = installation.people().await?;
    let port = installation.node()?.http;
    // Whom the news concerns at once.
    let cookies = [&people.referrer, &people.coordinator];
    let cookies = cookies.map(|client| client.cookie.to_str().map(str::to_owned));
    let (told, tellings) = mpsc::unbounded_channel();
    let mut progress = Progress { told: tellings, reached: BTreeMap::new() };
    // Sent once for each client at each turn: everybody connects, everybody comes back.
    let gate = Arc::new(Semaphore::new(0));
    let mut clients = JoinSet::new();
    let id = ConsultId(Uuid::now_v7());
    for n in 0..CLIENTS {
        let cookie = match &cookies[n % cookies.len()] {
            Ok(cookie) => cookie.clone(),
            Err(error) => bail!("{error}"),
        };
        let (told, gate) = (told.clone(), Arc::clone(&gate));
        clients.spawn(async move {
            let (mut stream, position) = Stream::open(port, &cookie, None).await?;
            told.send(Stage::Connected)?;
            // The kill ends it.
            stream.ended().await;
            told.send(Stage::CutOff)?;
            gate.acquire().await?.forget();
            let (mut stream, _) = Stream::open(port, &cookie, Some(position)).await?;
            told.send(Stage::Back)?;
            // What happened meanwhile, and nobody had heard.
            stream.event(&id.to_string()).await?;
            told.send(Stage::Heard)?;
            Ok::<_, anyhow::Error>(())
        });
    }
    progress.all(&mut clients, Stage::Connected).await?;
    let before = installation.node()?.resident()?;
    installation.node()?.kill()?;
    progress.all(&mut clients, Stage::CutOff).await?;
    installation.node()?.start().await?;

    let start = Instant::now();
    gate.add_permits(CLIENTS);
    ask(&people.referrer, id).await.context("somebody asks amid the crowd")?;
    progress.all(&mut clients, Stage::Back).await?;
    let back = start.elapsed();
    progress.all(&mut clients, Stage::Heard).await?;
    let after = installation.node()?.resident()?;
    eprintln!("{engine:?}: {CLIENTS} streams back after {back:?}; memory {before:.0} MiB before, {after:.0} MiB after");
    ensure!(back <= ALL_BACK, "all back after {back:?}");
    ensure!(before.max(after) <= MEMORY_MIB, "{before:.0} and {after:.0} MiB");
    installation.stop()
}

async fn ask(client: &Client, id: ConsultId) -> Result<()> {
    let new = NewConsult {
        id,
        service_id: stroke(client).await?.id,
        urgency: Urgency::Emergency,
        fields: CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() },
        prealert: false,
        appointment: None,
    };
    let reply = client.post("/api/consults", &serde_json::to_value(&new)?).await?;
    ensure!(reply.status.is_success(), "the request answers {} {}", reply.status, reply.code());
    Ok(())
}

/// The process that told the last position is dead: the next one reads what was missed from the log.
async fn who_was_away_hears_what_was_missed_from_a_new_process(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let people = installation.people().await?;
    let port = installation.node()?.http;
    let cookie = people.referrer.cookie.to_str()?;
    let (stream, position) = Stream::open(port, cookie, None).await?;
    drop(stream);
    let mut missed: BTreeSet<ConsultId> = (0..5).map(|_| ConsultId(Uuid::now_v7())).collect();
    for id in &missed {
        ask(&people.referrer, *id).await?;
    }
    installation.restart_hard().await?;
    let (mut stream, back_at) = Stream::open(port, cookie, Some(position)).await?;
    ensure!(back_at == position, "it goes on after {position}, not after {back_at}");
    while !missed.is_empty() {
        if let LiveEvent::Consult { summary } = stream.next().await? {
            missed.remove(&summary.id);
        }
    }
    installation.stop()
}
