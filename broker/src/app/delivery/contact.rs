//! On which channels somebody is reached, and their devices.

use crate::app::{
    App, Error, Result,
    ports::{ContactRow, Device, SubscriptionRow},
    require, validate,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use schemas::{
    PersonId, PrivateText, UnixMillis,
    delivery::{Channel, ContactSettings, PushDevice, PushKey, PushSubscription},
};
use uuid::Uuid;

/// Devices of one person. More makes each ring a burst of requests; fewer forgets the tablet at home.
const MOST_DEVICES: u32 = 10;
/// Longest endpoint: those of today's push services have 200 to 300 characters.
const ENDPOINT: usize = 2_000;

impl App {
    pub fn push_key(&self, actor: &Actor) -> Result<PushKey> {
        require(may(actor, None, Permission::KeepChannels))?;
        let key = self.delivery.carrier.push_key().ok_or(Error::NotFound)?;
        Ok(PushKey { key: key.to_owned() })
    }

    pub async fn contact_settings(&self, actor: &Actor) -> Result<ContactSettings> {
        require(may(actor, None, Permission::KeepChannels))?;
        let devices = self.repo.subscriptions(actor.person_id.0).await?;
        let device = |row: SubscriptionRow| PushDevice {
            id: row.id,
            label: row.label,
            since: UnixMillis(row.since),
            delivered_at: row.delivered_at.map(UnixMillis),
        };
        let devices = devices.into_iter().map(device).collect();
        Ok(ContactSettings { devices, ..self.contact_of(actor.person_id).await? })
    }

    pub async fn set_contact(&self, actor: &Actor, wanted: &ContactSettings) -> Result<ContactSettings> {
        require(may(actor, None, Permission::KeepChannels))?;
        let mobile = wanted.mobile.as_ref().filter(|mobile| !mobile.is_blank());
        if mobile.is_some_and(|mobile| !is_e164(&mobile.0)) {
            return Err(Error::InvalidField("mobile: is not a number such as +4915112345678".to_owned()));
        }
        if !matches!(wanted.language.as_str(), "de" | "en") {
            return Err(Error::InvalidField("language: is de or en".to_owned()));
        }
        if wanted.order.len() > Channel::ALL.len() {
            return Err(Error::InvalidField("order: names a channel twice".to_owned()));
        }
        let id = actor.person_id.0;
        let row = ContactRow {
            person_id: id,
            channels: in_order(&wanted.order).iter().map(validate::name_of).collect(),
            sealed_mobile: mobile.map(|mobile| self.delivery.seal.seal(id, mobile.0.as_bytes())),
            language: wanted.language.clone(),
        };
        self.repo.put_contact(&row).await?;
        self.contact_settings(actor).await
    }

    pub async fn put_device(&self, actor: &Actor, id: Uuid, wanted: &PushSubscription) -> Result<()> {
        require(may(actor, None, Permission::KeepChannels))?;
        validate::short_text("label", &wanted.label)?;
        let device = Device {
            endpoint: wanted.endpoint.0.clone(),
            p256dh: wanted.p256dh.0.clone(),
            auth: wanted.auth.0.clone(),
        };
        if device.endpoint.len() > ENDPOINT || device.p256dh.len() > ENDPOINT || device.auth.len() > ENDPOINT {
            return Err(Error::InvalidField("endpoint: is too long".to_owned()));
        }
        if let Some(fault) = self.delivery.carrier.endpoint_fault(&device) {
            return Err(Error::InvalidField(fault.to_owned()));
        }
        let plain = serde_json::to_vec(&device).map_err(|error| Error::bug("writing a device", error))?;
        let row = SubscriptionRow {
            id,
            person_id: actor.person_id.0,
            sealed: self.delivery.seal.seal(id, &plain),
            label: wanted.label.clone(),
            since: self.now().0,
            delivered_at: None,
        };
        if self.repo.put_subscription(&row, MOST_DEVICES).await? {
            return Ok(());
        }
        Err(Error::Conflict("this device is somebody else's, or there are ten others: take one away first"))
    }

    pub async fn delete_device(&self, actor: &Actor, id: Uuid) -> Result<()> {
        require(may(actor, None, Permission::KeepChannels))?;
        if self.repo.delete_subscription(id, actor.person_id.0).await? { Ok(()) } else { Err(Error::NotFound) }
    }

    /// What counts for this person, without their devices.
    pub(super) async fn contact_of(&self, person: PersonId) -> Result<ContactSettings> {
        let mut available = vec![Channel::App];
        available.extend(self.delivery.carrier.channels());
        let Some(row) = self.repo.contact(person.0).await? else {
            // Without a number nobody is written to; asking for one is the page's matter.
            let order = vec![Channel::App, Channel::Push, Channel::Email];
            return Ok(ContactSettings { order, mobile: None, language: "de".to_owned(), available, devices: vec![] });
        };
        let mobile = row.sealed_mobile.as_deref().map(|sealed| self.delivery.seal.open(row.person_id, sealed));
        let mobile = mobile.transpose()?.map(|plain| PrivateText(String::from_utf8_lossy(&plain).into_owned()));
        let named = |name: &String| Channel::ALL.into_iter().find(|channel| validate::name_of(channel) == *name);
        let order = in_order(&row.channels.iter().filter_map(named).collect::<Vec<_>>());
        Ok(ContactSettings { order, mobile, language: row.language, available, devices: vec![] })
    }
}

/// Each once; the open app and Web Push always, and before all others.
fn in_order(wanted: &[Channel]) -> Vec<Channel> {
    let mut order = vec![Channel::App, Channel::Push];
    for channel in wanted {
        if !order.contains(channel) {
            order.push(*channel);
        }
    }
    order
}

/// ITU-T E.164: a plus and up to 15 digits, the first of which is not 0.
fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_and_push_come_first_and_everything_once() {
        use Channel::{App, Email, Push, Sms};
        assert_eq!(in_order(&[Email, App, Sms, Email]), [App, Push, Email, Sms]);
        assert_eq!(in_order(&[]), [App, Push]);
    }

    #[test]
    fn a_mobile_number_is_written_internationally() {
        assert!(is_e164("+4915112345678") && is_e164("+12025550123"));
        for bad in ["015112345678", "+0151123456", "+49 151 1", "+49151a2345678", "", "+4915112345678901"] {
            assert!(!is_e164(bad), "{bad}");
        }
    }
}
