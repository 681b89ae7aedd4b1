//! What a person may do for a service, and until when.

use crate::app::directory::{Directory, Person, ServiceEntry};
use crate::domain::rota::{Fitness, Stretch, Zone, part_of};
use jiff::civil::{Date, time};
use schemas::{
    HospitalId, PersonId, ServiceId, UnixMillis,
    admin::Licence,
    directory::{Role, Specialty},
};

/// How far somebody's qualification and licences reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cover {
    /// The qualification has not ended.
    pub(super) qualified: bool,
    pub(super) licensed: bool,
    /// The first of the two ends.
    pub(super) until: Option<UnixMillis>,
}

/// `asking`: absent for whatever house asks.
pub(super) fn cover(entry: &ServiceEntry, person: &Person, asking: Option<HospitalId>, now: UnixMillis) -> Cover {
    let zone = zone(entry);
    let ends = |date: &str| end_of(&zone, date);
    let qualified_until = qualification_end(person, entry.service.specialty).and_then(ends);
    let (licensed, licensed_until) = licence(entry, person, asking, now, &ends);
    Cover {
        qualified: qualified_until.is_none_or(|until| until > now),
        licensed,
        until: [qualified_until, licensed_until].into_iter().flatten().min(),
    }
}

fn qualification_end(person: &Person, specialty: Specialty) -> Option<&str> {
    let of = |ends: &&schemas::admin::QualifiedUntil| ends.specialty == specialty;
    person.rules.qualified_until.iter().find(of).map(|ends| ends.until.as_str())
}

/// Whether one covers it at `now`, and when the last one that does ends.
fn licence(
    entry: &ServiceEntry,
    person: &Person,
    asking: Option<HospitalId>,
    now: UnixMillis,
    ends: &dyn Fn(&str) -> Option<UnixMillis>,
) -> (bool, Option<UnixMillis>) {
    if person.rules.licences.is_empty() {
        return (!entry.rules.needs_licence, None);
    }
    let mut last = None;
    for licence in person.rules.licences.iter().filter(|licence| is_for(licence, entry, asking)) {
        let Some(until) = licence.until.as_deref().and_then(ends) else { return (true, None) };
        last = last.max(Some(until));
    }
    (last.is_some_and(|until| until > now), last)
}

fn is_for(licence: &Licence, entry: &ServiceEntry, asking: Option<HospitalId>) -> bool {
    let group = entry.rules.group.as_ref().map(|group| &group.code);
    let house = licence.hospital_id.is_none_or(|id| asking.is_none_or(|asking| asking == id));
    let service = licence.service_id.is_none_or(|id| id == entry.service.id);
    house && service && licence.group.as_ref().is_none_or(|code| Some(code) == group)
}

/// The zone that the service's days are counted in.
fn zone(entry: &ServiceEntry) -> Option<Zone> {
    entry.service.zone.parse().ok()
}

/// The end of that day. A date that cannot be read was never written by this program and ends nothing.
fn end_of(zone: &Option<Zone>, date: &str) -> Option<UnixMillis> {
    let day: Date = date.parse().ok()?;
    Some(zone.as_ref()?.end(day.tomorrow().ok()?.to_datetime(time(0, 0, 0, 0))))
}

impl Directory {
    /// What a person may do for a service, for whoever plans.
    pub(in crate::app) fn fitness(&self, service: ServiceId, person: PersonId) -> Fitness {
        let (Some(entry), Some(person)) = (self.services.get(&service), self.person(person)) else {
            return Fitness::default();
        };
        let works_here =
            person.actor.has_role(Role::Specialist) && person.actor.networks.contains(&entry.service.network_id);
        // As if everything still held: where it ends is what the plan is held against.
        let cover = cover(entry, person, None, UnixMillis(i64::MIN));
        Fitness {
            is_qualified: works_here && person.qualifications.contains(&entry.service.specialty),
            has_contract: !self.contracts_of(service, person.actor.hospital_id).is_empty(),
            // Without a licence that covers it every duty lies behind its end.
            licensed_until: if cover.licensed { cover.until } else { Some(UnixMillis(i64::MIN)) },
        }
    }

    /// What somebody owes of a time, in thousandths of a full post: by part-time, and by how much of it they had learnt
    /// the ropes already.
    pub(in crate::app) fn part(&self, entry: &ServiceEntry, person: PersonId, span: Stretch) -> u32 {
        let Some(person) = self.person(person) else { return 0 };
        let learnt = person.rules.newcomer_until.as_deref().and_then(|date| end_of(&zone(entry), date));
        part_of(u32::from(person.rules.part_time) * 10, learnt.unwrap_or(span.0), span)
    }
}
