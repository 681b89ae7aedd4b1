//! What an administrator may write, decided upon the rows of one revision. The first fault is named with its field.

use super::licences::{person_rules, service_rules};
use super::turns::{is_weekly, standard_policies, to_rota};
use crate::app::{
    Error, Result,
    ports::{ContractRow, DirectoryRows, DirectoryWrite, HospitalRow, NetworkRow, PersonRow, RotaRow, ServiceRow},
    validate::{self, name_of},
};
use crate::domain::rota::{Rota, Zone};
use schemas::{
    PersonId, UnixMillis,
    admin::{AdminHospital, AdminNetwork, AdminPerson, AdminService, Contract},
    directory::Role,
};
use uuid::Uuid;

/// People in one level's turns. More makes a rota that nobody can read; a year has 52 weeks.
const MAX_TURNS: usize = 60;

pub(super) fn fault<T>(field: &str, why: &str) -> Result<T> {
    Err(Error::InvalidField(format!("{field}: {why}")))
}

pub(super) fn hospital(wish: &AdminHospital) -> Result<DirectoryWrite> {
    validate::name("name", &wish.name)?;
    validate::short_text("city", &wish.city)?;
    validate::phone("phone", wish.phone.trim())?;
    let row = HospitalRow {
        id: wish.id.0,
        name: trimmed(&wish.name),
        city: trimmed(&wish.city),
        phone: trimmed(&wish.phone),
    };
    Ok(DirectoryWrite { hospitals: vec![row], ..DirectoryWrite::default() })
}

pub(super) fn network(wish: &AdminNetwork) -> Result<DirectoryWrite> {
    validate::name("name", &wish.name)?;
    let row = NetworkRow { id: wish.id.0, name: trimmed(&wish.name) };
    Ok(DirectoryWrite { networks: vec![row], ..DirectoryWrite::default() })
}

pub(super) fn service(rows: &DirectoryRows, wish: &AdminService, now: UnixMillis) -> Result<DirectoryWrite> {
    validate::name("name", &wish.name)?;
    validate::phone("fallback_phone", wish.fallback_phone.trim())?;
    if !rows.networks.iter().any(|row| row.id == wish.network_id.0) {
        return fault("network_id", "there is no such network");
    }
    let Ok(zone) = wish.zone.parse::<Zone>() else {
        return fault("zone", "is not an IANA time zone such as Europe/Berlin");
    };
    let specialty = name_of(&wish.specialty);
    for (at, turns) in wish.turns.iter().enumerate() {
        if wish.turns.iter().take(at).any(|other| other.level == turns.level) {
            return fault("turns", "a level is given twice");
        }
        if turns.people.len() > MAX_TURNS {
            return fault("turns", "has more than 60 turns");
        }
        // Turns that stay as they are stored need not be right: people leave, and the rota is edited elsewhere.
        let written = turns.people.iter().filter(|_| turns.is_whole_rota);
        for person in written {
            may_take_turns(rows, *person, wish.network_id.0, &specialty)?;
        }
    }
    let stored = rows.rotas.iter().find(|row| row.service_id == wish.id.0);
    let before: Option<Rota> = stored
        .map(|row| serde_json::from_str(&row.body))
        .transpose()
        .map_err(|error| Error::bug("a stored rota", format!("column {}", error.column())))?;
    if before.as_ref().is_some_and(|rota| !is_weekly(rota)) && wish.turns.iter().any(|turns| turns.is_whole_rota) {
        return fault("turns", "would replace a rota that is more than weekly turns");
    }
    let body = to_rota(before, &wish.turns, &zone, now)
        .map(|rota| serde_json::to_string(&rota))
        .transpose()
        .map_err(|error| Error::bug("writing a rota", error))?;
    let row = ServiceRow {
        id: wish.id.0,
        network_id: wish.network_id.0,
        specialty,
        name: trimmed(&wish.name),
        fallback_phone: trimmed(&wish.fallback_phone),
        zone: zone.name().to_owned(),
        exclusive: wish.exclusive,
        rules: service_rules(rows, wish)?,
    };
    let has_policies = rows.policies.iter().any(|policy| policy.service_id == wish.id.0);
    Ok(DirectoryWrite {
        services: vec![row],
        policies: if has_policies { vec![] } else { vec![standard_policies(wish.id.0)] },
        rotas: body
            .into_iter()
            .map(|body| RotaRow { service_id: wish.id.0, body, published_at: Some(now.0), ..RotaRow::default() })
            .collect(),
        ..DirectoryWrite::default()
    })
}

/// Whoever could never be rung in a turn would be a gap that no list shows.
fn may_take_turns(rows: &DirectoryRows, person: PersonId, network: Uuid, specialty: &str) -> Result<()> {
    let Some(row) = rows.people.iter().find(|row| row.id == person.0 && row.active) else {
        return fault("turns", "names somebody who is not an active person");
    };
    if !row.roles.contains(&name_of(&Role::Specialist)) {
        return fault("turns", "names somebody who is not a specialist");
    }
    if !row.networks.contains(&network) {
        return fault("turns", "names somebody who does not work for the service's network");
    }
    if !row.qualifications.iter().any(|have| have == specialty) {
        return fault("turns", "names somebody who is not qualified for the service");
    }
    Ok(())
}

pub(super) fn person(rows: &DirectoryRows, wish: &AdminPerson) -> Result<DirectoryWrite> {
    validate::name("name", &wish.name)?;
    let email = wish.email.trim().to_lowercase();
    validate::email(&email)?;
    let phone = wish.phone.as_deref().map(str::trim).filter(|phone| !phone.is_empty());
    phone.map_or(Ok(()), |phone| validate::phone("phone", phone))?;
    if rows.people.iter().any(|other| other.id != wish.id.0 && other.email == email) {
        return fault("email", "belongs to another account");
    }
    if !rows.hospitals.iter().any(|row| row.id == wish.hospital_id.0) {
        return fault("hospital_id", "there is no such hospital");
    }
    if wish.roles.is_empty() {
        return fault("roles", "at least one is needed");
    }
    if wish.networks.iter().any(|id| !rows.networks.iter().any(|row| row.id == id.0)) {
        return fault("networks", "there is no such network");
    }
    if wish.languages.iter().any(|code| code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_lowercase())) {
        return fault("languages", "is not a code of ISO 639-1 such as de");
    }
    let specialist = wish.roles.contains(&Role::Specialist);
    if specialist && wish.qualifications.is_empty() {
        return fault("qualifications", "a specialist needs one at least");
    }
    if (specialist || wish.roles.contains(&Role::Coordinator)) && wish.networks.is_empty() {
        return fault("networks", "a specialist or coordinator needs one at least");
    }
    one_administrator_stays(rows, wish)?;
    let row = PersonRow {
        id: wish.id.0,
        hospital_id: wish.hospital_id.0,
        name: trimmed(&wish.name),
        email,
        phone: phone.map(str::to_owned),
        roles: once(wish.roles.iter().map(name_of)),
        networks: once(wish.networks.iter().map(|id| id.0)),
        languages: once(wish.languages.iter().cloned()),
        qualifications: once(wish.qualifications.iter().map(name_of)),
        resting_until: wish.resting_until.map(|until| until.0),
        rules: person_rules(rows, wish)?,
        active: wish.active,
    };
    Ok(DirectoryWrite { people: vec![row], ..DirectoryWrite::default() })
}

/// Without anybody who may administer, the command line would be the only way back in.
fn one_administrator_stays(rows: &DirectoryRows, wish: &AdminPerson) -> Result<()> {
    let admin = name_of(&Role::Admin);
    let is_admin = |row: &&PersonRow| row.active && row.roles.contains(&admin);
    let was = rows.people.iter().filter(is_admin).any(|row| row.id == wish.id.0);
    let others = rows.people.iter().filter(is_admin).any(|row| row.id != wish.id.0);
    if !was || others {
        return Ok(());
    }
    if !wish.active {
        return fault("active", "the last administrator cannot be deactivated");
    }
    if wish.roles.contains(&Role::Admin) { Ok(()) } else { fault("roles", "the last administrator keeps this role") }
}

pub(super) fn contract(rows: &DirectoryRows, wish: &Contract) -> Result<DirectoryWrite> {
    if !rows.services.iter().any(|row| row.id == wish.service_id.0) {
        return fault("service_id", "there is no such service");
    }
    for (field, id) in [("provider_hospital_id", wish.provider_hospital_id), ("hospital_id", wish.hospital_id)] {
        if !rows.hospitals.iter().any(|row| row.id == id.0) {
            return fault(field, "there is no such hospital");
        }
    }
    Ok(DirectoryWrite { contracts: vec![contract_row(wish)], ..DirectoryWrite::default() })
}

pub(super) fn contract_row(contract: &Contract) -> ContractRow {
    ContractRow {
        service_id: contract.service_id.0,
        provider_hospital_id: contract.provider_hospital_id.0,
        hospital_id: contract.hospital_id.0,
    }
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// In their order, nothing twice.
fn once<T: PartialEq>(list: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in list {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

#[cfg(test)]
mod tests;
