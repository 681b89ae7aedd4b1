//! A crowd that comes back at once.

use anyhow::{Context, Result, bail, ensure};
use schemas::ConsultId;
use schemas::consult::{CaseFields, NewConsult, Urgency};
use std::sync::Arc;
use std::time::Duration;
use tests::database::Engine;
use tests::installation::Installation;
use tests::script::stroke;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

on_both_engines!(two_thousand_come_back_after_a_kill);

/// Open event streams: a state's hospitals, with a page or two each.
const CLIENTS: usize = 2_000;
const ALL_BACK: Duration = Duration::from_secs(30);
/// Of the server's process with that crowd; an idle one has some 30.
const MEMORY_MIB: f64 = 400.0;

/// One browser's event stream.
struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Connects and reads up to `hello`; its position.
    async fn open(port: u16, cookie: &str, last: Option<i64>) -> Result<(Self, i64)> {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
        let resume = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        let head = format!("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n{resume}\r\n");
        socket.write_all(head.as_bytes()).await?;
        let mut stream = Self(BufReader::new(socket));
        let status = stream.line().await?;
        ensure!(status.starts_with("HTTP/1.1 200"), "the stream answers {status}");
        let position = stream.event("\"hello\"").await?;
        Ok((stream, position.context("hello has a position")?))
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line).await? == 0 {
            bail!("the stream ended");
        }
        Ok(line)
    }

    /// Reads until an event with that text; its id, if it has one.
    async fn event(&mut self, wanted: &str) -> Result<Option<i64>> {
        let mut id = None;
        loop {
            let line = self.line().await?;
            if let Some(text) = line.strip_prefix("id: ").or_else(|| line.strip_prefix("id:")) {
                id = Some(text.trim().parse()?);
            } else if line.starts_with("data:") {
                if line.contains(wanted) {
                    return Ok(id);
                }
                id = None;
            }
        }
    }
}

async fn two_thousand_come_back_after_a_kill(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    let people = installation.people().await?;
    let port = installation.node()?.http;
    // Whom the news concerns at once.
    let cookies = [&people.referrer, &people.coordinator];
    let cookies = cookies.map(|client| client.cookie.to_str().map(str::to_owned));
    let (told, mut tellings) = mpsc::unbounded_channel();
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
            told.send(())?;
            // The kill ends it.
            while stream.line().await.is_ok() {}
            told.send(())?;
            gate.acquire().await?.forget();
            let (mut stream, _) = Stream::open(port, &cookie, Some(position)).await?;
            told.send(())?;
            // What happened meanwhile, and nobody had heard.
            stream.event(&id.to_string()).await?;
            told.send(())?;
            Ok::<_, anyhow::Error>(())
        });
    }
    let mut all = async |clients: &mut JoinSet<Result<()>>, what: &str| {
        for _ in 0..CLIENTS {
            tokio::select! {
                told = tellings.recv() => told.context("clients")?,
                Some(ended) = clients.join_next() => match ended? {
                    // Told everything before it ended.
                    Ok(()) => tellings.recv().await.context("clients")?,
                    Err(error) => return Err(error.context(format!("while {what}"))),
                },
            }
        }
        anyhow::Ok(())
    };
    all(&mut clients, "connecting").await?;
    let before = installation.node()?.resident()?;
    installation.node()?.kill()?;
    all(&mut clients, "the server died").await?;
    installation.node()?.start().await?;

    let start = Instant::now();
    gate.add_permits(CLIENTS);
    let new = NewConsult {
        id,
        service_id: stroke(&people.referrer).await?.id,
        urgency: Urgency::Emergency,
        fields: CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() },
        prealert: false,
    };
    let reply = people.referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
    ensure!(reply.status.is_success(), "somebody asks amid the crowd: {} {}", reply.status, reply.code());
    all(&mut clients, "coming back").await?;
    let back = start.elapsed();
    all(&mut clients, "hearing the news").await?;
    let after = installation.node()?.resident()?;
    eprintln!("{engine:?}: {CLIENTS} streams back after {back:?}; memory {before:.0} MiB before, {after:.0} MiB after");
    ensure!(back <= ALL_BACK, "all back after {back:?}");
    ensure!(before.max(after) <= MEMORY_MIB, "{before:.0} and {after:.0} MiB");
    installation.stop()
}
