//! People whose network goes away without a word: no FIN, no RST, nothing. And, at the end, with one.

use crate::in_time;
use anyhow::{Context, Result, ensure};
use schemas::ConsultId;
use schemas::consult::{Action, CaseFields, NewConsult, RoomTicket, Urgency};
use schemas::room::ServerMessage;
use serde_json::json;
use std::time::Duration;
use tests::client::Client;
use tests::database::Engine;
use tests::installation::Installation;
use tests::proxy::{ChaosProxy, Weather};
use tests::script::stroke;
use tests::seat::{DEVICE, Seat};
use tests::stream::Stream;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

/// The room asks every ten seconds whether somebody is there, and gives up after the third question.
const NOTICED: Duration = Duration::from_secs(45);
/// A cut connection shows at once, or when the silent stream is next written to, every 15 seconds. (One that is merely
/// silent ends when the kernel gives up on it; `slow.rs` has a stream that nobody reads.)
const COUNTED: Duration = Duration::from_secs(30);
const STREAMS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn who_vanishes_leaves_the_seat_free_and_a_cut_stream_is_counted_no_more() -> Result<()> {
    in_time(vanished()).await
}

async fn vanished() -> Result<()> {
    let Some(mut installation) = Installation::new(Engine::Sqlite).await? else { return Ok(()) };
    installation.node()?.limit("seat_kept_seconds = 1")?;
    installation.restart_hard().await?;
    let people = installation.people().await?;
    let (referrer, specialist) = (&people.referrer, &people.specialist);
    let port = installation.node()?.http;
    let network = ChaosProxy::start(format!("127.0.0.1:{port}")).await?;
    let through = network.address.port();

    let id = accepted(referrer, specialist).await?;
    let mut here = Seat::knock(ticket(referrer, id).await?).await?;
    let mut far = ticket(specialist, id).await?;
    far.url = far.url.replace(&format!(":{port}/"), &format!(":{through}/"));
    ensure!(far.url.contains(&format!(":{through}/")), "the room's address names no port");
    let mut there = Seat::knock(far).await?;
    there.until(|message| matches!(message, ServerMessage::Welcome { .. })).await?;
    here.until(|message| are_here(message, 2)).await?;
    let mut streams = Vec::new();
    for _ in 0..STREAMS {
        streams.push(Stream::open(through, people.coordinator.cookie.to_str()?, None).await?);
    }
    ensure!(live_streams(referrer).await? == STREAMS, "the streams are counted");

    network.turn(Weather::Frozen);
    let gone = Instant::now();
    timeout(NOTICED, here.until(|message| are_here(message, 1))).await.context("nobody notices who vanished")??;
    eprintln!("noticed after {:?}", gone.elapsed());
    referrer.until(id, |detail| detail.summary.in_room.len() == 1).await?;

    // The other network of the same telephone works.
    let mut back = Seat::knock(ticket(specialist, id).await?).await?;
    back.until(|message| matches!(message, ServerMessage::Welcome { .. })).await?;
    here.until(|message| are_here(message, 2)).await?;

    // Now the connections are cut.
    network.turn(Weather::Refusing);
    let cut = Instant::now();
    while live_streams(referrer).await? > 0 {
        ensure!(cut.elapsed() < COUNTED, "{} streams are still counted", live_streams(referrer).await?);
        tokio::task::yield_now().await;
    }
    installation.stop()
}

fn are_here(message: &ServerMessage, count: usize) -> bool {
    match message {
        ServerMessage::Welcome { roster, .. } | ServerMessage::Roster { roster } => roster.len() == count,
        _ => false,
    }
}

async fn accepted(referrer: &Client, specialist: &Client) -> Result<ConsultId> {
    let id = ConsultId(Uuid::now_v7());
    let fields = CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() };
    let service_id = stroke(referrer).await?.id;
    let new = NewConsult { id, service_id, urgency: Urgency::Emergency, fields, prealert: false, appointment: None };
    let asked = referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
    ensure!(asked.status.is_success(), "request: {} {}", asked.status, asked.code());
    referrer.until(id, |detail| !detail.rings.is_empty()).await?;
    let reply = specialist.act(id, &Action::Accept).await?;
    ensure!(reply.status.is_success(), "accept: {} {}", reply.status, reply.code());
    Ok(id)
}

async fn ticket(client: &Client, id: ConsultId) -> Result<RoomTicket> {
    let reply = client.post(&format!("/api/consults/{id}/ticket"), &json!({"device": DEVICE})).await?;
    ensure!(reply.status.is_success(), "ticket: {} {}", reply.status, reply.code());
    Ok(serde_json::from_value(reply.body)?)
}

pub(crate) async fn live_streams(client: &Client) -> Result<usize> {
    let text = client.http.get(format!("{}/metrics", client.base)).send().await?.error_for_status()?.text().await?;
    let value = text.lines().find_map(|line| line.strip_prefix("telekonsil_live_streams "));
    Ok(value.context("the metric is there")?.trim().parse()?)
}
