//! What one line does. A column that the table does not have leaves what is stored.

mod person;

pub(super) use person::person;

use super::{
    columns::Column::{
        self, City, Exclusive, FallbackPhone, Hospital, Name, Network, Phone, Provider, Specialty, Zone,
    },
    faults::Cells,
    look_up::LookUp,
};
use crate::app::{
    admin::standard_policies,
    ports::{ContractRow, DepartmentRow, DirectoryWrite, HospitalRow, ServiceRow},
    validate::name_of,
};
use crate::domain::rota;
use schemas::{
    directory::Specialty as Field,
    import::{ImportFault, ImportProblem as Problem},
};
use uuid::Uuid;

/// What became of a line.
#[derive(Debug, PartialEq)]
pub(super) enum Done {
    New,
    Changed(Vec<Column>),
    Same,
}

type Outcome = Result<Done, ImportFault>;

impl Done {
    fn of(changed: Vec<Column>, is_new: bool) -> Self {
        match (is_new, changed.is_empty()) {
            (true, _) => Self::New,
            (false, true) => Self::Same,
            (false, false) => Self::Changed(changed),
        }
    }
}

/// Puts a value into a field, and notes the column if that changes it.
fn set<T: PartialEq>(field: &mut T, value: Option<T>, column: Column, changed: &mut Vec<Column>) {
    if let Some(value) = value
        && *field != value
    {
        *field = value;
        changed.push(column);
    }
}

pub(super) fn hospital(known: &mut LookUp, write: &mut DirectoryWrite, cells: &Cells<'_>) -> Outcome {
    let name = cells.needed(Name)?;
    let mut stored = known.hospitals.iter().filter(|row| row.name == name);
    let place = match (stored.next(), stored.next()) {
        (Some(_), Some(_)) => return Err(cells.fault(Name, Problem::Ambiguous)),
        (Some(row), None) => known.hospitals.iter().position(|other| other.id == row.id),
        (None, _) => None,
    };
    let new = || HospitalRow { id: Uuid::now_v7(), name: name.to_owned(), city: String::new(), phone: String::new() };
    let mut row = place.map_or_else(new, |place| known.hospitals[place].clone());
    let mut changed = Vec::new();
    set(&mut row.city, cells.filled(City)?.map(str::to_owned), City, &mut changed);
    let phone = cells.phone(Phone)?;
    if phone.is_some_and(str::is_empty) || (place.is_none() && phone.is_none()) {
        return Err(cells.fault(Phone, Problem::Missing));
    }
    if place.is_none() && row.city.is_empty() {
        return Err(cells.fault(City, Problem::Missing));
    }
    set(&mut row.phone, phone.map(str::to_owned), Phone, &mut changed);
    let done = Done::of(changed, place.is_none());
    if done != Done::Same {
        match place {
            Some(place) => known.hospitals[place] = row.clone(),
            None => known.hospitals.push(row.clone()),
        }
        write.hospitals.push(row);
    }
    Ok(done)
}

pub(super) fn department(known: &mut LookUp, write: &mut DirectoryWrite, cells: &Cells<'_>) -> Outcome {
    let hospital_id = known.hospital(cells, Hospital)?;
    let name = cells.needed(Name)?;
    let place = known.departments.iter().position(|row| row.hospital_id == hospital_id && row.name == name);
    let new = || DepartmentRow { id: Uuid::now_v7(), hospital_id, name: name.to_owned(), phone: String::new() };
    let mut row = place.map_or_else(new, |place| known.departments[place].clone());
    let mut changed = Vec::new();
    set(&mut row.phone, cells.phone(Phone)?.map(str::to_owned), Phone, &mut changed);
    let done = Done::of(changed, place.is_none());
    if done != Done::Same {
        match place {
            Some(place) => known.departments[place] = row.clone(),
            None => known.departments.push(row.clone()),
        }
        write.departments.push(row);
    }
    Ok(done)
}

/// A new one has the standard escalation and no rota yet: that is planned, not imported.
pub(super) fn service(known: &mut LookUp, write: &mut DirectoryWrite, cells: &Cells<'_>) -> Outcome {
    let network_id = known.network(cells, Network, cells.needed(Network)?)?;
    let name = cells.needed(Name)?;
    let place = known.services.iter().position(|row| row.network_id == network_id && row.name == name);
    let new = || ServiceRow {
        id: Uuid::now_v7(),
        network_id,
        specialty: String::new(),
        name: name.to_owned(),
        fallback_phone: String::new(),
        zone: "Europe/Berlin".to_owned(),
        exclusive: false,
        rules: NO_RULES.to_owned(),
    };
    let mut row = place.map_or_else(new, |place| known.services[place].clone());
    let mut changed = Vec::new();
    let specialty = cells.filled(Specialty)?.map(|text| field(text).ok_or(Problem::NotChoice)).transpose();
    let specialty = specialty.map_err(|problem| cells.fault(Specialty, problem))?;
    set(&mut row.specialty, specialty, Specialty, &mut changed);
    let phone = cells.phone(FallbackPhone)?;
    if phone.is_some_and(str::is_empty) {
        return Err(cells.fault(FallbackPhone, Problem::Missing));
    }
    set(&mut row.fallback_phone, phone.map(str::to_owned), FallbackPhone, &mut changed);
    if let Some(text) = cells.filled(Zone)? {
        let zone = text.parse::<rota::Zone>().map_err(|_| cells.fault(Zone, Problem::NotZone))?;
        // A rota says in which zone it is written: that of a service that has one is changed elsewhere.
        set(&mut row.zone, Some(zone.name().to_owned()), Zone, &mut changed);
        if place.is_some() && changed.contains(&Zone) {
            return Err(cells.fault(Zone, Problem::NotAllowed));
        }
    }
    set(&mut row.exclusive, cells.yes(Exclusive)?, Exclusive, &mut changed);
    for (column, text) in [(Specialty, &row.specialty), (FallbackPhone, &row.fallback_phone)] {
        if text.is_empty() {
            return Err(cells.fault(column, Problem::Missing));
        }
    }
    let done = Done::of(changed, place.is_none());
    if done != Done::Same {
        match place {
            Some(place) => known.services[place] = row.clone(),
            None => known.services.push(row.clone()),
        }
        if known.with_policies.insert(row.id) {
            write.policies.push(standard_policies(row.id));
        }
        write.services.push(row);
    }
    Ok(done)
}

pub(super) fn contract(known: &mut LookUp, write: &mut DirectoryWrite, cells: &Cells<'_>) -> Outcome {
    let network = known.network(cells, Network, cells.needed(Network)?)?;
    let service_id = known.service(cells, network)?;
    let provider_hospital_id = known.hospital(cells, Provider)?;
    let hospital_id = known.hospital(cells, Hospital)?;
    if !known.contracts.insert((service_id, provider_hospital_id, hospital_id)) {
        return Ok(Done::Same);
    }
    write.contracts.push(ContractRow { service_id, provider_hospital_id, hospital_id });
    Ok(Done::New)
}

/// JSON of rules that say nothing.
const NO_RULES: &str = "{}";

/// A field of medicine by its name on the wire, or as people call it.
fn field(text: &str) -> Option<String> {
    let field = match text.to_lowercase().as_str() {
        "stroke_neurology" | "schlaganfall-neurologie" | "schlaganfall" | "neurologie" | "stroke" => {
            Field::StrokeNeurology
        }
        "neurosurgery" | "neurochirurgie" => Field::Neurosurgery,
        "cardiology" | "kardiologie" => Field::Cardiology,
        "radiology" | "radiologie" => Field::Radiology,
        _ => return None,
    };
    Some(name_of(&field))
}
