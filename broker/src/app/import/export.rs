//! The directory as the same tables that an import reads.

use super::columns::{self, Column};
use crate::app::{
    App, Result,
    ports::{DirectoryRows, PersonRow, ServiceRow},
    require,
    sheet::{Sheet, TableFile},
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use schemas::{
    import::{ExportQuery, TableKind},
    reports::FileLanguage,
};
use std::collections::BTreeMap;
use uuid::Uuid;

impl App {
    /// What an import of the file would leave unchanged.
    pub async fn directory_table(&self, actor: &Actor, query: ExportQuery) -> Result<TableFile> {
        require(may(actor, None, Permission::Administer))?;
        let rows = self.repo.directory().await?;
        let language = query.language.unwrap_or_default();
        let names: Vec<&str> = columns::of(query.table).iter().map(|column| column.name(language)).collect();
        let mut sheet = Sheet::new(&names)?;
        let words = Words { names: Names::new(&rows), language };
        let mut lines: Vec<Vec<String>> = match query.table {
            TableKind::Hospitals => {
                rows.hospitals.iter().map(|row| vec![row.name.clone(), row.city.clone(), row.phone.clone()]).collect()
            }
            TableKind::Departments => rows
                .departments
                .iter()
                .map(|row| vec![words.names.hospital(row.hospital_id), row.name.clone(), row.phone.clone()])
                .collect(),
            TableKind::Services => rows.services.iter().map(|row| words.service(row)).collect(),
            TableKind::People => rows.people.iter().map(|row| words.person(row)).collect(),
            TableKind::Contracts => rows
                .contracts
                .iter()
                .map(|row| {
                    let (network, service) = words.names.service(row.service_id);
                    let houses = [row.provider_hospital_id, row.hospital_id].map(|id| words.names.hospital(id));
                    let [provider, hospital] = houses;
                    vec![network, service, provider, hospital]
                })
                .collect(),
        };
        lines.sort();
        for line in lines {
            sheet.row(line)?;
        }
        let name = Column::file(query.table, language);
        Ok(TableFile { name: format!("Telekonsil-{name}.csv"), bytes: sheet.finish()? })
    }
}

impl Column {
    const fn file(kind: TableKind, language: FileLanguage) -> &'static str {
        match (kind, language) {
            (TableKind::Hospitals, FileLanguage::De) => "Krankenhaeuser",
            (TableKind::Hospitals, FileLanguage::En) => "hospitals",
            (TableKind::Departments, FileLanguage::De) => "Abteilungen",
            (TableKind::Departments, FileLanguage::En) => "departments",
            (TableKind::Services, FileLanguage::De) => "Dienste",
            (TableKind::Services, FileLanguage::En) => "services",
            (TableKind::People, FileLanguage::De) => "Personen",
            (TableKind::People, FileLanguage::En) => "people",
            (TableKind::Contracts, FileLanguage::De) => "Vertraege",
            (TableKind::Contracts, FileLanguage::En) => "contracts",
        }
    }
}

struct Words {
    names: Names,
    language: FileLanguage,
}

impl Words {
    fn yes(&self, yes: bool) -> String {
        let (german, english) = if yes { ("ja", "yes") } else { ("nein", "no") };
        if self.language == FileLanguage::De { german.to_owned() } else { english.to_owned() }
    }

    fn service(&self, row: &ServiceRow) -> Vec<String> {
        let (network, name) = self.names.service(row.id);
        let (specialty, phone, zone) = (row.specialty.clone(), row.fallback_phone.clone(), row.zone.clone());
        vec![network, name, specialty, phone, zone, self.yes(row.exclusive)]
    }

    fn person(&self, row: &PersonRow) -> Vec<String> {
        let networks: Vec<String> = row.networks.iter().map(|id| self.names.network(*id)).collect();
        vec![
            row.email.clone(),
            row.name.clone(),
            self.names.hospital(row.hospital_id),
            self.names.department(row.id),
            row.phone.clone().unwrap_or_default(),
            row.roles.join("|"),
            networks.join("|"),
            row.languages.join("|"),
            row.qualifications.join("|"),
            self.yes(row.active),
        ]
    }
}

/// Names by id.
struct Names {
    hospitals: BTreeMap<Uuid, String>,
    networks: BTreeMap<Uuid, String>,
    services: BTreeMap<Uuid, (Uuid, String)>,
    /// By person.
    departments: BTreeMap<Uuid, String>,
}

impl Names {
    fn new(rows: &DirectoryRows) -> Self {
        let departments: BTreeMap<Uuid, &String> = rows.departments.iter().map(|row| (row.id, &row.name)).collect();
        let member = |(person, of): &(Uuid, Uuid)| Some((*person, (*departments.get(of)?).clone()));
        Self {
            hospitals: rows.hospitals.iter().map(|row| (row.id, row.name.clone())).collect(),
            networks: rows.networks.iter().map(|row| (row.id, row.name.clone())).collect(),
            services: rows.services.iter().map(|row| (row.id, (row.network_id, row.name.clone()))).collect(),
            departments: rows.members.iter().filter_map(member).collect(),
        }
    }

    fn hospital(&self, id: Uuid) -> String {
        self.hospitals.get(&id).cloned().unwrap_or_default()
    }

    fn network(&self, id: Uuid) -> String {
        self.networks.get(&id).cloned().unwrap_or_default()
    }

    /// Network and name.
    fn service(&self, id: Uuid) -> (String, String) {
        self.services.get(&id).map(|(network, name)| (self.network(*network), name.clone())).unwrap_or_default()
    }

    fn department(&self, person: Uuid) -> String {
        self.departments.get(&person).cloned().unwrap_or_default()
    }
}
