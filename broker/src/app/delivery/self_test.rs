//! The self-test at the beginning of a shift: does a push come back, is the sound heard, do camera and path work.

use crate::app::{
    App, Error, Result,
    ports::{MessageRow, SelfTestRow},
    require,
    validate::name_of,
};
use crate::domain::{
    access::{Permission, may},
    delivery::{Message, TEST_SECONDS},
    directory::Actor,
    rota,
};
use schemas::{
    PersonId, UnixMillis,
    delivery::{BeginSelfTest, Channel, DeliveryFault, DutySelfTest, SelfTest, SelfTestReport},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Whose duty begins within so long is looked at.
const AHEAD_SECONDS: i64 = 12 * 3600;

impl App {
    /// Begins one: a push goes out at once.
    pub async fn begin_self_test(&self, actor: &Actor, wanted: &BeginSelfTest) -> Result<SelfTest> {
        require(may(actor, None, Permission::KeepChannels))?;
        let devices = self.repo.subscriptions(actor.person_id.0).await?;
        if wanted.device.is_some_and(|device| devices.iter().all(|row| row.id != device)) {
            return Err(Error::InvalidField("device: is not subscribed".to_owned()));
        }
        let now = self.now();
        let pushes = self.delivery.carrier.channels().contains(&Channel::Push);
        let report = SelfTestReport { sound: None, camera: None, microphone: None, path: None };
        let row = SelfTestRow {
            id: Uuid::now_v7(),
            person_id: actor.person_id.0,
            started_at: now.0,
            push_ms: None,
            push_fault: (!pushes).then(|| name_of(&DeliveryFault::NotConfigured)),
            report: written(&report)?,
        };
        self.repo.insert_self_test(&row).await?;
        if pushes {
            let message = Message::test(row.id, actor.person_id, wanted.device, now);
            self.repo.queue_messages(&[MessageRow::queued(&message)]).await?;
            self.delivery.wake();
        }
        self.shown_test(row).await
    }

    /// What only the page and its owner know.
    pub async fn report_self_test(&self, actor: &Actor, id: Uuid, report: &SelfTestReport) -> Result<SelfTest> {
        require(may(actor, None, Permission::KeepChannels))?;
        if !self.repo.report_self_test(id, actor.person_id.0, &written(report)?).await? {
            return Err(Error::NotFound);
        }
        let row = self.repo.self_test(id).await?.ok_or(Error::NotFound)?;
        self.shown_test(row).await
    }

    /// The caller's last one.
    pub async fn my_self_test(&self, actor: &Actor) -> Result<Option<SelfTest>> {
        require(may(actor, None, Permission::KeepChannels))?;
        let row = self.repo.last_self_tests(&[actor.person_id.0]).await?.pop();
        match row {
            Some(row) => self.shown_test(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// For a coordinator: the last one of everybody who is on duty in their networks, or will be soon.
    pub async fn self_tests(&self, actor: &Actor) -> Result<Vec<DutySelfTest>> {
        require(may(actor, None, Permission::ReadBoard))?;
        let directory = self.directory().await?;
        let (now, until) = (self.now(), self.now().plus_seconds(AHEAD_SECONDS));
        let mut people = BTreeSet::new();
        for entry in directory.services.values() {
            if let Some(rota) = entry.rota.as_ref().filter(|_| actor.coordinates(entry.service.network_id)) {
                people.extend(rota::shifts(rota, &directory.away, now, until).into_iter().map(|shift| shift.person));
            }
        }
        let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
        let mut tests = self.repo.last_self_tests(&ids).await?;
        let mut lines = Vec::with_capacity(people.len());
        for person in people {
            let row = tests.iter().position(|row| row.person_id == person.0).map(|place| tests.swap_remove(place));
            let test = match row {
                Some(row) => Some(self.shown_test(row).await?),
                None => None,
            };
            lines.push(DutySelfTest { person: directory.person_ref(person), person_id: person, test });
        }
        Ok(lines)
    }

    async fn shown_test(&self, row: SelfTestRow) -> Result<SelfTest> {
        let directory = self.directory().await?;
        let report: SelfTestReport =
            serde_json::from_str(&row.report).map_err(|error| Error::bug("a self-test's report", error))?;
        let started_at = UnixMillis(row.started_at);
        let too_late = row.push_ms.is_none() && started_at.plus_seconds(TEST_SECONDS) <= self.now();
        let named = row.push_fault.as_deref().and_then(crate::app::directory::named::<DeliveryFault>);
        let push_fault = named.filter(|_| row.push_ms.is_none()).or(too_late.then_some(DeliveryFault::TimedOut));
        Ok(SelfTest {
            id: row.id,
            person: directory.person_ref(PersonId(row.person_id)),
            started_at,
            push_ms: row.push_ms.map(|millis| u32::try_from(millis).unwrap_or(u32::MAX)),
            push_fault,
            passed: passed(row.push_ms.is_some(), push_fault, &report),
            report,
        })
    }
}

fn written(report: &SelfTestReport) -> Result<String> {
    serde_json::to_string(report).map_err(|error| Error::bug("writing a self-test's report", error))
}

/// Failed by anything that failed; passed when a push came back and the sound was heard. What nobody tried counts for
/// neither, and an installation without Web Push has no push to come back.
fn passed(came_back: bool, fault: Option<DeliveryFault>, report: &SelfTestReport) -> Option<bool> {
    let SelfTestReport { sound, camera, microphone, path } = report;
    let no_push_here = fault == Some(DeliveryFault::NotConfigured);
    if (fault.is_some() && !no_push_here) || [sound, camera, microphone, path].contains(&&Some(false)) {
        return Some(false);
    }
    ((came_back || no_push_here) && *sound == Some(true)).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_passes_by_what_was_tried_and_fails_by_anything_that_failed() {
        let untried = SelfTestReport { sound: None, camera: None, microphone: None, path: None };
        let heard = SelfTestReport { sound: Some(true), ..untried.clone() };
        let blind = SelfTestReport { camera: Some(false), ..heard.clone() };
        assert_eq!(passed(true, None, &untried), None, "nobody has listened yet");
        assert_eq!(passed(false, None, &heard), None, "the push is still under way");
        assert_eq!(passed(true, None, &heard), Some(true));
        assert_eq!(passed(true, None, &blind), Some(false));
        assert_eq!(passed(false, Some(DeliveryFault::TimedOut), &heard), Some(false));
        assert_eq!(passed(false, Some(DeliveryFault::NotConfigured), &heard), Some(true));
    }
}
