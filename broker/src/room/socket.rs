//! One client's WebSocket: ticket first, then messages both ways.

use super::knock;
use super::pace::Pace;
use super::task::Input;
use super::{Entered, Outgoing, Rooms, Shared};
use crate::app::Error;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use schemas::problem::ProblemCode;
use schemas::room::{ByeReason, ClientMessage, ServerMessage};
use schemas::{ConsultId, PrivateText};
use std::time::Duration;

/// The ticket must come within this. More lets strangers hold sockets; less fails on a bad mobile network.
const HELLO_TIME: Duration = Duration::from_secs(10);
/// Largest message in bytes. Chromium's offer with fifteen slots has about 30 KiB.
pub(super) const MAX_MESSAGE: usize = 128 * 1024;
/// Silence after which the client is asked whether it is there; browsers answer a ping by themselves.
const PING_EVERY: Duration = Duration::from_secs(10);
/// Pings without any sign of life before the connection counts as lost.
const PINGS_UNANSWERED: u32 = 3;
/// A message must leave within this, or the client is lost.
const SEND_TIME: Duration = Duration::from_secs(10);

pub(super) async fn serve(rooms: &Rooms, consult: ConsultId, socket: WebSocket, stopping: impl Future<Output = ()>) {
    let (mut sink, mut stream) = socket.split();
    let entered = match enter(rooms, consult, &mut sink, &mut stream, stopping).await {
        Ok(entered) => entered,
        Err(stopped) => return turn_away(&mut sink, stopped).await,
    };
    let (socket, inputs) = (entered.socket, entered.inputs.clone());
    talk(rooms, entered, &mut sink, &mut stream).await;
    // Said even after a farewell: a connection that no longer holds a place changes nothing.
    let _ = inputs.send(Input::Lost { socket }).await;
}

/// Why a client does not come in.
pub(super) enum Stopped {
    Gone,
    Bye(ByeReason),
    Refused(ProblemCode, Option<String>),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Refused(error.code(), error.detail())
    }
}

pub(super) async fn turn_away(sink: &mut SplitSink<WebSocket, Message>, stopped: Stopped) {
    match stopped {
        Stopped::Gone => {}
        Stopped::Bye(reason) => bye(sink, reason).await,
        Stopped::Refused(code, detail) => {
            if send(sink, &ServerMessage::Refused { code, detail }).await.is_ok() {
                close(sink, close_code::POLICY, "refused").await;
            }
        }
    }
}

async fn enter(
    rooms: &Rooms,
    consult: ConsultId,
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &mut SplitStream<WebSocket>,
    stopping: impl Future<Output = ()>,
) -> Result<Entered, Stopped> {
    let Shared { app, knocks, times, .. } = &*rooms.0;
    let bearer = match first(stream).await? {
        First::Hello(ticket) => app.redeem_ticket(consult, &ticket.0).await?,
        First::Knock(ticket) => {
            let bearer = app.redeem_ticket(consult, &ticket.0).await?;
            let place = knocks.take(knock::key(consult, bearer.who()));
            let _place = place.map_err(|code| Stopped::Refused(code, None))?;
            knock::wait(sink, stream, times.knock_time, stopping).await?;
            bearer
        }
    };
    let seat = app.seat(&bearer).await?;
    rooms.enter(consult, seat).await.map_err(|code| Stopped::Refused(code, None))
}

/// How somebody comes: with a ticket, either way.
pub(super) enum First {
    Hello(PrivateText),
    Knock(PrivateText),
}

/// The ticket, which has to be the first thing that a client says.
pub(super) async fn first(stream: &mut SplitStream<WebSocket>) -> Result<First, Stopped> {
    let said = tokio::time::timeout(HELLO_TIME, next(stream)).await;
    let message = match said {
        Err(_) => return Err(Stopped::Refused(ProblemCode::TicketInvalid, Some("no ticket came".to_owned()))),
        Ok(Heard::Gone) => return Err(Stopped::Gone),
        Ok(Heard::Unreadable(code, detail)) => return Err(Stopped::Refused(code, Some(detail.to_owned()))),
        Ok(Heard::Message(message)) => message,
    };
    match message {
        ClientMessage::Hello { ticket } => Ok(First::Hello(ticket)),
        ClientMessage::Knock { ticket } => Ok(First::Knock(ticket)),
        _ => {
            let detail = "the first message must be hello or knock".to_owned();
            Err(Stopped::Refused(ProblemCode::TicketInvalid, Some(detail)))
        }
    }
}

async fn talk(
    rooms: &Rooms,
    entered: Entered,
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &mut SplitStream<WebSocket>,
) {
    let Entered { socket, inputs, mut messages } = entered;
    let clock = &rooms.0.clock;
    let mut pace = Pace::of_messages(clock.now());
    let mut silent = 0;
    let mut ping = tokio::time::interval(PING_EVERY);
    ping.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let wait = pace.wait(clock.now());
        tokio::select! {
            outgoing = messages.recv() => match outgoing {
                Some(Outgoing::Message(message)) => {
                    if send(sink, &message).await.is_err() { return }
                }
                Some(Outgoing::Bye(reason)) => return bye(sink, reason).await,
                // Hung up on, because this client did not read.
                None => return close(sink, close_code::AGAIN, "too slow").await,
            },
            frame = after(wait, stream.next()) => {
                silent = 0;
                let heard = match frame {
                    None | Some(Err(_)) => return,
                    Some(Ok(frame)) => hear(frame),
                };
                let Some(heard) = heard else { continue };
                pace.spend(clock.now());
                match heard {
                    Heard::Gone => return,
                    Heard::Unreadable(code, detail) => {
                        let refused = ServerMessage::Refused { code, detail: Some(detail.to_owned()) };
                        if send(sink, &refused).await.is_err() { return }
                    }
                    Heard::Message(message) => {
                        let leaves = matches!(message, ClientMessage::Leave);
                        if inputs.send(Input::Message { socket, message }).await.is_err() {
                            return bye(sink, ByeReason::Lost).await;
                        }
                        if leaves {
                            return close(sink, close_code::NORMAL, "left").await;
                        }
                    }
                }
            },
            _ = ping.tick() => {
                silent += 1;
                if silent > PINGS_UNANSWERED { return }
                let sent = tokio::time::timeout(SEND_TIME, sink.send(Message::Ping(bytes::Bytes::new()))).await;
                if !matches!(sent, Ok(Ok(()))) { return }
            }
        }
    }
}

pub(super) enum Heard {
    Message(ClientMessage),
    Unreadable(ProblemCode, &'static str),
    Gone,
}

/// The next thing that a client says.
pub(super) async fn next(stream: &mut SplitStream<WebSocket>) -> Heard {
    loop {
        match stream.next().await {
            None | Some(Err(_)) => return Heard::Gone,
            Some(Ok(frame)) => {
                if let Some(heard) = hear(frame) {
                    return heard;
                }
            }
        }
    }
}

/// `None` for pings and pongs, which the protocol layer answers.
pub(super) fn hear(frame: Message) -> Option<Heard> {
    Some(match frame {
        Message::Text(text) if text.len() > MAX_MESSAGE => {
            Heard::Unreadable(ProblemCode::TooLarge, "a message has 128 KiB at most")
        }
        Message::Text(text) => match serde_json::from_str(&text) {
            Ok(message) => Heard::Message(message),
            // serde's words may quote the message, which may hold SDP or the ticket.
            Err(_) => Heard::Unreadable(ProblemCode::UnknownMessage, "not a message of the room protocol"),
        },
        Message::Binary(_) => Heard::Unreadable(ProblemCode::UnknownMessage, "messages are text"),
        Message::Ping(_) | Message::Pong(_) => return None,
        Message::Close(_) => Heard::Gone,
    })
}

/// `future`, started after `millis`. Dropping it before loses nothing: `next` of a stream may be dropped.
pub(super) async fn after<T>(millis: u64, future: impl Future<Output = T>) -> T {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
    future.await
}

pub(super) async fn send(sink: &mut SplitSink<WebSocket, Message>, message: &ServerMessage) -> Result<(), ()> {
    let text = serde_json::to_string(message).map_err(|error| {
        tracing::error!(%error, "a room message could not be written as JSON");
    })?;
    match tokio::time::timeout(SEND_TIME, sink.send(Message::Text(text.into()))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(()),
    }
}

pub(super) async fn bye(sink: &mut SplitSink<WebSocket, Message>, reason: ByeReason) {
    if send(sink, &ServerMessage::Bye { reason }).await.is_ok() {
        close(sink, close_code::NORMAL, "bye").await;
    }
}

pub(super) async fn close(sink: &mut SplitSink<WebSocket, Message>, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let _ = tokio::time::timeout(SEND_TIME, sink.send(Message::Close(Some(frame)))).await;
}
