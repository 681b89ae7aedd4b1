//! `application/problem+json` (RFC 9457).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error as a client sees it. `code` is stable; the browser translates it. `title` is English, for engineers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `about:blank`, as RFC 9457 § 4.2.1 has it for problems that `code` tells apart.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    /// HTTP status, repeated.
    pub status: u16,
    pub code: ProblemCode,
    /// What was wrong with this request. Never holds patient data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// `already_taken`: who took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
    /// A telephone number that helps on, where there is one (nobody on duty, room not reachable).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// `slot_taken`: the first slots that can be booked now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<Vec<crate::slots::AppointmentSlot>>,
}

/// The stable names of everything that can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The body is not what this route takes.
    MalformedBody,
    /// The body or object is larger than this installation takes.
    TooLarge,
    /// The path or a query parameter cannot be read.
    MalformedRequest,
    /// No such route or thing, or none that the caller may know of.
    NotFound,
    /// The method is not offered here.
    MethodNotAllowed,
    /// The content type is not offered or not taken here.
    UnsupportedMediaType,
    /// None of the accepted content types can be delivered.
    NotAcceptable,
    /// Nobody is signed in, or the session has ended.
    NotSignedIn,
    /// E-mail address or password is wrong.
    WrongCredentials,
    /// The sign-in link was used before or is too old.
    LinkUsed,
    /// The anti-forgery token is missing or wrong.
    CsrfFailed,
    /// The role or the relation to the consult does not allow this.
    Forbidden,
    /// Somebody else accepted first.
    AlreadyTaken,
    /// The slot is not free any more, or never was; `slots` are free.
    SlotTaken,
    /// The caller is not being rung.
    NotRung,
    /// The consult's state does not allow this action.
    WrongState,
    /// A required field is empty or out of range; `detail` names it.
    InvalidField,
    /// The same identifier was used for something else before.
    Conflict,
    /// The password typed for a signature or a change is wrong.
    WrongPassword,
    /// An export or a change needs a second person; the same one cannot be both.
    SecondPersonNeeded,
    /// The content was deleted after its retention.
    Purged,
    /// The guest link was used before, has expired or was withdrawn.
    GuestLinkUsed,
    /// The host has not let this guest in, or has sent them away.
    NotAdmitted,
    /// The room is encrypted from end to end, and the request names no device key.
    EncryptionRequired,
    /// The installation has an administrator already.
    AlreadySetUp,
    /// The join ticket is forged, damaged or for another room.
    TicketInvalid,
    /// The join ticket's 60 seconds are over.
    TicketExpired,
    /// The join ticket was used before.
    TicketUsed,
    /// The SDP offer cannot be read or lacks what a room needs.
    InvalidSdp,
    /// The room has its eight members.
    RoomFull,
    /// The room socket got a message that it does not know.
    UnknownMessage,
    /// The DICOM object was refused; `detail` says why.
    DicomRefused,
    /// The requested rendering is not possible for this object; `detail` says why.
    CannotRender,
    /// Too many requests; try again after `Retry-After`.
    TooManyRequests,
    /// The database or store does not answer; try again after `Retry-After`.
    Unavailable,
    /// A bug on our side; it is logged.
    Internal,
}
