//! What a room does with the SFU: offers, what is published, what the peers report.

use super::seats::SocketId;
use super::task::{Input, Peer, Room};
use super::wire;
use crate::app::Occupant;
use schemas::problem::ProblemCode;
use schemas::room::{PublishLine, Publishing, ReceiveLine, ServerMessage, SlotSize};
use schemas::{GuestId, MemberId, PrivateText};
use std::time::Duration;
use tokio::sync::mpsc;

/// The SFU answers an offer in milliseconds; a member must not wait longer for one that hangs.
pub(super) const OFFER_TIME: Duration = Duration::from_secs(5);
/// m-lines of one direction. A room of eight needs fifteen; more would only cost parsing.
pub(super) const MAX_LINES: usize = 32;
/// Keys of the chat on the data channels; see `schemas::room`.
const CHAT: &[u8] = b"chat/";

impl Room {
    pub(super) async fn offer(
        &mut self,
        member: MemberId,
        socket: SocketId,
        sdp: PrivateText,
        publish: Vec<PublishLine>,
        receive: Vec<ReceiveLine>,
        wants_restart: bool,
    ) {
        if publish.len() > MAX_LINES || receive.len() > MAX_LINES {
            return self.refuse(socket, ProblemCode::InvalidSdp, Some("too many m-lines".to_owned()));
        }
        let keys = match self.keys_of(member).await {
            Ok(keys) => keys,
            Err(code) => return self.refuse(socket, code, None),
        };
        let offered = self.connections.get(&socket).is_some_and(|connection| connection.offered);
        if wants_restart && !self.peers.contains_key(&member) {
            // This room is younger than the peer: the server was started again, or the seat was given up.
            return self.refuse(socket, ProblemCode::InvalidSdp, Some("there is no peer to restart".to_owned()));
        }
        let restart = offered || wants_restart;
        let (events, mut happened) = mpsc::unbounded_channel();
        let offer = sfu::Offer {
            sdp: sdp.0,
            publish: publish.into_iter().map(|line| (line.mid, wire::source(line.source))).collect(),
            receive: receive.into_iter().map(|line| (line.mid, wire::source(line.source))).collect(),
            restart,
            keys,
            events,
        };
        let room = wire::room_id(self.consult);
        self.has_media = true;
        let answered = self.shared.sfu.offer(room, wire::member_id(member), offer);
        let answer = match tokio::time::timeout(OFFER_TIME, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                let (code, detail) = wire::problem(&error);
                return self.refuse(socket, code, detail);
            }
            Err(_) => return self.refuse(socket, ProblemCode::Unavailable, None),
        };
        self.next_peer += 1;
        let number = self.next_peer;
        self.peers.insert(member, Peer { number, socket });
        if let Some(connection) = self.connections.get_mut(&socket) {
            connection.offered = true;
        }
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            while let Some(event) = happened.recv().await {
                let Some(inputs) = inputs.upgrade() else { break };
                if inputs.send(Input::Media { member, peer: number, event }).await.is_err() {
                    break;
                }
            }
        });
        self.tell(socket, ServerMessage::Answer { sdp: PrivateText(answer.sdp) });
    }

    /// Guests and interpreters talk, hear and chat; the shared view is for those who may read the images. What the team
    /// wrote before a guest was let in was not meant for them.
    async fn keys_of(&self, member: MemberId) -> Result<sfu::Keys, ProblemCode> {
        let sitter = self.seats.sitters().into_iter().find(|sitter| sitter.member == member);
        let chat = |since| sfu::Keys::Under { prefix: CHAT, since };
        match sitter.map(|sitter| sitter.who) {
            Some(Occupant::Person(person)) => {
                let sees = self.shared.app.sees_images(self.consult, person).await.map_err(|error| error.code())?;
                Ok(if sees { sfu::Keys::All } else { chat(None) })
            }
            Some(Occupant::Guest(guest)) => Ok(chat(Some(self.since_admission(guest)))),
            None => Ok(chat(Some(Duration::ZERO))),
        }
    }

    /// A reload, or a restart of the server, does not count as coming anew.
    fn since_admission(&self, guest: GuestId) -> Duration {
        let now = self.shared.clock.now();
        let admitted_at = self.facts.as_ref().and_then(|facts| facts.admitted_at.get(&guest).copied()).unwrap_or(now);
        Duration::from_millis(u64::try_from(now.0 - admitted_at.0).unwrap_or(0))
    }

    pub(super) fn publish(&mut self, member: MemberId, socket: SocketId, publishing: Publishing) {
        // Always on to the SFU: a fresh peer starts silent although the seat's state is the same.
        self.shared.sfu.set_publishing(
            wire::room_id(self.consult),
            wire::member_id(member),
            wire::publishing(publishing),
        );
        if self.seats.publish(member, socket, publishing) {
            self.tell_roster(None);
        }
    }

    /// Whoever sees pictures says so, guests and interpreters too: it changes what comes to them and nothing else.
    pub(super) fn view(&mut self, member: MemberId, socket: SocketId, sizes: Vec<SlotSize>) {
        if sizes.len() > MAX_LINES {
            return self.refuse(socket, ProblemCode::TooLarge, Some("too many m-lines".to_owned()));
        }
        let (room, member) = (wire::room_id(self.consult), wire::member_id(member));
        self.shared.sfu.set_view(room, member, wire::sizes(sizes));
    }

    pub(super) fn media(&mut self, member: MemberId, number: u64, event: sfu::PeerEvent) {
        let Some(peer) = self.peers.get(&member).filter(|peer| peer.number == number) else { return };
        let socket = peer.socket;
        match wire::news(event) {
            wire::News::Message(message) => self.tell(socket, message),
            wire::News::Media(connected) => {
                if self.seats.media(member, socket, connected) {
                    self.tell_roster(None);
                }
            }
        }
    }
}
