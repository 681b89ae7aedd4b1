//! What an open room asks of its consult's log.

use super::{App, Error, Result, guests::is_over, rooms::inside};
use crate::domain::{
    access::{Permission, may},
    consult::{Guest, Occupant},
};
use schemas::{ConsultId, GuestId, PersonId, SessionId, UnixMillis, consult::ActionName, guest, mls::Encryption};
use std::collections::{BTreeMap, BTreeSet};

/// Events read at once. More holds more of a burst in memory; less asks the database more often.
const PAGE: u32 = 256;

/// A consult as its room sees it.
pub struct RoomFacts {
    /// `false` once the consult has reached its end; an unknown one is at its end.
    pub is_open: bool,
    /// The report is signed: guests have nothing more to do here.
    pub is_over_for_guests: bool,
    pub specialist: Option<PersonId>,
    pub requester: PersonId,
    /// Everybody who was ever invited.
    pub guests: Vec<guest::Guest>,
    pub encryption: Encryption,
    /// When the guests of them were let in whom somebody let in.
    pub admitted_at: BTreeMap<GuestId, UnixMillis>,
    /// Whom the log has in the room or at its door.
    pub inside: BTreeSet<Occupant>,
    /// Of those who were asked about: who may not be in the room any more.
    pub barred: BTreeSet<PersonId>,
    /// And which of their sessions have ended.
    pub signed_out: BTreeSet<SessionId>,
}

impl App {
    /// How the consult stands, and who of `team` has lost the right to be in its room: a participant who was taken off,
    /// a specialist who has handed over, whoever has signed out or was signed out.
    pub async fn room_facts(&self, id: ConsultId, team: &[(PersonId, Option<SessionId>)]) -> Result<RoomFacts> {
        let Some(consult) = self.consult(id).await? else {
            return Ok(RoomFacts {
                is_open: false,
                is_over_for_guests: true,
                specialist: None,
                requester: PersonId(uuid::Uuid::nil()),
                guests: vec![],
                encryption: Encryption::Required,
                admitted_at: BTreeMap::new(),
                inside: BTreeSet::new(),
                barred: BTreeSet::new(),
                signed_out: BTreeSet::new(),
            });
        };
        let facts = consult.facts(self.now());
        let (mut barred, mut signed_out) = (BTreeSet::new(), BTreeSet::new());
        for (person, session) in team {
            match self.actor_now(*person).await {
                Ok(actor) if may(&actor, Some(&facts), Permission::Act(ActionName::Join)) => {}
                Ok(_) | Err(Error::NotFound | Error::NotSignedIn | Error::Forbidden) => {
                    barred.insert(*person);
                }
                Err(error) => return Err(error),
            }
            if let Some(session) = session
                && !self.is_signed_in(*person, *session).await?
            {
                signed_out.insert(*session);
            }
        }
        let admitted = |guest: &Guest| Some((guest.id, guest.admitted_at?));
        Ok(RoomFacts {
            is_open: consult.state.is_open(),
            is_over_for_guests: is_over(&consult),
            specialist: consult.specialist,
            requester: consult.requester,
            guests: if consult.guests.is_empty() { vec![] } else { self.guest_states(id).await? },
            encryption: self.encryption(&consult).await?,
            admitted_at: consult.guests.iter().filter_map(admitted).collect(),
            inside: inside(&consult),
            barred,
            signed_out,
        })
    }

    /// Whether that session of that person has not ended.
    pub(super) async fn is_signed_in(&self, person: PersonId, session: SessionId) -> Result<bool> {
        let sessions = self.repo.sessions(Some(person.0), self.now().0).await?;
        Ok(sessions.iter().any(|row| row.id == session.0))
    }

    /// Whether this person may see the images that are shown in the room.
    pub async fn sees_images(&self, id: ConsultId, person: PersonId) -> Result<bool> {
        let consult = self.consult(id).await?.ok_or(Error::NotFound)?;
        let actor = self.actor_now(person).await?;
        Ok(may(&actor, Some(&consult.facts(self.now())), Permission::ReadStudy))
    }

    /// The consults that the log names after `position`, and the position up to which that is all. Without a position:
    /// none, and where the log ends now.
    pub async fn changed_after(&self, position: Option<i64>) -> Result<(BTreeSet<ConsultId>, i64)> {
        let mut changed = BTreeSet::new();
        let Some(mut position) = position else { return Ok((changed, self.repo.last_position().await?)) };
        loop {
            let page = self.repo.events_after(position, PAGE).await?;
            changed.extend(page.iter().map(|entry| ConsultId(entry.consult_id)));
            position = page.last().map_or(position, |last| last.position);
            if page.len() < PAGE as usize {
                return Ok((changed, position));
            }
        }
    }
}
