//! Specialists by network, as little of them as every match looks at: made once for each revision of the directory, in
//! the order of the ids.

use crate::app::directory::Person;
use schemas::{
    HospitalId, NetworkId, PersonId, UnixMillis,
    directory::{Role, Specialty},
};
use std::collections::BTreeMap;

/// An active specialist.
#[derive(Clone, Copy)]
pub(super) struct Seat {
    pub(super) person: PersonId,
    pub(super) hospital: HospitalId,
    qualifications: u8,
    pub(super) part_time: u8,
    /// Licences or an end of a qualification: the whole person has to be looked at.
    pub(super) is_narrow: bool,
    pub(super) resting_until: Option<UnixMillis>,
}

impl Seat {
    fn of(person: &Person) -> Self {
        Self {
            person: person.refer.id,
            hospital: person.actor.hospital_id,
            qualifications: person.qualifications.iter().map(|specialty| bit(*specialty)).fold(0, |all, one| all | one),
            part_time: person.rules.part_time.clamp(1, 100),
            is_narrow: !person.rules.licences.is_empty() || !person.rules.qualified_until.is_empty(),
            resting_until: person.row.resting_until.map(UnixMillis),
        }
    }

    pub(super) const fn is_qualified(&self, specialty: Specialty) -> bool {
        self.qualifications & bit(specialty) != 0
    }
}

const fn bit(specialty: Specialty) -> u8 {
    match specialty {
        Specialty::StrokeNeurology => 1,
        Specialty::Neurosurgery => 2,
        Specialty::Cardiology => 4,
        Specialty::Radiology => 8,
    }
}

/// By network.
#[derive(Default)]
pub(in crate::app) struct Seats(BTreeMap<NetworkId, Vec<Seat>>);

impl Seats {
    /// `people` in the order of their ids.
    pub(in crate::app) fn of<'a>(people: impl Iterator<Item = &'a Person>) -> Self {
        let mut seats = Self::default();
        for person in people.filter(|person| person.row.active && person.actor.has_role(Role::Specialist)) {
            for network in &person.actor.networks {
                let of_network = seats.0.entry(*network).or_default();
                if of_network.last().is_none_or(|last| last.person != person.refer.id) {
                    of_network.push(Seat::of(person));
                }
            }
        }
        seats
    }

    pub(super) fn in_network(&self, network: NetworkId) -> &[Seat] {
        self.0.get(&network).map_or(&[], Vec::as_slice)
    }

    pub(super) fn find(&self, network: NetworkId, person: PersonId) -> Option<&Seat> {
        let seats = self.in_network(network);
        seats.binary_search_by_key(&person, |seat| seat.person).ok().map(|at| &seats[at])
    }
}
