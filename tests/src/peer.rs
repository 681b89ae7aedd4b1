//! A person in a room with a camera, without a browser: ticket, socket, offer, media.

#[path = "../../sfu/tests/native/mod.rs"]
pub(crate) mod native;

use crate::{
    client::Client,
    seat::{DEVICE, Seat},
};
use anyhow::{Result, ensure};
use futures_util::FutureExt;
use native::Native;
use schemas::{
    ConsultId,
    consult::RoomTicket,
    room::{ClientMessage, PublishLine, Publishing, ReceiveLine, ServerMessage, Source},
};
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, interval};

/// A camera's packet, as large as they come.
const PACKET: usize = 1_100;
/// Two people in a room see each other within this, on a machine that does other things too.
const CONNECTED: Duration = Duration::from_secs(30);
/// How often media moves on.
const BEAT: Duration = Duration::from_millis(5);
/// How often the room is asked whether it is there.
const PING_EVERY: Duration = Duration::from_millis(500);

pub struct Peer {
    media: Native,
    seat: Seat,
    has_seen: bool,
    /// When the other side's last picture came.
    seen: Instant,
    /// When the room was asked last, and whether it has answered.
    asked: (Instant, bool),
    longest: Waits,
}

/// The longest waits since somebody looked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waits {
    /// For the next packet of the other side's picture.
    pub picture: Duration,
    /// For the room's answer on the socket.
    pub room: Duration,
}

impl Peer {
    pub async fn join(client: &Client, consult: ConsultId) -> Result<Self> {
        let reply = client.post(&format!("/api/consults/{consult}/ticket"), &json!({"device": DEVICE})).await?;
        ensure!(reply.status.is_success(), "ticket: {} {}", reply.status, reply.code());
        let ticket: RoomTicket = serde_json::from_value(reply.body)?;
        let mut seat = Seat::knock(ticket).await?;
        seat.until(|message| matches!(message, ServerMessage::Welcome { .. })).await?;
        let mut media = Native::new(7);
        media.never_wait();
        let offer = media.create_offer(false);
        let line = |(mid, source): (String, sfu::Source)| (mid, wire(source));
        let publish = offer.publish.into_iter().map(line).map(|(mid, source)| PublishLine { mid, source }).collect();
        let receive = offer.receive.into_iter().map(line).map(|(mid, source)| ReceiveLine { mid, source }).collect();
        seat.say(&ClientMessage::Offer { sdp: offer.sdp.into(), publish, receive, restart: false }).await?;
        media.accept(seat.answer().await?);
        let publishing = Publishing { microphone: true, camera: true, screen: false };
        seat.say(&ClientMessage::Publishing { publishing }).await?;
        let now = Instant::now();
        Ok(Self { media, seat, has_seen: false, seen: now, asked: (now, true), longest: Waits::default() })
    }

    /// Both sides of a consult, each of whom sees the other.
    pub async fn two(clients: [&Client; 2], consult: ConsultId) -> Result<[Self; 2]> {
        let [one, other] = clients;
        let mut both = [Self::join(one, consult).await?, Self::join(other, consult).await?];
        let start = Instant::now();
        while !both.iter().all(Self::has_seen) {
            ensure!(start.elapsed() < CONNECTED, "two in a room do not see each other");
            both.iter_mut().for_each(Self::step);
            tokio::task::yield_now().await;
        }
        both.iter_mut().for_each(|peer| peer.longest = Waits::default());
        Ok(both)
    }

    /// Lets media flow while something else goes on.
    pub async fn talk_during<T>(peers: &mut [Self], what: impl Future<Output = T>) -> T {
        tokio::select! {
            done = what => done,
            never = Self::talk(peers) => match never {},
        }
    }

    /// Lets media flow until somebody drops this.
    pub async fn talk(peers: &mut [Self]) -> Infallible {
        let mut beat = interval(BEAT);
        loop {
            beat.tick().await;
            peers.iter_mut().for_each(Self::step);
        }
    }

    /// Speaks with the room, films, lets media go on.
    pub fn step(&mut self) {
        self.speak();
        if self.media.connected {
            self.media.film(PACKET);
        }
        self.media.step();
        self.longest.picture = self.longest.picture.max(self.seen.elapsed());
        if !self.media.rtp.is_empty() {
            self.media.rtp.clear();
            (self.has_seen, self.seen) = (true, Instant::now());
        }
    }

    fn speak(&mut self) {
        while let Some(Ok(message)) = self.seat.hear().now_or_never() {
            self.asked.1 |= matches!(message, ServerMessage::Pong { .. });
        }
        let (at, answered) = self.asked;
        if !answered {
            self.longest.room = self.longest.room.max(at.elapsed());
        } else if at.elapsed() >= PING_EVERY {
            // So short a message finds room in the socket; an end of the socket shows as an answer that never comes.
            let _ = self.seat.say(&ClientMessage::Ping { nonce: 0 }).now_or_never();
            self.asked = (Instant::now(), false);
        }
    }

    pub fn is_connected(&self) -> bool {
        self.media.connected
    }

    /// A packet of somebody's picture has come.
    pub fn has_seen(&self) -> bool {
        self.has_seen
    }

    /// Since the last time that this was asked.
    pub fn longest_waits(&mut self) -> Waits {
        std::mem::take(&mut self.longest)
    }
}

pub(crate) const fn wire(source: sfu::Source) -> Source {
    match source {
        sfu::Source::Microphone => Source::Microphone,
        sfu::Source::Camera => Source::Camera,
        sfu::Source::Screen => Source::Screen,
    }
}
