//! Clients that are slow, on purpose or by a bad network, all at once; and one that is not.

use crate::in_time;
use crate::vanish::live_streams;
use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use schemas::consult::{Action, CaseFields, ClockStamp, NewConsult, Urgency};
use schemas::events::LiveEvent;
use schemas::{ConsultId, PrivateText};
use std::convert::Infallible;
use std::time::Duration;
use telekonsil::{app::ports::Clock, clock::SystemClock};
use tests::client::{Client, STOW};
use tests::database::Engine;
use tests::installation::Installation;
use tests::process::Node;
use tests::script::stroke;
use tests::stream::Stream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, interval, sleep, timeout};
use uuid::Uuid;

/// Of each kind.
const CROWD: usize = 300;
/// Where the server ends a head after ten seconds and a body after thirty, on a machine that does other things too.
const HEAD: std::ops::Range<Duration> = Duration::from_secs(8)..Duration::from_secs(20);
const BODY: std::ops::Range<Duration> = Duration::from_secs(25)..Duration::from_secs(45);
/// Nothing here takes longer; this ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// Somebody else waits no longer than this.
const QUICK: Duration = Duration::from_secs(1);
const ASKED_EVERY: Duration = Duration::from_millis(200);
/// Of the server's process with that crowd; an idle one has some 30.
const MEMORY_MIB: f64 = 400.0;
/// More, at a KiB each, than server and kernel keep for somebody who does not read.
const EVENTS: i64 = 600;

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_ended_and_hold_nobody_up() -> Result<()> {
    in_time(slow_clients()).await
}

async fn slow_clients() -> Result<()> {
    let Some(mut installation) = Installation::new(Engine::Sqlite).await? else { return Ok(()) };
    let people = installation.people().await?;
    let node: &Node = installation.node()?;
    let (sender, port) = (&people.referrer, node.http);
    let crowds = async {
        tokio::try_join!(
            unfinished_head(port),
            async { try_join_all((0..CROWD).map(|_| dripping_body(sender, port))).await },
            pausing_uploads(sender, port),
            async { try_join_all((0..CROWD).map(|_| broken_body(sender, port))).await },
            deaf_stream(sender, port),
        )
    };
    tokio::select! {
        ended = crowds => ended.map(drop)?,
        failed = stays_quick(&people.coordinator, node) => match failed? {},
    }
    installation.stop()
}

/// Asks all the time, as somebody does who waits for a patient.
async fn stays_quick(client: &Client, node: &Node) -> Result<Infallible> {
    let mut beat = interval(ASKED_EVERY);
    loop {
        beat.tick().await;
        let start = Instant::now();
        let reply = client.get("/api/consults").await?;
        ensure!(reply.status.is_success() && start.elapsed() < QUICK, "{} after {:?}", reply.status, start.elapsed());
        let memory = node.resident()?;
        ensure!(memory < MEMORY_MIB, "the server has {memory:.0} MiB");
    }
}

async fn unfinished_head(port: u16) -> Result<()> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    let start = Instant::now();
    socket.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n").await?;
    answer(&mut socket).await?;
    let took = start.elapsed();
    ensure!(HEAD.contains(&took), "half a head is borne for {took:?}");
    Ok(())
}

/// One byte a second.
async fn dripping_body(client: &Client, port: u16) -> Result<()> {
    let mut socket = begin(client, port, "/api/consults", "application/json", b"{").await?;
    let start = Instant::now();
    let (mut reader, mut writer) = socket.split();
    let drip = async {
        let mut beat = interval(Duration::from_secs(1));
        while writer.write_all(b" ").await.is_ok() {
            beat.tick().await;
        }
        std::future::pending::<Infallible>().await
    };
    let text = tokio::select! {
        text = answer(&mut reader) => text?,
        never = drip => match never {},
    };
    too_slow(&text, start.elapsed())
}

/// So many of one sender as the server lets in, and all others.
async fn pausing_uploads(client: &Client, port: u16) -> Result<()> {
    let upload = async || {
        let mut socket = begin(client, port, "/dicomweb/studies", STOW, b"--b\r\nContent-Type: app").await?;
        let start = Instant::now();
        let text = answer(&mut socket).await?;
        if text.starts_with("HTTP/1.1 429") {
            return Ok(false);
        }
        too_slow(&text, start.elapsed()).map(|()| true)
    };
    let paused: Vec<bool> = try_join_all((0..CROWD).map(|_| upload())).await?;
    ensure!(paused.contains(&true), "no upload was let in");
    Ok(())
}

/// Leaves in the middle of its body.
async fn broken_body(client: &Client, port: u16) -> Result<()> {
    drop(begin(client, port, "/api/consults", "application/json", b"{\"id\":").await?);
    Ok(())
}

/// A page that never reads while the server has much to say, and one that does.
async fn deaf_stream(client: &Client, port: u16) -> Result<()> {
    let cookie = client.cookie.to_str()?;
    let deaf = TcpSocket::new_v4()?;
    // So little that the events below do not fit into what the kernels keep for it.
    deaf.set_recv_buffer_size(4096)?;
    let mut deaf = deaf.connect(([127, 0, 0, 1], port).into()).await?;
    let head = format!("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n");
    deaf.write_all(head.as_bytes()).await?;
    let (mut page, _) = Stream::open(port, cookie, None).await?;
    while live_streams(client).await? != 2 {
        sleep(ASKED_EVERY).await;
    }
    let id = ConsultId(Uuid::now_v7());
    let fields = CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() };
    let service_id = stroke(client).await?.id;
    let new = NewConsult { id, service_id, urgency: Urgency::Emergency, fields, prealert: false, appointment: None };
    let asked = client.post("/api/consults", &serde_json::to_value(&new)?).await?;
    ensure!(asked.status.is_success(), "request: {} {}", asked.status, asked.code());
    let now = SystemClock.now();
    let mut last = 0;
    for n in 0..EVENTS {
        let at = schemas::UnixMillis(now.0 - n);
        let reply = client.act(id, &Action::Stamp { stamp: ClockStamp::Door, at }).await?;
        ensure!(reply.status.is_success(), "stamp: {} {}", reply.status, reply.code());
        last = reply.body["summary"]["seq"].as_i64().context("seq")?;
    }
    loop {
        match page.next().await? {
            LiveEvent::Consult { summary } if summary.id == id && summary.seq >= last => break,
            _ => {}
        }
    }
    let said = Instant::now();
    while live_streams(client).await? != 1 {
        ensure!(said.elapsed() < PATIENCE, "nobody reads it, and the server writes on");
        sleep(ASKED_EVERY).await;
    }
    // Open until here at this end.
    drop(deaf);
    Ok(())
}

/// A request of a hundred bytes, of which `beginning` has come.
async fn begin(client: &Client, port: u16, path: &str, kind: &str, beginning: &[u8]) -> Result<TcpStream> {
    let PrivateText(csrf) = &client.me.csrf_token;
    let cookie = client.cookie.to_str()?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n\
         Content-Type: {kind}\r\nContent-Length: 100\r\n\r\n"
    );
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(beginning).await?;
    Ok(socket)
}

/// Everything up to a problem's code, or the connection's end.
async fn answer(socket: &mut (impl AsyncRead + Unpin)) -> Result<String> {
    let mut text = Vec::new();
    let read = async {
        let mut buffer = [0; 2048];
        while let Ok(length @ 1..) = socket.read(&mut buffer).await {
            text.extend_from_slice(&buffer[..length]);
            if text.windows(7).any(|seven| seven == b"\"code\":") {
                return;
            }
        }
    };
    timeout(PATIENCE, read).await.context("no answer")?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn too_slow(answer: &str, took: Duration) -> Result<()> {
    let head = answer.lines().next().unwrap_or("nothing");
    ensure!(answer.starts_with("HTTP/1.1 408") && answer.contains("application/problem+json"), "{head} after {took:?}");
    ensure!(BODY.contains(&took), "a slow body is borne for {took:?}");
    Ok(())
}
