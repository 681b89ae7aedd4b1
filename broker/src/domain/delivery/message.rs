//! What is told, without the words: those are found when it is sent.

use super::Course;
use schemas::{ConsultId, PersonId, RingId, ServiceId, UnixMillis, consult::AlarmKind, delivery::Channel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An alarm that nobody took notice of for so long is on the board all the same.
const ALARM_SECONDS: i64 = 10 * 60;
/// Who was not reached in a day reads it on the page.
const NOTE_SECONDS: i64 = 24 * 3600;
/// "The ring is over" is worth nothing once the telephone has shown the ring for that long.
const RING_ENDED_SECONDS: i64 = 2 * 60;
/// Nothing came back of a self-test's push for so long: it failed.
pub const TEST_SECONDS: i64 = 60;

/// Stored as JSON. Nothing in it is about a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Body {
    Ring,
    /// Takes a ring off the devices that show it.
    RingEnded {
        ring_id: RingId,
    },
    Alarm {
        alarm: AlarmKind,
    },
    /// Something about the person's duties at this service; what, the page shows.
    Duties {
        service_id: ServiceId,
    },
    Note {
        de: String,
        en: String,
    },
    Test {
        device: Option<Uuid>,
    },
}

/// One message to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: Uuid,
    pub person: PersonId,
    pub consult: Option<ConsultId>,
    pub body: Body,
    pub at: UnixMillis,
    pub until: UnixMillis,
}

impl Body {
    pub const RING: &'static str = "ring";
    pub const TEST: &'static str = "test";

    /// Name of the variant, as it is stored beside the body.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ring => Self::RING,
            Self::RingEnded { .. } => "ring_ended",
            Self::Alarm { .. } => "alarm",
            Self::Duties { .. } | Self::Note { .. } => "note",
            Self::Test { .. } => Self::TEST,
        }
    }

    /// Channels that it may take. Nobody is called at night because of next month's duties.
    pub const fn channels(&self) -> &'static [Channel] {
        match self {
            Self::Ring => &Channel::ALL,
            // An open page has it from its board.
            Self::Alarm { .. } => &[Channel::Push, Channel::Sms, Channel::Email],
            Self::Duties { .. } | Self::Note { .. } => &[Channel::Push, Channel::Email],
            Self::RingEnded { .. } | Self::Test { .. } => &[Channel::Push],
        }
    }
}

impl Message {
    pub const fn ring(id: RingId, person: PersonId, consult: ConsultId, at: UnixMillis, until: UnixMillis) -> Self {
        Self { id: id.0, person, consult: Some(consult), body: Body::Ring, at, until }
    }

    /// Once for each ring.
    pub fn ring_ended(id: RingId, person: PersonId, consult: Option<ConsultId>, at: UnixMillis) -> Self {
        let body = Body::RingEnded { ring_id: id };
        let id = Uuid::new_v5(&id.0, b"ended");
        Self { id, person, consult, body, at, until: at.plus_seconds(RING_ENDED_SECONDS) }
    }

    /// Once for each event and coordinator.
    pub fn alarm(consult: ConsultId, seq: i64, alarm: AlarmKind, person: PersonId, at: UnixMillis) -> Self {
        let id = Uuid::new_v5(&consult.0, format!("alarm/{seq}/{person}").as_bytes());
        let until = at.plus_seconds(ALARM_SECONDS);
        Self { id, person, consult: Some(consult), body: Body::Alarm { alarm }, at, until }
    }

    /// Once for everything that the person is told at that moment.
    pub fn duties(person: PersonId, service_id: ServiceId, at: UnixMillis) -> Self {
        let id = Uuid::new_v5(&person.0, format!("duties/{}", at.0).as_bytes());
        let until = at.plus_seconds(NOTE_SECONDS);
        Self { id, person, consult: None, body: Body::Duties { service_id }, at, until }
    }

    pub const fn note(id: Uuid, person: PersonId, de: String, en: String, at: UnixMillis) -> Self {
        let until = at.plus_seconds(NOTE_SECONDS);
        Self { id, person, consult: None, body: Body::Note { de, en }, at, until }
    }

    pub const fn test(id: Uuid, person: PersonId, device: Option<Uuid>, at: UnixMillis) -> Self {
        let until = at.plus_seconds(TEST_SECONDS);
        Self { id, person, consult: None, body: Body::Test { device }, at, until }
    }

    /// Nothing of it has been sent.
    pub const fn course(&self) -> Course {
        Course::new(self.until)
    }
}

/// Alarms that are carried to the coordinators; the others wait on their boards.
pub const fn wakes_the_coordinator(alarm: AlarmKind) -> bool {
    match alarm {
        AlarmKind::NobodyOnDuty
        | AlarmKind::LadderExhausted
        | AlarmKind::NoAnswerYet
        | AlarmKind::Queued
        | AlarmKind::NotStarted
        | AlarmKind::PrealertOverdue => true,
        AlarmKind::AnswerLate
        | AlarmKind::NotAcknowledged
        | AlarmKind::FieldsMissing
        | AlarmKind::NoAppointment
        | AlarmKind::NotConfirmed
        | AlarmKind::AppointmentMoved => false,
    }
}
