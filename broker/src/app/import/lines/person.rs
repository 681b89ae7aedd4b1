//! An account, as one line has it.

use super::{Done, NO_RULES, Outcome, field, set};
use crate::app::{
    import::{
        columns::Column::{
            Active, Department, Email, Hospital, Languages, Name, Networks, Phone, Qualifications, Roles,
        },
        faults::Cells,
        look_up::LookUp,
    },
    ports::{DirectoryWrite, PersonRow},
    validate::{self, name_of},
};
use schemas::{
    directory::Role,
    import::{ImportFault, ImportProblem as Problem},
};
use uuid::Uuid;

pub(in crate::app::import) fn person(known: &mut LookUp, write: &mut DirectoryWrite, cells: &Cells<'_>) -> Outcome {
    let email = cells.needed(Email)?.to_lowercase();
    validate::email(&email).map_err(|_| cells.fault(Email, Problem::NotEmail))?;
    let stored = known.people.get(&email);
    let is_new = stored.is_none();
    let mut row = match stored {
        Some(row) => row.clone(),
        None => PersonRow {
            id: Uuid::now_v7(),
            hospital_id: known.hospital(cells, Hospital)?,
            name: cells.needed(Name)?.to_owned(),
            email: email.clone(),
            phone: None,
            roles: vec![],
            networks: vec![],
            languages: vec![],
            qualifications: vec![],
            resting_until: None,
            rules: NO_RULES.to_owned(),
            active: true,
        },
    };
    let mut changed = Vec::new();
    set(&mut row.name, cells.filled(Name)?.map(str::to_owned), Name, &mut changed);
    if cells.get(Hospital).is_some() {
        let hospital = known.hospital(cells, Hospital)?;
        set(&mut row.hospital_id, Some(hospital), Hospital, &mut changed);
    }
    let phone = cells.phone(Phone)?.map(|phone| Some(phone.to_owned()).filter(|phone| !phone.is_empty()));
    set(&mut row.phone, phone, Phone, &mut changed);
    set(&mut row.roles, each(cells, Roles, role)?, Roles, &mut changed);
    set(&mut row.qualifications, each(cells, Qualifications, field)?, Qualifications, &mut changed);
    set(&mut row.languages, languages(cells)?, Languages, &mut changed);
    set(&mut row.networks, networks(known, cells)?, Networks, &mut changed);
    set(&mut row.active, cells.yes(Active)?, Active, &mut changed);
    whole(&row, cells)?;
    an_administrator_stays(known, &row, cells)?;
    let department = department(known, &row, cells)?;
    let before = known.members.get(&row.id).copied();
    let mut after = before;
    set(&mut after, department, Department, &mut changed);
    let done = Done::of(changed, is_new);
    if done != Done::Same {
        if after != before {
            match after {
                Some(department) => known.members.insert(row.id, department),
                None => known.members.remove(&row.id),
            };
            write.members.push((row.id, after));
        }
        known.people.insert(email, row.clone());
        write.people.push(row);
    }
    Ok(done)
}

/// The department that the line names; another house's can nobody belong to, so a new house takes the old one away.
fn department(known: &LookUp, row: &PersonRow, cells: &Cells<'_>) -> Result<Option<Option<Uuid>>, ImportFault> {
    match cells.name(Department)? {
        Some("") => Ok(Some(None)),
        Some(name) => Ok(Some(Some(known.department(cells, row.hospital_id, name)?))),
        None => {
            let stored = known.members.get(&row.id);
            let fits = |id: &Uuid| {
                known.departments.iter().any(|row_of| row_of.id == *id && row_of.hospital_id == row.hospital_id)
            };
            Ok(stored.filter(|id| !fits(id)).map(|_| None))
        }
    }
}

/// The same rules as for an account that is written by hand.
fn whole(row: &PersonRow, cells: &Cells<'_>) -> Result<(), ImportFault> {
    if row.roles.is_empty() {
        return Err(cells.fault(Roles, Problem::Missing));
    }
    let has = |role: Role| row.roles.contains(&name_of(&role));
    if has(Role::Specialist) && row.qualifications.is_empty() {
        return Err(cells.fault(Qualifications, Problem::NeedsMore));
    }
    if (has(Role::Specialist) || has(Role::Coordinator)) && row.networks.is_empty() {
        return Err(cells.fault(Networks, Problem::NeedsMore));
    }
    Ok(())
}

/// Without anybody who may administer, the command line would be the only way back in.
fn an_administrator_stays(known: &LookUp, row: &PersonRow, cells: &Cells<'_>) -> Result<(), ImportFault> {
    let admin = name_of(&Role::Admin);
    let is_admin = |row: &PersonRow| row.active && row.roles.contains(&admin);
    let was = known.people.get(&row.email).is_some_and(is_admin);
    if !was || is_admin(row) || known.people.values().any(|other| other.id != row.id && is_admin(other)) {
        return Ok(());
    }
    let column = if row.active { Roles } else { Active };
    Err(cells.fault(column, Problem::NotAllowed))
}

fn each(
    cells: &Cells<'_>,
    column: crate::app::import::columns::Column,
    read: impl Fn(&str) -> Option<String>,
) -> Result<Option<Vec<String>>, ImportFault> {
    let Some(parts) = cells.list(column) else { return Ok(None) };
    let mut found = Vec::new();
    for part in parts {
        let name = read(part).ok_or_else(|| cells.fault(column, Problem::NotChoice))?;
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Ok(Some(found))
}

fn languages(cells: &Cells<'_>) -> Result<Option<Vec<String>>, ImportFault> {
    let is_code = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let read = |text: &str| is_code(text).then(|| text.to_lowercase());
    each(cells, Languages, read).map_err(|fault| ImportFault { problem: Problem::NotLanguage, ..fault })
}

fn networks(known: &LookUp, cells: &Cells<'_>) -> Result<Option<Vec<Uuid>>, ImportFault> {
    let Some(parts) = cells.list(Networks) else { return Ok(None) };
    let mut found = Vec::new();
    for name in parts {
        let id = known.network(cells, Networks, name)?;
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(Some(found))
}

/// A role by its name on the wire, or as people call it.
fn role(text: &str) -> Option<String> {
    let role = match text.to_lowercase().as_str() {
        "referrer" | "anfordernd" => Role::Referrer,
        "specialist" | "fachärztlich" => Role::Specialist,
        "coordinator" | "leitstelle" => Role::Coordinator,
        "admin" | "verwaltung" => Role::Admin,
        "data_protection" | "datenschutz" => Role::DataProtection,
        _ => return None,
    };
    Some(name_of(&role))
}
