//! What a consult is after its events.

mod parts;

pub use parts::{
    Clock, Exchange, Glass, GroupNote, Guest, GuestStay, Lifted, Occupant, Offer, Overflow, Participant, Promise,
    Queue, RecordedConsent, Ring, RollCall, Side, Signed, Stay, TakenOver,
};

use super::{Appointment, Recorded};
use crate::domain::{access::ConsultFacts, escalation::Plan};
use schemas::{
    ConsultId, GuestId, HospitalId, NetworkId, PersonId, PrivateText, RingId, ServiceId, StudyId, UnixMillis,
    consult::{AlarmKind, CaseFields, ConsultState, Part, RingOutcome, Urgency},
    guest::GuestState,
    report::{CloseOut, Outcome},
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
    /// A test of the escalation: rings this person and nobody else.
    #[serde(default)]
    pub test: Option<PersonId>,
    pub urgency: Urgency,
    pub fields: CaseFields,
    pub state: ConsultState,
    pub state_since: UnixMillis,
    pub created_at: UnixMillis,
    /// Since when somebody is asked; absent while it is a pre-alert, and in snapshots of release 0.1.
    #[serde(default)]
    pub requested_at: Option<UnixMillis>,
    /// It began as a pre-alert.
    #[serde(default)]
    pub was_prealert: bool,
    /// Who saw the pre-alert coming.
    #[serde(default)]
    pub notified: BTreeSet<PersonId>,
    #[serde(default)]
    pub clock: Clock,
    pub specialist: Option<PersonId>,
    /// Since when the present specialist has it.
    pub accepted_at: Option<UnixMillis>,
    /// Who were its specialist before.
    #[serde(default)]
    pub former: BTreeSet<PersonId>,
    #[serde(default)]
    pub offer: Option<Offer>,
    #[serde(default)]
    pub participants: Vec<Participant>,
    /// Round of the ladder, from 1; 0 before the first match.
    pub round: u32,
    /// Rounds that belong to ladders before the present one: a changed urgency begins anew.
    #[serde(default)]
    pub rounds_before: u32,
    /// How often the ladder came to its end without an answer, since the urgency last changed.
    #[serde(default)]
    pub attempts: u32,
    /// Step within the round, from 1; 0 before its first ring.
    pub step: u32,
    /// When that step began; absent before the first one.
    #[serde(default)]
    pub step_at: Option<UnixMillis>,
    pub plan: Plan,
    /// When an unanswered consult rings again; absent while it rings.
    pub retry_at: Option<UnixMillis>,
    /// Every ring so far, in the order of their start.
    pub rings: Vec<Ring>,
    pub promise: Option<Promise>,
    /// A coordinator holds the ladder.
    #[serde(default)]
    pub taken_over: Option<TakenOver>,
    #[serde(default)]
    pub queue: Option<Queue>,
    /// By appointment instead of by ringing.
    #[serde(default)]
    pub appointment: Option<Appointment>,
    /// People of a neighbouring network are asked too, since then.
    #[serde(default)]
    pub overflow: Option<Overflow>,
    /// The standing alarm.
    pub alarm: Option<AlarmKind>,
    pub studies: Vec<StudyId>,
    /// Do not belong here; shown to nobody but the house that asks, which may undo it.
    #[serde(default)]
    pub detached: Vec<StudyId>,
    #[serde(default)]
    pub exchanges: Vec<Exchange>,
    /// People in the room now; guests apart.
    pub in_room: BTreeSet<PersonId>,
    /// Everybody's time in the room, in the order of their coming.
    #[serde(default)]
    pub stays: Vec<Stay>,
    #[serde(default)]
    pub guests: Vec<Guest>,
    #[serde(default)]
    pub guest_stays: Vec<GuestStay>,
    /// The last one.
    #[serde(default)]
    pub roll_call: Option<RollCall>,
    #[serde(default)]
    pub consent: Option<RecordedConsent>,
    /// Somebody opened the room to those who cannot encrypt.
    #[serde(default)]
    pub encryption_lifted: Option<Lifted>,
    /// First join.
    pub session_started_at: Option<UnixMillis>,
    /// The present specialist was in the room at least once.
    pub specialist_joined: bool,
    /// Since when nobody is in the room any more; absent before the first join.
    pub room_empty_since: Option<UnixMillis>,
    /// Every version of the report, the first one first. Snapshots once held the only one, as `answer`.
    #[serde(default, alias = "answer", deserialize_with = "parts::one_or_many")]
    pub versions: Vec<Signed>,
    /// Since when the current version lies in the hospital's own record. An amendment takes it back.
    #[serde(default)]
    pub report_taken_over_at: Option<UnixMillis>,
    #[serde(default)]
    pub close_out: Option<CloseOut>,
    /// Why it was closed although fields of § 3(2) are missing; empty where nobody had to say.
    #[serde(default)]
    pub missing_because: PrivateText,
    /// Empty where nobody had to say.
    #[serde(default)]
    pub cancelled_because: PrivateText,
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    #[serde(default)]
    pub glass: Vec<Glass>,
    /// Closed or cancelled since then.
    #[serde(default)]
    pub ended_at: Option<UnixMillis>,
}

/// States in which a consult takes its specialist's whole attention; see [`Consult::occupies`].
pub const OCCUPYING: [ConsultState; 2] = [ConsultState::Accepted, ConsultState::InSession];

/// The id of a ring follows from its place, so that a ring is decided once however often the decision is repeated.
pub fn ring_id(consult: ConsultId, round: u32, step: u32, person: PersonId) -> RingId {
    RingId(Uuid::new_v5(&consult.0, format!("{round}/{step}/{person}").as_bytes()))
}

/// The id of a ring that a coordinator asked for as the event after `seq`: the same person may be assigned again in
/// the same step.
pub(super) fn assigned_ring_id(consult: ConsultId, seq: i64, person: PersonId) -> RingId {
    RingId(Uuid::new_v5(&consult.0, format!("assigned/{seq}/{person}").as_bytes()))
}

impl Consult {
    /// Folds a log from its beginning. `None` when it does not begin with a request or a pre-alert.
    pub fn replay(id: ConsultId, log: &[Recorded]) -> Option<Self> {
        let (first, rest) = log.split_first()?;
        let mut consult = Self::begin(id, first)?;
        rest.iter().for_each(|recorded| consult.apply(recorded));
        Some(consult)
    }

    /// The specialist whom an exclusive duty keeps from others meanwhile: from the accept to the end of the talk. A
    /// report can be written between two calls.
    pub fn occupies(&self) -> Option<PersonId> {
        self.specialist.filter(|_| OCCUPYING.contains(&self.state))
    }

    /// Nobody has accepted, and somebody was asked.
    pub(super) fn is_on_ladder(&self) -> bool {
        matches!(self.state, ConsultState::Ringing | ConsultState::Unanswered)
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

    /// It waits for this person, who is busy in an exclusive duty and has not declined.
    pub fn is_queued_behind(&self, person: PersonId) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.behind.contains(&person)) && !self.has_declined(person)
    }

    /// Since when somebody is asked; absent for what never was more than a pre-alert.
    pub fn asked_since(&self) -> Option<UnixMillis> {
        self.requested_at.or((!self.was_prealert).then_some(self.created_at))
    }

    /// Every field of § 3(2) is there, or somebody has said why not.
    pub(super) fn may_close(&self) -> bool {
        !self.missing_because.is_blank() || self.fields.missing().is_empty()
    }

    /// The current version of the report.
    pub fn answer(&self) -> Option<&Signed> {
        self.versions.last()
    }

    /// The specialist's last question has no reply yet, and the report that it was for is not signed.
    pub fn asked_for_more(&self) -> bool {
        let at_work = matches!(self.state, ConsultState::Accepted | ConsultState::InSession | ConsultState::Reporting);
        at_work && self.exchanges.last().is_some_and(|exchange| exchange.is_question)
    }

    pub fn guest(&self, id: GuestId) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.id == id)
    }

    pub fn waiting_guests(&self) -> impl Iterator<Item = &Guest> {
        self.guests.iter().filter(|guest| guest.state == GuestState::Waiting)
    }

    pub fn part_of(&self, person: PersonId) -> Option<Part> {
        self.participants.iter().find(|participant| participant.person == person).map(|participant| participant.part)
    }

    /// Who broke the glass and may read at `now`.
    pub fn glass_holders(&self, now: UnixMillis) -> BTreeSet<PersonId> {
        self.glass.iter().filter(|glass| glass.until > now).map(|glass| glass.person).collect()
    }

    /// What the access table looks at.
    pub fn facts(&self, now: UnixMillis) -> ConsultFacts {
        let behind = self.queue.iter().flat_map(|queue| queue.behind.iter().copied());
        let prealert = self.state == ConsultState::Prealert;
        ConsultFacts {
            id: self.id,
            requester: self.requester,
            hospital_id: self.hospital_id,
            network_id: self.network_id,
            specialist: self.specialist,
            former: self.former.clone(),
            ringing: self.active_rings().map(|ring| ring.person).chain(self.promise.map(|p| p.person)).collect(),
            rung: self.rings.iter().map(|ring| ring.person).filter(|person| !self.has_declined(*person)).collect(),
            notified: if prealert { self.notified.clone() } else { BTreeSet::new() },
            queued_behind: behind.filter(|person| !self.has_declined(*person)).collect(),
            offered_to: self.offer.map(|offer| offer.to),
            appointment_with: self.held().map(|held| held.slot.person),
            participants: self.participants.iter().map(|each| (each.person, each.part)).collect(),
            glass: self.glass_holders(now),
        }
    }

    /// Who belongs to it and treats the patient: interpreters do not.
    pub fn team(&self) -> Vec<PersonId> {
        let second = self.participants.iter().filter(|each| each.part == Part::SecondSpecialist);
        std::iter::once(self.requester).chain(self.specialist).chain(second.map(|each| each.person)).collect()
    }
}
