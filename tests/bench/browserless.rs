//! Into the room as a browser goes: ticket, socket, offer, media; with native peers.

use crate::{
    Sample, millis_since,
    native::{Native, now},
    world::World,
};
use anyhow::{Context, Result, bail};
use futures_util::{FutureExt, SinkExt, StreamExt};
use schemas::{
    ConsultId,
    consult::RoomTicket,
    room::{ClientMessage, PublishLine, Publishing, ReceiveLine, ServerMessage, Source},
};
use serde_json::json;
use std::time::Duration;
use tests::client::Client;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

const JOINS: usize = 20;

/// A person's seat: socket and media.
pub(crate) struct Seated {
    pub(crate) media: Native,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Seated {
    pub(crate) async fn join(client: &Client, consult: ConsultId) -> Result<Self> {
        let reply = client.post(&format!("/api/consults/{consult}/ticket"), &json!({})).await?;
        let ticket: RoomTicket = serde_json::from_value(reply.body).context("a ticket")?;
        let mut request = ticket.url.as_str().into_client_request()?;
        request.headers_mut().insert("origin", client.base.parse()?);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        let mut media = Native::new(7);
        media.never_wait();
        let mut seated = Self { media, socket };
        seated.say(&ClientMessage::Hello { ticket: ticket.ticket }).await?;
        while !matches!(seated.hear().await?, ServerMessage::Welcome { .. }) {}
        let offer = seated.media.create_offer(false);
        let line = |(mid, source): (String, sfu::Source)| (mid, wire(source));
        let publish = offer.publish.into_iter().map(line).map(|(mid, source)| PublishLine { mid, source }).collect();
        let receive = offer.receive.into_iter().map(line).map(|(mid, source)| ReceiveLine { mid, source }).collect();
        seated.say(&ClientMessage::Offer { sdp: offer.sdp.into(), publish, receive }).await?;
        loop {
            if let ServerMessage::Answer { sdp } = seated.hear().await? {
                seated.media.accept(sdp.0);
                break;
            }
        }
        let publishing = Publishing { microphone: true, camera: true, screen: false };
        seated.say(&ClientMessage::Publishing { publishing }).await?;
        Ok(seated)
    }

    async fn say(&mut self, message: &ClientMessage) -> Result<()> {
        Ok(self.socket.send(Message::text(serde_json::to_string(message)?)).await?)
    }

    async fn hear(&mut self) -> Result<ServerMessage> {
        loop {
            match self.socket.next().await.context("the socket ended")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(_) => bail!("the server closed the socket"),
                _ => {}
            }
        }
    }

    /// Reads what the server said meanwhile, lets media go on.
    pub(crate) fn step(&mut self) {
        while let Some(Some(Ok(_))) = self.socket.next().now_or_never() {}
        self.media.step();
    }
}

const fn wire(source: sfu::Source) -> Source {
    match source {
        sfu::Source::Microphone => Source::Microphone,
        sfu::Source::Camera => Source::Camera,
        sfu::Source::Screen => Source::Screen,
    }
}

/// Both sides of an accepted consult, connected.
pub(crate) async fn two_in_a_room(world: &World) -> Result<[Seated; 2]> {
    let id = world.accepted().await?;
    let mut both = [Seated::join(&world.people.referrer, id).await?, Seated::join(&world.people.specialist, id).await?];
    while both.iter().any(|seated| !seated.media.connected) {
        both.iter_mut().for_each(Seated::step);
        tokio::task::yield_now().await;
    }
    Ok(both)
}

/// Lets peers run for a while.
pub(crate) async fn settle(peers: &mut [Seated], time: Duration) {
    let start = now();
    while start.elapsed() < time {
        peers.iter_mut().for_each(Seated::step);
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn run() -> Result<()> {
    let world = World::small().await?;
    let id = world.accepted().await?;
    let mut host = Seated::join(&world.people.referrer, id).await?;
    let mut times = Vec::new();
    for _ in 0..JOINS {
        let click = now();
        let mut guest = Seated::join(&world.people.specialist, id).await?;
        let mut frames = 0u32;
        loop {
            host.media.send_media(sfu::Source::Camera, frames.is_multiple_of(10));
            frames += 1;
            host.step();
            guest.step();
            // Audio and video differ in length: only the camera is sent here.
            if !guest.media.rtp.is_empty() {
                break;
            }
            tokio::task::yield_now().await;
        }
        times.push(millis_since(click));
    }
    println!("join click -> first remote frame, native peers: {}", Sample::new(times).line("ms"));
    println!("(in Chromium: tests/browser prints it as `first picture`)");
    world.installation.stop()
}
