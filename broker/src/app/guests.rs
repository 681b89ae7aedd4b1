//! Guests: people without an account, in one room, once somebody has let them in.
//!
//! Who a guest is and whether they are let in stands in the consult's log; the row of table `guests` holds only their
//! way in: first the hash of a link that works once, then that of a cookie. Whatever the row says, the log decides.

use super::{
    App, Error, Result,
    log::Wish,
    ports::GuestRow,
    rooms::TicketFor,
    tokens::{random_token, token_hash},
};
use crate::domain::{
    access::Permission,
    consult::{Command, Consult, Guest},
    directory::Actor,
};
use schemas::{
    ConsultId, GuestId, PersonId,
    consult::{ActionName, ConsultState, RoomTicket},
    guest::{self as wire, GuestLink, GuestState, GuestView, InviteGuest},
};

/// A link that nobody has opened ends after this long. More leaves it lying in a mailbox; less is too short for an
/// interpreter who is fetched out of bed.
const LINK_SECONDS: i64 = 2 * 3600;
/// A guest's cookie ends after this long, or with the consult: a shift.
const SESSION_SECONDS: i64 = 12 * 3600;

/// A guest who has just opened the link. No `Debug`: the token is a secret.
pub struct NewGuestSession {
    /// Goes into the HttpOnly cookie and is stored nowhere.
    pub token: String,
    pub view: GuestView,
}

/// A guest who comes with a cookie.
pub struct GuestSession {
    pub id: GuestId,
    pub consult_id: ConsultId,
    pub csrf_token: String,
}

impl App {
    /// Invites somebody without an account. The link is shown once; asking again makes another one in its place.
    pub async fn invite_guest(&self, actor: &Actor, id: ConsultId, invited: InviteGuest) -> Result<GuestLink> {
        self.for_those(actor, id, Permission::Act(ActionName::InviteGuest)).await?;
        let InviteGuest { id: guest_id, name, part } = invited;
        // The client chooses the id; nobody may be taken for somebody else.
        if self.directory().await?.people.contains_key(&PersonId(guest_id.0)) {
            return Err(Error::Conflict("this id was used for something else"));
        }
        let command = Command::InviteGuest { person: actor.person_id, guest_id, name, part };
        self.run(id, &Wish::command(command)).await?;
        let (token, token_hash) = random_token();
        let expires_at = self.now().plus_seconds(LINK_SECONDS);
        let row = GuestRow {
            id: guest_id.0,
            consult_id: id.0,
            token_hash,
            cookie_hash: None,
            csrf_token: String::new(),
            expires_at: expires_at.0,
            session_until: None,
        };
        if !self.repo.put_guest_link(&row).await? {
            return Err(Error::Conflict("the guest has opened the link already"));
        }
        Ok(GuestLink { guest_id, path: format!("/guest/#{token}").into(), expires_at })
    }

    /// Opens a guest's link, once. [`Error::GuestLinkUsed`] also where the guest was sent away or the consult is over.
    pub async fn open_guest_link(&self, token: &str) -> Result<NewGuestSession> {
        let (cookie, cookie_hash) = random_token();
        let (csrf_token, _) = random_token();
        let (now, link) = (self.now(), token_hash(token));
        // The link is used up last: whatever fails before, the guest can try again.
        let row = self.repo.guest_by_link(&link, now.0).await?.ok_or(Error::GuestLinkUsed)?;
        let opening = GuestSession { csrf_token: csrf_token.clone(), ..session(row) };
        let view = self.guest_view(&opening).await.map_err(|error| match error {
            Error::NotSignedIn => Error::GuestLinkUsed,
            other => other,
        })?;
        if view.is_over {
            return Err(Error::GuestLinkUsed);
        }
        let until = now.plus_seconds(SESSION_SECONDS).0;
        let opened = self.repo.open_guest_link(&link, now.0, &cookie_hash, &csrf_token, until).await?;
        opened.ok_or(Error::GuestLinkUsed)?;
        Ok(NewGuestSession { token: cookie, view })
    }

    /// The guest of a cookie; `None` when it ended, the guest was sent away, or it never was.
    pub async fn guest_session(&self, token: &str) -> Result<Option<GuestSession>> {
        Ok(self.repo.guest_by_cookie(&token_hash(token), self.now().0).await?.map(session))
    }

    /// What a guest may know; [`Error::NotSignedIn`] once they were sent away or the consult is gone.
    pub async fn guest_view(&self, session: &GuestSession) -> Result<GuestView> {
        let consult = self.consult(session.consult_id).await?.ok_or(Error::NotSignedIn)?;
        let guest = consult.guest(session.id).filter(|guest| guest.state != GuestState::Removed);
        let guest = guest.ok_or(Error::NotSignedIn)?;
        let directory = self.directory().await?;
        Ok(GuestView {
            id: guest.id,
            consult_id: consult.id,
            name: guest.name.clone(),
            part: guest.part,
            state: guest.state,
            host: directory.person_ref(guest.invited_by),
            is_over: is_over(&consult),
            encryption: self.encryption(&consult).await?,
            csrf_token: session.csrf_token.clone().into(),
        })
    }

    /// A ticket to the room's door. It opens the door only as far as the log says at that moment.
    pub async fn guest_ticket(
        &self,
        session: &GuestSession,
        device: Option<&str>,
        browser_base: Option<&str>,
    ) -> Result<RoomTicket> {
        let consult = self.consult(session.consult_id).await?.ok_or(Error::NotSignedIn)?;
        let guest = consult.guest(session.id).ok_or(Error::NotSignedIn)?;
        may_come(&consult, guest)?;
        let attestation = self.attest_guest(&consult, guest, device)?;
        let ticket = self.sign_ticket(&consult, TicketFor::Guest(guest.id), browser_base).await?;
        Ok(RoomTicket { attestation, ..ticket })
    }

    /// The room tells: a guest is at the door. Repeating it is harmless.
    pub async fn guest_waits(&self, id: ConsultId, guest_id: GuestId) -> Result<()> {
        self.run(id, &Wish::command(Command::GuestWaits { guest_id })).await.map(|_| ())
    }

    /// The room tells: a guest who was let in has a seat. Repeating it is harmless.
    pub async fn guest_joined(&self, id: ConsultId, guest_id: GuestId) -> Result<()> {
        self.run(id, &Wish::command(Command::GuestJoined { guest_id })).await.map(|_| ())
    }

    /// The room tells: a guest's seat is empty. Repeating it is harmless.
    pub async fn guest_left(&self, id: ConsultId, guest_id: GuestId) -> Result<()> {
        self.run(id, &Wish::command(Command::GuestLeft { guest_id })).await.map(|_| ())
    }

    /// Everybody who was ever invited, as the team sees them; nobody for a consult that is gone.
    pub async fn guest_states(&self, id: ConsultId) -> Result<Vec<wire::Guest>> {
        let Some(consult) = self.consult(id).await? else { return Ok(vec![]) };
        let directory = self.directory().await?;
        let guest = |guest: &Guest| wire::Guest {
            id: guest.id,
            name: guest.name.clone(),
            part: guest.part,
            state: guest.state,
            invited_by: directory.person_ref(guest.invited_by),
            at: guest.at,
        };
        Ok(consult.guests.iter().map(guest).collect())
    }
}

fn session(row: GuestRow) -> GuestSession {
    GuestSession { id: GuestId(row.id), consult_id: ConsultId(row.consult_id), csrf_token: row.csrf_token }
}

/// A guest who was sent away does not come back; nobody comes to a room where there is no consult.
pub(super) fn may_come(consult: &Consult, guest: &Guest) -> Result<()> {
    if guest.state == GuestState::Removed {
        return Err(Error::NotAdmitted);
    }
    use ConsultState::{Accepted, InSession, Reporting};
    if matches!(consult.state, Accepted | InSession | Reporting) { Ok(()) } else { Err(Error::WrongState) }
}

pub(super) fn is_over(consult: &Consult) -> bool {
    use ConsultState::{Acknowledged, Cancelled, Closed, Reported};
    matches!(consult.state, Reported | Acknowledged | Closed | Cancelled)
}
