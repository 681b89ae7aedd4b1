//! What happened. Events are stored for years: fields are only ever added, each with a serde default.

use super::Command;
use crate::domain::{escalation::Plan, matching::MatchRecord};
use schemas::{
    HospitalId, NetworkId, PersonId, PrivateText, RingId, ServiceId, StudyId, UnixMillis,
    consult::{AlarmKind, Answer, CaseFields, DeclineReason, RingOutcome, Urgency},
};
use serde::{Deserialize, Serialize, de::Error as _};

/// Version written with new events. Raise it when the meaning of a stored body changes, and teach
/// [`Event::from_body`] to read the old one.
pub const EVENT_VERSION: u32 = 1;

/// One fact about a consult. The bodies of `Requested`, `FieldsCompleted`, `RingEnded`, `Answered` and `Cancelled`
/// hold patient data or free text and go with the purge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    Requested {
        service_id: ServiceId,
        network_id: NetworkId,
        /// The house that asks.
        hospital_id: HospitalId,
        requester: PersonId,
        urgency: Urgency,
        #[serde(default)]
        fields: CaseFields,
    },
    /// Only the fields that changed are present.
    FieldsCompleted {
        fields: CaseFields,
    },
    /// People were ranked for this round and a ladder was planned.
    Matched {
        round: u32,
        record: MatchRecord,
        plan: Plan,
    },
    /// A round began without a new ranking, because none was at hand.
    RoundRepeated {
        round: u32,
        plan: Plan,
    },
    RingStarted {
        ring_id: RingId,
        person: PersonId,
        round: u32,
        step: u32,
        until: UnixMillis,
    },
    /// The ring reached a device.
    RingDelivered {
        ring_id: RingId,
        person: PersonId,
    },
    /// The ring was looked at.
    RingSeen {
        ring_id: RingId,
        person: PersonId,
    },
    RingEnded {
        ring_id: RingId,
        person: PersonId,
        outcome: RingOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<DeclineReason>,
        #[serde(default, skip_serializing_if = "PrivateText::is_blank")]
        note: PrivateText,
    },
    /// "In five minutes": the ladder waits.
    Promised {
        person: PersonId,
        until: UnixMillis,
    },
    /// The promise ran out or was taken back; the ladder goes on.
    PromiseBroken {
        person: PersonId,
    },
    /// Everybody was rung, or there was nobody to ring; the machine tries again then.
    Unanswered {
        retry_at: UnixMillis,
    },
    AlarmRaised {
        kind: AlarmKind,
    },
    Accepted {
        person: PersonId,
    },
    StudyAttached {
        study_id: StudyId,
    },
    Joined {
        person: PersonId,
    },
    Left {
        person: PersonId,
    },
    SessionEnded,
    Answered {
        person: PersonId,
        answer: Answer,
    },
    Acknowledged {
        person: PersonId,
    },
    Closed,
    Cancelled {
        #[serde(default)]
        reason: PrivateText,
    },
}

impl Event {
    /// Reads a stored body as the current shape of the event. `version` is the one stored beside it; every version
    /// up to [`EVENT_VERSION`] is understood.
    ///
    /// # Errors
    /// The log is damaged, or a newer release wrote it: guessing at what it meant would be worse than stopping.
    pub fn from_body(version: u32, body: &str) -> Result<Self, serde_json::Error> {
        if version > EVENT_VERSION {
            return Err(serde_json::Error::custom("written by a newer release"));
        }
        // There is only version 1 so far: fields that were added later have defaults.
        serde_json::from_str(body)
    }

    /// The event as the text that is stored and committed to.
    pub fn to_body(&self) -> String {
        serde_json::to_string(self).expect("events are plain data: no maps, no serializers of their own that fail")
    }

    /// Name of the event, equal to its serde tag. Stays when the body is purged.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::FieldsCompleted { .. } => "fields_completed",
            Self::Matched { .. } => "matched",
            Self::RoundRepeated { .. } => "round_repeated",
            Self::RingStarted { .. } => "ring_started",
            Self::RingDelivered { .. } => "ring_delivered",
            Self::RingSeen { .. } => "ring_seen",
            Self::RingEnded { .. } => "ring_ended",
            Self::Promised { .. } => "promised",
            Self::PromiseBroken { .. } => "promise_broken",
            Self::Unanswered { .. } => "unanswered",
            Self::AlarmRaised { .. } => "alarm_raised",
            Self::Accepted { .. } => "accepted",
            Self::StudyAttached { .. } => "study_attached",
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::SessionEnded => "session_ended",
            Self::Answered { .. } => "answered",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Closed => "closed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// `true` for what follows from somebody's act but was not done by them: the machine rings and alarms.
    const fn is_machine(&self) -> bool {
        match self {
            Self::Matched { .. }
            | Self::RoundRepeated { .. }
            | Self::RingStarted { .. }
            | Self::Unanswered { .. }
            | Self::AlarmRaised { .. } => true,
            Self::RingEnded { outcome, .. } => matches!(outcome, RingOutcome::TimedOut | RingOutcome::Withdrawn),
            _ => false,
        }
    }
}

/// An event in its place in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// From 1, without gaps.
    pub seq: i64,
    pub at: UnixMillis,
    /// Who did it; absent for the machine.
    pub actor: Option<PersonId>,
    #[serde(default = "first_version")]
    pub version: u32,
    pub event: Event,
}

const fn first_version() -> u32 {
    1
}

/// Gives the events that `command` led to their places after `last_seq` (0 for a new consult).
pub fn record(command: &Command, events: Vec<Event>, last_seq: i64, now: UnixMillis) -> Vec<Recorded> {
    events
        .into_iter()
        .zip(last_seq + 1..)
        .map(|(event, seq)| Recorded {
            seq,
            at: now,
            actor: if event.is_machine() { None } else { command.actor() },
            version: EVENT_VERSION,
            event,
        })
        .collect()
}
