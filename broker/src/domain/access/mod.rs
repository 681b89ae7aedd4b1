//! The access table: role × action × relation to the consult. There is no other place that grants anything.
//!
//! Read it as: a permission is granted when one of the grants in its row holds. Coordinators see and steer, but need
//! no patient data; a rung specialist sees the question, and who the patient is and the images only after accepting.
//! Guests have no account and stand in no row: the room lets them in and nothing else knows them.

mod table;

#[cfg(test)]
mod tests;

pub use table::Permission;

use super::directory::Actor;
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId,
    consult::{ActionName, Part},
    directory::Role,
};
use std::collections::{BTreeMap, BTreeSet};

/// What somebody is to a consult.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Asked for it, and still is a referrer of the house that asks.
    Requester,
    /// Another referrer of the house that asks: shifts change, the patient stays.
    SameHouse,
    /// First in line for a patient who is still on the way.
    Notified,
    /// Is being rung, or promised to come; nobody has accepted yet.
    RungNow,
    /// Was rung and did not decline.
    RungBefore,
    /// Busy in an exclusive duty, and the consult waits for them.
    QueuedBehind,
    /// The consult is offered to them.
    OfferedTo,
    /// A slot of theirs is held for it.
    AppointmentWith,
    /// Accepted it, or took it from who did.
    Specialist,
    /// Was its specialist before somebody took it over.
    FormerSpecialist,
    SecondSpecialist,
    /// With an account. Talks and hears, reads nothing.
    Interpreter,
    /// Coordinates the service's network.
    Coordinator,
    /// Broke the glass, and the hour is not over.
    GlassBroken,
}

impl Relation {
    pub const ALL: [Self; 14] = [
        Self::Requester,
        Self::SameHouse,
        Self::Notified,
        Self::RungNow,
        Self::RungBefore,
        Self::QueuedBehind,
        Self::OfferedTo,
        Self::AppointmentWith,
        Self::Specialist,
        Self::FormerSpecialist,
        Self::SecondSpecialist,
        Self::Interpreter,
        Self::Coordinator,
        Self::GlassBroken,
    ];
}

/// The part of a consult that access depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultFacts {
    pub id: ConsultId,
    pub requester: PersonId,
    /// The house that asks.
    pub hospital_id: HospitalId,
    pub network_id: NetworkId,
    pub specialist: Option<PersonId>,
    /// Its specialists before the present one.
    pub former: BTreeSet<PersonId>,
    /// Rung now, or holding the ladder by a promise.
    pub ringing: BTreeSet<PersonId>,
    /// Rung now or before, without those who declined.
    pub rung: BTreeSet<PersonId>,
    /// Who sees the pre-alert coming; empty once it is a request.
    pub notified: BTreeSet<PersonId>,
    pub queued_behind: BTreeSet<PersonId>,
    pub offered_to: Option<PersonId>,
    pub appointment_with: Option<PersonId>,
    pub participants: BTreeMap<PersonId, Part>,
    /// Whose break-glass holds at the moment that is asked about.
    pub glass: BTreeSet<PersonId>,
}

impl ConsultFacts {
    /// A consult that nobody has to do with but who asks.
    pub const fn new(id: ConsultId, requester: PersonId, hospital_id: HospitalId, network_id: NetworkId) -> Self {
        Self {
            id,
            requester,
            hospital_id,
            network_id,
            specialist: None,
            former: BTreeSet::new(),
            ringing: BTreeSet::new(),
            rung: BTreeSet::new(),
            notified: BTreeSet::new(),
            queued_behind: BTreeSet::new(),
            offered_to: None,
            appointment_with: None,
            participants: BTreeMap::new(),
            glass: BTreeSet::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grant {
    SignedIn,
    Role(Role),
    As(Relation),
}

/// May this person do this? `consult` is absent where none is meant; every permission that hangs on a consult is
/// then refused. A session that is bound to one consult is what the person is to that consult, and nothing by role.
pub fn may(actor: &Actor, consult: Option<&ConsultFacts>, permission: Permission) -> bool {
    if let (Some(only), Some(facts)) = (actor.only_consult, consult)
        && only != facts.id
    {
        return false;
    }
    table::grants(permission).iter().any(|grant| match grant {
        Grant::SignedIn => true,
        Grant::Role(role) => actor.only_consult.is_none() && actor.has_role(*role),
        Grant::As(relation) => consult.is_some_and(|facts| stands(actor, facts, *relation)),
    })
}

/// A study that came into this house may be read and attached by its referrers, consult or not.
pub fn owns_study(actor: &Actor, house: HospitalId) -> bool {
    actor.only_consult.is_none() && actor.has_role(Role::Referrer) && actor.hospital_id == house
}

/// Everything that this person is to the consult; empty for strangers, and for a session bound to another consult.
pub fn relations(actor: &Actor, facts: &ConsultFacts) -> Vec<Relation> {
    if actor.only_consult.is_some_and(|only| only != facts.id) {
        return vec![];
    }
    Relation::ALL.into_iter().filter(|relation| stands(actor, facts, *relation)).collect()
}

fn stands(actor: &Actor, facts: &ConsultFacts, relation: Relation) -> bool {
    let person = actor.person_id;
    let referrer_of_house = actor.has_role(Role::Referrer) && actor.hospital_id == facts.hospital_id;
    let specialist = actor.has_role(Role::Specialist);
    let part = facts.participants.get(&person);
    match relation {
        Relation::Requester => referrer_of_house && facts.requester == person,
        Relation::SameHouse => referrer_of_house && facts.requester != person,
        Relation::Notified => specialist && facts.notified.contains(&person),
        Relation::RungNow => specialist && facts.specialist.is_none() && facts.ringing.contains(&person),
        Relation::RungBefore => specialist && facts.rung.contains(&person),
        Relation::QueuedBehind => specialist && facts.specialist.is_none() && facts.queued_behind.contains(&person),
        Relation::OfferedTo => specialist && facts.offered_to == Some(person),
        Relation::AppointmentWith => specialist && facts.appointment_with == Some(person),
        Relation::Specialist => specialist && facts.specialist == Some(person),
        Relation::FormerSpecialist => specialist && facts.former.contains(&person),
        Relation::SecondSpecialist => specialist && part == Some(&Part::SecondSpecialist),
        // An interpreter's profession is no role of this software.
        Relation::Interpreter => part == Some(&Part::Interpreter),
        Relation::Coordinator => actor.coordinates(facts.network_id),
        Relation::GlassBroken => (specialist || actor.has_role(Role::Referrer)) && facts.glass.contains(&person),
    }
}
