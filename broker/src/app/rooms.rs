//! The way into a room: who runs it, and the ticket that opens it once within a minute.

use super::{
    App, Error, Result, Session,
    guests::may_come,
    log::{Wish, pass_over},
    ports::Lease,
    require,
    tokens::Purpose,
};
use crate::domain::{
    access::{Permission, may},
    consult::{Command, Consult, GroupNote, Occupant, actions, view},
};
use schemas::{
    ConsultId, GuestId, PersonId, SessionId, UnixMillis,
    consult::{ActionName, RoomTicket},
    directory::PersonRef,
    guest::GuestState,
    mls::Encryption,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Validity of a join ticket. More gives a stolen one more time; less fails on a slow network.
const TICKET_SECONDS: i64 = 60;
/// How long a room stays with a node that no longer says that it lives. Less moves a room away from a node that
/// stuttered; more keeps people waiting after a node died. The owner renews at a third of it, and who comes finds it
/// young enough with two thirds of it left, so that a room which opens outlives a renewal that fails.
const LEASE_MS: i64 = 30_000;

/// Who a ticket was for.
#[derive(Clone, Debug)]
pub struct Seat {
    /// A guest's id and clear name, where `guest` is there.
    pub person: PersonRef,
    /// Who asked for the ticket; absent for guests.
    pub session: Option<SessionId>,
    /// `true` for the specialist who accepted.
    pub is_specialist: bool,
    /// `true` for whoever asked for the consult.
    pub is_requester: bool,
    /// Somebody without an account.
    pub guest: Option<GuestSeat>,
    /// Of the room, when the seat was given.
    pub encryption: Encryption,
}

/// Whose ticket was redeemed. Whether they may come in is for [`App::seat`] to say.
pub struct Bearer {
    consult: ConsultId,
    whom: TicketFor,
}

/// A guest at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestSeat {
    pub id: GuestId,
    /// `false`: sees and hears nothing until somebody lets them in.
    pub admitted: bool,
}

/// Whom a ticket lets in.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TicketFor {
    Person {
        id: PersonId,
        /// Ends with it, also when it was redeemed.
        session: SessionId,
    },
    Guest(GuestId),
}

#[derive(Clone, Serialize, Deserialize)]
struct TicketClaims {
    jti: Uuid,
    #[serde(rename = "for")]
    whom: TicketFor,
    consult: ConsultId,
    /// Seconds, RFC 7519 § 4.1.4.
    exp: i64,
}

impl App {
    /// A ticket for the caller, and the address of the node that runs the room. `browser_base` is how the caller's
    /// browser reached this node (`ws://host:port`); it is better than the configured address for this very node,
    /// and means nothing for others. `device` is the key that the room's members are to know the caller by.
    pub async fn ticket(
        &self,
        session: &Session,
        id: ConsultId,
        device: Option<&str>,
        browser_base: Option<&str>,
    ) -> Result<RoomTicket> {
        let actor = &session.actor;
        let consult = self.for_those(actor, id, Permission::Act(ActionName::Join)).await?;
        if !actions(&consult, actor, self.now()).contains(&ActionName::Join) {
            return Err(Error::WrongState);
        }
        let attestation = self.attest(&consult, actor, device).await?;
        let whom = TicketFor::Person { id: actor.person_id, session: session.id };
        Ok(RoomTicket { attestation, ..self.sign_ticket(&consult, whom, browser_base).await? })
    }

    pub(super) async fn sign_ticket(
        &self,
        consult: &Consult,
        whom: TicketFor,
        browser_base: Option<&str>,
    ) -> Result<RoomTicket> {
        let id = consult.id;
        let lease = self.lease(id).await?;
        let base = browser_base.filter(|_| lease.node == self.node.id).unwrap_or(&lease.url);
        self.signed(Purpose::Room, &format!("{}/api/rooms/{id}/ws", base.trim_end_matches('/')), |jti, exp| {
            TicketClaims { jti, whom, consult: id, exp }
        })
    }

    /// A ticket that opens the socket at `url`; its claims are made of its number and its end.
    pub(super) fn signed<T: Serialize>(
        &self,
        purpose: Purpose,
        url: &str,
        claims: impl FnOnce(Uuid, i64) -> T,
    ) -> Result<RoomTicket> {
        let now = self.now();
        let exp = now.plus_seconds(TICKET_SECONDS).0.div_euclid(1000);
        Ok(RoomTicket {
            ticket: self.keys.sign(purpose, &claims(Uuid::new_v4(), exp))?.into(),
            url: url.to_owned(),
            expires_at: UnixMillis(exp * 1000),
            // A number of its own: the ticket's would let who reads the relay's log tell which ticket it was.
            ice_servers: self.turn.iter().map(|turn| turn.ice_server(now, Uuid::new_v4())).collect(),
            attestation: None,
        })
    }

    /// Takes a ticket at the door: it must be genuine, for this room, in time, and new.
    pub async fn redeem_ticket(&self, id: ConsultId, ticket: &str) -> Result<Bearer> {
        let claims: TicketClaims = self.keys.open(Purpose::Room, ticket).ok_or(Error::TicketInvalid)?;
        if claims.consult != id {
            return Err(Error::TicketInvalid);
        }
        self.use_up(claims.jti, claims.exp).await?;
        Ok(Bearer { consult: id, whom: claims.whom })
    }

    /// Lets somebody in by a ticket that was redeemed, just now or a while ago: they must be allowed in now, and this node
    /// must be the one that runs the room. A guest comes as far as the log says now.
    pub async fn seat(&self, bearer: &Bearer) -> Result<Seat> {
        let consult = self.consult(bearer.consult).await?.ok_or(Error::NotFound)?;
        let seat = match bearer.whom {
            TicketFor::Person { id, session } => self.persons_seat(&consult, id, session).await?,
            TicketFor::Guest(guest) => guests_seat(&consult, guest, self.encryption(&consult).await?)?,
        };
        if self.lease(bearer.consult).await?.node != self.node.id {
            return Err(Error::TicketInvalid);
        }
        Ok(seat)
    }

    /// A genuine ticket is used: in time, and for the first time. `exp` in seconds.
    pub(super) async fn use_up(&self, jti: Uuid, exp: i64) -> Result<()> {
        let expires_at = UnixMillis(exp.saturating_mul(1000));
        if expires_at <= self.now() {
            return Err(Error::TicketExpired);
        }
        if self.repo.consume_ticket(jti, expires_at.0).await? { Ok(()) } else { Err(Error::TicketUsed) }
    }

    async fn persons_seat(&self, consult: &Consult, person: PersonId, session: SessionId) -> Result<Seat> {
        if !self.is_signed_in(person, session).await? {
            return Err(Error::NotSignedIn);
        }
        let actor = self.actor_now(person).await?;
        require(may(&actor, Some(&consult.facts(self.now())), Permission::Act(ActionName::Join)))?;
        if !actions(consult, &actor, self.now()).contains(&ActionName::Join) {
            return Err(Error::WrongState);
        }
        Ok(Seat {
            person: self.directory().await?.person_ref(person),
            session: Some(session),
            is_specialist: consult.specialist == Some(person),
            is_requester: consult.requester == person,
            guest: None,
            encryption: self.encryption(consult).await?,
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

    /// The room tells what became of its group of keys.
    pub async fn note_group(&self, id: ConsultId, note: GroupNote) -> Result<()> {
        self.run(id, &Wish::command(Command::NoteGroup { note })).await.map(|_| ())
    }

    /// Whether the consult's room is encrypted from end to end.
    pub(super) async fn encryption(&self, consult: &Consult) -> Result<Encryption> {
        let directory = self.directory().await?;
        Ok(view::encryption(consult, &|person| directory.person_ref(person)))
    }

    /// `false` once the consult has reached its end; an unknown one is at its end.
    pub async fn is_open(&self, id: ConsultId) -> Result<bool> {
        Ok(self.consult(id).await?.is_some_and(|consult| consult.state.is_open()))
    }

    /// Keeps the room with this node; `false` when another one has it now.
    pub async fn renew_room(&self, id: ConsultId) -> Result<bool> {
        Ok(self.claim_room(id).await?.node == self.node.id)
    }

    /// Who runs the room: this node when nobody does. Writes only where the lease has lapsed or will soon: a write is
    /// what whoever comes in would wait for most.
    async fn lease(&self, id: ConsultId) -> Result<Lease> {
        let now = self.now().0;
        let is_good = |lease: &Lease| {
            let is_ours = lease.node == self.node.id;
            let needed = if is_ours { LEASE_MS * 2 / 3 } else { 0 };
            lease.until.saturating_sub(now) > needed && (!is_ours || lease.url == self.node.ws_url)
        };
        match self.repo.room_lease(id.0).await?.filter(is_good) {
            Some(lease) => Ok(lease),
            None => self.claim_room(id).await,
        }
    }

    async fn claim_room(&self, id: ConsultId) -> Result<Lease> {
        Ok(self.repo.claim_room(id.0, &self.node.id, &self.node.ws_url, self.now().0, LEASE_MS).await?)
    }

    /// Gives the room up, so that another node need not wait for the lease to end.
    pub async fn release_room(&self, id: ConsultId) -> Result<()> {
        Ok(self.repo.release_room(id.0, &self.node.id).await?)
    }

    /// Rooms that an earlier run of this node held and in which the log still has somebody.
    pub async fn rooms_left_behind(&self) -> Result<Vec<ConsultId>> {
        let mut left_behind = Vec::new();
        for id in self.repo.rooms_of(&self.node.id).await?.into_iter().map(ConsultId) {
            let consult = pass_over(self.consult(id).await)?;
            left_behind.extend(consult.filter(|consult| !inside(consult).is_empty()).map(|_| id));
        }
        Ok(left_behind)
    }
}

impl Bearer {
    pub fn who(&self) -> Occupant {
        match self.whom {
            TicketFor::Person { id, .. } => Occupant::Person(id),
            TicketFor::Guest(guest) => Occupant::Guest(guest),
        }
    }
}

/// Whom the log has in the room or at its door.
pub(super) fn inside(consult: &Consult) -> BTreeSet<Occupant> {
    let people = consult.in_room.iter().copied().map(Occupant::Person);
    let guests = consult.guest_stays.iter().filter(|stay| stay.until.is_none()).map(|stay| stay.guest_id);
    let at_door = consult.waiting_guests().map(|guest| guest.id);
    people.chain(guests.chain(at_door).map(Occupant::Guest)).collect()
}

fn guests_seat(consult: &Consult, id: GuestId, encryption: Encryption) -> Result<Seat> {
    let guest = consult.guest(id).ok_or(Error::TicketInvalid)?;
    may_come(consult, guest)?;
    Ok(Seat {
        person: PersonRef {
            id: PersonId(id.0),
            name: guest.name.0.clone(),
            hospital_id: consult.hospital_id,
            hospital: String::new(),
            phone: None,
        },
        session: None,
        is_specialist: false,
        is_requester: false,
        guest: Some(GuestSeat { id, admitted: guest.state == GuestState::Admitted }),
        encryption,
    })
}
