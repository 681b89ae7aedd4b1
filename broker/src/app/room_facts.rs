//! What an open room asks of its consult's log.

use super::{App, Error, Result, guests::is_over};
use crate::domain::access::{Permission, may};
use schemas::{ConsultId, PersonId, consult::ActionName, guest::Guest};
use std::collections::BTreeSet;

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
    pub guests: Vec<Guest>,
    /// Of those who were asked about: who may not be in the room any more.
    pub barred: BTreeSet<PersonId>,
}

impl App {
    /// How the consult stands, and who of `people` has lost the right to be in its room: a participant who was taken
    /// off, a specialist who has handed over.
    pub async fn room_facts(&self, id: ConsultId, people: &[PersonId]) -> Result<RoomFacts> {
        let Some(consult) = self.consult(id).await? else {
            let requester = PersonId(uuid::Uuid::nil());
            let (guests, barred) = (vec![], BTreeSet::new());
            let (is_open, is_over_for_guests, specialist) = (false, true, None);
            return Ok(RoomFacts { is_open, is_over_for_guests, specialist, requester, guests, barred });
        };
        let guests = if consult.guests.is_empty() { vec![] } else { self.guest_states(id).await? };
        let facts = consult.facts(self.now());
        let mut barred = BTreeSet::new();
        for person in people {
            match self.actor_now(*person).await {
                Ok(actor) if may(&actor, Some(&facts), Permission::Act(ActionName::Join)) => {}
                Ok(_) | Err(Error::NotFound | Error::NotSignedIn | Error::Forbidden) => {
                    barred.insert(*person);
                }
                Err(error) => return Err(error),
            }
        }
        let (is_open, is_over_for_guests) = (consult.state.is_open(), is_over(&consult));
        let (specialist, requester) = (consult.specialist, consult.requester);
        Ok(RoomFacts { is_open, is_over_for_guests, specialist, requester, guests, barred })
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
