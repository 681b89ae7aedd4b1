//! Identifiers. Each noun has its own type, so that a hospital's id cannot be passed for a person's.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// One consultation.
    ConsultId,
    /// A person with an account.
    PersonId,
    /// A hospital: asks, provides, or both.
    HospitalId,
    /// A provider network: hospitals that pool their duty for some services.
    NetworkId,
    /// A service that can be asked for, such as stroke neurology of one network.
    ServiceId,
    /// One ringing of one person; receivers drop repeats of the same id.
    RingId,
    /// A stored DICOM study (this installation's row; the DICOM StudyInstanceUID is a separate thing).
    StudyId,
    /// Somebody without an account who was invited into one room.
    GuestId,
    /// A signed-in browser, as its owner and administrators see it. Not the secret token.
    SessionId,
    /// Something that the data-protection role is told.
    NoticeId,
    /// An export that needs a second person.
    ExportId,
    /// Somebody is away for a while.
    AbsenceId,
    /// Something that a person is told of their duties.
    DutyNoteId,
    /// A duty that changes hands, or is to.
    SwapId,
    /// A secret address of a calendar.
    CalendarId,
    /// A calendar that absences come from.
    FeedId,
    /// From one duty to the next.
    HandOverNoteId,
    /// A named list of people in a service's escalation.
    PoolId,
}

/// A member's seat in a room, unique within the room. It survives a reload of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = u32)]
pub struct MemberId(pub u32);
