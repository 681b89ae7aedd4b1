//! Licences, part-time shares, overflow: what an administrator may write of them.

use super::rules::fault;
use crate::app::{
    Error, Result,
    ports::DirectoryRows,
    validate::{self, name_of},
};
use jiff::civil::Date;
use schemas::admin::{AdminPerson, AdminService, CareGroup, Licence, PersonRules};
use serde::Serialize;

/// Licences of one person. More is a table of houses, which a contract of the house is for.
const MAX_LICENCES: usize = 50;
/// Services that one service helps out.
const MAX_PARTNERS: usize = 20;
/// More is not a limit; fewer would lock a large network out of the form.
const MAX_PER_HOUR: u32 = 1000;
const MAX_ROUNDS: u32 = 10;

/// The rules of a person as they are stored.
pub(super) fn person_rules(rows: &DirectoryRows, wish: &AdminPerson) -> Result<String> {
    let rules = &wish.rules;
    if !(1..=100).contains(&rules.part_time) {
        return fault("part_time", "is not between 1 and 100 percent");
    }
    day("newcomer_until", rules.newcomer_until.as_deref())?;
    for (at, ends) in rules.qualified_until.iter().enumerate() {
        day("qualified_until", Some(&ends.until))?;
        if rules.qualified_until.iter().take(at).any(|other| other.specialty == ends.specialty) {
            return fault("qualified_until", "names a specialty twice");
        }
    }
    if rules.licences.len() > MAX_LICENCES {
        return fault("licences", "are more than 50");
    }
    for licence in &rules.licences {
        licensed(rows, licence)?;
    }
    // What the person is no longer qualified for at all has no end either.
    let still = |ends: &&schemas::admin::QualifiedUntil| wish.qualifications.contains(&ends.specialty);
    let qualified_until = rules.qualified_until.iter().filter(still).cloned().collect();
    text(&PersonRules { qualified_until, ..rules.clone() })
}

fn licensed(rows: &DirectoryRows, licence: &Licence) -> Result<()> {
    day("licences", licence.until.as_deref())?;
    if licence.hospital_id.is_some_and(|id| rows.hospitals.iter().all(|row| row.id != id.0)) {
        return fault("licences", "name a hospital that there is not");
    }
    if licence.service_id.is_some_and(|id| rows.services.iter().all(|row| row.id != id.0)) {
        return fault("licences", "name a service that there is not");
    }
    licence.group.as_deref().map_or(Ok(()), |code| group_code("licences", code))
}

/// The rules of a service as they are stored.
pub(super) fn service_rules(rows: &DirectoryRows, wish: &AdminService) -> Result<String> {
    let rules = &wish.rules;
    if let Some(CareGroup { code, name }) = &rules.group {
        group_code("group", code)?;
        validate::short_text("group", name)?;
    }
    if let Some(to) = &rules.overflow_to {
        other_service(rows, wish, "overflow_to", to.service_id)?;
        let partner = rows.services.iter().find(|row| row.id == to.service_id.0);
        if partner.is_some_and(|row| row.specialty != name_of(&wish.specialty)) {
            return fault("overflow_to", "is a service of another specialty");
        }
        if partner.is_some_and(|row| row.network_id == wish.network_id.0) {
            return fault("overflow_to", "is a service of the same network");
        }
        let when = to.when;
        if !when.nobody && !when.all_busy && when.after_rounds.is_none() {
            return fault("overflow_to", "says of no occasion when");
        }
        if when.after_rounds.is_some_and(|rounds| !(1..=MAX_ROUNDS).contains(&rounds)) {
            return fault("overflow_to", "is not after 1 to 10 rounds");
        }
    }
    if rules.overflow_from.len() > MAX_PARTNERS {
        return fault("overflow_from", "are more than 20");
    }
    for (at, from) in rules.overflow_from.iter().enumerate() {
        other_service(rows, wish, "overflow_from", from.service_id)?;
        if rules.overflow_from.iter().take(at).any(|other| other.service_id == from.service_id) {
            return fault("overflow_from", "names a service twice");
        }
        if from.urgencies.is_empty() {
            return fault("overflow_from", "takes no urgency");
        }
        if !(1..=MAX_PER_HOUR).contains(&from.max_per_hour) {
            return fault("overflow_from", "is not 1 to 1000 within an hour");
        }
    }
    text(rules)
}

fn other_service(rows: &DirectoryRows, wish: &AdminService, field: &str, id: schemas::ServiceId) -> Result<()> {
    if id == wish.id {
        return fault(field, "is the service itself");
    }
    if rows.services.iter().any(|row| row.id == id.0) {
        Ok(())
    } else {
        fault(field, "names a service that there is not")
    }
}

fn group_code(field: &str, code: &str) -> Result<()> {
    let good = (1..=8).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    if good { Ok(()) } else { fault(field, "is not the number of a Leistungsgruppe such as 53") }
}

fn day(field: &str, text: Option<&str>) -> Result<()> {
    match text.map(str::parse::<Date>) {
        None => Ok(()),
        Some(Ok(date)) if text.is_some_and(|text| text.len() == 10) && (1990..2200).contains(&date.year()) => Ok(()),
        Some(_) => fault(field, "is not a date of the form YYYY-MM-DD"),
    }
}

fn text<T: Serialize>(rules: &T) -> Result<String> {
    serde_json::to_string(rules).map_err(|error| Error::bug("writing rules", error))
}
