//! What a consult is after its events.

use super::Recorded;
use crate::domain::{access::ConsultFacts, escalation::Plan};
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId, RingId, ServiceId, StudyId, UnixMillis,
    consult::{AlarmKind, Answer, CaseFields, ConsultState, ConsultTeam, RingOutcome, Urgency},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One consult. A fold of its events: equal logs give equal values. Snapshots of it are stored, so a field that is
/// added later needs a serde default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consult {
    pub id: ConsultId,
    /// Number of events so far.
    pub seq: i64,
    pub service_id: ServiceId,
    pub network_id: NetworkId,
    /// The house that asks.
    pub hospital_id: HospitalId,
    pub requester: PersonId,
    pub urgency: Urgency,
    pub fields: CaseFields,
    pub state: ConsultState,
    pub state_since: UnixMillis,
    pub created_at: UnixMillis,
    pub specialist: Option<PersonId>,
    pub accepted_at: Option<UnixMillis>,
    /// Round of the ladder, from 1; 0 before the first match.
    pub round: u32,
    /// Step within the round, from 1; 0 before its first ring.
    pub step: u32,
    pub plan: Plan,
    /// When an unanswered consult rings again; absent while it rings.
    pub retry_at: Option<UnixMillis>,
    /// Every ring so far, in the order of their start.
    pub rings: Vec<Ring>,
    pub promise: Option<Promise>,
    /// The standing alarm.
    pub alarm: Option<AlarmKind>,
    pub studies: Vec<StudyId>,
    /// People in the room now.
    pub in_room: BTreeSet<PersonId>,
    /// First join.
    pub session_started_at: Option<UnixMillis>,
    /// The specialist was in the room at least once.
    pub specialist_joined: bool,
    /// Since when nobody is in the room any more; absent before the first join.
    pub room_empty_since: Option<UnixMillis>,
    pub answer: Option<Signed>,
}

/// One ringing of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    pub ring_id: RingId,
    pub person: PersonId,
    pub round: u32,
    pub step: u32,
    pub started_at: UnixMillis,
    pub until: UnixMillis,
    pub delivered_at: Option<UnixMillis>,
    pub seen_at: Option<UnixMillis>,
    pub outcome: RingOutcome,
    pub ended_at: Option<UnixMillis>,
}

impl Ring {
    pub fn is_active(&self) -> bool {
        self.outcome == RingOutcome::Ringing
    }
}

/// "I come in five minutes."
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub person: PersonId,
    pub until: UnixMillis,
}

/// The answer as its author signed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    pub answer: Answer,
    pub author: PersonId,
    pub signed_at: UnixMillis,
}

/// The id of a ring follows from its place, so that a ring is decided once however often the decision is repeated.
pub fn ring_id(consult: ConsultId, round: u32, step: u32, person: PersonId) -> RingId {
    RingId(Uuid::new_v5(&consult.0, format!("{round}/{step}/{person}").as_bytes()))
}

impl Consult {
    /// Folds a log from its beginning. `None` when it does not begin with a request.
    pub fn replay(id: ConsultId, log: &[Recorded]) -> Option<Self> {
        let (first, rest) = log.split_first()?;
        let mut consult = Self::begin(id, first)?;
        rest.iter().for_each(|recorded| consult.apply(recorded));
        Some(consult)
    }

    pub fn active_rings(&self) -> impl Iterator<Item = &Ring> {
        self.rings.iter().filter(|ring| ring.is_active())
    }

    /// Is being rung at this moment.
    pub fn is_rung(&self, person: PersonId) -> bool {
        self.active_rings().any(|ring| ring.person == person)
    }

    /// Was rung in this consult, now or before, and did not decline it.
    pub fn was_rung(&self, person: PersonId) -> bool {
        self.rings.iter().any(|ring| ring.person == person) && !self.has_declined(person)
    }

    pub fn has_declined(&self, person: PersonId) -> bool {
        self.rings.iter().any(|ring| ring.person == person && ring.outcome == RingOutcome::Declined)
    }

    /// Who must not be rung again; goes into [`crate::domain::matching::MatchInput::declined`].
    pub fn declined(&self) -> BTreeSet<PersonId> {
        self.rings.iter().filter(|ring| ring.outcome == RingOutcome::Declined).map(|ring| ring.person).collect()
    }

    /// What the access table looks at.
    pub fn facts(&self) -> ConsultFacts {
        ConsultFacts {
            requester: self.requester,
            hospital_id: self.hospital_id,
            network_id: self.network_id,
            specialist: self.specialist,
            ringing: self.active_rings().map(|ring| ring.person).chain(self.promise.map(|p| p.person)).collect(),
            rung: self.rings.iter().map(|ring| ring.person).filter(|person| !self.has_declined(*person)).collect(),
        }
    }

    /// Who belongs to it.
    pub fn team(&self) -> ConsultTeam {
        let members = std::iter::once(self.requester).chain(self.specialist).collect();
        ConsultTeam { requester_hospital: self.hospital_id, members }
    }
}
