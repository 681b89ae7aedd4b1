//! How a service lets itself be booked, as its coordinators say.

use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::{BookingRulesRow, DirectoryWrite},
    require,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    slots::{self, Rules},
};
use schemas::{
    ServiceId,
    slots::{BookingRules, ServiceBooking},
};
use serde::{Serialize, de::DeserializeOwned};

impl App {
    pub async fn booking_rules(&self, actor: &Actor, id: ServiceId) -> Result<ServiceBooking> {
        let directory = self.directory().await?;
        coordinated(&directory, actor, id)?;
        let rules = directory.booking.get(&id).map(converted::<_, BookingRules>).transpose();
        Ok(ServiceBooking { rules: rules.map_err(|error| Error::bug("booking rules on the wire", error))? })
    }

    /// What is booked stays so, whatever the rules become.
    pub async fn put_booking_rules(&self, actor: &Actor, id: ServiceId, wish: &ServiceBooking) -> Result<()> {
        coordinated(&*self.directory().await?, actor, id)?;
        let invalid = |error: &dyn std::fmt::Display| Error::InvalidField(format!("rules: {error}"));
        let rules: Option<Rules> = wish.rules.as_ref().map(converted).transpose().map_err(|error| invalid(&error))?;
        if let Some(rules) = &rules {
            slots::check(rules).map_err(|fault| invalid(&fault))?;
        }
        let body = serde_json::to_string(&rules).map_err(|error| Error::bug("writing booking rules", error))?;
        let row = BookingRulesRow { service_id: id.0, body, author: Some(actor.person_id.0), written_at: self.now().0 };
        self.write_directory(&DirectoryWrite { booking_rules: vec![row], ..DirectoryWrite::default() }).await?;
        tracing::info!(by = %actor.person_id, service = %id, "the bookable hours are others");
        Ok(())
    }
}

/// A service whose rota the caller plans. Others are not known to exist.
pub(super) fn coordinated<'a>(directory: &'a Directory, actor: &Actor, id: ServiceId) -> Result<&'a ServiceEntry> {
    require(may(actor, None, Permission::PlanRota))?;
    let entry = directory.services.get(&id).ok_or(Error::NotFound)?;
    if actor.coordinates(entry.service.network_id) { Ok(entry) } else { Err(Error::NotFound) }
}

/// On the wire and in the domain they have one JSON form.
fn converted<A: Serialize, B: DeserializeOwned>(value: &A) -> serde_json::Result<B> {
    serde_json::to_value(value).and_then(serde_json::from_value)
}
