//! How a wish is refused.

use schemas::{PersonId, consult::ConsultState, problem::ProblemCode};

/// An answer that says no. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such consult")]
    NotFound,
    #[error("this id was used for something else")]
    Conflict,
    /// Somebody signed another version of the report meanwhile.
    #[error("the report has {current} versions by now")]
    VersionConflict { current: u32 },
    #[error("not possible in state {state:?}")]
    WrongState { state: ConsultState },
    #[error("somebody else accepted first")]
    AlreadyTaken { by: PersonId },
    #[error("this person is not being rung")]
    NotRung,
    #[error("only the specialist of this consult may do this")]
    NotSpecialist,
    #[error("the consult is not offered to this person")]
    NotOffered,
    #[error("this can only be done inside the room")]
    NotInRoom,
    #[error("the guest was not let in, or was sent away")]
    NotAdmitted,
    #[error("the room has no seat for another guest or participant")]
    RoomFull,
    /// `field` is the name on the wire, for the problem's `detail`.
    #[error("{field}: {why}")]
    InvalidField { field: &'static str, why: &'static str },
}

impl Refusal {
    /// The stable name that the client translates.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::NotFound => ProblemCode::NotFound,
            Self::Conflict | Self::VersionConflict { .. } => ProblemCode::Conflict,
            Self::WrongState { .. } | Self::NotOffered | Self::NotInRoom => ProblemCode::WrongState,
            Self::AlreadyTaken { .. } => ProblemCode::AlreadyTaken,
            Self::NotRung => ProblemCode::NotRung,
            Self::NotSpecialist => ProblemCode::Forbidden,
            Self::NotAdmitted => ProblemCode::NotAdmitted,
            Self::RoomFull => ProblemCode::RoomFull,
            Self::InvalidField { .. } => ProblemCode::InvalidField,
        }
    }
}
