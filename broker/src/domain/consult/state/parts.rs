//! The parts that a consult is made of.

use schemas::{
    GuestId, NetworkId, PersonId, PrivateText, RingId, ServiceId, UnixMillis,
    consult::{Answer, ClockStamp, Consent, DeclineReason, Part, Present, RingOutcome},
    guest::{GuestPart, GuestState},
};
use serde::{Deserialize, Deserializer, Serialize};

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
    /// A coordinator picked this person.
    #[serde(default)]
    pub assigned: bool,
    #[serde(default)]
    pub declined_because: Option<DeclineReason>,
    /// Had another consult on their hands.
    #[serde(default)]
    pub busy: bool,
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

/// A coordinator sees to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOver {
    pub person: PersonId,
    pub until: UnixMillis,
}

/// Waits for people who are busy in an exclusive duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub since: UnixMillis,
    pub behind: Vec<PersonId>,
}

/// Reached people of another network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overflow {
    pub service_id: ServiceId,
    pub network_id: NetworkId,
    pub since: UnixMillis,
}

/// The consult is offered to somebody who has not agreed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub to: PersonId,
    pub by: PersonId,
    pub at: UnixMillis,
    pub until: UnixMillis,
    pub is_hand_over: bool,
}

/// Belongs to it beside requester and specialist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    pub person: PersonId,
    pub part: Part,
    pub since: UnixMillis,
}

/// When things happened, as somebody of the team noted; the rest of the clock is in the case fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Clock {
    pub door: Option<UnixMillis>,
    pub imaging: Option<UnixMillis>,
    pub decision: Option<UnixMillis>,
}

impl Clock {
    pub const fn get(&self, stamp: ClockStamp) -> Option<UnixMillis> {
        match stamp {
            ClockStamp::Door => self.door,
            ClockStamp::Imaging => self.imaging,
            ClockStamp::Decision => self.decision,
        }
    }

    pub(in crate::domain::consult) const fn set(&mut self, stamp: ClockStamp, at: UnixMillis) {
        let field = match stamp {
            ClockStamp::Door => &mut self.door,
            ClockStamp::Imaging => &mut self.imaging,
            ClockStamp::Decision => &mut self.decision,
        };
        *field = Some(at);
    }
}

/// A question of the specialist or a reply to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    pub at: UnixMillis,
    pub person: PersonId,
    pub is_question: bool,
    pub text: PrivateText,
}

/// Who somebody in the room was to the talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The requester, or somebody else of the house that asks.
    Requesting,
    /// The specialist at that time.
    Specialist,
    /// Second specialists, interpreters, former specialists.
    Other,
}

/// Somebody's time in the room, in one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    pub person: PersonId,
    pub side: Side,
    pub from: UnixMillis,
    /// Absent: still inside.
    pub until: Option<UnixMillis>,
}

/// A guest's time in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestStay {
    pub guest_id: GuestId,
    pub from: UnixMillis,
    pub until: Option<UnixMillis>,
}

/// Somebody without an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    pub id: GuestId,
    pub name: PrivateText,
    pub part: GuestPart,
    pub state: GuestState,
    pub invited_by: PersonId,
    /// Of the invitation.
    pub at: UnixMillis,
    /// When somebody let them in. Absent before, and in snapshots of release 0.1.
    #[serde(default)]
    pub admitted_at: Option<UnixMillis>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollCall {
    pub at: UnixMillis,
    pub by: PersonId,
    pub present: Vec<Present>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedConsent {
    pub consent: Consent,
    pub at: UnixMillis,
    pub by: PersonId,
}

/// Who opened the room to those who cannot encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    pub by: PersonId,
    pub at: UnixMillis,
}

/// Somebody in a room or at its door. Guests choose their ids themselves, so an id alone names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupant {
    Person(PersonId),
    Guest(GuestId),
}

/// What became of a room's group of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupNote {
    Replaced { generation: u64 },
    Fault { by: Option<Occupant>, about: Option<Occupant>, code: String },
    Barred { who: Occupant },
}

/// One version of the report as its author signed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// From 1.
    #[serde(default = "first")]
    pub version: u32,
    /// Why the version before was not enough; empty in the first.
    #[serde(default)]
    pub reason: PrivateText,
    pub answer: Answer,
    pub author: PersonId,
    pub signed_at: UnixMillis,
}

/// Somebody outside the team may read, until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glass {
    pub person: PersonId,
    pub until: UnixMillis,
}

const fn first() -> u32 {
    1
}

/// Reads the versions of the report, also from a snapshot that knew only one.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Signed>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        None,
        One(Box<Signed>),
        Many(Vec<Signed>),
    }
    Ok(match Stored::deserialize(deserializer)? {
        Stored::None => vec![],
        Stored::One(signed) => vec![*signed],
        Stored::Many(versions) => versions,
    })
}
