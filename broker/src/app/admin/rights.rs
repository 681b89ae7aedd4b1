//! What a change of an account means for what it reaches: an administrator who gives themself another role is told of.

use super::named;
use crate::app::ports::{DirectoryRows, PersonRow};
use schemas::{directory::Role, privacy::RightsChange};
use uuid::Uuid;

/// From the account as it is, or from none, to `after`; `None` when it reaches what it reached before.
pub(in crate::app) fn change(rows: &DirectoryRows, after: &PersonRow) -> Option<RightsChange> {
    let before = rows.people.iter().find(|row| row.id == after.id);
    let (old_roles, old_networks) = before.map_or((&[][..], &[][..]), |row| (&row.roles, &row.networks));
    let network = |id: &Uuid| rows.networks.iter().find(|row| row.id == *id).map(|row| row.name.clone());
    let moved = before.is_none_or(|row| row.hospital_id != after.hospital_id);
    let hospital = rows.hospitals.iter().find(|row| row.id == after.hospital_id).filter(|_| moved);
    let change = RightsChange {
        roles_given: without(&after.roles, old_roles).filter_map(|name| named::<Role>(name)).collect(),
        roles_taken: without(old_roles, &after.roles).filter_map(|name| named::<Role>(name)).collect(),
        networks_given: without(&after.networks, old_networks).filter_map(network).collect(),
        networks_taken: without(old_networks, &after.networks).filter_map(network).collect(),
        hospital: hospital.map(|row| row.name.clone()),
        active: before.is_some_and(|row| row.active != after.active).then_some(after.active),
    };
    (change != RightsChange::default()).then_some(change)
}

fn without<'a, T: PartialEq>(these: &'a [T], those: &'a [T]) -> impl Iterator<Item = &'a T> {
    these.iter().filter(move |one| !those.contains(one))
}
