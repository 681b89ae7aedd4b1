//! How rings travelled, for those who look for somebody.

use super::run::course_of;
use crate::app::{App, Result};
use crate::domain::{
    access::Permission,
    delivery::{Body, Leg},
    directory::Actor,
};
use schemas::{ConsultId, PersonId, RingId, delivery::RingDelivery};

impl App {
    /// Every ring of the consult with its channels, in the order of the rings.
    pub async fn deliveries(&self, actor: &Actor, id: ConsultId) -> Result<Vec<RingDelivery>> {
        self.for_those(actor, id, Permission::ReadDeliveries).await?;
        self.ring_deliveries(id).await
    }

    /// The same for whoever has asked the access table already.
    pub(in crate::app) async fn ring_deliveries(&self, id: ConsultId) -> Result<Vec<RingDelivery>> {
        let directory = self.directory().await?;
        let rows = self.repo.messages_of(id.0, Body::RING).await?;
        rows.iter()
            .map(|row| {
                Ok(RingDelivery {
                    ring_id: RingId(row.id),
                    person: directory.person_ref(PersonId(row.person_id)),
                    channels: course_of(row)?.legs().iter().map(Leg::status).collect(),
                })
            })
            .collect()
    }
}
