//! The directory as it would be after the lines so far, by what lines are known by.

use super::{columns::Column, faults::Cells};
use crate::app::ports::{ContractRow, DepartmentRow, DirectoryRows, HospitalRow, NetworkRow, PersonRow, ServiceRow};
use schemas::import::{ImportFault, ImportProblem as Problem};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(super) struct LookUp {
    pub(super) networks: Vec<NetworkRow>,
    pub(super) hospitals: Vec<HospitalRow>,
    pub(super) departments: Vec<DepartmentRow>,
    pub(super) members: BTreeMap<Uuid, Uuid>,
    pub(super) services: Vec<ServiceRow>,
    /// By e-mail address.
    pub(super) people: BTreeMap<String, PersonRow>,
    pub(super) contracts: BTreeSet<(Uuid, Uuid, Uuid)>,
    pub(super) with_policies: BTreeSet<Uuid>,
}

impl LookUp {
    pub(super) fn new(rows: &DirectoryRows) -> Self {
        let key = |row: &ContractRow| (row.service_id, row.provider_hospital_id, row.hospital_id);
        Self {
            networks: rows.networks.clone(),
            hospitals: rows.hospitals.clone(),
            departments: rows.departments.clone(),
            members: rows.members.iter().copied().collect(),
            services: rows.services.clone(),
            people: rows.people.iter().map(|row| (row.email.clone(), row.clone())).collect(),
            contracts: rows.contracts.iter().map(key).collect(),
            with_policies: rows.policies.iter().map(|row| row.service_id).collect(),
        }
    }

    /// The house that a cell names.
    pub(super) fn hospital(&self, cells: &Cells<'_>, column: Column) -> Result<Uuid, ImportFault> {
        let name = cells.needed(column)?;
        only(cells, column, self.hospitals.iter().filter(|row| row.name == name).map(|row| row.id))
    }

    pub(super) fn network(&self, cells: &Cells<'_>, column: Column, name: &str) -> Result<Uuid, ImportFault> {
        only(cells, column, self.networks.iter().filter(|row| row.name == name).map(|row| row.id))
    }

    pub(super) fn service(&self, cells: &Cells<'_>, network: Uuid) -> Result<Uuid, ImportFault> {
        let name = cells.needed(Column::Service)?;
        let named = self.services.iter().filter(|row| row.network_id == network && row.name == name);
        only(cells, Column::Service, named.map(|row| row.id))
    }

    pub(super) fn department(&self, cells: &Cells<'_>, hospital: Uuid, name: &str) -> Result<Uuid, ImportFault> {
        let named = self.departments.iter().filter(|row| row.hospital_id == hospital && row.name == name);
        only(cells, Column::Department, named.map(|row| row.id))
    }
}

fn only(cells: &Cells<'_>, column: Column, mut found: impl Iterator<Item = Uuid>) -> Result<Uuid, ImportFault> {
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        (Some(_), Some(_)) => Err(cells.fault(column, Problem::Ambiguous)),
        (None, _) => Err(cells.fault(column, Problem::Unknown)),
    }
}
