//! The check before a call: a room of the caller's own, whose two sockets are independent of each other. What the one
//! sends comes back to the other, as in a consult, for a while; there is no task, no roster, no log.

use super::Shared;
use super::media::{MAX_LINES, OFFER_TIME};
use super::pace::Pace;
use super::places::{Place, Places};
use super::socket::{First, Heard, Stopped, after, bye, close, first, hear, send, turn_away};
use super::wire::{self, News};
use crate::app::CheckSeat;
use axum::extract::ws::{Message, WebSocket, close_code};
use futures_util::StreamExt;
use futures_util::stream::{SplitSink, SplitStream};
use schemas::mls::Encryption;
use schemas::problem::ProblemCode;
use schemas::room::{ByeReason, ClientMessage, PublishLine, ReceiveLine, ServerMessage};
use schemas::{PrivateText, SessionId};
use std::pin::{Pin, pin};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Sockets of checks on this node; two make a check, whose picture takes some megabits per second both ways. More lets a
/// change of shift load the network under everybody's talks; less tells more people to try again later.
const PLACES: usize = 64;
/// Of these, those of one session: a check, and the one before that has not noticed its end. More lets one session take
/// more of them; less refuses whoever measures again at once.
const OF_ONE_SESSION: usize = 4;
/// Keys of data channel frames in such a room. Nobody has any: there is nothing to tell oneself.
const KEYS: sfu::Keys = sfu::Keys::Under { prefix: b"check/", since: None };

/// Sockets by the session that opened them.
pub(super) type Checks = Places<SessionId>;

pub(super) fn checks() -> Checks {
    Places::new(PLACES, OF_ONE_SESSION)
}

pub(super) async fn serve(shared: &Shared, socket: WebSocket, stopping: impl Future<Output = ()>) {
    let (mut sink, mut stream) = socket.split();
    let mut check = match enter(shared, &mut stream).await {
        Ok(check) => check,
        Err(stopped) => return turn_away(&mut sink, stopped).await,
    };
    match check.talk(&mut sink, &mut stream, pin!(stopping)).await {
        End::Said(reason) => bye(&mut sink, reason).await,
        End::Left => close(&mut sink, close_code::NORMAL, "left").await,
        End::Gone => {}
    }
}

async fn enter<'a>(shared: &'a Shared, stream: &mut SplitStream<WebSocket>) -> Result<Check<'a>, Stopped> {
    let First::Hello(ticket) = first(stream).await? else {
        let detail = "nobody knocks at a check".to_owned();
        return Err(Stopped::Refused(ProblemCode::TicketInvalid, Some(detail)));
    };
    let seat = shared.app.redeem_check(&ticket.0).await?;
    let place = shared.checks.take(seat.session).map_err(|code| Stopped::Refused(code, None))?;
    Ok(Check { shared, seat, offered: false, _place: place })
}

enum End {
    Said(ByeReason),
    Left,
    Gone,
}

/// One of the two sockets. Ends the room when dropped: with one end gone there is nothing to measure.
struct Check<'a> {
    shared: &'a Shared,
    seat: CheckSeat,
    offered: bool,
    _place: Place<'a, SessionId>,
}

impl Drop for Check<'_> {
    fn drop(&mut self) {
        self.shared.sfu.close_room(self.room());
    }
}

impl Check<'_> {
    async fn talk(
        &mut self,
        sink: &mut SplitSink<WebSocket, Message>,
        stream: &mut SplitStream<WebSocket>,
        mut stopping: Pin<&mut impl Future<Output = ()>>,
    ) -> End {
        let welcome =
            ServerMessage::Welcome { you: self.seat.member, roster: Vec::new(), encryption: Encryption::Required };
        if send(sink, &welcome).await.is_err() {
            return End::Gone;
        }
        let (events, mut happened) = unbounded_channel();
        let mut over = pin!(tokio::time::sleep(self.shared.times.check_time));
        let clock = &self.shared.clock;
        let mut pace = Pace::of_messages(clock.now());
        loop {
            let wait = pace.wait(clock.now());
            let answer = tokio::select! {
                () = &mut over => return End::Said(ByeReason::Lost),
                () = &mut stopping => return End::Said(ByeReason::Restart),
                Some(event) = happened.recv() => match wire::news(event) {
                    News::Message(message) => Some(message),
                    News::Media(_) => None,
                },
                frame = after(wait, stream.next()) => {
                    let Some(Ok(frame)) = frame else { return End::Gone };
                    let Some(heard) = hear(frame) else { continue };
                    pace.spend(clock.now());
                    match heard {
                        Heard::Gone => return End::Gone,
                        Heard::Message(ClientMessage::Leave) => return End::Left,
                        Heard::Message(message) => self.answer(message, &events).await,
                        Heard::Unreadable(code, detail) => Some(refused(code, Some(detail.to_owned()))),
                    }
                }
            };
            if let Some(message) = answer
                && send(sink, &message).await.is_err()
            {
                return End::Gone;
            }
        }
    }

    async fn answer(
        &mut self,
        message: ClientMessage,
        events: &UnboundedSender<sfu::PeerEvent>,
    ) -> Option<ServerMessage> {
        let (sfu, room, member) = (&self.shared.sfu, self.room(), wire::member_id(self.seat.member));
        match message {
            ClientMessage::Offer { sdp, publish, receive, restart } => {
                return Some(self.offer(sdp, publish, receive, restart, events.clone()).await);
            }
            ClientMessage::Publishing { publishing } => {
                sfu.set_publishing(room, member, wire::publishing(publishing));
            }
            ClientMessage::View { sizes } if sizes.len() > MAX_LINES => {
                return Some(refused(ProblemCode::TooLarge, Some("too many m-lines".to_owned())));
            }
            ClientMessage::View { sizes } => sfu.set_view(room, member, wire::sizes(sizes)),
            ClientMessage::Ping { nonce } => return Some(ServerMessage::Pong { nonce }),
            ClientMessage::Hello { .. }
            | ClientMessage::Knock { .. }
            | ClientMessage::Enter
            | ClientMessage::Leave
            | ClientMessage::Mls { .. } => {
                return Some(refused(ProblemCode::UnknownMessage, Some("a ticket was shown already".to_owned())));
            }
        }
        None
    }

    async fn offer(
        &mut self,
        sdp: PrivateText,
        publish: Vec<PublishLine>,
        receive: Vec<ReceiveLine>,
        restart: bool,
        events: UnboundedSender<sfu::PeerEvent>,
    ) -> ServerMessage {
        if publish.len() > MAX_LINES || receive.len() > MAX_LINES {
            return refused(ProblemCode::InvalidSdp, Some("too many m-lines".to_owned()));
        }
        if self.offered || restart {
            return refused(ProblemCode::InvalidSdp, Some("a check has one offer".to_owned()));
        }
        let offer = sfu::Offer {
            sdp: sdp.0,
            publish: publish.into_iter().map(|line| (line.mid, wire::source(line.source))).collect(),
            receive: receive.into_iter().map(|line| (line.mid, wire::source(line.source))).collect(),
            restart: false,
            keys: KEYS,
            events,
        };
        let answered = self.shared.sfu.offer(self.room(), wire::member_id(self.seat.member), offer);
        match tokio::time::timeout(OFFER_TIME, answered).await {
            Ok(Ok(answer)) => {
                self.offered = true;
                ServerMessage::Answer { sdp: PrivateText(answer.sdp) }
            }
            Ok(Err(error)) => {
                let (code, detail) = wire::problem(&error);
                refused(code, detail)
            }
            Err(_) => refused(ProblemCode::Unavailable, None),
        }
    }

    fn room(&self) -> sfu::RoomId {
        sfu::RoomId(*self.seat.room.as_bytes())
    }
}

fn refused(code: ProblemCode, detail: Option<String>) -> ServerMessage {
    ServerMessage::Refused { code, detail }
}
