//! What happens around the talk: clock, participants, questions, roll call, consent, queue.

use crate::{PrivateText, UnixMillis, directory::PersonRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Instants that count in an emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockStamp {
    /// Patient in the house.
    Door,
    /// First image taken.
    Imaging,
    /// The decision was made and read back.
    Decision,
}

/// The running clock. Medical: shown to those who may read the case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ClockTimes {
    pub last_seen_well: Option<UnixMillis>,
    pub eta: Option<UnixMillis>,
    pub door: Option<UnixMillis>,
    pub imaging: Option<UnixMillis>,
    pub decision: Option<UnixMillis>,
}

/// What somebody is in a consult beside requester and specialist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Reads the case, the images and the report.
    SecondSpecialist,
    /// Talks and hears; reads neither case nor images.
    Interpreter,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    pub person: PersonRef,
    pub part: Part,
    pub since: UnixMillis,
}

/// The consult is offered to somebody who has not agreed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    pub to: PersonRef,
    pub by: PersonRef,
    pub at: UnixMillis,
    /// `true`: the specialist hands it over; `false`: a coordinator assigns it.
    pub is_hand_over: bool,
}

/// One question of the specialist or one reply of the requesting house.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Exchange {
    pub at: UnixMillis,
    pub person: PersonRef,
    /// `true` for the specialist's question.
    pub is_question: bool,
    pub text: PrivateText,
}

/// Somebody who was in the room when the roll was called, account or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Present {
    pub name: PrivateText,
    /// "Pflege", "Angehörige", …
    #[serde(default)]
    pub role: PrivateText,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RollCall {
    pub at: UnixMillis,
    pub by: PersonRef,
    pub present: Vec<Present>,
}

/// What the patient said to the consultation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    Given,
    /// By the legal representative.
    GivenByRepresentative,
    /// The patient cannot be asked; presumed in the emergency.
    Presumed,
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordedConsent {
    pub consent: Consent,
    pub at: UnixMillis,
    pub by: PersonRef,
}

/// Why nobody is rung although somebody is on duty: their duty is exclusive and they are busy. They see who waits and
/// may accept on purpose; the ladder begins as soon as one of them is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    pub since: UnixMillis,
    pub behind: Vec<PersonRef>,
    /// Queued consults of the same service that come before this one: the more urgent, then those that wait longer.
    pub ahead: u32,
}
