//! Houses, departments and people to be looked up.

use super::{App, Result, directory::Directory, require};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
};
use schemas::{
    HospitalId,
    directory::Role,
    import::{DirectoryDepartment, DirectoryHouse, DirectoryPerson},
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl App {
    /// By name. Coordinators see the houses that have to do with their networks, administrators all.
    pub async fn phone_book(&self, actor: &Actor) -> Result<Vec<DirectoryHouse>> {
        require(may(actor, None, Permission::ReadDirectory))?;
        let rows = self.repo.directory().await?;
        let departments = rows.departments.clone();
        let members: BTreeMap<Uuid, Uuid> = rows.members.iter().copied().collect();
        let directory = Directory::from_rows(rows);
        let all = actor.has_role(Role::Admin);
        let near = near(&directory, actor);
        let name_of: BTreeMap<Uuid, &String> = departments.iter().map(|row| (row.id, &row.name)).collect();
        let mut houses: Vec<DirectoryHouse> = directory
            .hospitals
            .values()
            .filter(|house| all || near.contains(&house.id))
            .map(|house| DirectoryHouse {
                id: house.id,
                name: house.name.clone(),
                city: house.city.clone(),
                phone: house.phone.clone(),
                departments: departments
                    .iter()
                    .filter(|row| row.hospital_id == house.id.0)
                    .map(|row| DirectoryDepartment { id: row.id, name: row.name.clone(), phone: row.phone.clone() })
                    .collect(),
                people: people(&directory, house.id, &members, &name_of),
            })
            .collect();
        houses.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(houses)
    }
}

/// The caller's own house, those where somebody works for the caller's networks, and those that ask them.
fn near(directory: &Directory, actor: &Actor) -> BTreeSet<HospitalId> {
    let is_own = |networks: &[schemas::NetworkId]| networks.iter().any(|id| actor.networks.contains(id));
    let working = directory.people.values().filter(|person| is_own(&person.actor.networks));
    let services = directory.services.values().filter(|entry| actor.networks.contains(&entry.service.network_id));
    let asking = services.flat_map(|entry| {
        let asks = move |house: &&HospitalId| directory.is_offered(entry.service.id, **house);
        directory.hospitals.keys().filter(asks).copied()
    });
    working.map(|person| person.actor.hospital_id).chain(asking).chain([actor.hospital_id]).collect()
}

fn people(
    directory: &Directory,
    house: HospitalId,
    members: &BTreeMap<Uuid, Uuid>,
    departments: &BTreeMap<Uuid, &String>,
) -> Vec<DirectoryPerson> {
    let own = directory.people.values().filter(|person| person.row.active && person.actor.hospital_id == house);
    let mut people: Vec<DirectoryPerson> = own
        .map(|person| DirectoryPerson {
            id: person.refer.id,
            name: person.refer.name.clone(),
            phone: person.refer.phone.clone(),
            department: members.get(&person.row.id).and_then(|id| departments.get(id)).map(|name| (*name).clone()),
            roles: person.actor.roles.clone(),
            qualifications: person.qualifications.clone(),
        })
        .collect();
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    people
}
