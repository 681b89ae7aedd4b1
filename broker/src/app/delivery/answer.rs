//! Answers that come by a one-time link or a key in a call. Whoever has the link is taken for the person that it was
//! sent to, for this ring and nothing else; the answer that came first counts.

use super::ticket::{Purpose, Ticket};
use crate::app::{App, Error, Result, log::Wish, ports::MessageRow, require};
use crate::domain::{
    access::{Permission, may},
    consult::{Command, Consult, Ring, view},
    delivery::Body,
    directory::Actor,
};
use schemas::{
    ConsultId, PersonId, PrivateText, RingId,
    consult::ActionName,
    delivery::{AnswerByLink, AnswerToken, AnswerView, Channel, DeliveryState, LinkAnswer},
};

impl App {
    /// What the link of an SMS or e-mail leads to. Looking at it answers nothing. [`Error::LinkUsed`] when it is forged or
    /// too old.
    pub async fn answer_view(&self, token: &AnswerToken) -> Result<AnswerView> {
        let ticket = self.answer_ticket(&token.token)?;
        let row = self.arrived(ticket.message, ticket.channel, DeliveryState::Seen).await?.ok_or(Error::LinkUsed)?;
        self.view_of(&row).await
    }

    /// Answers, once: a repeat of the same answer is harmless, another one is [`Error::LinkUsed`].
    pub async fn answer_by_link(&self, answer: &AnswerByLink) -> Result<AnswerView> {
        let ticket = self.answer_ticket(&answer.token)?;
        let row = self.repo.message(ticket.message).await?.ok_or(Error::LinkUsed)?;
        self.answer_ring(&row, ticket.channel, &answer.answer).await?;
        self.view_of(&row).await
    }

    fn answer_ticket(&self, token: &PrivateText) -> Result<Ticket> {
        self.delivery.tickets.open(Purpose::Answer, &token.0, self.now()).ok_or(Error::LinkUsed)
    }

    /// On behalf of the person to whom the ring went, who came by `channel`.
    pub(super) async fn answer_ring(&self, row: &MessageRow, channel: Channel, answer: &LinkAnswer) -> Result<()> {
        let (consult, ring) = self.rung(row).await?;
        let person = self.who(row, &consult).await?;
        let (action, command) = command(person.person_id, ring.ring_id, answer);
        require(may(&person, Some(&consult.facts(self.now())), Permission::Act(action)))?;
        let wanted = serde_json::to_string(answer).map_err(|error| Error::bug("writing an answer", error))?;
        if self.repo.keep_link_answer(row.id, &wanted, self.now().0).await? != wanted {
            return Err(Error::LinkUsed);
        }
        self.run_via(consult.id, &Wish::command(command), channel).await.map(drop)
    }

    /// The person as what they are to this consult, and to nothing else.
    async fn who(&self, row: &MessageRow, consult: &Consult) -> Result<Actor> {
        let directory = self.directory().await?;
        let person = directory.person(PersonId(row.person_id)).ok_or(Error::LinkUsed)?;
        Ok(Actor { only_consult: Some(consult.id), ..person.actor.clone() })
    }

    async fn rung(&self, row: &MessageRow) -> Result<(Consult, Ring)> {
        let id = row.consult_id.filter(|_| row.kind == Body::RING).ok_or(Error::LinkUsed)?;
        let consult = self.consult(ConsultId(id)).await?.ok_or(Error::LinkUsed)?;
        let ring = consult.rings.iter().find(|ring| ring.ring_id == RingId(row.id)).cloned().ok_or(Error::LinkUsed)?;
        Ok((consult, ring))
    }

    async fn view_of(&self, row: &MessageRow) -> Result<AnswerView> {
        let (consult, ring) = self.rung(row).await?;
        let directory = self.directory().await?;
        let (service, hospital) = super::content::names(&directory, &consult);
        Ok(AnswerView {
            person: directory.person_ref(ring.person).name,
            label: view::label(consult.id),
            service,
            hospital,
            hospital_phone: directory.hospital_ref(consult.hospital_id).phone,
            urgency: consult.urgency,
            eta: consult.fields.eta,
            started_at: ring.started_at,
            until: ring.until,
            outcome: ring.outcome,
            language: self.contact_of(ring.person).await?.language,
        })
    }
}

fn command(person: PersonId, ring_id: RingId, answer: &LinkAnswer) -> (ActionName, Command) {
    let ring = Some(ring_id);
    match answer {
        LinkAnswer::Accept => (ActionName::Accept, Command::Accept { person }),
        LinkAnswer::InFive => (ActionName::AcceptInFive, Command::AcceptInFive { person }),
        LinkAnswer::PassOn => (ActionName::PassOn, Command::PassOn { person, ring_id: ring }),
        LinkAnswer::Decline { reason } => {
            let note = PrivateText::default();
            (ActionName::Decline, Command::Decline { person, ring_id: ring, reason: *reason, note })
        }
    }
}
