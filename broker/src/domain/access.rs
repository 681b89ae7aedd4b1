//! The access table: role × action × relation to the consult. There is no other place that grants anything.
//!
//! Read it as: a permission is granted when one of the grants in its row holds. Coordinators see and steer, but need
//! no patient data; a rung specialist sees the question, and who the patient is and the images only after accepting.

use super::directory::Actor;
use schemas::{HospitalId, NetworkId, PersonId, consult::ActionName, directory::Role};
use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// Something that a person may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// An action on a consult; joining its room is one of them.
    Act(ActionName),
    /// The summary, rings and timeline: no patient data.
    ReadConsult,
    /// The case fields, without who the patient is.
    ReadFields,
    /// Who the patient is.
    ReadIdentity,
    /// The signed answer: patient data.
    ReadAnswer,
    /// Why this specialist and why not the others.
    ReadMatch,
    /// Images of a study that is attached to this consult.
    ReadStudy,
    CreateConsult,
    /// Send DICOM objects in; they belong to the sender's house.
    StoreStudy,
    /// Studies of one's own house that wait for a consult; see [`owns_study`].
    ReadInbox,
    ReadServices,
    ReadDuties,
    /// The coordinator's board, for the coordinator's networks.
    ReadBoard,
}

impl Permission {
    /// Every permission, in the order of the printed table.
    pub fn all() -> impl Iterator<Item = Self> {
        const ACTIONS: [ActionName; 13] = [
            ActionName::CompleteFields,
            ActionName::Accept,
            ActionName::AcceptInFive,
            ActionName::PassOn,
            ActionName::Decline,
            ActionName::RingReceipt,
            ActionName::Cancel,
            ActionName::AttachStudy,
            ActionName::Join,
            ActionName::EndSession,
            ActionName::SubmitAnswer,
            ActionName::Acknowledge,
            ActionName::Close,
        ];
        const OTHERS: [Permission; 12] = [
            Permission::ReadConsult,
            Permission::ReadFields,
            Permission::ReadIdentity,
            Permission::ReadAnswer,
            Permission::ReadMatch,
            Permission::ReadStudy,
            Permission::CreateConsult,
            Permission::StoreStudy,
            Permission::ReadInbox,
            Permission::ReadServices,
            Permission::ReadDuties,
            Permission::ReadBoard,
        ];
        ACTIONS.into_iter().map(Self::Act).chain(OTHERS)
    }
}

/// What somebody is to a consult.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Asked for it, and still is a referrer of the house that asks.
    Requester,
    /// Another referrer of the house that asks: shifts change, the patient stays.
    SameHouse,
    /// Is being rung, or promised to come; nobody has accepted yet.
    RungNow,
    /// Was rung and did not decline.
    RungBefore,
    /// Accepted it.
    Specialist,
    /// Coordinates the service's network.
    Coordinator,
}

/// The part of a consult that access depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultFacts {
    pub requester: PersonId,
    /// The house that asks.
    pub hospital_id: HospitalId,
    pub network_id: NetworkId,
    pub specialist: Option<PersonId>,
    /// Rung now, or holding the ladder by a promise.
    pub ringing: BTreeSet<PersonId>,
    /// Rung now or before, without those who declined.
    pub rung: BTreeSet<PersonId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grant {
    SignedIn,
    Role(Role),
    As(Relation),
}

/// The table.
const fn grants(permission: Permission) -> &'static [Grant] {
    use Grant::{As, SignedIn};
    use Relation::{Coordinator, Requester, RungBefore, RungNow, SameHouse, Specialist};
    match permission {
        Permission::Act(action) => match action {
            ActionName::CompleteFields | ActionName::AttachStudy | ActionName::Acknowledge => {
                &[As(Requester), As(SameHouse)]
            }
            ActionName::Cancel | ActionName::Close => &[As(Requester), As(SameHouse), As(Coordinator)],
            // The winner may repeat an accept whose response was lost.
            ActionName::Accept => &[As(RungNow), As(RungBefore), As(Specialist)],
            // Whoever was rung learns from the machine that the ring is over, not that it is forbidden.
            ActionName::AcceptInFive | ActionName::PassOn | ActionName::Decline | ActionName::RingReceipt => {
                &[As(RungNow), As(RungBefore), As(Specialist)]
            }
            ActionName::Join => &[As(Requester), As(SameHouse), As(Specialist)],
            ActionName::EndSession | ActionName::SubmitAnswer => &[As(Specialist)],
        },
        Permission::ReadConsult => {
            &[As(Requester), As(SameHouse), As(RungNow), As(RungBefore), As(Specialist), As(Coordinator)]
        }
        Permission::ReadFields => &[As(Requester), As(SameHouse), As(RungNow), As(Specialist)],
        Permission::ReadIdentity | Permission::ReadAnswer | Permission::ReadStudy => {
            &[As(Requester), As(SameHouse), As(Specialist)]
        }
        Permission::ReadMatch => &[As(Coordinator)],
        Permission::CreateConsult | Permission::StoreStudy | Permission::ReadInbox => &[Grant::Role(Role::Referrer)],
        Permission::ReadServices => &[SignedIn],
        Permission::ReadDuties => &[Grant::Role(Role::Specialist), Grant::Role(Role::Coordinator)],
        Permission::ReadBoard => &[Grant::Role(Role::Coordinator)],
    }
}

/// May this person do this? `consult` is absent where none is meant; every permission that hangs on a consult is
/// then refused.
pub fn may(actor: &Actor, consult: Option<&ConsultFacts>, permission: Permission) -> bool {
    grants(permission).iter().any(|grant| match grant {
        Grant::SignedIn => true,
        Grant::Role(role) => actor.has_role(*role),
        Grant::As(relation) => consult.is_some_and(|facts| stands(actor, facts, *relation)),
    })
}

/// A study that came into this house may be read and attached by its referrers, consult or not.
pub fn owns_study(actor: &Actor, house: HospitalId) -> bool {
    actor.has_role(Role::Referrer) && actor.hospital_id == house
}

/// Everything that this person is to the consult; empty for strangers.
pub fn relations(actor: &Actor, facts: &ConsultFacts) -> Vec<Relation> {
    use Relation::{Coordinator, Requester, RungBefore, RungNow, SameHouse, Specialist};
    [Requester, SameHouse, RungNow, RungBefore, Specialist, Coordinator]
        .into_iter()
        .filter(|relation| stands(actor, facts, *relation))
        .collect()
}

fn stands(actor: &Actor, facts: &ConsultFacts, relation: Relation) -> bool {
    let person = actor.person_id;
    let referrer_of_house = actor.has_role(Role::Referrer) && actor.hospital_id == facts.hospital_id;
    let specialist = actor.has_role(Role::Specialist);
    match relation {
        Relation::Requester => referrer_of_house && facts.requester == person,
        Relation::SameHouse => referrer_of_house && facts.requester != person,
        Relation::RungNow => specialist && facts.specialist.is_none() && facts.ringing.contains(&person),
        Relation::RungBefore => specialist && facts.rung.contains(&person),
        Relation::Specialist => specialist && facts.specialist == Some(person),
        Relation::Coordinator => actor.coordinates(facts.network_id),
    }
}
