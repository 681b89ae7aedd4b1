//! Duties as a calendar (RFC 5545): UTC times, names of people and services, nothing about patients.

use super::CalendarFile;
use crate::app::directory::{Directory, ServiceEntry};
use crate::domain::rota::{self, Shift};
use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};
use schemas::{PersonId, ServiceId, UnixMillis, directory::DutyLevel};
use sha2::{Digest as _, Sha256};

/// How far duties are shown: 400 days, and 30 days back.
const AHEAD_DAYS: i64 = 400;
const BACK_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// Duties of one person.
pub(super) fn of_person(directory: &Directory, person: PersonId, now: UnixMillis) -> String {
    let mut events = Vec::new();
    for entry in directory.services.values() {
        let own = shifts(directory, entry, now).into_iter().filter(|shift| shift.person == person);
        events
            .extend(own.map(|shift| event(entry, &shift, &format!("{} · {}", level(shift.level), entry.service.name))));
    }
    calendar("Bereitschaft", events)
}

/// All duties of one service.
pub(super) fn of_service(directory: &Directory, service: ServiceId, now: UnixMillis) -> String {
    let Some(entry) = directory.services.get(&service) else { return calendar("", vec![]) };
    let all = shifts(directory, entry, now).into_iter().map(|shift| {
        let name = directory.person_ref(shift.person).name;
        event(entry, &shift, &format!("{} · {name}", level(shift.level)))
    });
    calendar(&entry.service.name, all.collect())
}

/// The hash of the content tells whether there is anything new.
pub(super) fn file(text: String) -> CalendarFile {
    let digest = Sha256::digest(&text);
    let etag = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
    CalendarFile { text, etag: format!("\"{etag}\"") }
}

/// With true ends. Whole days, so that the content stays the same within one.
fn shifts(directory: &Directory, entry: &ServiceEntry, now: UnixMillis) -> Vec<Shift> {
    let Some(rota) = &entry.rota else { return vec![] };
    let day = now.0 - now.0.rem_euclid(DAY_MS);
    let (from, until) = (UnixMillis(day - BACK_DAYS * DAY_MS), UnixMillis(day + AHEAD_DAYS * DAY_MS));
    let reach = rota.reach_seconds();
    let around = (from.plus_seconds(-reach), until.plus_seconds(reach));
    let mut shifts = rota::shifts(rota, &directory.away, around.0, around.1);
    // What is cut at the far end of what was looked at would have another end tomorrow.
    shifts.retain(|shift| shift.from < until && shift.until > from);
    shifts
}

fn event(entry: &ServiceEntry, shift: &Shift, summary: &str) -> Event {
    let key = format!("{} {:?} {} {}", entry.service.id, shift.level, shift.person, shift.from.0);
    let digest = Sha256::digest(key);
    let uid: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Event::new()
        .uid(&format!("{uid}@telekonsil"))
        .timestamp(utc(entry.published_at.unwrap_or(UnixMillis(0))))
        .sequence(u32::try_from(entry.rota_revision).unwrap_or(u32::MAX))
        .starts(utc(shift.from))
        .ends(utc(shift.until))
        .summary(summary)
        .done()
}

fn calendar(name: &str, events: Vec<Event>) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//Telekonsil//Bereitschaft//DE"));
    calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
    calendar.name(name);
    calendar.append_property(Property::new("REFRESH-INTERVAL", "PT1H").add_parameter("VALUE", "DURATION").done());
    calendar.append_property(Property::new("X-PUBLISHED-TTL", "PT1H"));
    for event in events {
        calendar.push(event);
    }
    calendar.to_string()
}

const fn level(level: DutyLevel) -> &'static str {
    match level {
        DutyLevel::Primary => "1. Dienst",
        DutyLevel::Secondary => "2. Dienst",
        DutyLevel::Backup => "Hintergrund",
    }
}

fn utc(at: UnixMillis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or(DateTime::UNIX_EPOCH)
}
