//! What goes wrong between a client and the application.

use super::ports::RepoError;
use schemas::{problem::ProblemCode, slots::AppointmentSlot};

/// An answer that is not the wished one. Never holds patient data; `Display` is English, for engineers.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown, or the caller may not know of it: both look the same.
    #[error("not found")]
    NotFound,
    #[error("not signed in")]
    NotSignedIn,
    #[error("wrong e-mail address or password")]
    WrongCredentials,
    #[error("the sign-in link was used or is too old")]
    LinkUsed,
    #[error("not allowed for this role or in this relation to the consult")]
    Forbidden,
    #[error("somebody else accepted first")]
    AlreadyTaken {
        /// Name of the one who did, for the person who did not.
        by: String,
    },
    #[error("the slot is not free")]
    SlotTaken {
        /// The first that are.
        slots: Vec<AppointmentSlot>,
    },
    #[error("not being rung")]
    NotRung,
    #[error("not possible in the consult's state")]
    WrongState,
    /// `0` names the field and what is wrong with it.
    #[error("{0}")]
    InvalidField(String),
    #[error("{0}")]
    Conflict(&'static str),
    #[error("the join ticket is forged, damaged or for another room")]
    TicketInvalid,
    #[error("the join ticket's time is over")]
    TicketExpired,
    #[error("the join ticket was used")]
    TicketUsed,
    #[error("the password is wrong")]
    WrongPassword,
    #[error("a second person has to do this")]
    SecondPersonNeeded,
    /// Deleted after its retention; the audit chain alone is left.
    #[error("the content was deleted after its retention")]
    Purged,
    #[error("the guest link was used, withdrawn or is too old")]
    GuestLinkUsed,
    #[error("the host has not let this guest in, or has sent them away")]
    NotAdmitted,
    /// As many people and guests as a room has seats.
    #[error("the room is full")]
    RoomFull,
    #[error("the room is encrypted from end to end, and no device key was named")]
    EncryptionRequired,
    #[error("there is an administrator already")]
    AlreadySetUp,
    #[error("too many attempts")]
    TooManyRequests { retry_after_seconds: u32 },
    /// A DICOM object or a rendering was refused.
    #[error(transparent)]
    Imaging(#[from] imaging::Refusal),
    /// Database or blob store; trying again may help.
    #[error("temporarily unavailable")]
    Unavailable,
    /// A bug or a damaged row; was logged where it was found.
    #[error("internal error")]
    Internal,
}

impl Error {
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::NotFound => ProblemCode::NotFound,
            Self::NotSignedIn => ProblemCode::NotSignedIn,
            Self::WrongCredentials => ProblemCode::WrongCredentials,
            Self::LinkUsed => ProblemCode::LinkUsed,
            Self::Forbidden => ProblemCode::Forbidden,
            Self::AlreadyTaken { .. } => ProblemCode::AlreadyTaken,
            Self::SlotTaken { .. } => ProblemCode::SlotTaken,
            Self::NotRung => ProblemCode::NotRung,
            Self::WrongState => ProblemCode::WrongState,
            Self::InvalidField(_) => ProblemCode::InvalidField,
            Self::Conflict(_) => ProblemCode::Conflict,
            Self::TicketInvalid => ProblemCode::TicketInvalid,
            Self::TicketExpired => ProblemCode::TicketExpired,
            Self::TicketUsed => ProblemCode::TicketUsed,
            Self::WrongPassword => ProblemCode::WrongPassword,
            Self::SecondPersonNeeded => ProblemCode::SecondPersonNeeded,
            Self::Purged => ProblemCode::Purged,
            Self::GuestLinkUsed => ProblemCode::GuestLinkUsed,
            Self::NotAdmitted => ProblemCode::NotAdmitted,
            Self::RoomFull => ProblemCode::RoomFull,
            Self::EncryptionRequired => ProblemCode::EncryptionRequired,
            Self::AlreadySetUp => ProblemCode::AlreadySetUp,
            Self::TooManyRequests { .. } => ProblemCode::TooManyRequests,
            Self::Imaging(refusal) if refusal.retryable() => ProblemCode::Unavailable,
            Self::Imaging(refusal) if refusal.code() == "cannot_render" => ProblemCode::CannotRender,
            Self::Imaging(refusal) if refusal.code() == "too_large" => ProblemCode::TooLarge,
            Self::Imaging(_) => ProblemCode::DicomRefused,
            Self::Unavailable => ProblemCode::Unavailable,
            Self::Internal => ProblemCode::Internal,
        }
    }

    /// What a client may read about it beyond the code.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::InvalidField(text) => Some(text.clone()),
            Self::Conflict(text) => Some((*text).to_owned()),
            Self::Imaging(refusal) => Some(refusal.to_string()),
            _ => None,
        }
    }

    /// `slot_taken`: what is free instead.
    pub fn free_slots(&self) -> Option<&[AppointmentSlot]> {
        match self {
            Self::SlotTaken { slots } => Some(slots),
            _ => None,
        }
    }

    /// `already_taken`: by whom.
    pub fn taken_by(&self) -> Option<&str> {
        match self {
            Self::AlreadyTaken { by } => Some(by),
            _ => None,
        }
    }

    /// Logs a bug where it is found and gives the client's view of it.
    pub(super) fn bug(what: &'static str, cause: impl std::fmt::Display) -> Self {
        tracing::error!(what, %cause, "internal error");
        Self::Internal
    }
}

impl From<RepoError> for Error {
    fn from(error: RepoError) -> Self {
        match error {
            RepoError::Unavailable(cause) => {
                tracing::warn!(%cause, "the database does not answer");
                Self::Unavailable
            }
            RepoError::Broken(cause) => Self::bug("database", cause),
        }
    }
}
