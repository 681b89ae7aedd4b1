//! The check before a call: two tickets into a room that is nobody else's and that no consult, no log, no lease knows.

use super::{App, Error, Result, Session, require, tokens::Purpose};
use crate::domain::access::{Permission, may};
use schemas::{MemberId, PersonId, SessionId, room::CheckTickets};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The seat that sends, and the one that gets it back.
const SENDS: MemberId = MemberId(1);
const RECEIVES: MemberId = MemberId(2);

/// Who a check's ticket was for.
#[derive(Clone, Copy, Debug)]
pub struct CheckSeat {
    /// Made up for this check; the SFU alone has a room of this number.
    pub room: Uuid,
    pub member: MemberId,
    /// Who asked for the ticket.
    pub session: SessionId,
}

#[derive(Clone, Serialize, Deserialize)]
struct CheckClaims {
    jti: Uuid,
    room: Uuid,
    member: MemberId,
    person: PersonId,
    /// Ends with it.
    session: SessionId,
    /// Seconds, RFC 7519 § 4.1.4.
    exp: i64,
}

impl App {
    /// Both ways into a room of the caller's own on this very node. `browser_base` as for [`Self::ticket`].
    pub fn check_tickets(&self, session: &Session, browser_base: Option<&str>) -> Result<CheckTickets> {
        require(may(&session.actor, None, Permission::TryPath))?;
        let (person, session, room) = (session.actor.person_id, session.id, Uuid::new_v4());
        let url = format!("{}/api/rooms/check/ws", browser_base.unwrap_or(&self.node.ws_url).trim_end_matches('/'));
        let ticket = |member| {
            self.signed(Purpose::Check, &url, |jti, exp| CheckClaims { jti, room, member, person, session, exp })
        };
        Ok(CheckTickets { send: ticket(SENDS)?, receive: ticket(RECEIVES)? })
    }

    /// Takes a check's ticket. It must be genuine, in time, new, and its person still signed in.
    pub async fn redeem_check(&self, ticket: &str) -> Result<CheckSeat> {
        let claims: CheckClaims = self.keys.open(Purpose::Check, ticket).ok_or(Error::TicketInvalid)?;
        self.use_up(claims.jti, claims.exp).await?;
        if !self.is_signed_in(claims.person, claims.session).await? {
            return Err(Error::NotSignedIn);
        }
        Ok(CheckSeat { room: claims.room, member: claims.member, session: claims.session })
    }
}
