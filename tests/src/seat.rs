//! A place in a room, or at its door: the socket alone, without media.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use schemas::consult::RoomTicket;
use schemas::room::{ClientMessage, ServerMessage};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message},
};

/// A device's key (RFC 8037, appendix A.2): of somebody who joins no group, any will do.
pub const DEVICE: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
/// A room says what is wanted within this, or never. Longer than it takes to notice that somebody vanished.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Seat(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Seat {
    /// Opens the socket and shows the ticket.
    pub async fn knock(ticket: RoomTicket) -> Result<Self> {
        let (socket, _) = timeout(PATIENCE, tokio_tungstenite::connect_async(ticket.url.as_str())).await??;
        let mut seat = Self(socket);
        seat.say(&ClientMessage::Hello { ticket: ticket.ticket }).await?;
        Ok(seat)
    }

    pub async fn say(&mut self, message: &ClientMessage) -> Result<()> {
        Ok(self.0.send(Message::text(serde_json::to_string(message)?)).await?)
    }

    /// The next message. The end of the socket is an error, and so is a refusal.
    pub async fn hear(&mut self) -> Result<ServerMessage> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text)? {
                    ServerMessage::Refused { code, detail } => bail!("the room refuses: {code:?} {detail:?}"),
                    message => return Ok(message),
                },
                Some(Ok(Message::Close(_))) | None => return Err(tungstenite::Error::ConnectionClosed.into()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    /// Reads until such a message comes.
    pub async fn until(&mut self, wanted: impl Fn(&ServerMessage) -> bool) -> Result<()> {
        self.find(|message| wanted(&message).then_some(())).await
    }

    /// The SDP with which the room answers an offer.
    pub async fn answer(&mut self) -> Result<String> {
        self.find(|message| match message {
            ServerMessage::Answer { sdp } => Some(sdp.0),
            _ => None,
        })
        .await
    }

    /// Asks whether the room is there, and waits for the answer.
    pub async fn ping(&mut self, nonce: u32) -> Result<()> {
        self.say(&ClientMessage::Ping { nonce }).await?;
        self.until(|message| matches!(message, ServerMessage::Pong { nonce: answer } if *answer == nonce)).await
    }

    async fn find<T>(&mut self, wanted: impl Fn(ServerMessage) -> Option<T>) -> Result<T> {
        let found = async {
            loop {
                if let Some(found) = wanted(self.hear().await?) {
                    return Ok(found);
                }
            }
        };
        timeout(PATIENCE, found).await.context("the room does not say it")?
    }
}
