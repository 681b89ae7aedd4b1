//! Calendars: duties that go out (`/ical/{token}.ics`, RFC 5545), absences that come in.

use crate::{
    CalendarId, FeedId, NetworkId, PersonId, PrivateText, ServiceId, UnixMillis, directory::PersonRef,
    rota::AbsenceKind,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `PUT /api/calendars/{id}`: a secret address of a calendar; the client makes the id. Again: another address in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutCalendar {
    /// Absent: the caller's own duties.
    #[serde(default)]
    pub service_id: Option<ServiceId>,
    /// Where it is used: "Handy".
    #[serde(default)]
    pub label: String,
}

/// The address, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarLink {
    pub id: CalendarId,
    /// Below the address of this installation; whoever knows it reads the duties.
    pub path: PrivateText,
}

/// `GET /api/calendars`: the caller's own, and for coordinators those of their networks' services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    pub id: CalendarId,
    pub service_id: Option<ServiceId>,
    /// Name of that service.
    pub service: Option<String>,
    pub label: String,
    pub author: PersonRef,
    pub created_at: UnixMillis,
    /// Last time that a program read it.
    pub used_at: Option<UnixMillis>,
}

/// `PUT /api/feeds/{id}` and `POST /api/feeds/{id}/preview`: absences from a calendar. The client makes the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutFeed {
    /// Whose absences all of it are. Absent: of many people of a network, found by the address of an attendee or by their
    /// name in the summary; for coordinators.
    #[serde(default)]
    pub person: Option<PersonId>,
    #[serde(default)]
    pub network: Option<NetworkId>,
    /// What absences from it are.
    pub kind: AbsenceKind,
    pub label: String,
    /// IANA zone of times that name none, and of whole days.
    pub zone: String,
    pub source: FeedSource,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FeedSource {
    /// Read every 15 minutes. `https:` or `webcal:`, from a host on the installation's allow-list.
    Url { url: PrivateText },
    /// A file, read once.
    File { text: PrivateText },
}

/// What an import would do, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedEffect {
    pub absences: u32,
    pub new: u32,
    pub changed: u32,
    pub gone: u32,
    /// Names and addresses that nobody of the network bears: their absences are not written down.
    pub unknown: Vec<String>,
    /// The first ones.
    pub examples: Vec<FeedAbsence>,
    /// Why nothing can be done.
    pub fault: Option<FeedFault>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedAbsence {
    pub person: PersonRef,
    /// Wall time in the feed's zone.
    pub from: String,
    pub until: String,
}

/// `GET /api/feeds`: the caller's own, and for coordinators those of their networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feed {
    pub id: FeedId,
    pub person: Option<PersonRef>,
    pub network: Option<NetworkId>,
    pub kind: AbsenceKind,
    pub label: String,
    pub zone: String,
    /// Host that it is read from; absent for a file.
    pub host: Option<String>,
    pub author: PersonRef,
    /// Last time that it was read.
    pub read_at: Option<UnixMillis>,
    /// Absent when the last reading went well.
    pub failed_at: Option<UnixMillis>,
    pub fault: Option<FeedFault>,
    /// Names that nobody bears, at the last reading.
    pub unknown: Vec<String>,
    /// Absences that are kept from it.
    pub absences: u32,
}

/// Why a calendar was not taken. What was read before stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedFault {
    /// The host is not on the allow-list, or its address is private.
    NotAllowed,
    /// No answer, or not a good one.
    Unreachable,
    TooLarge,
    /// No calendar, or cut off.
    NotACalendar,
    /// An event without a begin, in a zone that nobody knows, or longer than 400 days.
    BadEvent,
    /// More absences of one person than anybody plans.
    TooMany,
}
