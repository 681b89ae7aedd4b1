//! Somebody who has shown a ticket and does not come in yet: they have a socket and nothing else. Neither room nor log
//! hears of them before they enter.

use super::places::Places;
use super::socket::{Heard, Stopped, next, send};
use crate::app::Occupant;
use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use schemas::ConsultId;
use schemas::problem::ProblemCode;
use schemas::room::{ByeReason, ClientMessage, ServerMessage};
use std::time::Duration;

/// Knocks on this node: each is an open socket and a task. More lets lobbies take what rooms may need; less makes the
/// people of a busy hour wait for a ticket and a socket when they come in.
const PLACES: usize = 1_024;
/// Of these, those of one person, at whatever rooms: a page that was loaded again or lies in another tab, and has not
/// noticed its end. More lets one person take more of them; less makes those wait when they come in whose old page hangs.
const OF_ONE_PERSON: usize = 4;

pub(super) type Knocks = Places<(Option<ConsultId>, Occupant)>;

pub(super) fn knocks() -> Knocks {
    Places::new(PLACES, OF_ONE_PERSON)
}

/// Whose place it is. A guest is nobody without their consult.
pub(super) fn key(consult: ConsultId, who: Occupant) -> (Option<ConsultId>, Occupant) {
    match who {
        Occupant::Person(_) => (None, who),
        Occupant::Guest(_) => (Some(consult), who),
    }
}

/// Waits until they come in, which is `Ok`.
pub(super) async fn wait(
    sink: &mut SplitSink<WebSocket, Message>,
    stream: &mut SplitStream<WebSocket>,
    patience: Duration,
    stopping: impl Future<Output = ()>,
) -> Result<(), Stopped> {
    send(sink, &ServerMessage::Ready).await.map_err(|()| Stopped::Gone)?;
    let heard = tokio::select! {
        heard = next(stream) => heard,
        () = stopping => return Err(Stopped::Bye(ByeReason::Restart)),
        () = tokio::time::sleep(patience) => {
            return Err(Stopped::Refused(ProblemCode::TicketExpired, Some("nobody came in".to_owned())));
        }
    };
    match heard {
        Heard::Message(ClientMessage::Enter) => Ok(()),
        Heard::Message(ClientMessage::Leave) | Heard::Gone => Err(Stopped::Gone),
        Heard::Message(_) => {
            let detail = "a knock is followed by enter".to_owned();
            Err(Stopped::Refused(ProblemCode::UnknownMessage, Some(detail)))
        }
        Heard::Unreadable(code, detail) => Err(Stopped::Refused(code, Some(detail.to_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{GuestId, PersonId};
    use uuid::Uuid;

    #[test]
    fn a_person_has_so_many_places_in_all_and_a_guest_at_their_room() {
        let rooms = [1, 2].map(|n| ConsultId(Uuid::from_u128(n)));
        let keys = |who| rooms.map(|room| key(room, who));
        let [here, there] = keys(Occupant::Person(PersonId(Uuid::nil())));
        assert_eq!(here, there);
        let [here, there] = keys(Occupant::Guest(GuestId(Uuid::nil())));
        assert_ne!(here, there, "guests choose their ids themselves");
    }
}
