//! The way into a room: who runs it, and the ticket that opens it once within a minute.

use super::{App, Error, Result, log::Wish, require, tokens::Purpose, views::may_know};
use crate::domain::{
    access::{Permission, may},
    consult::{Command, actions},
    directory::Actor,
};
use schemas::{
    ConsultId, PersonId, UnixMillis,
    consult::{ActionName, RoomTicket},
    directory::PersonRef,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Validity of a join ticket. More gives a stolen one more time; less fails on a slow network.
const TICKET_SECONDS: i64 = 60;
/// How long a room stays with a node that no longer says that it lives. Less moves a room away from a node that
/// stuttered; more keeps people waiting after a node died. The owner renews at a third of it.
const LEASE_MS: i64 = 30_000;

/// Who a ticket was for.
#[derive(Clone, Debug)]
pub struct Seat {
    pub person: PersonRef,
    /// `true` for the specialist who accepted.
    pub is_specialist: bool,
    /// `true` for whoever asked for the consult.
    pub is_requester: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct TicketClaims {
    jti: Uuid,
    sub: PersonId,
    consult: ConsultId,
    /// `true` for the specialist's seat.
    specialist: bool,
    /// Seconds, RFC 7519 § 4.1.4.
    exp: i64,
}

impl App {
    /// A ticket for the caller, and the address of the node that runs the room. `browser_base` is how the caller's
    /// browser reached this node (`ws://host:port`); it is better than the configured address for this very node,
    /// and means nothing for others.
    pub async fn ticket(&self, actor: &Actor, id: ConsultId, browser_base: Option<&str>) -> Result<RoomTicket> {
        let consult = self.consult(id).await?.ok_or(Error::NotFound)?;
        let facts = consult.facts();
        if !may_know(actor, &facts) {
            return Err(Error::NotFound);
        }
        require(may(actor, Some(&facts), Permission::Act(ActionName::Join)))?;
        let now = self.now();
        if !actions(&consult, actor).contains(&ActionName::Join) {
            return Err(Error::WrongState);
        }
        let lease = self.repo.claim_room(id.0, &self.node.id, &self.node.ws_url, now.0, LEASE_MS).await?;
        let base = browser_base.filter(|_| lease.node == self.node.id).unwrap_or(&lease.url);
        let expires_at = UnixMillis(now.plus_seconds(TICKET_SECONDS).0.div_euclid(1000) * 1000);
        let claims = TicketClaims {
            jti: Uuid::new_v4(),
            sub: actor.person_id,
            consult: id,
            specialist: consult.specialist == Some(actor.person_id),
            exp: expires_at.0 / 1000,
        };
        Ok(RoomTicket {
            ticket: self.keys.sign(Purpose::Room, &claims)?.into(),
            url: format!("{}/api/rooms/{id}/ws", base.trim_end_matches('/')),
            expires_at,
        })
    }

    /// Takes a ticket at the door. It must be genuine, for this room, in time, new, and its person must still be
    /// allowed in; and this node must be the one that runs the room.
    pub async fn redeem_ticket(&self, id: ConsultId, ticket: &str) -> Result<Seat> {
        let claims: TicketClaims = self.keys.open(Purpose::Room, ticket).ok_or(Error::TicketInvalid)?;
        if claims.consult != id {
            return Err(Error::TicketInvalid);
        }
        let now = self.now();
        let expires_at = UnixMillis(claims.exp.saturating_mul(1000));
        if expires_at <= now {
            return Err(Error::TicketExpired);
        }
        if !self.repo.consume_ticket(claims.jti, expires_at.0).await? {
            return Err(Error::TicketUsed);
        }
        let actor = self.actor_now(claims.sub).await?;
        let consult = self.consult(id).await?.ok_or(Error::NotFound)?;
        require(may(&actor, Some(&consult.facts()), Permission::Act(ActionName::Join)))?;
        if !actions(&consult, &actor).contains(&ActionName::Join) {
            return Err(Error::WrongState);
        }
        if !self.renew_room(id).await? {
            return Err(Error::TicketInvalid);
        }
        let directory = self.directory().await?;
        Ok(Seat {
            person: directory.person_ref(claims.sub),
            is_specialist: claims.specialist && consult.specialist == Some(claims.sub),
            is_requester: consult.requester == claims.sub,
        })
    }

    /// The room tells: a seat was taken. Repeating it is harmless.
    pub async fn joined(&self, id: ConsultId, person: PersonId) -> Result<()> {
        self.run(id, &Wish::command(Command::Joined { person })).await.map(|_| ())
    }

    /// The room tells: a seat is empty, on purpose or because it was lost for too long. Repeating it is harmless.
    pub async fn left(&self, id: ConsultId, person: PersonId) -> Result<()> {
        self.run(id, &Wish::command(Command::Left { person })).await.map(|_| ())
    }

    /// `false` once the consult has reached its end; an unknown one is at its end.
    pub async fn is_open(&self, id: ConsultId) -> Result<bool> {
        Ok(self.consult(id).await?.is_some_and(|consult| consult.state.is_open()))
    }

    /// Keeps the room with this node; `false` when another one has it now.
    pub async fn renew_room(&self, id: ConsultId) -> Result<bool> {
        let lease = self.repo.claim_room(id.0, &self.node.id, &self.node.ws_url, self.now().0, LEASE_MS).await?;
        Ok(lease.node == self.node.id)
    }

    /// Gives the room up, so that another node need not wait for the lease to end.
    pub async fn release_room(&self, id: ConsultId) -> Result<()> {
        Ok(self.repo.release_room(id.0, &self.node.id).await?)
    }

    /// After a restart: whoever was in the rooms that this node held when it died, and has not come back by now, has
    /// left. `still_here` are the people who sit in this node's rooms.
    pub async fn empty_lost_rooms(&self, still_here: &[(ConsultId, PersonId)]) -> Result<()> {
        for room in self.repo.rooms_of(&self.node.id).await? {
            let id = ConsultId(room);
            let Some(consult) = self.consult(id).await? else { continue };
            for person in consult.in_room.into_iter().filter(|person| !still_here.contains(&(id, *person))) {
                self.left(id, person).await?;
            }
        }
        Ok(())
    }
}
