//! What devices tell: it came, it was looked at.

use super::ticket::Purpose;
use crate::app::{App, Error, Result, log::Wish, ports::MessageRow};
use crate::domain::{consult::Command, delivery::Body};
use schemas::{
    ConsultId, PersonId, RingId,
    consult::Receipt,
    delivery::{Channel, DeliveryReceipt, DeliveryState},
};

impl App {
    /// A receipt by its token alone. [`Error::LinkUsed`] when that is forged or too old.
    pub async fn take_receipt(&self, receipt: &DeliveryReceipt) -> Result<()> {
        let state = match receipt.state {
            DeliveryState::Delivered | DeliveryState::Seen => receipt.state,
            _ => return Err(Error::InvalidField("state: is delivered or seen".to_owned())),
        };
        let now = self.now();
        let ticket = self.delivery.tickets.open(Purpose::Receipt, &receipt.receipt.0, now).ok_or(Error::LinkUsed)?;
        let row = self.arrived(ticket.message, ticket.channel, state).await?.ok_or(Error::LinkUsed)?;
        if let Some(device) = ticket.device {
            self.repo.subscription_delivered(device, row.person_id, now.0).await?;
        }
        if row.kind == Body::TEST {
            let millis = now.0.saturating_sub(row.queued_at).max(0);
            self.repo.told_self_test(row.id, Some(millis), None).await?;
        }
        Ok(())
    }

    /// A message got so far on that channel; a ring's timeline is told too. `None`: there is no such message.
    pub(super) async fn arrived(
        &self,
        id: uuid::Uuid,
        channel: Channel,
        state: DeliveryState,
    ) -> Result<Option<MessageRow>> {
        let Some(row) = self.told(id, |course, now| course.receipt(channel, state, now)).await? else {
            return Ok(None);
        };
        let receipt = match state {
            DeliveryState::Delivered => Receipt::Delivered,
            DeliveryState::Seen => Receipt::Seen,
            _ => return Ok(Some(row)),
        };
        if let (Body::RING, Some(consult)) = (row.kind.as_str(), row.consult_id) {
            let (person, ring_id) = (PersonId(row.person_id), RingId(row.id));
            let command = Command::RingReceipt { person, ring_id, receipt };
            match self.run(ConsultId(consult), &Wish::command(command)).await {
                // Purged meanwhile, or never rung: there is no timeline to tell it.
                Ok(_) | Err(Error::Purged | Error::NotFound | Error::NotRung | Error::WrongState) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(row))
    }

    /// A page tells of a ring: it came by the event stream. Somebody else's ring, or none, is the consult's to refuse.
    pub(in crate::app) async fn app_receipt(&self, ring: RingId, person: PersonId, receipt: Receipt) -> Result<()> {
        let state = match receipt {
            Receipt::Delivered => DeliveryState::Delivered,
            Receipt::Seen => DeliveryState::Seen,
        };
        if self.repo.message(ring.0).await?.is_some_and(|row| row.person_id == person.0) {
            self.told(ring.0, |course, now| course.receipt(Channel::App, state, now)).await?;
        }
        Ok(())
    }
}
