//! Appointments of elective consults. The words are those of FHIR R4 `Slot` and `Appointment` (and gematik's ISiK
//! Terminplanung) where they fit: a slot that was taken meanwhile is 409, a time is moved by booking another slot, and
//! whatever ends an appointment frees its slot at once.

use crate::{
    ConsultId, PersonId, UnixMillis,
    consult::ConsultSummary,
    directory::{DutyLevel, PersonRef},
    rota::DutyWindow,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How far an appointment is (FHIR `Appointment.status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentStatus {
    /// Waits for a slot, until the deadline of the case.
    Waitlist,
    /// A slot is held, and the requesting house has not said yes (the specialist may not have either).
    Proposed,
    /// A slot is held, and the specialist has not said yes.
    Pending,
    /// Both have said yes.
    Booked,
}

/// A time with somebody that can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppointmentSlot {
    pub person: PersonRef,
    pub start: UnixMillis,
    pub end: UnixMillis,
}

/// One of the slots that were offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotChoice {
    pub person: PersonId,
    pub start: UnixMillis,
}

/// How an elective consult is asked for without ringing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WantedAppointment {
    /// Whenever it suits until `fields.deadline`: the coordinator shares slots out.
    Whenever,
    Slot {
        slot: SlotChoice,
    },
}

/// Why a slot is not held any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentEnd {
    /// Another slot was booked.
    Moved,
    /// Given up by who asks or by a coordinator.
    Cancelled,
    /// The specialist said no.
    Declined,
    /// The house that asks said no to what was proposed.
    NotWanted,
    /// Nobody said yes in time.
    NotConfirmed,
    /// The specialist is not on duty then any more.
    DutyChanged,
    /// The specialist did not come.
    Missed,
    /// It rings instead.
    Rings,
}

/// Who said yes to a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentSide {
    Specialist,
    Requester,
}

/// The appointment of a consult, as everybody sees it who sees the consult.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Appointment {
    pub status: AppointmentStatus,
    /// Absent with `waitlist`.
    pub slot: Option<AppointmentSlot>,
    /// Since when it waits for a slot or has this one.
    pub since: UnixMillis,
    /// Until when those have to say yes who have not.
    pub confirm_by: Option<UnixMillis>,
    /// When people may come into the room.
    pub room_opens_at: Option<UnixMillis>,
    pub confirmed_by_specialist: bool,
    pub confirmed_by_requester: bool,
    /// With whom it was booked before.
    pub before: Vec<PersonRef>,
    /// Why the slot before this one is not held any more.
    pub last_end: Option<AppointmentEnd>,
}

/// Query of `GET /api/services/{id}/slots`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SlotQuery {
    /// The consult that is to be moved: its own slot does not stand in its way.
    #[serde(default)]
    pub consult: Option<ConsultId>,
}

/// What can be booked, by time. Empty where the service lets nobody book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlotList {
    /// The service has bookable hours.
    pub is_bookable: bool,
    /// IANA zone of the service: days are its days.
    pub zone: String,
    pub slots: Vec<AppointmentSlot>,
}

/// How a service lets itself be booked. Times are wall times of its zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BookingRules {
    /// Slots with their buffers follow one another from the begin of each window.
    pub hours: Vec<DutyWindow>,
    /// Who of those on duty can be booked.
    pub levels: Vec<DutyLevel>,
    pub slot_minutes: u32,
    pub before_minutes: u32,
    pub after_minutes: u32,
    /// Nothing begins earlier than so many minutes from now.
    pub lead_minutes: u32,
    /// Nothing begins later than so many days from now.
    pub horizon_days: u32,
    /// Appointments of one person on one day.
    pub per_day: u32,
}

/// `GET` and `PUT /api/services/{id}/booking`. `rules` absent: nobody books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceBooking {
    #[serde(default)]
    pub rules: Option<BookingRules>,
}

/// `GET /api/services/{id}/placements`: the consults that wait for a slot, shared out so that all together cost least.
/// Nothing is booked by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlacementProposal {
    pub placements: Vec<Placement>,
    pub left: Vec<LeftOver>,
    /// Slots that could be given out.
    pub slots: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Placement {
    pub consult: ConsultSummary,
    pub slot: AppointmentSlot,
    pub reasons: PlacementReasons,
}

/// Points of one placement; fewer are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlacementReasons {
    /// Days that the consult has waited.
    pub waited_days: u32,
    /// Hours from now to the slot, each of them more for who has waited longer.
    pub wait: i64,
    /// Hours between slot and deadline; absent without one.
    pub slack_hours: Option<i64>,
    pub slack: i64,
    /// Appointments that the person has already.
    pub appointments: u32,
    pub load: i64,
    /// Booked with who knows the consult; absent where nobody does.
    pub is_known: Option<bool>,
    pub stranger: i64,
    pub sum: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeftOver {
    pub consult: ConsultSummary,
    /// `false`: no slot before its deadline with anybody whom it may be booked with. `true`: others needed them more.
    pub is_outbid: bool,
}

/// `POST /api/services/{id}/placements`: holds these slots and asks both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SendPlacements {
    /// At most 500.
    pub placements: Vec<ChosenPlacement>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChosenPlacement {
    pub consult: ConsultId,
    pub slot: SlotChoice,
}

/// What became of them. A consult that found its own way meanwhile, or whose slot was taken, is not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentPlacements {
    pub sent: Vec<ConsultId>,
    pub not_sent: Vec<ConsultId>,
}
